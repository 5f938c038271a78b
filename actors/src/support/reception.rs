//! Mails come in: remembered durably before anything else is done with them (S01), once each (S03).
//!
//! The truth is the stream `boite.<sha256>` of each mail; what waits and what failed is found by rows of two views.

use std::sync::atomic::Ordering;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use storage::{Append, Batch, Expected, StoreError};

use crate::atelier::Atelier;
use crate::fil::json;
use crate::record;

/// Where what waits is kept, in the order it came in.
pub(crate) const ATTENTE: &str = "boite/attente/";
/// Where what could not be understood is kept.
pub(crate) const QUARANTAINE: &str = "boite/quarantaine/";
/// The most recipients remembered of an envelope.
const MAX_DESTINATAIRES: usize = 20;

/// A mail that came in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Recu {
    /// Its bytes.
    pub(crate) sha256: String,
    /// How many.
    pub(crate) octets: u64,
    /// By which door.
    pub(crate) porte: String,
    /// Whom the envelope named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) destinataires: Vec<String>,
    /// When.
    pub(crate) le: Timestamp,
    /// How often it was tried: counted before the try, so that one which kills the process counts too (S05).
    #[serde(default)]
    pub(crate) essais: u32,
    /// What went wrong the last time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) erreur: Option<String>,
}

/// What happened to a mail; stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Evenement {
    /// It came in.
    Recu {
        /// It.
        recu: Recu,
    },
    /// It was understood; this is what became of it (S09: stays when the bytes are gone).
    Traite {
        /// Such as `demande ABC…`, `rebond`, `robot`, `double`.
        issue: String,
    },
    /// It could not be understood.
    Ecarte {
        /// Why.
        erreur: String,
    },
    /// A person asked for another try.
    Rejoue {
        /// Who.
        par: domain::ids::PersonnelId,
    },
    /// The bytes are gone, by rule.
    Purge,
}

impl Recu {
    /// Its row of a view. Finer than a millisecond: a door that takes one mail after the other keeps their order (S64).
    pub(crate) fn rangee(&self, prefixe: &str) -> Vec<u8> {
        let us = u64::try_from(self.le.as_microsecond()).unwrap_or_default();
        format!("{prefixe}{us:016x}/{}", self.sha256).into_bytes()
    }
}

pub(crate) fn stream(sha256: &str) -> String {
    format!("boite.{sha256}")
}

/// An event of a mail, in a batch.
pub(crate) fn noter(
    lot: &mut Batch,
    sha256: &str,
    le: Timestamp,
    expected: Expected,
    evenement: &Evenement,
) -> Result<(), StoreError> {
    lot.appends.push(Append {
        stream: stream(sha256),
        expected,
        events: vec![record::ecrire(le, evenement).map_err(StoreError::Corrupt)?],
    });
    Ok(())
}

/// Marks a mail whose bytes are to go: what became of it, and its hash, stay (S09, S62).
pub(crate) fn purger(atelier: &Atelier, lot: &mut Batch, sha256: &str) -> Result<(), StoreError> {
    noter(
        lot,
        sha256,
        atelier.maintenant(),
        Expected::Any,
        &Evenement::Purge,
    )
}

/// Remembers a mail whose bytes are stored. The same bytes a second time are the same mail.
///
/// # Errors
/// When the store refuses: nothing was done, and whoever brings the mail keeps it.
pub(crate) async fn recevoir(
    atelier: &Atelier,
    (sha256, octets): (String, u64),
    porte: String,
    mut destinataires: Vec<String>,
) -> Result<(), StoreError> {
    destinataires.truncate(MAX_DESTINATAIRES);
    let recu = Recu {
        sha256,
        octets,
        porte,
        destinataires,
        le: atelier.maintenant(),
        essais: 0,
        erreur: None,
    };
    let mut lot = Batch {
        views_put: vec![(recu.rangee(ATTENTE), json(&recu)?)],
        ..Batch::default()
    };
    let fait = Evenement::Recu { recu: recu.clone() };
    noter(&mut lot, &recu.sha256, recu.le, Expected::Exact(0), &fait)?;
    match atelier.store.commit(lot).await {
        Ok(_) => {
            atelier.boite.recus.fetch_add(1, Ordering::Relaxed);
            atelier.boite.reveil.notify_one();
            Ok(())
        }
        // Brought twice: it was remembered the first time (S03).
        Err(StoreError::Conflict { .. }) => Ok(()),
        Err(erreur) => Err(erreur),
    }
}

/// The mails under a prefix, oldest first.
pub(crate) fn lister(
    atelier: &Atelier,
    prefixe: &str,
    limite: usize,
) -> Result<Vec<Recu>, StoreError> {
    let lignes = atelier.store.views(prefixe.as_bytes(), None, limite)?;
    let lire = |(_, ligne): &(Vec<u8>, Vec<u8>)| {
        serde_json::from_slice(ligne).map_err(|e| StoreError::Corrupt(format!("{prefixe}: {e}")))
    };
    lignes.iter().map(lire).collect()
}
