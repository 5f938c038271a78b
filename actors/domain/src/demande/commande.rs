//! What may be asked of a request.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Auteur, Classement, EtatMessage, Message, Note, Projet, Rattachement};
use crate::ids::{DemandeId, PersonnelId};
use crate::langue::Langue;

/// A message that comes in, with what is understood of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrivee {
    /// It.
    pub message: Message,
    /// The sender's name.
    pub nom: String,
    /// The subject without « Re : ».
    pub objet: String,
    /// Of an answer.
    pub langue: Langue,
    /// Whose.
    pub rattachement: Rattachement,
    /// What it asks.
    pub classes: Vec<Classement>,
    /// Wants a person today (S57).
    pub urgent: bool,
    /// What a person should know.
    pub signalements: Vec<String>,
    /// A draft, for a new request.
    pub projet: Option<Projet>,
    /// « Merci, c'est réglé » (S53): nothing to answer.
    pub sans_suite: bool,
    /// The closed request it goes on from (S59).
    pub origine: Option<DemandeId>,
}

/// What one may ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "commande", rename_all = "snake_case")]
pub enum Commande {
    /// A message came in: the first, or a further one.
    Recevoir {
        /// As which request.
        id: DemandeId,
        /// It.
        arrivee: Box<Arrivee>,
    },
    /// A person answers.
    Repondre {
        /// The answer; its recipient is the one who asks.
        texte: String,
        /// Ends the request as well.
        clore: bool,
        /// Who.
        par: PersonnelId,
        /// The answer's id.
        message: String,
    },
    /// Answered from a template, without a person (S55).
    RepondreSeul {
        /// The answer.
        texte: String,
        /// Which template.
        modele: String,
        /// Ends the request as well.
        clore: bool,
        /// The message it answers.
        recu: String,
        /// The answer's id.
        message: String,
    },
    /// What became of an answer.
    NoterEnvoi {
        /// Which.
        message: String,
        /// What.
        etat: EtatMessage,
    },
    /// For the team.
    Noter {
        /// It.
        note: Note,
    },
    /// Gives it to somebody, or to nobody.
    Attribuer {
        /// To whom.
        a: Option<PersonnelId>,
        /// Who does.
        par: PersonnelId,
    },
    /// Moves the due time.
    FixerEcheance {
        /// To when.
        le: Timestamp,
        /// Who does.
        par: PersonnelId,
    },
    /// Says whose it is.
    Rattacher {
        /// Whose.
        rattachement: Rattachement,
        /// Who does.
        par: PersonnelId,
    },
    /// Says what it asks.
    Reclasser {
        /// What.
        classes: Vec<Classement>,
        /// Who does.
        par: PersonnelId,
    },
    /// Done.
    Clore {
        /// By whom.
        par: Auteur,
    },
    /// Not done after all.
    Rouvrir {
        /// Who does.
        par: PersonnelId,
    },
    /// Takes the messages and notes of another one.
    Absorber {
        /// Which.
        autre: DemandeId,
        /// Its messages.
        messages: Vec<Message>,
        /// Its notes.
        notes: Vec<Note>,
        /// Who does.
        par: PersonnelId,
    },
    /// Its messages are in another one now.
    Fusionner {
        /// Which.
        dans: DemandeId,
        /// Who does.
        par: PersonnelId,
    },
    /// Messages leave for a request of their own.
    Scinder {
        /// Which messages.
        messages: Vec<String>,
        /// The new request.
        vers: DemandeId,
        /// Who does.
        par: PersonnelId,
    },
    /// The new request of a split.
    Naitre {
        /// It, with its messages.
        fond: Box<super::Fond>,
        /// Who does.
        par: PersonnelId,
    },
}
