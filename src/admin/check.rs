//! `postule check --config`: every fault of the configuration and of the campaign file at once, and what is not wrong
//! but worth knowing before the start.

use std::path::{Path, PathBuf};
use std::time::Duration;

use bus::{Nats, NatsOptions};
use clap::Args;
use serde::Serialize;

use super::{Echec, Issue, sortie};
use crate::app;
use crate::config::{Config, FauteConfig, Ou, Sortie};
use crate::edge::Sso;
use crate::lettres::Lettres;
use crate::mail::{Modeles, Transport};
use crate::portes::imap;

/// How long NATS may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// And the support's mailbox: one of many mails takes its server a while to open.
const PATIENCE_IMAP: Duration = Duration::from_secs(10);

#[derive(Debug, Args)]
pub(super) struct Check {
    /// Le fichier `postule.toml`.
    #[arg(long, value_name = "FICHIER")]
    config: PathBuf,
}

/// What was found.
#[derive(Debug, Default, Serialize)]
struct Constat {
    /// To be put right.
    fautes: Vec<Faute>,
    /// Worth knowing.
    avertissements: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Faute {
    fichier: PathBuf,
    #[serde(skip_serializing_if = "Option::is_none")]
    ligne: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    variable: Option<String>,
    message: String,
    /// As people read it.
    #[serde(skip)]
    texte: String,
}

impl Check {
    pub(super) async fn lancer(self, json: bool) -> Issue {
        let mut constat = Constat::default();
        let config = match Config::ouvrir(&self.config) {
            Ok(config) => Some(config),
            Err(fautes) => {
                constat.configuration(&self.config, fautes);
                None
            }
        };
        // The campaign file is looked at even when something else is wrong.
        if let Some(fichier) = Config::fichier_de_campagne(&self.config) {
            constat.campagne(&fichier);
        }
        if let Some(dossier) = Config::dossier_de_modeles(&self.config) {
            constat.modeles(&dossier);
        }
        if let Some(dossier) = Config::dossier_de_lettres(&self.config) {
            constat.lettres(&dossier);
        }
        if let Some(config) = config {
            constat.lieux(&self.config, &config);
            constat.mail(&self.config, &config);
            constat.sso(&self.config, &config).await;
            constat.nats(&config).await;
            constat.support(&self.config, &config).await;
        }
        rendre(&constat, json)
    }
}

impl Constat {
    fn faute(&mut self, fichier: &Path, message: String) {
        self.fautes.push(Faute {
            fichier: fichier.to_owned(),
            ligne: None,
            variable: None,
            texte: format!("{} : {message}", fichier.display()),
            message,
        });
    }

    fn configuration(&mut self, fichier: &Path, fautes: Vec<FauteConfig>) {
        for faute in fautes {
            let texte = format!("{} : {faute}", fichier.display());
            let (ligne, variable) = match faute.ou {
                Ou::Ligne(ligne) => (Some(ligne), None),
                Ou::Variable(nom) => (None, Some(nom)),
            };
            self.fautes.push(Faute {
                fichier: fichier.to_owned(),
                ligne,
                variable,
                message: faute.message,
                texte,
            });
        }
    }

    fn campagne(&mut self, fichier: &Path) {
        match app::fautes_de_campagne(fichier) {
            Ok(fautes) => {
                for faute in fautes {
                    self.fautes.push(Faute {
                        fichier: fichier.to_owned(),
                        ligne: Some(faute.ligne),
                        variable: None,
                        texte: format!("{} : {faute}", fichier.display()),
                        message: faute.message,
                    });
                }
            }
            Err(raison) => self.faute(fichier, raison),
        }
    }

    /// The university's own letters.
    fn lettres(&mut self, dossier: &Path) {
        for faute in Lettres::charger(Some(dossier)).err().unwrap_or_default() {
            self.faute(dossier, faute);
        }
    }

    /// The university's own mail texts.
    fn modeles(&mut self, dossier: &Path) {
        let Err(fautes) = Modeles::charger(Some(dossier)) else {
            return;
        };
        for faute in fautes {
            let texte = format!("{} : {faute}", dossier.display());
            self.fautes.push(Faute {
                fichier: dossier.join(&faute.fichier),
                ligne: faute.ligne,
                variable: None,
                message: faute.texte,
                texte,
            });
        }
    }

    /// Folders that are written to, files that are read.
    fn lieux(&mut self, fichier: &Path, config: &Config) {
        let mut dossiers = vec![("donnees.dir", config.donnees.as_path())];
        if let Sortie::Dossier(dossier) = &config.mail.sortie {
            dossiers.push(("mail.folder", dossier));
        }
        if let Some(dossier) = &config.support.dossier {
            dossiers.push(("support.folder", dossier));
        }
        for (cle, dossier) in dossiers {
            if let Err(erreur) = inscriptible(dossier) {
                let conseil = "créez-le, et donnez-le à l'utilisateur du service";
                self.faute(
                    fichier,
                    format!("{cle} : {} : {erreur} ; {conseil}", dossier.display()),
                );
            }
        }
        let mut lus = Vec::new();
        if let Some((certificat, cle)) = &config.serveur.tls {
            lus.push(("serveur.tls_cert", certificat));
            lus.push(("serveur.tls_key", cle));
        }
        if let Some(credentials) = config
            .nats
            .as_ref()
            .and_then(|n| n.acces.credentials.as_ref())
        {
            lus.push(("bus.credentials", credentials));
        }
        for (cle, lu) in lus {
            if let Err(erreur) = std::fs::File::open(lu) {
                self.faute(fichier, format!("{cle} : {} : {erreur}", lu.display()));
            }
        }
        let public = config.serveur.public_url.as_str();
        if public.starts_with("http://") && !public.starts_with("http://127.0.0.1") {
            self.avertissements.push(format!(
                "serveur.public_url : {public} est sans TLS ; les mots de passe passeraient en clair"
            ));
        }
    }

    fn mail(&mut self, fichier: &Path, config: &Config) {
        match &config.mail.sortie {
            Sortie::Smtp(url) => {
                if let Err(raison) = Transport::smtp(url) {
                    self.faute(fichier, format!("mail.smtp : {raison}"));
                }
            }
            Sortie::Dossier(dossier) => self.avertissements.push(format!(
                "mail.folder : les mails sont écrits dans {} et ne partent pas",
                dossier.display()
            )),
        }
    }

    /// The single sign-on: what would keep the service from starting, and what would keep people from logging in.
    async fn sso(&mut self, fichier: &Path, config: &Config) {
        let Some(section) = &config.sso else { return };
        match Sso::new(section, &config.serveur.public_url) {
            Err(raison) => self.faute(fichier, format!("sso : {raison}")),
            Ok(sso) => {
                if let Ok(Err(raison)) = tokio::time::timeout(PATIENCE, sso.saluer()).await {
                    self.avertissements.push(format!(
                        "sso : le fournisseur ne répond pas comme attendu ({raison}) ; les autres connexions marchent"
                    ));
                }
            }
        }
        if section.personnel.is_some() {
            self.avertissements.push(
                "sso.attribut_personnel : qui peut changer cet attribut dans l'annuaire peut devenir membre du personnel ; \
                 choisissez-en un que l'établissement seul écrit"
                    .to_owned(),
            );
        }
    }

    /// The support's mailbox: a server that says no is a fault, one that is away is not.
    async fn support(&mut self, fichier: &Path, config: &Config) {
        let Some(boite) = &config.support.imap else {
            return;
        };
        if let Some(ca) = boite.ca()
            && let Err(erreur) = std::fs::File::open(ca)
        {
            return self.faute(
                fichier,
                format!("support.imap : {} : {erreur}", ca.display()),
            );
        }
        let tard = || imap::Echec::Panne(format!("pas de réponse en {PATIENCE_IMAP:?}"));
        let essai = tokio::time::timeout(PATIENCE_IMAP, imap::essayer(boite)).await;
        match essai.unwrap_or_else(|_| Err(tard())) {
            Err(imap::Echec::Refus(raison)) => {
                self.faute(fichier, format!("support.imap : {boite} : {raison}"));
            }
            Err(imap::Echec::Panne(raison)) => self.avertissements.push(format!(
                "support.imap : {boite} : {raison} ; la boîte sera relevée dès qu'elle répondra"
            )),
            Ok(vu) => {
                let mut dit = format!("support.imap : {boite} : {} mail(s)", vu.combien);
                if !vu.marque {
                    dit.push_str(
                        " ; la boîte ne garde pas de marques, ce qui est lu n'y sera pas visible",
                    );
                }
                if !vu.previent {
                    dit.push_str(" ; sans IDLE, un mail est vu au bout d'une minute au plus");
                }
                self.avertissements.push(dit);
            }
        }
    }

    async fn nats(&mut self, config: &Config) {
        let Some(nats) = &config.nats else { return };
        let options = NatsOptions {
            url: nats.url.clone(),
            access: nats.acces.clone(),
            deadline: PATIENCE,
        };
        let absent = match Nats::connect(&options).await {
            Ok(joint) if joint.ready(PATIENCE).await => None,
            Ok(joint) => Some(crate::app::pourquoi_nats(&joint)),
            Err(erreur) => Some(erreur.to_string()),
        };
        if let Some(raison) = absent {
            self.avertissements.push(format!(
                "bus.nats : pas de réponse en {PATIENCE:?} : {raison} ; le service attendra que NATS soit là"
            ));
        }
        self.avertissements.push(
            "bus.nats : dans la configuration de nats-server, « jetstream { sync_interval: always } » ; sans elle, un \
             message accusé peut se perdre dans une coupure de courant"
                .to_owned(),
        );
    }
}

/// Whether a file can be made there; what is absent is looked for where it would be made.
fn inscriptible(dossier: &Path) -> std::io::Result<()> {
    let present = dossier.ancestors().find(|d| d.exists());
    let present = present.unwrap_or(Path::new("."));
    let essai = present.join(format!(".postule-check-{}", std::process::id()));
    std::fs::File::create_new(&essai)?;
    std::fs::remove_file(&essai)
}

fn rendre(constat: &Constat, json: bool) -> Issue {
    if json {
        sortie::ecrire_json(constat)?;
    }
    for avertissement in &constat.avertissements {
        sortie::dire(&format!("à savoir : {avertissement}"));
    }
    if constat.fautes.is_empty() {
        return if json {
            Ok(())
        } else {
            sortie::ecrire("rien à corriger")
        };
    }
    let combien = constat.fautes.len();
    for faute in &constat.fautes {
        sortie::dire(&faute.texte);
    }
    Err(Echec::Usage(format!("{combien} faute(s) à corriger")))
}
