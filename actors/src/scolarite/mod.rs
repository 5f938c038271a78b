//! The scolarité's records: received, kept by a keyed hash of the INE, looked up for who proves to be the person
//! (G13), handed on to who registered before (G18, G37).

mod lire;

use std::sync::Arc;

use async_trait::async_trait;
use bus::wire::scolarite::Raison;
use bus::{Reception, Recipient};
use jiff::civil::Date;
use storage::{Batch, Guard, MAX_VALUE, StoreError};

use domain::candidat::Commande;
use domain::ids::CandidatId;
use domain::profil::Fiche;
use domain::profil::ine::Ine;

use crate::acteurs::{Annuaire, ESSAIS};
use crate::atelier::{Atelier, faute};
use crate::protocol::Faute;

/// Lookups by INE one account may make: a birth date is no secret for who may try them all.
const MAX_ESSAIS_COMPTE: u32 = 20;
/// Lookups of one INE by all accounts together.
const MAX_ESSAIS_INE: u32 = 60;
/// Candidates read at once who gave the same INE.
const LOT: usize = 50;

/// The records. Clones share everything.
#[derive(Clone)]
pub struct Scolarite {
    atelier: Arc<Atelier>,
    annuaire: Annuaire,
}

impl std::fmt::Debug for Scolarite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Scolarite")
    }
}

#[async_trait]
impl Recipient for Scolarite {
    async fn receive(&self, record: &[u8]) -> Reception {
        let fiche = match lire::lire(record) {
            Ok(fiche) => fiche,
            Err(raisons) => return Reception::Refused(raisons),
        };
        match self.recevoir(fiche).await {
            Ok(None) => Reception::Accepted,
            Ok(Some(raison)) => Reception::Refused(vec![raison]),
            Err(Faute::Occupe { .. }) => Reception::Later("occupé".to_owned()),
            Err(faute) => Reception::Later(format!("{faute:?}")),
        }
    }
}

impl Scolarite {
    pub(crate) fn new(atelier: Arc<Atelier>, annuaire: Annuaire) -> Self {
        Self { atelier, annuaire }
    }

    /// The record of an INE.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn fiche(&self, ine: &Ine) -> Result<Option<Fiche>, Faute> {
        let ligne = self.atelier.store.index(&self.cle(ine));
        let ligne = ligne.map_err(|e| faute(&e))?;
        ligne.map(|ligne| lire_fiche(&ligne)).transpose()
    }

    /// G13: the record, for who gives the person's birth date as well. A stranger learns nothing: an INE that is
    /// unknown, somebody else's or tried too often gets the same answer after the same work.
    pub(crate) async fn chercher(
        &self,
        qui: &CandidatId,
        ine: &Ine,
        naissance: Date,
    ) -> Result<Option<Fiche>, Faute> {
        let permis = self.compter(qui, ine).await?;
        let fiche = self.fiche(ine)?;
        Ok(fiche.filter(|f| permis && f.date_naissance == naissance))
    }

    /// Counts a lookup, and says whether it may be answered.
    async fn compter(&self, qui: &CandidatId, ine: &Ine) -> Result<bool, Faute> {
        let store = &self.atelier.store;
        let du_compte = format!("ine-essais-compte:{qui}").into_bytes();
        let de_l_ine = self.atelier.cle.cle_ine("essais", ine);
        let mut permis = true;
        let mut lot = Batch::default();
        for (cle, max) in [(du_compte, MAX_ESSAIS_COMPTE), (de_l_ine, MAX_ESSAIS_INE)] {
            let compte = store.index(&cle).map_err(|e| faute(&e))?;
            let compte = compte.and_then(|c| c.first_chunk().map(|c| u32::from_be_bytes(*c)));
            let compte = compte.unwrap_or(0).saturating_add(1);
            permis &= compte <= max;
            lot.index_put.push((cle, compte.to_be_bytes().to_vec()));
        }
        store.commit(lot).await.map_err(|e| faute(&e))?;
        Ok(permis)
    }

    /// Keeps a record and hands it on; a reason when it cannot be kept. A repeat does what is left to do.
    async fn recevoir(&self, fiche: Fiche) -> Result<Option<Raison>, Faute> {
        let cle = self.cle(&fiche.ine);
        let ligne = crate::fil::json(&fiche).map_err(|e| faute(&e))?;
        if ligne.len() > MAX_VALUE {
            return Ok(Some(lire::raison(
                "",
                "trop_gros",
                "L'enregistrement est trop gros.",
            )));
        }
        if !self.garder(&cle, &fiche, ligne).await? {
            return Ok(None);
        }
        let prefixe = self.atelier.cle.cle_ine("candidat", &fiche.ine);
        let mut apres: Option<Vec<u8>> = None;
        loop {
            let store = &self.atelier.store;
            let page = store.index_after(&prefixe, apres.as_deref(), LOT);
            let page = page.map_err(|e| faute(&e))?;
            let Some((derniere, _)) = page.last() else {
                return Ok(None);
            };
            apres = Some(derniere.clone());
            for (_, candidat) in page {
                let qui = CandidatId::new(String::from_utf8_lossy(&candidat));
                let recevoir = Commande::RecevoirCursus(Box::new(fiche.clone()));
                match self.annuaire.candidat(&qui, None, recevoir).await {
                    // A refusal is an answer: the account does not take it.
                    Ok(_) | Err(Faute::Refus(_)) => {}
                    Err(faute) => return Err(faute),
                }
            }
        }
    }

    /// Whether the record is now the one that is kept: an older one is not.
    async fn garder(&self, cle: &[u8], fiche: &Fiche, ligne: Vec<u8>) -> Result<bool, Faute> {
        for _ in 0..ESSAIS {
            let connue = self.atelier.store.index(cle).map_err(|e| faute(&e))?;
            if let Some(connue) = &connue {
                if *connue == ligne {
                    return Ok(true);
                }
                // Two of the same moment: the first one stays.
                if lire_fiche(connue)?.emis_le >= fiche.emis_le {
                    return Ok(false);
                }
            }
            let garde = match connue {
                None => Guard::Absent(cle.to_vec()),
                Some(connue) => Guard::Equals(cle.to_vec(), connue),
            };
            let lot = Batch {
                guards: vec![garde],
                index_put: vec![(cle.to_vec(), ligne.clone())],
                ..Batch::default()
            };
            match self.atelier.store.commit(lot).await {
                Ok(_) => return Ok(true),
                // Another record of the same person was first: look again.
                Err(StoreError::Taken(_)) => {}
                Err(erreur) => return Err(faute(&erreur)),
            }
        }
        Err(crate::acteurs::occupe())
    }

    fn cle(&self, ine: &Ine) -> Vec<u8> {
        self.atelier.cle.cle_ine("fiche", ine)
    }
}

fn lire_fiche(ligne: &[u8]) -> Result<Fiche, Faute> {
    serde_json::from_slice(ligne).map_err(|e| faute(&StoreError::Corrupt(e.to_string())))
}
