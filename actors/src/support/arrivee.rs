//! A mail that somebody wrote becomes a request, or goes on with one; once, whatever is repeated (S03, S04, S06, S07).

use domain::campagne::CodeReponse;
use domain::demande::{
    Arrivee, Auteur, Canal, Commande, Demande, MAX_OBJET, MAX_TEXTE, Message, Projet, Sens,
};
use domain::ids::DemandeId;
use domain::refus::{CodeRefus, Refus};
use storage::{Batch, Guard, StoreError};

use super::lecture::{Lecture, NatureMail};
use super::rattacher::{Trouve, Vu, signaler};
use super::reception::Recu;
use super::repondre::{faits, rediger};
use super::tri::{MAX_COMPRIS, Pas, Tri};
use crate::acteurs::{InstantaneDemande, OrdreSur};
use crate::atelier::faute;
use crate::fil::json;
use crate::jetons;
use crate::protocol::Faute;

/// Characters of a message's id.
const LONGUEUR_ID: usize = 24;
/// References that wait for the mail they name (S06).
const MAX_ATTENDUS: usize = 3;
/// How often the steps of one mail are taken again after losing to another writer.
const ESSAIS: usize = 5;

impl Tri {
    /// Acts on a mail. Every step may be repeated.
    pub(super) async fn appliquer(&self, recu: &Recu, lecture: &Lecture) -> Result<Pas, Faute> {
        match lecture.nature {
            NatureMail::Rebond => Ok(Pas::Finir(self.rebond(lecture).await?)),
            NatureMail::PlainteFbl => Ok(Pas::Finir(self.plainte(lecture).await?)),
            // S31, S37: nobody wrote.
            NatureMail::Robot => Ok(Pas::Finir(self.robot(lecture).await?)),
            NatureMail::AccuseLecture => Ok(Pas::Finir("accuse".to_owned())),
            NatureMail::Demande => self.demander(recu, lecture).await,
        }
    }

    /// S36: « cliquez pour être autorisé » is shown at the answer that is held back; nothing is clicked.
    async fn robot(&self, lecture: &Lecture) -> Result<String, Faute> {
        if !lecture.defi {
            return Ok("robot".to_owned());
        }
        let etiquettes = lecture.references.iter().rev().filter_map(|id| {
            let local = id.split('@').next().unwrap_or_default();
            self.atelier.cle.est_etiquette(local)
        });
        for etiquette in etiquettes {
            let lu = crate::courriers::Reponse::lire(&self.atelier.store, &etiquette);
            if let Some(reponse) = lu.map_err(|e| faute(&e))? {
                let etat = domain::demande::EtatMessage::Echec {
                    le: self.atelier.maintenant(),
                    raison: "le destinataire retient les mails et demande une authentification"
                        .to_owned(),
                };
                self.noter_envoi(&reponse, etat).await?;
            }
        }
        Ok("defi".to_owned())
    }

    async fn demander(&self, recu: &Recu, lecture: &Lecture) -> Result<Pas, Faute> {
        for _ in 0..ESSAIS {
            match self.essayer(recu, lecture).await {
                // The same mail by another way was faster: look again.
                Err(Faute::Occupe { .. }) => {}
                fait => return fait,
            }
        }
        Err(crate::acteurs::occupe())
    }

    async fn essayer(&self, recu: &Recu, lecture: &Lecture) -> Result<Pas, Faute> {
        let mut signalements = Vec::new();
        let connu = match &lecture.message_id {
            Some(id) => self.vu(id).map_err(|e| faute(&e))?,
            None => self.meme_texte(lecture).map_err(|e| faute(&e))?,
        };
        if let Some(connu) = &connu {
            if connu.sha256 == recu.sha256 {
                // Done before, up to its answer.
                return self.repondre_ou_finir(recu, lecture, &connu.demande).await;
            }
            if connu.empreinte == lecture.empreinte {
                // Two addresses of ours, Bcc, a list (S07).
                return Ok(Pas::Finir(format!("double de {}", connu.demande)));
            }
            signaler(&mut signalements, "identifiant_repete");
        }
        let mut trouve = self.chercher(lecture).await?;
        for signalement in signalements {
            signaler(&mut trouve.signalements, &signalement);
        }
        if recu.octets > MAX_COMPRIS {
            signaler(&mut trouve.signalements, "trop_gros");
        }
        let suite = self.suite(&mut trouve).await?;
        let nouvelle = connu.is_none();
        self.deposer(recu, lecture, trouve, (suite, nouvelle)).await
    }

    /// Without a Message-ID, the same words of the same person are the same mail.
    fn meme_texte(&self, lecture: &Lecture) -> Result<Option<Vu>, StoreError> {
        let lu = self.vu(&lecture.empreinte)?;
        Ok(lu.filter(|_| !lecture.texte.trim().is_empty()))
    }

    /// Into the request it goes on with, or into a new one.
    async fn deposer(
        &self,
        recu: &Recu,
        lecture: &Lecture,
        trouve: Trouve,
        (suite, nouvelle): (Option<InstantaneDemande>, bool),
    ) -> Result<Pas, Faute> {
        let mut arrivee = self.arrivee(recu, lecture, &trouve);
        let neuve = DemandeId::new(jetons::id_dossier(
            self.atelier.alea.as_ref(),
            Some(&recu.sha256),
        ));
        let suite = suite.and_then(|lu| lu.etat.fond().map(|f| f.id.clone()));
        if let Some(id) = suite.filter(|id| *id != neuve) {
            let avec = self.traces(recu, lecture, (&trouve, &id), nouvelle);
            let mut avec = avec.map_err(|e| faute(&e))?;
            // A further message is never answered by a machine: this ends the mail.
            let fin = self.fin(recu, format!("demande {id}"));
            joindre(&mut avec, fin.map_err(|e| faute(&e))?);
            match self.recevoir(&id, arrivee.clone(), avec).await {
                Err(Faute::Refus(Refus {
                    code: CodeRefus::DemandeClose | CodeRefus::DemandeFusionnee,
                    ..
                })) => arrivee.origine = Some(id),
                autre => return autre.map(|_| Pas::Fini),
            }
        }
        let lecteur = self.atelier.boite.lecteur.get();
        if let Some(lecteur) = lecteur
            && !arrivee.sans_suite
        {
            let ici = (self.atelier.as_ref(), &self.annuaire);
            let faits = faits(ici, lecture, &trouve.rattachement).await?;
            let lequel = (CodeReponse::Projet, arrivee.langue);
            let texte = rediger(&self.atelier, lecteur.as_ref(), lequel, &faits);
            arrivee.projet = texte.ok().map(|texte| Projet {
                modele: CodeReponse::Projet.nom().to_owned(),
                texte,
            });
        }
        let avec = self.traces(recu, lecture, (&trouve, &neuve), nouvelle);
        self.recevoir(&neuve, arrivee, avec.map_err(|e| faute(&e))?)
            .await?;
        self.repondre_ou_finir(recu, lecture, &neuve).await
    }

    async fn recevoir(
        &self,
        id: &DemandeId,
        arrivee: Arrivee,
        avec: Batch,
    ) -> Result<InstantaneDemande, Faute> {
        let ordre = OrdreSur {
            repere: None.into(),
            commande: Commande::Recevoir {
                id: id.clone(),
                arrivee: Box::new(arrivee),
            },
            avec,
        };
        self.annuaire.demande(id, ordre).await
    }

    fn arrivee(&self, recu: &Recu, lecture: &Lecture, trouve: &Trouve) -> Arrivee {
        let objet = if lecture.objet_nu.trim().is_empty() {
            "(sans objet)"
        } else {
            &lecture.objet_nu
        };
        Arrivee {
            nom: couper(&lecture.nom, MAX_OBJET),
            objet: couper(objet, MAX_OBJET),
            langue: lecture.langue,
            rattachement: trouve.rattachement.clone(),
            classes: lecture.classes.clone(),
            urgent: lecture.urgent,
            signalements: trouve.signalements.clone(),
            projet: None,
            sans_suite: lecture.sans_suite && trouve.signalements.is_empty(),
            origine: None,
            message: Message {
                id: id_message(&recu.sha256),
                sens: Sens::Entrant,
                canal: Canal::Mail,
                par: Auteur::Demandeur,
                // The date a mail carries may be any (S06).
                le: recu.le,
                de: trouve.de.clone(),
                a: couper(
                    lecture.destinataires.first().map_or("", String::as_str),
                    MAX_OBJET,
                ),
                objet: couper(&lecture.objet, MAX_OBJET),
                texte: couper(&lecture.texte, MAX_TEXTE),
                message_id: lecture.message_id.as_ref().map(|id| couper(id, MAX_OBJET)),
                references: lecture
                    .references
                    .iter()
                    .rev()
                    .take(20)
                    .rev()
                    .cloned()
                    .collect(),
                sha256: Some(recu.sha256.clone()),
                pieces: lecture.pieces.iter().take(50).cloned().collect(),
                defauts: lecture.defauts.clone(),
                envoi: None,
            },
        }
    }

    /// What later mails are recognised by. The guards hold when two ways of the same mail run at once (S04).
    fn traces(
        &self,
        recu: &Recu,
        lecture: &Lecture,
        (trouve, demande): (&Trouve, &DemandeId),
        nouvelle: bool,
    ) -> Result<Batch, StoreError> {
        let mut lot = Batch::default();
        let id = lecture.message_id.as_ref().unwrap_or(&lecture.empreinte);
        let cle = self.cle("mail-vu", id);
        // Another mail under an id that was seen does not take its place (S03).
        if nouvelle {
            let vu = Vu {
                sha256: recu.sha256.clone(),
                empreinte: lecture.empreinte.clone(),
                demande: demande.clone(),
            };
            lot.guards.push(Guard::Absent(cle.clone()));
            lot.index_put.push((cle, json(&vu)?));
        }
        let id = || demande.as_str().as_bytes().to_vec();
        if let Some(fil) = Self::fil(&trouve.de, &lecture.objet_nu) {
            lot.index_put.push((self.cle("fil", &fil), id()));
        }
        for attendu in lecture.references.iter().rev().take(MAX_ATTENDUS) {
            let local = attendu.split('@').next().unwrap_or_default();
            if self.atelier.cle.est_etiquette(local).is_none() && self.vu(attendu)?.is_none() {
                lot.index_put.push((self.cle("attendu", attendu), id()));
            }
        }
        Ok(lot)
    }

    /// The automatic answer if there is one to give, and the end of the mail's work with it.
    async fn repondre_ou_finir(
        &self,
        recu: &Recu,
        lecture: &Lecture,
        demande: &DemandeId,
    ) -> Result<Pas, Faute> {
        let fini = || Pas::Finir(format!("demande {demande}"));
        let lu = self.annuaire.lire_demande(demande).await?;
        let fond = match lu.etat.as_ref() {
            Demande::Nouvelle(fond) => fond,
            Demande::Absente
            | Demande::EnCours(_)
            | Demande::EnAttente(_)
            | Demande::Close { .. }
            | Demande::Fusionnee { .. } => return Ok(fini()),
        };
        let premier = id_message(&recu.sha256);
        let seul = matches!(&fond.messages[..], [m] if m.id == premier);
        if !seul || !self.repondre(recu, lecture, fond).await? {
            return Ok(fini());
        }
        Ok(Pas::Fini)
    }
}

/// Of the bytes: the same for a repeat.
pub(super) fn id_message(sha256: &str) -> String {
    sha256.chars().take(LONGUEUR_ID).collect()
}

fn joindre(lot: &mut Batch, autre: Batch) {
    lot.appends.extend(autre.appends);
    lot.views_delete.extend(autre.views_delete);
}

/// At most this many bytes, on a character's edge.
fn couper(texte: &str, octets: usize) -> String {
    texte
        .get(..texte.floor_char_boundary(octets))
        .unwrap_or_default()
        .replace('\0', "")
}
