//! The rules of admission, pure: `decide / evolve / effects` over enums.
//!
//! Nothing here reads a clock, a random source, a disk or a network: time and everything else a rule
//! needs come in as [`candidat::Facts`] and [`dossier::Facts`]. The stored form of the events is the serde form of the types
//! (ADR 0002); golden files in `tests/golden` hold it still.

pub mod campagne;
pub mod candidat;
pub mod demande;
pub mod dossier;
pub mod effet;
pub mod equipe;
pub mod fichier;
pub mod formulaires;
pub mod ids;
pub mod langue;
pub mod personnel;
pub mod places;
pub mod profil;
pub mod refus;
