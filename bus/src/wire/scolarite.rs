//! What passes between the scolarité and us.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The version of these payloads. A record of another version is refused, never guessed at.
pub const VERSION: u32 = 1;

/// A cursus record: what the scolarité knows of a person. `emis_le` orders the records of one INE.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cursus {
    /// 1.
    pub version: u32,
    /// 11 characters: BEA, NNE or INES.
    pub ine: String,
    /// In the establishment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numero_etudiant: Option<String>,
    /// Family name.
    pub nom: String,
    /// First names, at least one.
    pub prenoms: Vec<String>,
    /// `YYYY-MM-DD`.
    pub date_naissance: String,
    /// Town of birth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lieu_naissance: Option<String>,
    /// ISO 3166-1 alpha-3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nationalite: Option<String>,
    /// Where the person lives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adresse: Option<Adresse>,
    /// The bac.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baccalaureat: Option<Baccalaureat>,
    /// Years of studies in the establishment.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inscriptions: Vec<Inscription>,
    /// RFC 3339; a newer one replaces, an older one is ignored.
    pub emis_le: String,
}

/// A postal address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Adresse {
    /// ISO 3166-1 alpha-3; France when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pays: Option<String>,
    /// Number and street.
    pub ligne1: String,
    /// Building, flat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ligne2: Option<String>,
    /// Five digits in France.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_postal: Option<String>,
    /// Town.
    pub commune: String,
}

/// A baccalauréat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Baccalaureat {
    /// Of obtaining it.
    pub annee: i16,
    /// Code of the series.
    pub serie: String,
    /// Code of the mention.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mention: Option<String>,
    /// The lycée.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etablissement: Option<String>,
    /// Its département.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub departement: Option<String>,
}

/// One year of studies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Inscription {
    /// Such as `2022-2023`.
    pub annee: String,
    /// What was studied.
    pub formation: String,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub composante: Option<String>,
    /// `admis`, `ajourne`, `en_cours`, or another word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resultat: Option<String>,
    /// With which mention.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mention: Option<String>,
}

/// Why a record is not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Raison {
    /// The field, such as `adresse.commune`; empty for the record as a whole.
    pub champ: String,
    /// Stable, for programs.
    pub code: String,
    /// What is wrong and what to do.
    pub message: String,
}

/// The answer to a record that was pushed with a reply subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Accuse {
    /// It is stored.
    Accepte {
        /// Always true.
        accepte: bool,
    },
    /// It is not.
    Rejet {
        /// Every reason.
        rejet: Vec<Raison>,
    },
}

/// A record that was not taken, on `scolarite.cursus.rejet`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Rejet {
    /// As received; a text when it is no JSON.
    pub enregistrement: serde_json::Value,
    /// Every reason.
    pub rejet: Vec<Raison>,
}

/// A confirmed admission: what the enrolment needs (the OPI interface of Apogée or Pégase).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Admission {
    /// 1.
    pub version: u32,
    /// Unique; the same in `Nats-Msg-Id`.
    pub id: String,
    /// Code of the campaign.
    pub campagne: String,
    /// The dossier.
    pub dossier: String,
    /// Code of the formation.
    pub formation: String,
    /// RFC 3339.
    pub confirmee_le: String,
    /// Who.
    pub candidat: Personne,
}

/// Who is admitted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Personne {
    /// The candidate number.
    pub numero: String,
    /// The INE, for who has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ine: Option<String>,
    /// In the establishment, for who was enrolled before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numero_etudiant: Option<String>,
    /// Family name.
    pub nom: String,
    /// The name in use, if it is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nom_usage: Option<String>,
    /// First names.
    pub prenoms: Vec<String>,
    /// `YYYY-MM-DD`.
    pub date_naissance: String,
    /// Town of birth.
    pub lieu_naissance: String,
    /// Country of birth, ISO 3166-1 alpha-3.
    pub pays_naissance: String,
    /// ISO 3166-1 alpha-3.
    pub nationalite: String,
    /// Mail address.
    pub mail: String,
    /// Phone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub telephone: Option<String>,
    /// Where the person lives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adresse: Option<Adresse>,
    /// The bac; absent for who has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baccalaureat: Option<Baccalaureat>,
}

/// A confirmed admission given up afterwards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AnnulationAdmission {
    /// 1.
    pub version: u32,
    /// Unique; the same in `Nats-Msg-Id`.
    pub id: String,
    /// The dossier, as in the admission.
    pub dossier: String,
    /// Code of the formation.
    pub formation: String,
    /// The candidate number.
    pub numero: String,
    /// RFC 3339.
    pub annulee_le: String,
}
