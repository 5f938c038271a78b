//! One dossier, from opened to answered (`2-domain.md`, sections 2 to 5).
//!
//! The two laws live in [`decide`]: no transmission with a piece missing (G29), no change after
//! transmission (G30).

mod acteur;
mod avis;
mod commande;
mod dates;
mod decide;
mod droits;
mod effets;
mod etats;
mod evenement;
mod evolve;

pub use acteur::{Acteur, Role};
pub use avis::{Avis, Convocation, Decisions, Nature, Publie, Reponse};
pub use commande::{Annotation, Commande};
pub use decide::{Facts, decide};
pub use droits::autorise;
pub use effets::{Joindre, effets, relances};
pub use etats::{
    Annule, Base, Dates, Dossier, Examen, Fiche, Note, Ouverte, Piece, Renvoi, Reproche, Saisie,
    Verdict,
};
pub use evenement::Evenement;
pub use evolve::evolve;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::campagne::Catalogue;
use crate::fichier::Fichier;
use crate::ids::{CandidatId, DossierId, FormationCode, PieceCode};
use crate::places;

/// The common files of a candidate, by piece.
pub type Tiroir = BTreeMap<PieceCode, Fichier>;

/// The text a candidate swears to with a « non concerné » (G27); stored with the declaration.
pub const SERMENT: &str = "Je certifie sur l'honneur ne pas être concerné par cette pièce.";

/// What a candidate did about one piece, in this dossier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "statut", rename_all = "snake_case")]
pub enum Depot {
    /// A file is in.
    Deposee {
        /// Which.
        fichier: Fichier,
    },
    /// Sworn not to apply (G27).
    NonConcerne {
        /// When.
        certifie_le: Timestamp,
        /// The text sworn to.
        serment: String,
    },
}

impl Depot {
    /// Whether it counts as « in »: a file still being analysed does not (`2-domain.md`, section 3).
    pub const fn rentre(&self) -> bool {
        match self {
            Self::Deposee { fichier } => !fichier.en_analyse,
            Self::NonConcerne { .. } => true,
        }
    }
}

/// The names of the moment, so that a receipt says the same for ever, whatever the campaign becomes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intitules {
    /// Code of the campaign.
    pub campagne: String,
    /// The formation, in French.
    pub formation: String,
    /// Each piece, in French.
    pub pieces: BTreeMap<PieceCode, String>,
}

impl Intitules {
    /// As the catalogue has them now; what it does not know goes by its code.
    pub fn du(
        catalogue: &Catalogue,
        formation: &FormationCode,
        pieces: &BTreeMap<PieceCode, Depot>,
    ) -> Self {
        let piece = |code: &PieceCode| {
            let connue = catalogue.pieces.get(code).map(|p| p.libelle.fr.clone());
            (code.clone(), connue.unwrap_or_else(|| code.to_string()))
        };
        let connue = catalogue.formations.get(formation);
        Self {
            campagne: catalogue
                .campagne
                .as_ref()
                .map(|c| c.code.to_string())
                .unwrap_or_default(),
            formation: connue.map_or_else(|| formation.to_string(), |f| f.libelle.fr.clone()),
            pieces: pieces.keys().map(piece).collect(),
        }
    }
}

/// What every dossier that exists knows of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identite {
    /// Itself.
    pub id: DossierId,
    /// Whose.
    pub candidat: CandidatId,
    /// To what.
    pub formation: FormationCode,
    /// Since when.
    pub cree_le: Timestamp,
    /// By whom: the candidate (T01) or staff (T02, T03).
    #[serde(default, skip_serializing_if = "par_le_candidat")]
    pub par: Acteur,
    /// Proposed by staff (T03).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub proposition: bool,
}

/// Left out of what is stored: it is the rule.
fn par_le_candidat(par: &Acteur) -> bool {
    *par == Acteur::Candidat
}

/// What a command comes to: events of this dossier, and what is asked of the candidate's drawer or of the formation's places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// To append to the dossier's stream.
    pub evenements: Vec<Evenement>,
    /// To do in the candidate's drawer of common files, under this dossier's guard.
    pub tiroir: Option<ActeTiroir>,
    /// To do in the formation's places, in the same commit as the events.
    pub places: Option<places::Commande>,
}

/// A change of the candidate's drawer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "acte", rename_all = "snake_case")]
pub enum ActeTiroir {
    /// Put, or replace.
    Ranger {
        /// Which piece.
        piece: PieceCode,
        /// The file.
        fichier: Fichier,
    },
    /// Take away.
    Oter {
        /// Which piece.
        piece: PieceCode,
    },
}
