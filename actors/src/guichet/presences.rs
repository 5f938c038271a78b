//! Who has which dossier or request open: two people on the same one are told of each other (P03, S59).
//!
//! Kept in the memory of this process alone: over several machines one sees those whose looks this machine
//! answered. Nothing rests on it; what keeps two acts apart is the version of what they act on.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::SignedDuration;

use crate::protocol::Present;

/// How long a look counts as being there.
const VIE: SignedDuration = SignedDuration::from_mins(10);
/// Dossiers and requests kept; beyond, those whose lookers have gone make room, and then newcomers are not noted.
const MAX_VUS: usize = 10_000;
/// Lookers kept of one.
const MAX_PRESENTS: usize = 20;

#[derive(Debug, Default)]
pub(super) struct Presences(Mutex<HashMap<String, Vec<Present>>>);

impl Presences {
    /// Notes a look; who else is there.
    pub(super) fn arriver(&self, quoi: &str, qui: Present) -> Vec<Present> {
        let la = |p: &Present| qui.le.duration_since(p.le) < VIE;
        let mut vus = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if vus.len() >= MAX_VUS && !vus.contains_key(quoi) {
            vus.retain(|_, presents| presents.iter().any(la));
            if vus.len() >= MAX_VUS {
                return Vec::new();
            }
        }
        let presents = vus.entry(quoi.to_owned()).or_default();
        presents.retain(|p| la(p) && p.personnel != qui.personnel);
        let autres = presents.clone();
        if presents.len() < MAX_PRESENTS {
            presents.push(qui);
        }
        autres
    }
}

#[cfg(test)]
mod tests {
    use domain::ids::PersonnelId;
    use jiff::Timestamp;

    use super::*;

    fn present(qui: &str, minute: i64) -> Present {
        Present {
            personnel: PersonnelId::new(qui),
            nom: qui.to_owned(),
            le: Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minute),
        }
    }

    #[test]
    fn p03_deux_personnes_se_voient_et_qui_est_parti_s_oublie() {
        let presences = Presences::default();
        let dossier = "dossier.d";
        assert_eq!(presences.arriver(dossier, present("a", 0)), []);
        assert_eq!(
            presences.arriver(dossier, present("b", 2)),
            [present("a", 0)]
        );
        assert_eq!(
            presences.arriver(dossier, present("a", 5)),
            [present("b", 2)],
            "nobody is told of themselves"
        );
        assert_eq!(
            presences.arriver(dossier, present("b", 14)),
            [present("a", 5)]
        );
        assert_eq!(presences.arriver(dossier, present("a", 30)), []);
        let autre = "demande.d";
        assert_eq!(presences.arriver(autre, present("b", 30)), []);
    }

    #[test]
    fn les_presences_ont_une_limite_et_font_place() {
        let presences = Presences::default();
        for n in 0..MAX_VUS {
            presences.arriver(&n.to_string(), present("a", 0));
        }
        let neuf = "neuf";
        presences.arriver(neuf, present("a", 1));
        assert_eq!(presences.arriver(neuf, present("b", 1)), [], "full");
        presences.arriver(neuf, present("a", 20));
        assert_eq!(
            presences.arriver(neuf, present("b", 20)),
            [present("a", 20)],
            "those who left made room"
        );
    }
}
