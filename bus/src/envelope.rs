//! What surrounds every request.

use serde::{Deserialize, Serialize};

/// The version of envelopes written today. A newer one is refused, never guessed at.
pub const VERSION: u16 = 1;

/// A request on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope<T> {
    /// Of the envelope's form.
    pub version: u16,
    /// Recognises a repeat of the same command (`Idempotency-Key`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What is asked.
    pub body: T,
}

impl<T> Envelope<T> {
    /// An envelope of today's version.
    pub fn new(id: Option<String>, body: T) -> Self {
        Self {
            version: VERSION,
            id,
            body,
        }
    }
}

/// What comes back over a wire.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Reply<A> {
    /// The service's answer.
    Answer(A),
    /// The service has its hands full; nothing was done.
    Busy {
        /// Seconds.
        retry_after_s: u32,
    },
    /// The request could not be read; nothing was done.
    NotUnderstood(String),
    /// It was done, but the answer is larger than the bus carries.
    TooLarge {
        /// How many.
        bytes: usize,
        /// At most.
        limit: usize,
    },
}
