//! Wrong codes of the second factor: six digits are few, so tries are counted (Q13).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use domain::ids::PersonnelId;

use crate::atelier::plus;
use crate::protocol::Faute;

/// Wrong codes before the person must wait.
const MAX_FAUX: u32 = 5;
/// How long.
const ATTENTE: SignedDuration = SignedDuration::from_mins(5);
/// People counted at once; when there are more the count starts anew.
const MAX_COMPTES: usize = 10_000;

/// Who typed how many wrong codes, and when the last one was.
#[derive(Debug, Default)]
pub(super) struct Essais(Mutex<HashMap<PersonnelId, (u32, Timestamp)>>);

impl Essais {
    /// Whether the person may try now.
    pub(super) fn permettre(&self, qui: &PersonnelId, maintenant: Timestamp) -> Result<(), Faute> {
        let mut comptes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((faux, dernier)) = comptes.get(qui).copied() else {
            return Ok(());
        };
        let reste = plus(dernier, ATTENTE).duration_since(maintenant);
        if !reste.is_positive() {
            comptes.remove(qui);
            return Ok(());
        }
        if faux < MAX_FAUX {
            return Ok(());
        }
        let reessayer_s = u32::try_from(reste.as_secs()).unwrap_or(u32::MAX).max(1);
        Err(Faute::TropDEssais { reessayer_s })
    }

    /// Counts a wrong code, or forgets after a right one.
    pub(super) fn noter(&self, qui: &PersonnelId, juste: bool, maintenant: Timestamp) {
        let mut comptes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if juste {
            comptes.remove(qui);
            return;
        }
        if comptes.len() >= MAX_COMPTES {
            comptes.clear();
        }
        let compte = comptes.entry(qui.clone()).or_insert((0, maintenant));
        *compte = (compte.0.saturating_add(1), maintenant);
    }
}
