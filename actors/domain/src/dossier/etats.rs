//! The five states of a dossier; each owns the data valid in it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Acteur, Decisions, Depot, Identite};
use crate::campagne::Formation;
use crate::ids::{PersonnelId, PieceCode};
use crate::profil::Profil;

/// What a dossier carries in every state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base {
    /// Whose, to what.
    pub identite: Identite,
    /// Dates of this dossier alone (T25).
    pub dates: Dates,
    /// For staff only (T26).
    pub fiche: Fiche,
    /// When the last reminder to transmit left: at most one a week, but for the last (T24).
    pub relance_le: Option<Timestamp>,
    /// A proposition the candidate must not know of before its release (T03).
    pub cache: bool,
}

/// Dates that replace those of the formation (T09, T25).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dates {
    /// The last moment to transmit.
    pub retour: Option<Timestamp>,
    /// The last moment to confirm.
    pub confirmation: Option<Timestamp>,
}

impl Base {
    /// Of a dossier just created.
    pub fn nouvelle(identite: Identite) -> Self {
        Self {
            cache: identite.proposition,
            identite,
            dates: Dates::default(),
            fiche: Fiche::default(),
            relance_le: None,
        }
    }

    /// The last moment to transmit this dossier.
    pub fn retour(&self, formation: &Formation) -> Timestamp {
        self.dates.retour.unwrap_or(formation.retour)
    }
}

/// A note of a member of staff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// When.
    pub le: Timestamp,
    /// By whom.
    pub par: Acteur,
    /// What.
    pub texte: String,
}

/// What staff keep about a dossier; the candidate never sees it (T26).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fiche {
    /// Labels to sort by.
    pub etiquettes: BTreeSet<String>,
    /// In order.
    pub notes: Vec<Note>,
    /// The number of the pre-enrolment record.
    pub numero_opi: Option<String>,
    /// Régime or statut.
    pub regime: Option<String>,
    /// The fee, in euro cents.
    pub montant_centimes: Option<u64>,
    /// Who takes care of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assigne: Option<PersonnelId>,
}

/// A dossier being filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saisie {
    /// Whose, to what.
    pub base: Base,
    /// Own files and declarations; the common files are in the candidate's [`super::Tiroir`].
    pub depots: BTreeMap<PieceCode, Depot>,
}

/// What a manager decided about a piece of this dossier (T08).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "statut", rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing yet.
    #[default]
    ADecider,
    /// Good.
    Validee,
    /// To be done again.
    Refusee {
        /// Why; the candidate reads it at the send-back.
        commentaire: String,
    },
}

/// A piece as handed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// By reference to immutable content (Q04).
    pub depot: Depot,
    /// Of this dossier alone.
    pub verdict: Verdict,
}

/// A dossier handed in: the candidate can change nothing (G30).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examen {
    /// Whose, to what.
    pub base: Base,
    /// When it was last handed in; none for a proposition (T03).
    pub transmis_le: Option<Timestamp>,
    /// Every piece, common ones included.
    pub pieces: BTreeMap<PieceCode, Piece>,
    /// Further pieces, to be asked for with the next send-back, with what to say.
    pub exigees: BTreeMap<PieceCode, Option<String>>,
    /// The profile as handed in.
    pub profil: Box<Profil>,
    /// Of the jury.
    pub decisions: Decisions,
}

/// Why a piece is open after a send-back (G33).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reproche", rename_all = "snake_case")]
pub enum Reproche {
    /// The file was refused.
    Refusee {
        /// Why.
        commentaire: String,
    },
    /// The « non concerné » was rejected.
    NonConcerneRejete {
        /// Why.
        commentaire: String,
    },
    /// Asked for in addition.
    Complementaire {
        /// What is expected.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        commentaire: Option<String>,
    },
}

impl Reproche {
    /// What the manager wrote.
    pub fn commentaire(&self) -> Option<&str> {
        match self {
            Self::Refusee { commentaire } | Self::NonConcerneRejete { commentaire } => {
                Some(commentaire)
            }
            Self::Complementaire { commentaire } => commentaire.as_deref(),
        }
    }
}

/// A piece the candidate may change after a send-back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ouverte {
    /// Why.
    pub reproche: Reproche,
    /// What came since; a refused piece is closed by a new file or declaration only.
    pub depot: Option<Depot>,
}

/// A dossier sent back: the named pieces are open, nothing else (T09–T12).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renvoi {
    /// The examination that was interrupted.
    pub examen: Examen,
    /// When it was sent back.
    pub renvoye_le: Timestamp,
    /// The named pieces.
    pub ouvertes: BTreeMap<PieceCode, Ouverte>,
    /// The candidate changed something since: the send-back can no longer be undone (T12).
    pub touche: bool,
}

/// A dossier that ended: dropped by the candidate (T06), or by staff (T07).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annule {
    /// Whose, to what.
    pub base: Base,
    /// When.
    pub annule_le: Timestamp,
    /// By whom.
    pub par: Acteur,
    /// Why, when staff did it.
    pub motif: Option<String>,
}

/// The states of `2-domain.md`, section 2.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Dossier {
    /// No such dossier.
    #[default]
    Absent,
    /// Being filled in.
    EnAttente(Saisie),
    /// Handed in, frozen.
    Transmis(Box<Examen>),
    /// Sent back; named pieces open.
    Incomplet(Box<Renvoi>),
    /// Checked, ready for the jury.
    Complet(Box<Examen>),
    /// Dropped.
    Annule(Annule),
}

impl Dossier {
    /// What it carries in every state, if it exists.
    pub fn base(&self) -> Option<&Base> {
        match self {
            Self::Absent => None,
            Self::EnAttente(saisie) => Some(&saisie.base),
            Self::Transmis(examen) | Self::Complet(examen) => Some(&examen.base),
            Self::Incomplet(renvoi) => Some(&renvoi.examen.base),
            Self::Annule(annule) => Some(&annule.base),
        }
    }

    /// The same, to be changed.
    pub(super) fn base_mut(&mut self) -> Option<&mut Base> {
        match self {
            Self::Absent => None,
            Self::EnAttente(saisie) => Some(&mut saisie.base),
            Self::Transmis(examen) | Self::Complet(examen) => Some(&mut examen.base),
            Self::Incomplet(renvoi) => Some(&mut renvoi.examen.base),
            Self::Annule(annule) => Some(&mut annule.base),
        }
    }

    /// Whose and to what, if it exists.
    pub fn identite(&self) -> Option<&Identite> {
        self.base().map(|base| &base.identite)
    }

    /// What is under examination, also while it is sent back.
    pub fn examen(&self) -> Option<&Examen> {
        match self {
            Self::Transmis(examen) | Self::Complet(examen) => Some(examen),
            Self::Incomplet(renvoi) => Some(&renvoi.examen),
            Self::Absent | Self::EnAttente(_) | Self::Annule(_) => None,
        }
    }

    /// The same, to be changed.
    pub(super) fn examen_mut(&mut self) -> Option<&mut Examen> {
        match self {
            Self::Transmis(examen) | Self::Complet(examen) => Some(examen),
            Self::Incomplet(renvoi) => Some(&mut renvoi.examen),
            Self::Absent | Self::EnAttente(_) | Self::Annule(_) => None,
        }
    }

    /// The last released decision.
    pub fn publie(&self) -> Option<&super::Publie> {
        self.examen().and_then(|e| e.decisions.publie.as_ref())
    }

    /// A proposition the candidate must not know of yet (T03).
    pub fn cache(&self) -> bool {
        self.base().is_some_and(|base| base.cache)
    }
}
