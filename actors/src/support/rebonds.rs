//! Mails of ours that came back: believed only when we sent that mail to that address lately (S40–S44).

use domain::candidat::Commande;
use domain::demande::{Commande as CommandeDemande, EtatMessage};
use domain::formulaires::normaliser_mail;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use storage::{Batch, StoreError};

use super::lecture::{Lecture, Rebondi};
use super::tri::Tri;
use crate::acteurs::OrdreSur;
use crate::atelier::faute;
use crate::courriers::{self, Envoi, EtatEnvoi, Interne, Reponse};
use crate::fil::json;
use crate::protocol::Faute;

/// How long after a mail left its bounce is believed.
const RECENT: SignedDuration = SignedDuration::from_hours(24 * 10);
/// How long a soft bounce counts.
const MEMOIRE_DOUCE: SignedDuration = SignedDuration::from_hours(24 * 7);
/// Soft bounces of one address, within that time, after which its owner is told.
const DOUX_MAX: usize = 3;

/// Soft bounces of a candidate's address.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Doux {
    mail: String,
    fois: Vec<Timestamp>,
}

impl Tri {
    /// Notes who did not get what; never a mail (S44). A report that names no mail of ours changes nothing (S41).
    pub(super) async fn rebond(&self, lecture: &Lecture) -> Result<String, Faute> {
        let Some(etiquette) = self.etiquette(lecture) else {
            return Ok("rebond inconnu".to_owned());
        };
        let store = &self.atelier.store;
        let envoi = courriers::lire(store, &etiquette).map_err(|e| faute(&e))?;
        let reponse = Reponse::lire(store, &etiquette).map_err(|e| faute(&e))?;
        let interne = Interne::lire(store, &etiquette).map_err(|e| faute(&e))?;
        let mut crus = 0;
        for rebondi in &lecture.rebonds {
            let adresse = normaliser_mail(&rebondi.adresse);
            if let Some(envoi) = &envoi
                && self.cru(&adresse, &envoi.a, envoi.le)
            {
                self.rebond_candidat(envoi.clone(), rebondi).await?;
                crus += 1;
            }
            if let Some(reponse) = &reponse
                && self.cru(&adresse, &reponse.a, reponse.le)
            {
                self.rebond_demande((reponse, &etiquette), rebondi).await?;
                crus += 1;
            }
            if let Some(interne) = &interne
                && self.cru(&adresse, &interne.a, interne.le)
            {
                self.rebond_interne((interne, &etiquette), rebondi).await?;
                crus += 1;
            }
        }
        Ok(match crus {
            0 => "rebond non cru".to_owned(),
            _ => "rebond".to_owned(),
        })
    }

    /// VERP first, then the id of the mail that came back (S40).
    fn etiquette(&self, lecture: &Lecture) -> Option<String> {
        let cle = &self.atelier.cle;
        let verp = lecture.destinataires.iter().filter_map(|a| suite(a));
        let ids = lecture.joints.iter().chain(lecture.references.iter().rev());
        let ids = ids.map(|id| id.split('@').next().unwrap_or_default());
        verp.chain(ids).find_map(|texte| cle.est_etiquette(texte))
    }

    fn cru(&self, adresse: &str, envoyee_a: &str, le: Timestamp) -> bool {
        let age = self.atelier.maintenant().duration_since(le);
        normaliser_mail(envoyee_a) == adresse && age <= RECENT
    }

    async fn rebond_candidat(&self, mut envoi: Envoi, rebondi: &Rebondi) -> Result<(), Faute> {
        let (mail, maintenant) = (envoi.a.clone(), self.atelier.maintenant());
        // The same report twice says nothing new.
        let deja = envoi.etat == EtatEnvoi::Refuse;
        // What a commission does not get is not the candidate's fault.
        let sienne = !envoi.code.commission();
        let mut lot = Batch::default();
        let mut signaler = rebondi.permanent && sienne;
        if rebondi.permanent {
            envoi.noter(EtatEnvoi::Refuse, Some(rebondi.raison.clone()), maintenant);
        } else if !deja {
            if sienne {
                let fois = self.compter_doux(&envoi, maintenant, &mut lot);
                signaler = fois.map_err(|e| faute(&e))? >= DOUX_MAX;
            }
            envoi.noter(EtatEnvoi::Differe, Some(rebondi.raison.clone()), maintenant);
        }
        envoi.poser(&mut lot).map_err(|e| faute(&e))?;
        if signaler {
            let commande = Commande::SignalerRebond {
                mail,
                raison: rebondi.raison.clone(),
            };
            let fait = self
                .annuaire
                .candidat(&envoi.candidat, None, commande)
                .await;
            if !matches!(fait, Ok(_) | Err(Faute::Refus(_))) {
                return fait.map(drop);
            }
        }
        let fait = self.atelier.store.commit(lot).await;
        fait.map(drop).map_err(|e| faute(&e))
    }

    /// S42: full or blocked counts, and expires; a new address begins again.
    fn compter_doux(
        &self,
        envoi: &Envoi,
        maintenant: Timestamp,
        lot: &mut Batch,
    ) -> Result<usize, StoreError> {
        let cle = courriers::cle_douce(&envoi.candidat);
        let ligne = self.atelier.store.view(&cle)?;
        let lu = ligne.and_then(|octets| serde_json::from_slice::<Doux>(&octets).ok());
        let mut doux = lu.filter(|d| d.mail == envoi.a).unwrap_or_default();
        doux.mail.clone_from(&envoi.a);
        doux.fois
            .retain(|le| maintenant.duration_since(*le) <= MEMOIRE_DOUCE);
        doux.fois.push(maintenant);
        lot.views_put.push((cle, json(&doux)?));
        Ok(doux.fois.len())
    }

    async fn rebond_demande(
        &self,
        (reponse, etiquette): (&Reponse, &str),
        rebondi: &Rebondi,
    ) -> Result<(), Faute> {
        let etat = EtatMessage::Echec {
            le: self.atelier.maintenant(),
            raison: rebondi.raison.clone(),
        };
        self.noter_envoi(reponse, etat).await?;
        let sorte = if rebondi.permanent {
            EtatEnvoi::Refuse
        } else {
            EtatEnvoi::Differe
        };
        let mut lot = Batch::default();
        let comptee = Reponse {
            etat: sorte,
            ..reponse.clone()
        };
        comptee.poser(&mut lot, etiquette).map_err(|e| faute(&e))?;
        let fait = self.atelier.store.commit(lot).await;
        fait.map(drop).map_err(|e| faute(&e))
    }

    /// A member of staff did not get theirs: the deliverability page says so.
    async fn rebond_interne(
        &self,
        (interne, etiquette): (&Interne, &str),
        rebondi: &Rebondi,
    ) -> Result<(), Faute> {
        let etat = if rebondi.permanent {
            EtatEnvoi::Refuse
        } else {
            EtatEnvoi::Differe
        };
        let sort = (etat, Some(rebondi.raison.clone()));
        let mut lot = Batch::default();
        let note = Interne::noter(&self.atelier, (etiquette, &interne.a), sort, &mut lot);
        note.map_err(|e| faute(&e))?;
        let fait = self.atelier.store.commit(lot).await;
        fait.map(drop).map_err(|e| faute(&e))
    }

    pub(super) async fn noter_envoi(
        &self,
        reponse: &Reponse,
        etat: EtatMessage,
    ) -> Result<(), Faute> {
        let ordre = OrdreSur {
            repere: None.into(),
            commande: CommandeDemande::NoterEnvoi {
                message: reponse.message.clone(),
                etat,
            },
            avec: Batch::default(),
        };
        match self.annuaire.demande(&reponse.demande, ordre).await {
            Ok(_) | Err(Faute::Refus(_)) => Ok(()),
            Err(faute) => Err(faute),
        }
    }

    /// S43: the addressee called a mail of ours unwanted. Noted where the support sees it; what is owed by law goes on.
    pub(super) async fn plainte(&self, lecture: &Lecture) -> Result<String, Faute> {
        let Some(etiquette) = self.etiquette(lecture) else {
            return Ok("plainte inconnue".to_owned());
        };
        let lu = courriers::lire(&self.atelier.store, &etiquette).map_err(|e| faute(&e))?;
        let recent = |envoi: &Envoi| self.cru(&normaliser_mail(&envoi.a), &envoi.a, envoi.le);
        let Some(mut envoi) = lu.filter(recent) else {
            return Ok("plainte inconnue".to_owned());
        };
        let mut lot = Batch::default();
        envoi.noter(EtatEnvoi::Plainte, None, self.atelier.maintenant());
        envoi.poser(&mut lot).map_err(|e| faute(&e))?;
        lot.views_put.push((
            courriers::cle_plainte(&envoi.candidat),
            envoi.a.into_bytes(),
        ));
        let fait = self.atelier.store.commit(lot).await;
        fait.map_err(|e| faute(&e))?;
        Ok("plainte".to_owned())
    }
}

/// What follows the plus sign of an address.
pub(super) fn suite(adresse: &str) -> Option<&str> {
    let (local, _) = adresse.rsplit_once('@')?;
    local.rsplit_once('+').map(|(_, suite)| suite)
}
