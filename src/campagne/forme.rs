//! The file as it is written. Unknown keys are errors.

use domain::campagne::{EtatTransmis, Texte};
use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fichier {
    pub(super) campagne: Spanned<CampagneToml>,
    #[serde(default)]
    pub(super) centres: Vec<Spanned<CentreToml>>,
    #[serde(default)]
    pub(super) composantes: Vec<Spanned<Libelle>>,
    #[serde(default)]
    pub(super) pieces: Vec<Spanned<PieceToml>>,
    #[serde(default)]
    pub(super) formations: Vec<Spanned<FormationToml>>,
    #[serde(default)]
    pub(super) commissions: Vec<Spanned<CommissionToml>>,
    #[serde(default)]
    pub(super) motifs: Vec<Spanned<Libelle>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CampagneToml {
    pub(super) code: String,
    pub(super) libelle: String,
    pub(super) libelle_en: Option<String>,
    pub(super) ouverture: Datetime,
    pub(super) fermeture: Datetime,
    pub(super) max_dossiers: u32,
    #[serde(default)]
    pub(super) etat_transmis: EtatTransmis,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Libelle {
    pub(super) code: String,
    pub(super) libelle: String,
    pub(super) libelle_en: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CentreToml {
    pub(super) code: String,
    pub(super) libelle: String,
    pub(super) libelle_en: Option<String>,
    pub(super) max_dossiers: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PieceToml {
    pub(super) code: String,
    pub(super) libelle: String,
    pub(super) libelle_en: Option<String>,
    #[serde(default)]
    pub(super) commune: bool,
    #[serde(default)]
    pub(super) conditionnelle: bool,
    #[serde(default)]
    pub(super) aide: String,
    pub(super) aide_en: Option<String>,
    pub(super) modele: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CommissionToml {
    pub(super) code: String,
    pub(super) libelle: String,
    pub(super) libelle_en: Option<String>,
    pub(super) centre: String,
    pub(super) mail: Option<String>,
    pub(super) signataire: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FormationToml {
    pub(super) code: String,
    pub(super) libelle: String,
    pub(super) libelle_en: Option<String>,
    pub(super) composante: String,
    pub(super) centre: String,
    pub(super) niveau: String,
    #[serde(default)]
    pub(super) mots_cles: Vec<String>,
    pub(super) candidature_debut: Datetime,
    pub(super) candidature_fin: Datetime,
    pub(super) retour: Datetime,
    pub(super) confirmation: Option<Datetime>,
    pub(super) confirmation_delai: Option<String>,
    pub(super) confirmation_lc: Option<Datetime>,
    pub(super) confirmation_lc_delai: Option<String>,
    pub(super) jury: Option<Datetime>,
    pub(super) publication: Option<Datetime>,
    pub(super) capacite: Option<u32>,
    #[serde(default)]
    pub(super) liste_complementaire: bool,
    pub(super) pieces: Vec<String>,
    pub(super) commission: Option<String>,
    #[serde(default)]
    pub(super) promotion: domain::campagne::Promotion,
}

pub(super) fn texte(fr: String, en: Option<String>) -> Texte {
    Texte { fr, en }
}
