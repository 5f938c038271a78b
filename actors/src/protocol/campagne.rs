//! What staff ask of the campaign itself, and what they are answered.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use domain::campagne::{Cle, Evenement, Sort};
use domain::ids::PersonnelId;

/// The most lines of the history in one answer.
pub const MAX_HISTORIQUE: usize = 50;
/// The most definitions changed at once.
pub const MAX_CHANGEMENTS: usize = 5_000;

/// What a member of staff does with the campaign.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "quoi", rename_all = "snake_case")]
pub enum ActeCampagne {
    /// Changes definitions, each as far as the asker's rights go; all or nothing.
    Changer {
        /// In order.
        changements: Vec<Evenement>,
        /// What the asker saw: of the definition, when there is one change, else of the whole campaign.
        #[serde(default)]
        version: Option<u64>,
        /// Only say what it would do.
        #[serde(default)]
        essai: bool,
    },
    /// Who changed what, newest first.
    Historique {
        /// Before this change; from the newest without.
        #[serde(default)]
        avant: Option<u64>,
    },
    /// The last change of each mail text: who, when, what.
    Textes,
    /// Whether the asker may see the campaign's pages at all.
    Lire,
}

/// One change that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LigneCampagne {
    /// Its number, from 1.
    pub version: u64,
    /// When.
    pub le: Timestamp,
    /// By whom; by the operator's file without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub par: Option<PersonnelId>,
    /// The name of that person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nom: Option<String>,
    /// What.
    #[serde(flatten)]
    pub cle: Cle,
    /// What became of it.
    pub effet: Sort,
    /// As it was before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avant: Option<Box<Evenement>>,
    /// As it is since.
    pub apres: Box<Evenement>,
}
