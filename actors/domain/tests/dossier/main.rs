//! The dossier's machine: its table of transitions, its stored events, its laws under any sequence of acts.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test helper that fails is a failed test"
)]

mod echantillons;
mod golden;
mod matrice;
mod modele;
mod monde;
mod saisie;
mod transitions;
