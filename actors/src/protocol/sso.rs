//! Who somebody is, as the establishment's single sign-on says (G01). Only the edge says so, after it has checked.

use domain::candidat::Identite;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Somebody the single sign-on vouches for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VuSso {
    /// Who.
    pub identite: Identite,
    /// The normalised address that it has proved, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail_prouve: Option<String>,
    /// Its name for this log-in alone, under which it may end our session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fin: Option<String>,
    /// Its session, which several log-ins here may come from, and which ends them all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionSso>,
    /// What it says of a member of staff; none when staff do not come this way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub personnel: Option<PersonnelSso>,
}

/// A session of the single sign-on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionSso {
    /// Its name for the session, if it has one, and for the identity: either may be ended.
    pub noms: Vec<String>,
    /// When it vouched for the person, by its clock.
    pub le: Timestamp,
}

/// What the single sign-on says of a member of staff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonnelSso {
    /// Normalised log-in names (addresses) it may be.
    pub noms: Vec<String>,
    /// It asked for a second factor of its own (Q17).
    pub second_facteur: bool,
}

/// That an account is the asker's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "par", rename_all = "snake_case")]
pub enum PreuveCompte {
    /// Its password.
    MotDePasse {
        /// Candidate number or address.
        identifiant: String,
        /// As typed.
        mot_de_passe: String,
    },
    /// A link that went to its address.
    Lien {
        /// From the link.
        jeton: String,
    },
}
