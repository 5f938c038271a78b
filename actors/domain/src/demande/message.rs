//! What is written: messages in and out, notes, drafts.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::PersonnelId;

/// Which way a message went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sens {
    /// To us.
    Entrant,
    /// From us.
    Sortant,
}

/// How a message came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Canal {
    /// By mail.
    Mail,
    /// From the candidate's own page, logged in.
    Page,
}

/// Who wrote or acted.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "qui", rename_all = "snake_case")]
pub enum Auteur {
    /// The person who asks.
    Demandeur,
    /// A member of staff.
    Personnel {
        /// Who.
        id: PersonnelId,
    },
    /// Postule itself.
    Automate {
        /// By which template or rule.
        modele: String,
    },
}

/// What became of an answer (S60).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "etat", rename_all = "snake_case")]
pub enum EtatMessage {
    /// Owed, not handed over yet.
    EnFile,
    /// The next server took it.
    Envoye {
        /// When.
        le: Timestamp,
    },
    /// It did not leave, or came back.
    Echec {
        /// When this was known.
        le: Timestamp,
        /// In the server's words.
        raison: String,
    },
}

/// A file that came with a message; its bytes are in the original.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PieceRecue {
    /// Safe to show and to write (S45).
    pub nom: String,
    /// By content (S46).
    #[serde(rename = "type")]
    pub genre: String,
    /// Decoded size.
    pub octets: u64,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Within the request; the same for a repeat.
    pub id: String,
    /// Which way.
    pub sens: Sens,
    /// How it came, or leaves.
    pub canal: Canal,
    /// Who wrote it.
    pub par: Auteur,
    /// When it came in, or was written.
    pub le: Timestamp,
    /// The sender's address.
    pub de: String,
    /// To which address.
    pub a: String,
    /// As written.
    pub objet: String,
    /// What the person wrote, quotes cut; the whole is in the original.
    pub texte: String,
    /// Its Message-ID, without brackets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    /// What it refers to, nearest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<String>,
    /// SHA-256 of the original as received (S01).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// What came with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pieces: Vec<PieceRecue>,
    /// What was wrong with it, as stable codes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub defauts: Vec<String>,
    /// What became of an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub envoi: Option<EtatMessage>,
}

/// What the team writes for itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Who.
    pub par: PersonnelId,
    /// When.
    pub le: Timestamp,
    /// What.
    pub texte: String,
}

/// An answer prepared from a template, for a person to read, change and send (S55, S56).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Projet {
    /// From which template.
    pub modele: String,
    /// What it would say.
    pub texte: String,
}
