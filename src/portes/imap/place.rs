//! Where the reading of a mailbox stands, remembered so that no mail is fetched twice or passed over.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// Mails that could not be had and are tried again at each whole look.
const MAX_RESTES: usize = 1000;

/// Up to where a mailbox was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    /// For the numbers of this validity; they mean nothing under another one.
    pub(super) validite: u32,
    /// The highest number taken or passed over.
    pub(super) haut: u32,
    /// Lower ones that could not be had.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) restes: BTreeSet<u32>,
    /// When the mailbox was last looked at, seconds; 0 for one nobody has looked at.
    #[serde(default)]
    pub(super) vue: i64,
    /// What came before the first look and had been read then is of people (seconds).
    #[serde(default)]
    pub(super) debut: i64,
}

impl Place {
    /// The same mailbox whose mails are numbered anew, or a first look.
    pub(super) fn renumerotee(&self, validite: u32) -> Self {
        Self {
            validite,
            haut: 0,
            restes: BTreeSet::new(),
            vue: self.vue,
            debut: self.vue,
        }
    }

    /// Whether a number was dealt with.
    pub(super) fn connait(&self, uid: u32) -> bool {
        uid <= self.haut && !self.restes.contains(&uid)
    }

    /// It was taken.
    pub(super) fn prendre(&mut self, uid: u32) {
        self.restes.remove(&uid);
        self.haut = self.haut.max(uid);
    }

    /// It cannot be had now; false when there are too many such.
    pub(super) fn laisser(&mut self, uid: u32) -> bool {
        self.haut = self.haut.max(uid);
        self.restes.contains(&uid) || (self.restes.len() < MAX_RESTES && self.restes.insert(uid))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn un_mail_pris_ne_l_est_plus_et_un_mail_laisse_revient() {
        let mut place = Place::default().renumerotee(7);
        assert!(!place.connait(1));
        place.prendre(3);
        assert!(place.laisser(4));
        place.prendre(5);
        assert_eq!(
            [1, 3, 4, 5, 6].map(|uid| place.connait(uid)),
            [true, true, false, true, false]
        );
        place.prendre(4);
        assert!(place.connait(4) && place.restes.is_empty());
        let autre = place.renumerotee(8);
        assert!(
            !autre.connait(3),
            "another numbering says nothing of the former one"
        );
        let mut pleine = Place::default();
        assert!((1..=1000).all(|uid| pleine.laisser(uid)));
        assert!(
            !pleine.laisser(1001) && pleine.laisser(7),
            "a bound, and no second time"
        );
    }
}
