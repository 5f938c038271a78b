//! The campaign file (TOML, `3-contract.md`): read into events of the domain, every fault with its line.

mod forme;
mod verifier;

pub use verifier::{FauteFichier, decaler, lire};
