//! What the domain knows of a file handed in: its content's fingerprint, never its bytes.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The most bytes of one file, included (G24): 4 MiB.
pub const TAILLE_MAX: u64 = 4 * 1024 * 1024;

/// A type of file a piece may have, by content (G24).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TypeFichier {
    /// `application/pdf`.
    Pdf,
    /// `image/jpeg`.
    Jpeg,
    /// `image/png`.
    Png,
}

impl TypeFichier {
    /// The media type.
    pub const fn mime(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }
}

/// A file as handed in. The bytes are under `sha256` in the blob store, and never change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fichier {
    /// SHA-256 of the content, lower-case hexadecimal.
    pub sha256: String,
    /// The display name, already made safe.
    pub nom: String,
    /// By content.
    #[serde(rename = "type")]
    pub type_: TypeFichier,
    /// Bytes.
    pub taille: u64,
    /// When it came.
    pub depose_le: Timestamp,
    /// The analysis of its content is under way: it does not count as « in » yet.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub en_analyse: bool,
}
