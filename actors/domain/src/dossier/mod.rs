//! One dossier: from opened to transmitted or dropped (T01, T04–T06, T24).
//!
//! The two laws live in [`decide`]: no transmission with a piece missing (G29), no change after
//! transmission (G30).

mod decide;
mod effets;
mod evolve;

pub use decide::{Facts, decide};
pub use effets::{Joindre, effets};
pub use evolve::evolve;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::fichier::Fichier;
use crate::ids::{CandidatId, DossierId, FormationCode, PieceCode};
use crate::profil::Profil;

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
}

/// A dossier being filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saisie {
    /// Whose, to what.
    pub identite: Identite,
    /// Own files and declarations; the common files are in the candidate's [`Tiroir`].
    pub depots: BTreeMap<PieceCode, Depot>,
}

/// A dossier handed in: frozen (G30).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remis {
    /// Whose, to what.
    pub identite: Identite,
    /// When it was handed in.
    pub transmis_le: Timestamp,
    /// Every piece, common ones included, by reference to immutable content (Q04).
    pub pieces: BTreeMap<PieceCode, Depot>,
    /// The profile as handed in.
    pub profil: Box<Profil>,
}

/// A dossier dropped before transmission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annule {
    /// Whose, to what.
    pub identite: Identite,
    /// When it was dropped.
    pub annule_le: Timestamp,
}

/// The states of `2-domain.md`, section 2, up to transmission.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Dossier {
    /// No such dossier.
    #[default]
    Absent,
    /// Being filled in.
    EnAttente(Saisie),
    /// Handed in, frozen.
    Transmis(Remis),
    /// Dropped.
    Annule(Annule),
}

impl Dossier {
    /// Whose and to what, if it exists.
    pub fn identite(&self) -> Option<&Identite> {
        match self {
            Self::Absent => None,
            Self::EnAttente(saisie) => Some(&saisie.identite),
            Self::Transmis(remis) => Some(&remis.identite),
            Self::Annule(annule) => Some(&annule.identite),
        }
    }
}

/// What one may ask of a dossier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "commande", rename_all = "snake_case")]
pub enum Commande {
    /// T01, from the candidate's own stream; a repeat changes nothing.
    Creer {
        /// Itself.
        id: DossierId,
        /// Whose.
        candidat: CandidatId,
        /// To what.
        formation: FormationCode,
    },
    /// T04: a file for a piece; for a common piece it goes to the drawer.
    Deposer {
        /// Which piece.
        piece: PieceCode,
        /// The file, already stored and checked.
        fichier: Fichier,
    },
    /// T04: takes the file away.
    Retirer {
        /// Which piece.
        piece: PieceCode,
    },
    /// T04, G27.
    DeclarerNonConcerne {
        /// Which piece.
        piece: PieceCode,
        /// The box is ticked.
        certifie: bool,
    },
    /// T04, G27.
    RevenirConcerne {
        /// Which piece.
        piece: PieceCode,
    },
    /// T05.
    Transmettre,
    /// T06.
    Annuler,
    /// T24: the reminder is due; sent only when the dossier still waits.
    Rappeler {
        /// Days before the return date.
        jours: u8,
    },
}

/// What happened to a dossier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Evenement {
    /// T01.
    DossierCree(Identite),
    /// T04, an own file.
    PieceDeposee {
        /// Which piece.
        piece: PieceCode,
        /// The file.
        fichier: Fichier,
    },
    /// T04.
    PieceRetiree {
        /// Which piece.
        piece: PieceCode,
    },
    /// T04, G27.
    NonConcerneDeclare {
        /// Which piece.
        piece: PieceCode,
        /// When.
        certifie_le: Timestamp,
        /// The text sworn to.
        serment: String,
    },
    /// T04, G27.
    NonConcerneRetire {
        /// Which piece.
        piece: PieceCode,
    },
    /// T05: with everything that was handed in.
    DossierTransmis {
        /// When.
        transmis_le: Timestamp,
        /// Every piece.
        pieces: BTreeMap<PieceCode, Depot>,
        /// The profile as handed in.
        profil: Box<Profil>,
    },
    /// T06.
    DossierAnnule {
        /// When.
        annule_le: Timestamp,
    },
    /// T24: a reminder left.
    RappelEnvoye {
        /// Days before the return date.
        jours: u8,
        /// When.
        le: Timestamp,
    },
}

/// What a command comes to: events of this dossier, and what is asked of the candidate's drawer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// To append to the dossier's stream.
    pub evenements: Vec<Evenement>,
    /// To do in the candidate's drawer of common files, under this dossier's guard.
    pub tiroir: Option<ActeTiroir>,
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
