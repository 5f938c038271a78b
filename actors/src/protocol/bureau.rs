//! What staff need around a dossier: who else is there, the neighbours in the list, the places of a formation.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use domain::ids::{CentreCode, DossierId, FormationCode, PersonnelId};

use super::LigneDossier;

/// Somebody else who has the dossier open, or had a moment ago.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Present {
    /// Who.
    pub personnel: PersonnelId,
    /// As people call them.
    pub nom: String,
    /// When they last opened it.
    pub le: Timestamp,
}

/// A member of staff, by name alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collegue {
    /// Who.
    pub id: PersonnelId,
    /// As people call them.
    pub nom: String,
    /// Whether they can act now.
    pub actif: bool,
}

/// The comments that the managers of a centre share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partages {
    /// Whose.
    pub centre: CentreCode,
    /// By name.
    pub modeles: BTreeMap<String, String>,
}

/// Where a dossier is in a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voisins {
    /// The one before.
    pub avant: Option<DossierId>,
    /// The one after.
    pub apres: Option<DossierId>,
    /// How many come before it.
    pub rang: usize,
    /// How many the filter leaves.
    pub total: usize,
}

/// Somebody on the liste complémentaire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnListe {
    /// The rank that was given.
    pub rang: u32,
    /// Who.
    pub dossier: LigneDossier,
}

/// The places of a formation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacesVue {
    /// Of which.
    pub formation: FormationCode,
    /// None: without limit.
    pub capacite: Option<u32>,
    /// Offers without answer.
    pub offres: usize,
    /// Confirmed.
    pub confirmes: usize,
    /// Places given back and not offered again.
    pub rendues: u32,
    /// Who waits, in order.
    pub liste: Vec<EnListe>,
}
