//! The upkeep of a data folder: verifying it, copying it, bringing it back, sweeping it.

mod empreintes;
mod menage;
mod restauration;
mod sauvegarde;
mod verification;

pub use empreintes::{comparer, inscrire};
pub use menage::Menage;
pub use restauration::restaurer;
pub use sauvegarde::{Manifeste, Sauvegarde, sauvegarder};
pub use verification::{Verification, verifier};
