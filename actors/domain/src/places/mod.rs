//! The places of one formation: ranks of the liste complémentaire, open offers, confirmed admissions.
//!
//! A dossier's decision and what it does to the places are one commit (ADR 0008), so ranks are unique
//! and a promotion never goes beyond the capacity, whoever acts at the same moment.

mod decide;
mod ensemble;
mod evolve;

pub use decide::{Facts, decide, effets};
pub use ensemble::{AUCUN, Ensemble};
pub use evolve::evolve;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::campagne::Formation;
use crate::ids::DossierId;

/// Who holds what in one formation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// Ranks of drafts: taken, not yet on the list (T15).
    pub reserves: BTreeMap<DossierId, u32>,
    /// The released list: who waits, by rank.
    pub liste: BTreeMap<u32, DossierId>,
    /// Released offers without answer.
    pub offres: BTreeSet<DossierId>,
    /// Confirmed.
    pub confirmes: BTreeSet<DossierId>,
    /// Places given back and not offered again: each promotes one (T22).
    pub rendues: u32,
}

impl Places {
    /// Open offers and confirmed admissions.
    pub fn occupees(&self) -> usize {
        self.offres.len() + self.confirmes.len()
    }

    /// Whether one more offer stays within the capacity; without one, there is always room.
    pub fn libre(&self, formation: &Formation) -> bool {
        formation
            .capacite
            .is_none_or(|max| self.occupees() < usize::try_from(max).unwrap_or(usize::MAX))
    }

    /// The position among those still waiting, from 1 (« rang réel »).
    pub fn rang_reel(&self, dossier: &DossierId) -> Option<usize> {
        let position = self.liste.values().position(|d| d == dossier)?;
        Some(position + 1)
    }

    /// Whose turn it is.
    pub fn premier(&self) -> Option<&DossierId> {
        self.liste.values().next()
    }

    /// Who is to be promoted without anybody asking: a place was given back and is free.
    pub fn a_promouvoir(&self, formation: &Formation) -> Option<&DossierId> {
        let due = self.rendues > 0 && self.libre(formation);
        self.premier().filter(|_| due)
    }
}

/// What a dossier asks of the places of its formation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "commande", rename_all = "snake_case")]
pub enum Commande {
    /// T15: a draft LC takes its rank; an earlier draft of the same dossier gives its own up.
    Reserver {
        /// Which.
        rang: u32,
    },
    /// T15: the draft is gone, or needs no rank.
    Relacher,
    /// T16: on the list.
    Inscrire {
        /// At which rank.
        rang: u32,
    },
    /// T16: an offer of the jury; beyond the capacity it is the jury's choice (P23).
    Offrir,
    /// T18.
    Confirmer,
    /// T07, T17, T19–T21: gives up whatever it holds.
    Quitter,
    /// T22: the first on the list, while a place is free.
    Promouvoir,
    /// T23: the offer again, while a place is free.
    Retablir,
}

/// What happened to the places. Stored in the stream `formation.<code>`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Evenement {
    /// T15.
    RangReserve {
        /// For whom.
        dossier: DossierId,
        /// Which.
        rang: u32,
    },
    /// T15.
    RangRelache {
        /// Whose.
        dossier: DossierId,
    },
    /// T16.
    ListeRejointe {
        /// Who.
        dossier: DossierId,
        /// At which rank.
        rang: u32,
    },
    /// T07, T17, T20.
    ListeQuittee {
        /// Who.
        dossier: DossierId,
    },
    /// T16, T22, T23.
    PlaceOfferte {
        /// To whom.
        dossier: DossierId,
        /// From the list.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        promotion: bool,
    },
    /// T18.
    PlaceConfirmee {
        /// By whom.
        dossier: DossierId,
    },
    /// T07, T19, T21.
    PlaceRendue {
        /// By whom.
        dossier: DossierId,
    },
    /// The capacity was raised: as many more are promoted from the list (T22).
    PlacesAjoutees {
        /// By how many.
        combien: u32,
    },
    /// A new campaign: nobody holds anything.
    Recommencees,
}
