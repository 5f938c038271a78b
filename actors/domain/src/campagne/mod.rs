//! The campaign: what one can apply to, until when, with which pieces.

mod catalogue;
mod cle;
mod controle;
mod difference;
mod mails;
mod suites;

pub use catalogue::{Archive, Catalogue, Evenement};
pub use cle::Cle;
pub use controle::{Facts, FauteCampagne, decide};
pub use difference::{Difference, Sort};
pub use mails::{CodeReponse, MAX_HTML, MAX_OBJET, MAX_TEXTE, Modele, TexteMail};
pub use suites::{Suites, suites};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{
    CampagneCode, CentreCode, CommissionCode, ComposanteCode, FormationCode, MotifCode, PieceCode,
};
use crate::langue::Langue;

/// A text for people; English falls back on French where the campaign file has none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Texte {
    /// French.
    pub fr: String,
    /// English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub en: Option<String>,
}

impl Texte {
    /// A text in French only.
    pub fn fr(texte: impl Into<String>) -> Self {
        Self {
            fr: texte.into(),
            en: None,
        }
    }

    /// In this language.
    pub fn dans(&self, langue: Langue) -> &str {
        langue.choisir(&self.fr, self.en.as_deref().unwrap_or(&self.fr))
    }
}

/// The word the campaign shows for a transmitted dossier (G30); the label only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum EtatTransmis {
    /// « Réceptionné ».
    #[default]
    #[serde(rename = "Réceptionné")]
    Receptionne,
    /// « Transmis ».
    Transmis,
}

/// One yearly season.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Campagne {
    /// Such as `2027-2028`.
    pub code: CampagneCode,
    /// Shown.
    pub libelle: Texte,
    /// Log-in is possible from here (G09).
    pub ouverture: Timestamp,
    /// Log-in is possible until here.
    pub fermeture: Timestamp,
    /// Live dossiers per candidate (G22).
    pub max_dossiers: u32,
    /// The label of a transmitted dossier.
    #[serde(default)]
    pub etat_transmis: EtatTransmis,
}

impl Campagne {
    /// Whether its accounts may log in (G09).
    pub fn ouverte(&self, maintenant: Timestamp) -> bool {
        self.ouverture <= maintenant && maintenant <= self.fermeture
    }
}

/// An office that runs formations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Centre {
    /// Its code.
    pub code: CentreCode,
    /// Shown.
    pub libelle: Texte,
    /// Live dossiers per candidate in this centre (G22).
    #[serde(default)]
    pub max_dossiers: Option<u32>,
}

/// A faculty or school.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Composante {
    /// Its code.
    pub code: ComposanteCode,
    /// Shown.
    pub libelle: Texte,
}

/// A pièce justificative the campaign may ask for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PieceDef {
    /// Its code.
    pub code: PieceCode,
    /// Shown.
    pub libelle: Texte,
    /// The same file serves every dossier of the candidate, until transmission copies it.
    #[serde(default)]
    pub commune: bool,
    /// May be declared « non concerné » (G27).
    #[serde(default)]
    pub conditionnelle: bool,
    /// Says what is expected.
    #[serde(default)]
    pub aide: Texte,
    /// A PDF to download (G26): SHA-256 of its content.
    #[serde(default)]
    pub modele: Option<String>,
}

/// How the waiting list moves up when a place frees (T22).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Promotion {
    /// By itself.
    #[default]
    Automatique,
    /// By a manager.
    Manuelle,
}

/// A programme one applies to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Formation {
    /// Its code.
    pub code: FormationCode,
    /// Shown.
    pub libelle: Texte,
    /// Where it is taught.
    pub composante: ComposanteCode,
    /// Who runs it.
    pub centre: CentreCode,
    /// Its level: Licence, Master…
    pub niveau: String,
    /// Found by the filter (G20).
    #[serde(default)]
    pub mots_cles: Vec<String>,
    /// Dossiers are created from here (G23).
    pub candidature_debut: Timestamp,
    /// Dossiers are created until here.
    pub candidature_fin: Timestamp,
    /// The last moment to transmit.
    pub retour: Timestamp,
    /// The last moment to confirm.
    #[serde(default)]
    pub confirmation: Option<Timestamp>,
    /// Or so long after the release, ISO 8601, whichever is earlier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmation_delai: Option<String>,
    /// The last moment to confirm for people promoted from the waiting list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmation_lc: Option<Timestamp>,
    /// Or so long after the promotion, ISO 8601.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmation_lc_delai: Option<String>,
    /// When the jury meets; shown only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jury: Option<Timestamp>,
    /// When results are published; shown only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publication: Option<Timestamp>,
    /// How the waiting list moves up.
    #[serde(default)]
    pub promotion: Promotion,
    /// Places.
    #[serde(default)]
    pub capacite: Option<u32>,
    /// Whether there is a waiting list.
    #[serde(default)]
    pub liste_complementaire: bool,
    /// What it asks for, in order.
    pub pieces: Vec<PieceCode>,
    /// Its jury.
    #[serde(default)]
    pub commission: Option<CommissionCode>,
}

impl Formation {
    /// Whether a candidate may open a dossier now (G23).
    pub fn ouverte(&self, maintenant: Timestamp) -> bool {
        self.candidature_debut <= maintenant && maintenant <= self.candidature_fin
    }
}

/// A jury.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commission {
    /// Its code.
    pub code: CommissionCode,
    /// Shown.
    pub libelle: Texte,
    /// Of which centre.
    pub centre: CentreCode,
    /// Where its alerts go.
    #[serde(default)]
    pub mail: Option<String>,
    /// Who signs its letters.
    #[serde(default)]
    pub signataire: Option<String>,
}

/// A reason of a refusal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Motif {
    /// Its code.
    pub code: MotifCode,
    /// Shown.
    pub libelle: Texte,
}
