//! The two languages of every text (Q41).

use serde::{Deserialize, Serialize};

/// French first, English complete.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Langue {
    /// Français.
    #[default]
    Fr,
    /// English.
    En,
}

impl Langue {
    /// The one of the two texts that is in this language.
    pub const fn choisir<'a>(self, fr: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Fr => fr,
            Self::En => en,
        }
    }

    /// The BCP 47 tag: `fr` or `en`.
    pub const fn tag(self) -> &'static str {
        self.choisir("fr", "en")
    }
}
