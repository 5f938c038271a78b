//! What administrators do about staff, and what they are answered.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use domain::ids::PersonnelId;
use domain::langue::Langue;
use domain::personnel::droits::Droits;

/// What administrators, or the operator at the console, do about staff.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "quoi", rename_all = "snake_case")]
pub enum ActePersonnel {
    /// Everybody.
    Lister,
    /// One.
    Lire {
        /// Who.
        id: PersonnelId,
    },
    /// A new one; the invitation leaves by mail.
    Inviter(NouveauPersonnel),
    /// New ones with a password, at once: for the demo.
    Installer {
        /// Who.
        nouveaux: Vec<NouveauPersonnel>,
        /// Of all of them; checked against G02.
        mot_de_passe: String,
    },
    /// The invitation again, also for one who was disabled.
    Reinviter {
        /// Who.
        id: PersonnelId,
    },
    /// Name and rights.
    Modifier {
        /// Who.
        id: PersonnelId,
        /// Family name.
        nom: String,
        /// First name.
        prenom: String,
        /// Rights.
        droits: Droits,
    },
    /// No longer let in.
    Desactiver {
        /// Who.
        id: PersonnelId,
    },
    /// By address, as operators name people.
    Trouver {
        /// Normalised address.
        mail: String,
    },
    /// The telephone is lost.
    RetirerSecond {
        /// Who.
        id: PersonnelId,
    },
    /// The directory gave the person another identity.
    DelierIdentite {
        /// Who.
        id: PersonnelId,
    },
}

/// Who is to be invited. The fields are checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NouveauPersonnel {
    /// Normalised address.
    pub mail: String,
    /// Family name.
    pub nom: String,
    /// First name.
    pub prenom: String,
    /// Rights.
    pub droits: Droits,
    /// Of mails and pages.
    #[serde(default)]
    pub langue: Langue,
}

/// How a member of staff stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EtatPersonnel {
    /// Has not accepted yet.
    Invite,
    /// At work.
    Actif,
    /// No longer let in.
    Desactive,
}

/// A member of staff, as administrators see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonnelVue {
    /// Itself.
    pub id: PersonnelId,
    /// The log-in name.
    pub mail: String,
    /// Family name.
    pub nom: String,
    /// First name.
    pub prenom: String,
    /// Rights.
    pub droits: Droits,
    /// Of mails and pages.
    pub langue: Langue,
    /// How it stands.
    pub etat: EtatPersonnel,
    /// Whether a second factor is in use.
    pub second_facteur: bool,
    /// Whether a directory identity is tied to it.
    #[serde(default)]
    pub identite: bool,
    /// Recovery codes left.
    pub recours: usize,
    /// Since when.
    pub cree_le: Timestamp,
    /// Of its stream.
    pub version: u64,
}
