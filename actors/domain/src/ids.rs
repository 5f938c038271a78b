//! Names of things. Each is its own type, so that a formation's code is never taken for a piece's.

use serde::{Deserialize, Serialize};

macro_rules! identifiant {
    ($(#[$doc:meta])* $nom:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $nom(String);

        impl $nom {
            /// Takes the text as it is; whoever reads it from outside checks it first.
            pub fn new(texte: impl Into<String>) -> Self {
                Self(texte.into())
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $nom {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::borrow::Borrow<str> for $nom {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $nom {
            fn from(texte: &str) -> Self {
                Self(texte.to_owned())
            }
        }
    };
}

identifiant!(
    /// A candidate, for ever: random, never shown to people (they see the [`Numero`]).
    CandidatId
);
identifiant!(
    /// The candidate number, the log-in name: 8 characters of `0-9A-Z`, never reused.
    Numero
);
identifiant!(
    /// A dossier: the application of one candidate to one formation.
    DossierId
);
identifiant!(
    /// A yearly campaign, such as `2027-2028`.
    CampagneCode
);
identifiant!(
    /// A formation of the campaign.
    FormationCode
);
identifiant!(
    /// A pièce justificative of the campaign.
    PieceCode
);
identifiant!(
    /// A centre de candidature: the office that runs formations.
    CentreCode
);
identifiant!(
    /// A composante (faculty, school) of the university.
    ComposanteCode
);
identifiant!(
    /// A commission: the jury of one or more formations.
    CommissionCode
);
identifiant!(
    /// A reason of a refusal, from the campaign's list.
    MotifCode
);
identifiant!(
    /// The text of one mail in one language, such as `statut_re.fr`.
    TexteMailCode
);
identifiant!(
    /// An entry a candidate adds to the profile (cursus externe, stage, expérience).
    EntreeId
);
identifiant!(
    /// A member of staff, for ever: random, never shown to people (they see the name).
    PersonnelId
);
identifiant!(
    /// A request to the support.
    DemandeId
);
identifiant!(
    /// What a request is about, such as `lien_expire`.
    ClasseCode
);
