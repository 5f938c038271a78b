//! The sections of the profile, as stored once they are valid.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::ine::Ine;
use super::scolarite::CursusInterne;
use crate::ids::EntreeId;

/// The most entries of one kind a profile may have (G19: « any number », with a named limit).
pub const MAX_ENTREES: usize = 50;

/// *Informations perso.* (G12).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Informations {
    /// ISO 3166-1 alpha-3.
    pub nationalite: String,
    /// Absent for who never had one (G15).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ine: Option<Ine>,
    /// Of birth.
    pub date_naissance: Date,
    /// Town of birth.
    pub lieu_naissance: String,
    /// Country of birth, ISO 3166-1 alpha-3.
    pub pays_naissance: String,
    /// The name in use, if it is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nom_usage: Option<String>,
    /// Further first names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub autres_prenoms: Option<String>,
    /// Digits, spaces and `/ + ( ) - .`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub telephone: Option<String>,
}

/// *Adresse* (G16).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adresse {
    /// ISO 3166-1 alpha-3.
    pub pays: String,
    /// Number and street.
    pub ligne1: String,
    /// Building, flat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ligne2: Option<String>,
    /// French: five digits; elsewhere free.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_postal: Option<String>,
    /// French: a commune of this postal code; elsewhere free.
    pub commune: String,
    /// French: the commune's INSEE code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub insee: Option<String>,
}

/// *Baccalauréat* (G17).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "situation", rename_all = "snake_case")]
pub enum Baccalaureat {
    /// « Je n'ai pas le bac ».
    Sans,
    /// « J'ai le bac ou une équivalence ».
    Avec {
        /// The year it was obtained, which decides the series offered.
        annee: i16,
        /// Code of the series.
        serie: String,
        /// Codes of the specialities, since 2021.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        specialites: Vec<String>,
        /// Code of the mention.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mention: Option<String>,
        /// The lycée.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        etablissement: Option<String>,
        /// Its département.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        departement: Option<String>,
        /// For an equivalent: its country, ISO 3166-1 alpha-3.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pays: Option<String>,
    },
}

/// The three kinds of entries a candidate adds (G19).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rubrique {
    /// Studies elsewhere.
    CursusExternes,
    /// Internships.
    Stages,
    /// Jobs.
    Experiences,
}

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entree {
    /// First year or date, as typed: `2023`, `2023-09`.
    pub debut: String,
    /// End, absent while it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fin: Option<String>,
    /// Diploma or post.
    pub intitule: String,
    /// School or employer.
    pub organisme: String,
    /// Town and country, or nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lieu: Option<String>,
    /// Result, mission, free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// A required section (G11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Section {
    /// *Informations perso.*
    Informations,
    /// *Adresse*
    Adresse,
    /// *Baccalauréat*
    Baccalaureat,
}

/// All of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profil {
    /// Required.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub informations: Option<Informations>,
    /// Required.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adresse: Option<Adresse>,
    /// Required.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baccalaureat: Option<Baccalaureat>,
    /// Any number, up to [`MAX_ENTREES`] of each kind.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub entrees: BTreeMap<Rubrique, BTreeMap<EntreeId, Entree>>,
    /// Filled by the scolarité only (G18).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursus_interne: Option<CursusInterne>,
}

impl Profil {
    /// Whether the INE is known to be right: by its key, or because the scolarité confirms it (G12).
    pub fn ine_verifie(&self) -> Option<bool> {
        let ine = self.informations.as_ref()?.ine.as_ref()?;
        let confirme = self.cursus_interne.as_ref().is_some_and(|c| &c.ine == ine);
        Some(ine.verifie() || confirme)
    }

    /// What is missing before a dossier can be opened (G11); empty when all is there.
    pub fn manque(&self) -> Vec<Section> {
        [
            (Section::Informations, self.informations.is_none()),
            (Section::Adresse, self.adresse.is_none()),
            (Section::Baccalaureat, self.baccalaureat.is_none()),
        ]
        .into_iter()
        .filter_map(|(section, absente)| absente.then_some(section))
        .collect()
    }
}
