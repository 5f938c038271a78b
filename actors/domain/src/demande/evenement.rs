//! What happens to a request. Stored: add, never rename.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Arrivee, Auteur, Classement, EtatMessage, Fond, Message, Note, Rattachement};
use crate::ids::{DemandeId, PersonnelId};

/// An event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Evenement {
    /// The first message came in.
    DemandeRecue {
        /// As which request.
        id: DemandeId,
        /// The message.
        arrivee: Box<Arrivee>,
        /// Until when it should be answered.
        echeance: Timestamp,
    },
    /// A further message came in.
    MessageRecu {
        /// The message.
        arrivee: Box<Arrivee>,
        /// It opens the request again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        echeance: Option<Timestamp>,
    },
    /// An answer is on its way.
    Repondue {
        /// It.
        message: Box<Message>,
    },
    /// What became of an answer.
    EnvoiNote {
        /// Which.
        message: String,
        /// What.
        envoi: EtatMessage,
    },
    /// The team wrote something for itself.
    DemandeNotee {
        /// It.
        note: Note,
    },
    /// Somebody, or nobody, takes care of it.
    Attribuee {
        /// Who.
        a: Option<PersonnelId>,
        /// Who says so.
        par: PersonnelId,
    },
    /// The due time was moved.
    EcheanceFixee {
        /// To when.
        echeance: Timestamp,
        /// By whom.
        par: PersonnelId,
    },
    /// A person said whose it is.
    DemandeRattachee {
        /// Whose.
        rattachement: Rattachement,
        /// By whom.
        par: PersonnelId,
    },
    /// A person said what it asks.
    Reclassee {
        /// What.
        classes: Vec<Classement>,
        /// By whom.
        par: PersonnelId,
    },
    /// Done.
    DemandeClose {
        /// When.
        le: Timestamp,
        /// By whom.
        par: Auteur,
    },
    /// Not done after all.
    DemandeRouverte {
        /// By whom.
        par: PersonnelId,
        /// Until when it should be answered.
        echeance: Timestamp,
    },
    /// A message of another request is here now.
    MessageRepris {
        /// Which one.
        de: DemandeId,
        /// It.
        message: Box<Message>,
    },
    /// A note of another request is here now.
    NoteReprise {
        /// Which one.
        de: DemandeId,
        /// It.
        note: Note,
    },
    /// Another request is in this one now.
    Absorbee {
        /// Which.
        autre: DemandeId,
        /// By whom.
        par: PersonnelId,
    },
    /// It is in another one now.
    FusionneeDans {
        /// Which.
        dans: DemandeId,
        /// By whom.
        par: PersonnelId,
    },
    /// Messages left for a request of their own.
    Scindee {
        /// Which messages.
        messages: Vec<String>,
        /// Which request.
        vers: DemandeId,
        /// By whom.
        par: PersonnelId,
    },
    /// It was split from another one; its messages follow.
    DemandeScindee {
        /// It, without messages.
        fond: Box<Fond>,
        /// By whom.
        par: PersonnelId,
    },
}
