//! The campaign in figures.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use domain::ids::{CommissionCode, FormationCode};

use super::{Comptes, Etat};

/// The most days told, the last ones.
pub const MAX_JOURS: usize = 400;

/// The figures of what the asker may see.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statistiques {
    /// By state, by avis, by formation and state.
    #[serde(flatten)]
    pub comptes: Comptes,
    /// From the account to the place, each step with how many came so far.
    pub entonnoir: Vec<Marche>,
    /// Each formation.
    pub par_formation: Vec<ChiffresFormation>,
    /// Each day on which something happened, oldest first.
    pub par_jour: Vec<ChiffresJour>,
    /// What waits, by commission (P14); formations without one come together, last.
    pub commissions: Vec<ChiffresCommission>,
}

/// One step of the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marche {
    /// `comptes`, `comptes_valides`, `profils_complets` (told to who sees everything), `candidats`, `dossiers`,
    /// `transmis`, `complets`, `favorables`, `confirmes`.
    pub etape: String,
    /// How many.
    pub nombre: u64,
}

/// A formation in figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChiffresFormation {
    /// Which.
    pub formation: FormationCode,
    /// Its places.
    pub capacite: Option<u32>,
    /// Dossiers, dropped ones left out.
    pub dossiers: u64,
    /// By state.
    pub etats: BTreeMap<Etat, u64>,
    /// Avis entered, not released.
    pub saisis: u64,
    /// By released avis.
    pub avis: BTreeMap<String, u64>,
    /// Offers that wait for their answer.
    pub offres: u64,
    /// By answer.
    pub reponses: BTreeMap<String, u64>,
}

/// A day in figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChiffresJour {
    /// Which.
    pub jour: Date,
    /// Dossiers opened.
    pub ouverts: u64,
    /// Handed in, for the last time.
    pub transmis: u64,
    /// Decisions released, the last of each dossier.
    pub avis: u64,
    /// Places confirmed.
    pub confirmes: u64,
}

/// What waits for one commission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChiffresCommission {
    /// Which; none for formations without one.
    pub commission: Option<CommissionCode>,
    /// Being filled in by candidates.
    pub en_attente: u64,
    /// Handed in, to be examined.
    pub a_examiner: u64,
    /// Sent back to candidates.
    pub renvoyes: u64,
    /// Complete, no avis yet.
    pub sans_avis: u64,
    /// Avis entered, to be released.
    pub a_rendre: u64,
    /// Offers that wait for an answer.
    pub offres: u64,
}
