//! Whose a mail may be, and which request it goes on with (S21–S28). What a mail claims is a hint; what it proves is
//! its sender's domain, by our own host, or a token that only the person who got our mail can know.

use domain::demande::{Rattachement, Surete};
use domain::formulaires::normaliser_mail;
use domain::ids::{CandidatId, DemandeId, DossierId};
use serde::{Deserialize, Serialize};
use storage::StoreError;

use super::lecture::Lecture;
use super::rebonds::suite;
use super::tri::Tri;
use crate::acteurs::InstantaneDemande;
use crate::atelier::faute;
use crate::courriers::{self, Reponse};
use crate::jetons;
use crate::protocol::Faute;

/// A mail that was received under this Message-ID.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Vu {
    pub(super) sha256: String,
    pub(super) empreinte: String,
    pub(super) demande: DemandeId,
}

/// What was found out about a mail.
#[derive(Debug, Default)]
pub(super) struct Trouve {
    /// The sender, normalised.
    pub(super) de: String,
    /// Whose it may be.
    pub(super) rattachement: Rattachement,
    /// Requests it may go on with, the likeliest first; each is still to be asked whether the sender may.
    pub(super) suites: Vec<DemandeId>,
    /// What a person should know.
    pub(super) signalements: Vec<String>,
}

impl Tri {
    pub(super) fn cle(&self, genre: &str, texte: &str) -> Vec<u8> {
        let sceau = self.atelier.cle.sceau(&["support", genre, texte]);
        format!("{genre}:{}", jetons::hexa(&sceau)).into_bytes()
    }

    pub(super) fn vu(&self, message_id: &str) -> Result<Option<Vu>, StoreError> {
        let ligne = self.atelier.store.index(&self.cle("mail-vu", message_id))?;
        ligne
            .map(|octets| {
                serde_json::from_slice(&octets)
                    .map_err(|e| StoreError::Corrupt(format!("mail {message_id}: {e}")))
            })
            .transpose()
    }

    fn demande_de(&self, genre: &str, texte: &str) -> Result<Option<DemandeId>, StoreError> {
        let ligne = self.atelier.store.index(&self.cle(genre, texte))?;
        Ok(ligne.map(|id| DemandeId::new(String::from_utf8_lossy(&id))))
    }

    /// The thread of a sender and a subject, for servers that drop what else ties them (S21).
    pub(super) fn fil(de: &str, objet: &str) -> Option<String> {
        let objet = crate::liste::plat(objet);
        let mots: Vec<&str> = objet.split_whitespace().collect();
        (!mots.is_empty()).then(|| format!("{de} {}", mots.join(" ")))
    }

    /// All that ties a mail to a person, a dossier or a request.
    pub(super) async fn chercher(&self, lecture: &Lecture) -> Result<Trouve, Faute> {
        let mut trouve = Trouve {
            de: normaliser_mail(&lecture.de),
            ..Trouve::default()
        };
        // S26, S29: said to the person who answers; nothing goes there by itself.
        if lecture.repondre_a.is_some() {
            signaler(&mut trouve.signalements, "reponse_ailleurs");
        }
        let titulaire = self.titulaire(&trouve.de)?;
        if let Some(qui) = &titulaire {
            let (surete, raison) = if lecture.authentifie {
                (Surete::Authentifiee, "adresse_authentifiee")
            } else {
                (Surete::Indice, "adresse_du_compte")
            };
            trouve.rattachement = Rattachement {
                candidat: Some(qui.clone()),
                surete,
                raisons: vec![raison.to_owned()],
                ..Rattachement::default()
            };
        }
        self.par_jetons(lecture, &mut trouve).await?;
        self.par_references(lecture, &mut trouve).await?;
        self.par_indices(lecture, &mut trouve).await?;
        if let Some(fil) = Self::fil(&trouve.de, &lecture.objet_nu) {
            let suite = self.demande_de("fil", &fil).map_err(|e| faute(&e))?;
            trouve.suites.extend(suite);
        }
        Ok(trouve)
    }

    /// Whose address it is in the running campaign.
    fn titulaire(&self, mail: &str) -> Result<Option<CandidatId>, Faute> {
        let catalogue = self.atelier.catalogue();
        let Some(campagne) = &catalogue.campagne else {
            return Ok(None);
        };
        let cle = self.atelier.cle.cle_adresse(&campagne.code, mail);
        let trouve = self.atelier.store.index(&cle).map_err(|e| faute(&e))?;
        Ok(trouve.map(|id| CandidatId::new(String::from_utf8_lossy(&id))))
    }

    /// S21: the plus part of the address written to.
    async fn par_jetons(&self, lecture: &Lecture, trouve: &mut Trouve) -> Result<(), Faute> {
        for jeton in lecture.destinataires.iter().filter_map(|a| suite(a)) {
            if let Some(id) = self.atelier.cle.ouvrir_demande(jeton) {
                trouve.suites.push(id);
            } else if let Some(id) = self.atelier.cle.ouvrir_dossier(jeton) {
                self.du_dossier(&id, "jeton_dossier", trouve).await?;
            }
        }
        Ok(())
    }

    /// S22: what it answers, nearest first; ours by their seal, theirs by what came in before (S06).
    async fn par_references(&self, lecture: &Lecture, trouve: &mut Trouve) -> Result<(), Faute> {
        let joints = lecture.joints.iter();
        for id in lecture.references.iter().rev().chain(joints) {
            let local = id.split('@').next().unwrap_or_default();
            if let Some(etiquette) = self.atelier.cle.est_etiquette(local) {
                let store = &self.atelier.store;
                let reponse = Reponse::lire(store, &etiquette).map_err(|e| faute(&e))?;
                trouve.suites.extend(reponse.map(|r| r.demande));
                let envoi = courriers::lire(store, &etiquette).map_err(|e| faute(&e))?;
                if let Some(envoi) = envoi {
                    match &envoi.dossier {
                        Some(dossier) => self.du_dossier(dossier, "notre_mail", trouve).await?,
                        None => self.du_candidat(&envoi.candidat, "notre_mail", trouve),
                    }
                }
            } else {
                let vu = self.vu(id).map_err(|e| faute(&e))?;
                trouve.suites.extend(vu.map(|v| v.demande));
            }
        }
        // A reply that came before the mail it answers has left word (S06).
        if let Some(id) = &lecture.message_id {
            let attendu = self.demande_de("attendu", id).map_err(|e| faute(&e))?;
            trouve.suites.extend(attendu);
        }
        Ok(())
    }

    /// S23: numbers in the text are hints, never proofs.
    async fn par_indices(&self, lecture: &Lecture, trouve: &mut Trouve) -> Result<(), Faute> {
        for numero in &lecture.numeros {
            let index = self.atelier.store.index(&jetons::cle_numero(numero));
            if let Some(qui) = index.map_err(|e| faute(&e))? {
                let qui = CandidatId::new(String::from_utf8_lossy(&qui));
                self.du_candidat(&qui, "numero_cite", trouve);
            } else if numero.len() > jetons::LONGUEUR_NUMERO {
                let id = DossierId::new(numero.as_str());
                self.du_dossier(&id, "dossier_cite", trouve).await?;
            }
        }
        Ok(())
    }

    async fn du_dossier(
        &self,
        id: &DossierId,
        raison: &str,
        trouve: &mut Trouve,
    ) -> Result<(), Faute> {
        let vue = match self.annuaire.lire_dossier(id, None).await {
            Ok(vue) => vue,
            Err(Faute::Refus(_)) => return Ok(()),
            Err(faute) => return Err(faute),
        };
        self.du_candidat(&vue.candidat, raison, trouve);
        let ici = &mut trouve.rattachement;
        // Somebody else's dossier is told to the person who reads, and shown to nobody.
        if ici.candidat.as_ref() == Some(&vue.candidat) && ici.dossier.is_none() {
            ici.dossier = Some(id.clone());
            ici.formation = Some(vue.formation);
        }
        Ok(())
    }

    /// S25: what belongs to somebody else than the sender is flagged, and proves nothing.
    fn du_candidat(&self, qui: &CandidatId, raison: &str, trouve: &mut Trouve) {
        let ici = &mut trouve.rattachement;
        match &ici.candidat {
            None => {
                ici.candidat = Some(qui.clone());
                ici.surete = Surete::Indice;
                signaler(&mut trouve.signalements, "expediteur_inconnu");
            }
            Some(titulaire) if titulaire != qui => {
                signaler(&mut trouve.signalements, "autre_expediteur");
                return;
            }
            Some(_) => {}
        }
        if !ici.raisons.iter().any(|r| r == raison) {
            ici.raisons.push(raison.to_owned());
        }
    }

    /// The first of these requests the sender may go on with: their own, or any for a colleague who forwards (S07, S25).
    pub(super) async fn suite(
        &self,
        trouve: &mut Trouve,
    ) -> Result<Option<InstantaneDemande>, Faute> {
        let cle = self.atelier.cle.cle_personnel(&trouve.de);
        let collegue = self
            .atelier
            .store
            .index(&cle)
            .map_err(|e| faute(&e))?
            .is_some();
        for mut id in std::mem::take(&mut trouve.suites) {
            let mut lu = self.annuaire.lire_demande(&id).await?;
            if let domain::demande::Demande::Fusionnee { dans, .. } = lu.etat.as_ref() {
                id = dans.clone();
                lu = self.annuaire.lire_demande(&id).await?;
            }
            let Some(fond) = lu.etat.fond() else { continue };
            if fond.demandeur == trouve.de || collegue {
                return Ok(Some(lu));
            }
            signaler(&mut trouve.signalements, "autre_expediteur");
        }
        Ok(None)
    }
}

pub(super) fn signaler(signalements: &mut Vec<String>, code: &str) {
    if !signalements.iter().any(|s| s == code) {
        signalements.push(code.to_owned());
    }
}
