//! A request to the support: what somebody asked, by mail or on their page, and what became of it (S50–S66).
//!
//! It holds every message in and out in order, the team's notes, who takes care of it and until when. What a mail
//! is and whose it may be is found out before; what may be done with it is decided here.

mod commande;
mod decide;
mod effets;
mod evenement;
mod evolve;
mod message;

pub use commande::{Arrivee, Commande};
pub use decide::{Facts, decide};
pub use effets::effets;
pub use evenement::Evenement;
pub use evolve::evolve;
pub use message::{Auteur, Canal, EtatMessage, Message, Note, PieceRecue, Projet, Sens};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{CandidatId, ClasseCode, DemandeId, DossierId, FormationCode, PersonnelId};
use crate::langue::Langue;

/// Messages of one request; what comes after begins another.
pub const MAX_MESSAGES: usize = 200;
/// Notes of one request.
pub const MAX_NOTES: usize = 200;
/// Bytes of a message's text that are kept beside the original.
pub const MAX_TEXTE: usize = 16 * 1024;
/// Bytes of a subject.
pub const MAX_OBJET: usize = 400;

/// How sure it is whose request it is.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Surete {
    /// Nothing says whose.
    #[default]
    Aucune,
    /// An address, a number or a token points at somebody; a mail can be forged (S23, S28).
    Indice,
    /// The person was logged in, or the mail was proved to come from the address on file.
    Authentifiee,
}

/// Whose request it is, and why this is thought.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rattachement {
    /// Whose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub candidat: Option<CandidatId>,
    /// About which dossier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dossier: Option<DossierId>,
    /// Of that dossier: who may read the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub formation: Option<FormationCode>,
    /// How sure.
    pub surete: Surete,
    /// What says so, as stable codes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub raisons: Vec<String>,
}

/// What a request asks, as far as it is understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Classement {
    /// Which class.
    pub code: ClasseCode,
    /// How sure, of 100.
    pub confiance: u8,
    /// The words that say so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub raisons: Vec<String>,
}

/// What every request has, whatever its state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fond {
    /// Itself.
    pub id: DemandeId,
    /// When its first message came in.
    pub recue_le: Timestamp,
    /// Its subject, without « Re : ».
    pub objet: String,
    /// Of its answers.
    pub langue: Langue,
    /// Who asks: an address, normalised.
    pub demandeur: String,
    /// The name beside it, as the sender wrote it.
    pub nom: String,
    /// Whose it is.
    pub rattachement: Rattachement,
    /// What it asks, most pressing first.
    pub classes: Vec<Classement>,
    /// Words that want a person today (S57).
    pub urgent: bool,
    /// What a person should know before they answer, as stable codes (S25, S03, S08).
    pub signalements: Vec<String>,
    /// Who takes care of it.
    pub responsable: Option<PersonnelId>,
    /// Until when it should be answered.
    pub echeance: Timestamp,
    /// In and out, as they came.
    pub messages: Vec<Message>,
    /// Never leave (S65).
    pub notes: Vec<Note>,
    /// An answer that waits for a person.
    pub projet: Option<Projet>,
    /// When it was answered without a person: once at most.
    pub automatique_le: Option<Timestamp>,
    /// When it was first answered.
    pub repondue_le: Option<Timestamp>,
    /// How often it was opened again.
    pub reouvertures: u32,
    /// What it was split from, or goes on from.
    pub origine: Option<DemandeId>,
    /// Requests that were merged into it.
    pub absorbees: Vec<DemandeId>,
}

impl Fond {
    /// The message of this id.
    pub fn message(&self, id: &str) -> Option<&Message> {
        self.messages.iter().find(|m| m.id == id)
    }

    /// What an answer answers: the last that came in.
    pub fn dernier_recu(&self) -> Option<&Message> {
        self.messages.iter().rev().find(|m| m.sens == Sens::Entrant)
    }
}

/// How a request ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cloture {
    /// When.
    pub le: Timestamp,
    /// By whom.
    pub par: Auteur,
}

/// The states of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Demande {
    /// None.
    #[default]
    Absente,
    /// Nobody has looked at it.
    Nouvelle(Box<Fond>),
    /// Somebody takes care of it.
    EnCours(Box<Fond>),
    /// Answered; the person may write again.
    EnAttente(Box<Fond>),
    /// Done.
    Close {
        /// The request.
        fond: Box<Fond>,
        /// How it ended.
        cloture: Cloture,
    },
    /// Its messages are in another one.
    Fusionnee {
        /// The request, as it was.
        fond: Box<Fond>,
        /// Where to look.
        dans: DemandeId,
    },
}

/// The code of a state, for lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EtatDemande {
    /// Nobody has looked at it.
    Nouvelle,
    /// Somebody takes care of it.
    EnCours,
    /// Answered; the person may write again.
    EnAttente,
    /// Done.
    Close,
    /// Its messages are in another one.
    Fusionnee,
}

impl Demande {
    /// What it holds, if it is there.
    pub const fn fond(&self) -> Option<&Fond> {
        match self {
            Self::Absente => None,
            Self::Nouvelle(fond) | Self::EnCours(fond) | Self::EnAttente(fond) => Some(fond),
            Self::Close { fond, .. } | Self::Fusionnee { fond, .. } => Some(fond),
        }
    }

    /// Its state's code.
    pub const fn etat(&self) -> Option<EtatDemande> {
        match self {
            Self::Absente => None,
            Self::Nouvelle(_) => Some(EtatDemande::Nouvelle),
            Self::EnCours(_) => Some(EtatDemande::EnCours),
            Self::EnAttente(_) => Some(EtatDemande::EnAttente),
            Self::Close { .. } => Some(EtatDemande::Close),
            Self::Fusionnee { .. } => Some(EtatDemande::Fusionnee),
        }
    }
}
