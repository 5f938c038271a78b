//! Mails that come in, from raw bytes to what they ask (`S10`–`S58`): the labelled corpus, and bytes nobody would send.
#![expect(
    clippy::unwrap_used,
    reason = "a test helper that fails is a failed test"
)]

mod comprendre;
mod formes;
mod graines;
mod memoire;
mod quelconques;
mod regles;
