//! Nothing that was acknowledged is lost: the real program, killed and watched.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test helper that fails is a failed test"
)]

mod appels;
mod candidat;
mod grappe;
mod terrain;
mod tuer;
