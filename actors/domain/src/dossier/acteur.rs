//! Who acts. Every staff act carries it, so that the history shows it.

use serde::{Deserialize, Serialize};

use crate::ids::PersonnelId;

/// Who acts on a dossier.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "role", rename_all = "snake_case")]
pub enum Acteur {
    /// The candidate (C).
    #[default]
    Candidat,
    /// A manager of the centre (G), or an administrator.
    Gestionnaire {
        /// Who.
        id: PersonnelId,
    },
    /// A member of the commission (J), where allowed.
    Commission {
        /// Who.
        id: PersonnelId,
    },
    /// A timer, or a step that follows from another (S).
    Systeme,
}

/// A kind of actor, for the table of who may do what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// C.
    Candidat,
    /// G.
    Gestionnaire,
    /// J.
    Commission,
    /// S.
    Systeme,
}

impl Acteur {
    /// Its kind.
    pub const fn role(&self) -> Role {
        match self {
            Self::Candidat => Role::Candidat,
            Self::Gestionnaire { .. } => Role::Gestionnaire,
            Self::Commission { .. } => Role::Commission,
            Self::Systeme => Role::Systeme,
        }
    }

    /// The member of staff, if it is one.
    pub const fn personnel(&self) -> Option<&PersonnelId> {
        match self {
            Self::Gestionnaire { id } | Self::Commission { id } => Some(id),
            Self::Candidat | Self::Systeme => None,
        }
    }
}
