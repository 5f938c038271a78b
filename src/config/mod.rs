//! `postule.toml` (`3-contract.md`): every key also as `POSTULE_SECTION__KEY`, unknown keys are faults.

mod couleur;
mod etablissement;
mod lecteur;
mod mail;
mod sso;
mod support;

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use actors::atelier::Limites;
use bus::NatsAccess;
use domain::formulaires::{mail_plausible, normaliser_mail};
use jiff::{SignedDuration, Span, SpanRelativeTo};

pub use couleur::Couleur;
pub use etablissement::{Etablissement, Logo};
pub use lecteur::{FauteConfig, Ou};
pub use mail::{Mail, Sortie};
pub use sso::{Attributs, Fournisseur, Secret, Sso};
pub use support::Support;

use crate::antivirus::clamd::Adresse;
use crate::edge::Cadence;
use lecteur::Lecteur;

/// The sections there are.
const SECTIONS: [&str; 10] = [
    "etablissement",
    "serveur",
    "donnees",
    "bus",
    "mail",
    "sso",
    "antivirus",
    "campagne",
    "limites",
    "support",
];

/// All that `serve` needs to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Who runs it.
    pub etablissement: Etablissement,
    /// Where it listens.
    pub serveur: Serveur,
    /// Where it keeps everything.
    pub donnees: PathBuf,
    /// Absent: everything in one process.
    pub nats: Option<Nats>,
    /// How mails leave.
    pub mail: Mail,
    /// The establishment's own log-in (G01).
    pub sso: Option<Sso>,
    /// How mails to the support come in.
    pub support: Support,
    /// The campaign file, imported at the start.
    pub campagne: Option<PathBuf>,
    /// Lives.
    pub limites: Limites,
    /// Rates.
    pub cadence: Cadence,
    /// Where clamd listens; files are not scanned if absent (Q16).
    pub antivirus: Option<Adresse>,
}

/// `[serveur]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Serveur {
    /// Address and port.
    pub listen: SocketAddr,
    /// What links in mails start with.
    pub public_url: String,
    /// Whose `X-Forwarded-For` is believed (Q13).
    pub trusted_proxies: Vec<IpAddr>,
    /// Certificate chain and key, PEM.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// Where `/metrics` is; nowhere if absent.
    pub admin: Option<SocketAddr>,
}

/// `[bus]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nats {
    /// One URL or several, separated by commas.
    pub url: String,
    /// Who we are there, and whose certificates are taken.
    pub acces: NatsAccess,
    /// Present: this is one node of many, and JetStream keeps that many copies of their common log.
    pub replicas: Option<u8>,
}

/// Every fault of a configuration, and of the file's place.
pub type Fautes = Vec<FauteConfig>;

impl Config {
    /// Reads a file and the environment.
    ///
    /// # Errors
    /// Every fault at once.
    pub fn ouvrir(chemin: &Path) -> Result<Self, Fautes> {
        let source = std::fs::read_to_string(chemin).map_err(|e| {
            let message = format!("{} ne se lit pas : {e}", chemin.display());
            vec![FauteConfig {
                ou: Ou::Ligne(0),
                message,
            }]
        })?;
        let environnement: Vec<_> = std::env::vars().collect();
        let dossier = chemin.parent().unwrap_or(Path::new("."));
        let lecteur = Lecteur::new(&source, &environnement).dans(dossier);
        Ok(Self::comprendre(lecteur)?.depuis(dossier))
    }

    /// Reads a text and variables.
    ///
    /// # Errors
    /// Every fault at once.
    pub fn lire(source: &str, environnement: &[(String, String)]) -> Result<Self, Fautes> {
        Self::comprendre(Lecteur::new(source, environnement))
    }

    fn comprendre(mut l: Lecteur) -> Result<Self, Fautes> {
        let config = (
            Etablissement::lire(&mut l),
            serveur(&mut l),
            l.valeur("donnees", "dir").unwrap_or("donnees".into()),
            nats(&mut l),
            mail::lire(&mut l),
            sso::lire(&mut l),
            support::lire(&mut l),
            l.valeur("campagne", "file"),
            limites(&mut l),
            cadence(&mut l),
            l.texte("antivirus", "clamd", str::parse::<Adresse>),
        );
        let fautes = l.finir();
        match config {
            (
                Some(etablissement),
                Some(serveur),
                donnees,
                nats,
                Some(mail),
                sso,
                mut support,
                campagne,
                limites,
                cadence,
                antivirus,
            ) if fautes.is_empty() => {
                // Without its own, the support is reached at the address people are shown.
                if support.adresses.is_empty() {
                    support.adresses.extend(etablissement.support.clone());
                }
                Ok(Self {
                    etablissement,
                    serveur,
                    donnees,
                    nats,
                    mail,
                    sso,
                    support,
                    campagne,
                    limites,
                    cadence,
                    antivirus,
                })
            }
            _ => Err(fautes),
        }
    }

    /// The campaign file a configuration names, whatever else is wrong with it.
    pub fn fichier_de_campagne(chemin: &Path) -> Option<PathBuf> {
        Self::place(chemin, "campagne", "file")
    }

    /// The folder of mail texts a configuration names, whatever else is wrong with it.
    pub fn dossier_de_modeles(chemin: &Path) -> Option<PathBuf> {
        Self::place(chemin, "mail", "modeles")
    }

    /// The folder of letters a configuration names, whatever else is wrong with it.
    pub fn dossier_de_lettres(chemin: &Path) -> Option<PathBuf> {
        Self::place(chemin, "mail", "lettres")
    }

    fn place(chemin: &Path, section: &str, cle: &str) -> Option<PathBuf> {
        let source = std::fs::read_to_string(chemin).ok()?;
        let environnement: Vec<_> = std::env::vars().collect();
        let place: PathBuf = Lecteur::new(&source, &environnement).valeur(section, cle)?;
        Some(chemin.parent().unwrap_or(Path::new(".")).join(place))
    }

    /// Relative paths are meant from the file's folder.
    fn depuis(mut self, dossier: &Path) -> Self {
        let places = [&mut self.donnees].into_iter().chain(&mut self.campagne);
        let places = places.chain(&mut self.support.dossier);
        self.support.imap.iter_mut().for_each(|b| b.dans(dossier));
        let acces = self.nats.as_mut().map(|n| &mut n.acces).into_iter();
        let places = places.chain(acces.flat_map(|a| {
            let un = a.credentials.iter_mut().chain(&mut a.nkey).chain(&mut a.ca);
            un.chain(a.certificate.iter_mut().flat_map(|(c, k)| [c, k]))
        }));
        let tls = self.serveur.tls.iter_mut().flat_map(|(c, k)| [c, k]);
        let ca = self.sso.iter_mut().flat_map(|s| &mut s.ca);
        for place in places.chain(tls).chain(self.mail.places()).chain(ca) {
            *place = dossier.join(&place);
        }
        self
    }
}

fn adresse_mail(texte: &str) -> Result<String, &'static str> {
    let mail = normaliser_mail(texte);
    mail_plausible(&mail)
        .then_some(mail)
        .ok_or("ce n'est pas une adresse mail")
}

fn serveur(l: &mut Lecteur) -> Option<Serveur> {
    let adresse = |texte: &str| {
        texte
            .parse::<SocketAddr>()
            .map_err(|_| "écrivez une adresse et un port, comme 127.0.0.1:8080")
    };
    let listen = l.texte("serveur", "listen", adresse);
    let admin = l.texte("serveur", "admin", adresse);
    let public_url = l.texte("serveur", "public_url", |texte| {
        let debut = ["https://", "http://"].iter().any(|d| texte.starts_with(d));
        let texte = texte.trim_end_matches('/').to_owned();
        debut.then_some(texte).ok_or("écrivez https://…")
    });
    let public_url = l.exiger("serveur", "public_url", public_url);
    let trusted_proxies = l.lire("serveur", "trusted_proxies", |textes: Vec<String>| {
        let lus = textes.iter().map(|t| t.parse::<IpAddr>().map_err(|_| t));
        lus.collect::<Result<Vec<_>, _>>()
            .map_err(|t| format!("« {t} » n'est pas une adresse IP"))
    });
    let cert: Option<PathBuf> = l.valeur("serveur", "tls_cert");
    let key: Option<PathBuf> = l.valeur("serveur", "tls_key");
    if cert.is_some() != key.is_some() {
        let ou = l.ou("serveur");
        l.faute(
            ou,
            "serveur.tls_cert et serveur.tls_key vont ensemble".to_owned(),
        );
    }
    Some(Serveur {
        listen: listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080))),
        public_url: public_url?,
        trusted_proxies: trusted_proxies.unwrap_or_default(),
        tls: cert.zip(key),
        admin,
    })
}

fn nats(l: &mut Lecteur) -> Option<Nats> {
    let url = l.secret("bus", "nats");
    let certificat: (Option<PathBuf>, Option<PathBuf>) =
        (l.valeur("bus", "tls_cert"), l.valeur("bus", "tls_key"));
    if certificat.0.is_some() != certificat.1.is_some() {
        let ou = l.ou("bus");
        l.faute(ou, "bus.tls_cert et bus.tls_key vont ensemble".to_owned());
    }
    let acces = NatsAccess {
        credentials: l.valeur("bus", "credentials"),
        nkey: l.valeur("bus", "nkey"),
        ca: l.valeur("bus", "tls_ca"),
        certificate: certificat.0.zip(certificat.1),
        inbox: None,
    };
    let replicas = l.lire("bus", "replicas", |n: u8| {
        [1, 3, 5]
            .contains(&n)
            .then_some(n)
            .ok_or_else(|| "1, 3 ou 5".to_owned())
    });
    url.map(|url| Nats {
        url,
        acces,
        replicas,
    })
}

/// ISO 8601; days of 24 hours.
fn duree(texte: &str) -> Result<SignedDuration, String> {
    let faux = || "écrivez une durée ISO 8601, comme PT24H ou P5D".to_owned();
    let span: Span = texte.parse().map_err(|_| faux())?;
    let relative = SpanRelativeTo::days_are_24_hours();
    let duree = span.to_duration(relative).map_err(|_| faux())?;
    if duree <= SignedDuration::ZERO {
        return Err("la durée doit être positive".to_owned());
    }
    Ok(duree)
}

fn limites(l: &mut Lecteur) -> Limites {
    let defaut = Limites::default();
    let mut vie = |cle, defaut| l.texte("limites", cle, duree).unwrap_or(defaut);
    Limites {
        vie_lien: vie("vie_lien", defaut.vie_lien),
        vie_compte: vie("vie_compte", defaut.vie_compte),
        vie_session: vie("vie_session", defaut.vie_session),
        conservation: vie("conservation", defaut.conservation),
        ..defaut
    }
}

fn cadence(l: &mut Lecteur) -> Cadence {
    let defaut = Cadence::default();
    let mut taux = |cle, defaut| {
        let lu = l.lire("limites", cle, |n: u32| {
            std::num::NonZeroU32::new(n).ok_or_else(|| "au moins 1".to_owned())
        });
        lu.unwrap_or(defaut)
    };
    Cadence {
        requetes_par_seconde: taux("requetes_par_seconde", defaut.requetes_par_seconde),
        connexions_par_minute: taux("connexions_par_minute", defaut.connexions_par_minute),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BONNE: &str = "[etablissement]\nname = \"Université\"\n\n[serveur]\npublic_url = \"https://c.example/\"\n\n\
        [mail]\nfolder = \"mails\"\nfrom = \"c@univ.example\"\n";

    fn variable(nom: &str, valeur: &str) -> (String, String) {
        (nom.to_owned(), valeur.to_owned())
    }

    #[test]
    fn une_configuration_courte_suffit() {
        let config = Config::lire(BONNE, &[]).unwrap();
        assert_eq!(config.serveur.public_url, "https://c.example");
        assert_eq!(config.limites.vie_lien, SignedDuration::from_hours(24));
        assert_eq!(config.nats, None);
        let config = config.depuis(Path::new("/etc/postule"));
        assert_eq!(config.donnees, Path::new("/etc/postule/donnees"));
        assert_eq!(
            config.mail.sortie,
            Sortie::Dossier("/etc/postule/mails".into())
        );
    }

    #[test]
    fn l_environnement_l_emporte_sur_le_fichier() {
        let config = Config::lire(
            BONNE,
            &[
                variable("POSTULE_SERVEUR__LISTEN", "0.0.0.0:80"),
                variable("POSTULE_LIMITES__VIE_COMPTE", "P5D"),
                variable("POSTULE_LIMITES__CONNEXIONS_PAR_MINUTE", "7"),
                variable("POSTULE_SERVEUR__TRUSTED_PROXIES", "[\"10.0.0.1\"]"),
                variable("POSTULE_LOG", "debug"),
            ],
        );
        let config = config.unwrap();
        assert_eq!(config.serveur.listen.port(), 80);
        assert_eq!(config.limites.vie_compte, SignedDuration::from_hours(120));
        assert_eq!(config.cadence.connexions_par_minute.get(), 7);
        assert_eq!(config.serveur.trusted_proxies.len(), 1);
    }

    #[test]
    fn toutes_les_fautes_sont_nommees_avec_leur_place() {
        let source = "[etablissement]\nnam = \"U\"\n[serveur]\nlisten = \"ici\"\ntls_cert = \"c.pem\"\n\
            [mail]\nfrom = \"personne\"\n[couleurs]\nfond = 1\n[limites]\nvie_lien = \"un jour\"\nvie_session = 3\n";
        let environnement = [variable("POSTULE_BUS__NATTS", "nats://x")];
        let fautes = Config::lire(source, &environnement).unwrap_err();
        let lues: Vec<String> = fautes.iter().map(ToString::to_string).collect();
        for attendue in [
            "ligne 1 : etablissement.name : cette clé manque",
            "ligne 2 : etablissement.nam : clé inconnue",
            "ligne 3 : serveur.public_url : cette clé manque",
            "ligne 4 : serveur.listen : « ici » : écrivez une adresse et un port, comme 127.0.0.1:8080",
            "ligne 3 : serveur.tls_cert et serveur.tls_key vont ensemble",
            "ligne 6 : mail : donnez « smtp » (une URL) ou « folder » (un dossier)",
            "ligne 7 : mail.from : « personne » : ce n'est pas une adresse mail",
            "ligne 8 : section inconnue : [couleurs]",
            "ligne 11 : limites.vie_lien : « un jour » : écrivez une durée ISO 8601, comme PT24H ou P5D",
            "POSTULE_BUS__NATTS : bus.natts : clé inconnue",
        ] {
            assert!(
                lues.iter().any(|l| l == attendue),
                "{attendue}\nin {lues:#?}"
            );
        }
        assert!(
            lues.iter()
                .any(|l| l.starts_with("ligne 12 : limites.vie_session")),
            "{lues:#?}"
        );
    }

    #[test]
    fn un_texte_qui_n_est_pas_du_toml_est_nomme() {
        let fautes = Config::lire("[mail\n", &[]).unwrap_err();
        assert_eq!(fautes[0].ou, Ou::Ligne(1), "{fautes:?}");
    }

    #[test]
    fn les_chemins_partent_du_dossier_du_fichier() {
        let dossier = tempfile::tempdir().unwrap();
        let ecrire =
            |nom: &str, texte: &str| std::fs::write(dossier.path().join(nom), texte).unwrap();
        ecrire("smtp.url", "smtp://user:secret@mail.example\n");
        ecrire("logo.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
        let source = BONNE
            .replace("folder = \"mails\"", "smtp_file = \"smtp.url\"")
            .replace(
                "name = \"Université\"",
                "name = \"Université\"\nlogo = \"logo.svg\"",
            );
        ecrire("postule.toml", &source);
        let config = Config::ouvrir(&dossier.path().join("postule.toml")).unwrap();
        assert!(matches!(config.mail.sortie, Sortie::Smtp(url) if url.contains("secret")));
        assert_eq!(config.etablissement.logo.unwrap().genre.0, "svg");
    }

    #[test]
    fn un_secret_se_lit_dans_un_fichier() {
        let fichier = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(fichier.path(), "smtp://user:secret@mail.example\n").unwrap();
        let source = BONNE.replace(
            "folder = \"mails\"",
            &format!("smtp_file = {:?}", fichier.path()),
        );
        let config = Config::lire(&source, &[]).unwrap();
        assert_eq!(
            config.mail.sortie,
            Sortie::Smtp("smtp://user:secret@mail.example".to_owned())
        );
    }
}
