//! The campaign as it is written: the file (TOML, `3-contract.md`), the API's bodies and the pages' forms.

mod ecrire;
mod forme;
mod genre;
mod lecture;
mod suivante;
mod verifier;

pub use ecrire::ecrire;
pub(crate) use ecrire::{chemin_modele, local, sha256_du_chemin};
pub(crate) use genre::{Genre, ecarts, forme};
pub(crate) use lecture::Lu;
pub(crate) use suivante::suivante;
pub use verifier::{FauteFichier, decaler, lire};
