//! Decisions of the jury: draft, released, answered (`2-domain.md`, sections 2 and 5).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Acteur;
use crate::ids::MotifCode;

/// What the jury decides, each with the data it needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "avis", rename_all = "snake_case")]
pub enum Nature {
    /// FA.
    Favorable,
    /// DE.
    Defavorable {
        /// Why, from the campaign's list.
        motif: MotifCode,
    },
    /// LC.
    ListeComplementaire {
        /// The place on the list, from 1, unique in the formation.
        rang: u32,
    },
    /// LA: no rank, no promotion.
    ListeAttente,
    /// PR.
    Preselection {
        /// The interview or test.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        convocation: Option<Convocation>,
    },
}

/// When and where a preselected candidate is expected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Convocation {
    /// When.
    pub le: Timestamp,
    /// Where.
    pub lieu: String,
    /// What to bring or prepare.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consigne: Option<String>,
}

/// A decision as entered (T15).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Avis {
    /// What.
    #[serde(flatten)]
    pub nature: Nature,
    /// To the candidate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commentaire: Option<String>,
    /// A second look after a refusal (T17).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub appel: bool,
}

impl Nature {
    /// The code programs know it by.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Favorable => "favorable",
            Self::Defavorable { .. } => "defavorable",
            Self::ListeComplementaire { .. } => "liste_complementaire",
            Self::ListeAttente => "liste_attente",
            Self::Preselection { .. } => "preselection",
        }
    }

    /// The rank, for LC.
    pub const fn rang(&self) -> Option<u32> {
        match self {
            Self::ListeComplementaire { rang } => Some(*rang),
            Self::Favorable
            | Self::Defavorable { .. }
            | Self::ListeAttente
            | Self::Preselection { .. } => None,
        }
    }
}

/// What the candidate answered, or the date for him.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reponse {
    /// T18.
    Confirmee,
    /// T19, T20.
    Desistee,
    /// T21.
    DesisteeAuto,
}

/// A released decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publie {
    /// What.
    pub avis: Avis,
    /// By whom.
    pub par: Acteur,
    /// Since when the candidate sees it.
    pub publie_le: Timestamp,
    /// The last moment to confirm an offer; none: open without end.
    pub confirmation: Option<Timestamp>,
    /// From the waiting list (T22).
    pub promu: bool,
    /// The answer.
    pub reponse: Option<Reponse>,
}

impl Publie {
    /// An offer that waits for its answer.
    pub fn offre_ouverte(&self) -> bool {
        self.avis.nature == Nature::Favorable && self.reponse.is_none()
    }
}

/// The decisions of one dossier. A draft never hides what is released (P08).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decisions {
    /// Entered, not released: the candidate does not know of it.
    pub brouillon: Option<Avis>,
    /// The last released one.
    pub publie: Option<Publie>,
}
