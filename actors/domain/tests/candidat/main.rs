//! The candidate's account: its table of states and commands, and a naive model beside it.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test helper that fails is a failed test"
)]

mod matrice;
mod modele;
mod monde;
