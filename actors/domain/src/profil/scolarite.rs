//! What the scolarité knows of a person (G13, G18). It alone writes it; the candidate confirms that it is theirs.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::ine::Ine;
use super::sections::{Adresse, Baccalaureat};

/// The most years of studies in one record.
pub const MAX_INSCRIPTIONS: usize = 60;

/// One year of studies in the establishment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inscription {
    /// Such as `2022-2023`.
    pub annee: String,
    /// What was studied.
    pub formation: String,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub composante: Option<String>,
    /// `admis`, `ajourne`, `en_cours`, or another word of the scolarité's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resultat: Option<String>,
    /// With which mention.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mention: Option<String>,
}

/// A person's record, checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fiche {
    /// Whose.
    pub ine: Ine,
    /// In the establishment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numero_etudiant: Option<String>,
    /// Family name.
    pub nom: String,
    /// First names, at least one.
    pub prenoms: Vec<String>,
    /// Of birth; who gives it as well proves to be the person.
    pub date_naissance: Date,
    /// Town of birth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lieu_naissance: Option<String>,
    /// ISO 3166-1 alpha-3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nationalite: Option<String>,
    /// Where they live.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adresse: Option<Adresse>,
    /// Their bac.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baccalaureat: Option<Baccalaureat>,
    /// Their years here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inscriptions: Vec<Inscription>,
    /// When the scolarité wrote it: a newer one replaces it.
    pub emis_le: Timestamp,
}

impl Fiche {
    /// What the profile keeps of it (G18).
    pub fn cursus(&self) -> CursusInterne {
        CursusInterne {
            ine: self.ine.clone(),
            numero_etudiant: self.numero_etudiant.clone(),
            inscriptions: self.inscriptions.clone(),
            emis_le: self.emis_le,
        }
    }
}

/// *Cursus interne* (G18): read-only for the candidate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CursusInterne {
    /// Under which INE, which is confirmed by it (G12).
    pub ine: Ine,
    /// In the establishment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numero_etudiant: Option<String>,
    /// The years.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inscriptions: Vec<Inscription>,
    /// When the scolarité wrote it.
    pub emis_le: Timestamp,
}
