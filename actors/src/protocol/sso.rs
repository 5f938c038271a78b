//! Who somebody is, as the establishment's single sign-on says (G01). Only the edge says so, after it has checked.

use domain::candidat::Identite;
use serde::{Deserialize, Serialize};

/// Somebody the single sign-on vouches for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VuSso {
    /// Who.
    pub identite: Identite,
    /// The normalised address that it has proved, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail_prouve: Option<String>,
    /// Its name for this session, under which it may end ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fin: Option<String>,
    /// What it says of a member of staff; none when staff do not come this way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub personnel: Option<PersonnelSso>,
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
