//! What surrounds every request.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::BusError;

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

impl<T: DeserializeOwned> Envelope<T> {
    /// Reads one off a wire, or says why not.
    pub(crate) fn read(payload: &[u8]) -> Result<Self, String> {
        // The version first: the rest of a newer envelope may have another form.
        #[derive(Deserialize)]
        struct Versioned {
            version: u16,
        }
        let Versioned { version } = serde_json::from_slice(payload).map_err(|e| e.to_string())?;
        if version > VERSION {
            return Err(format!("envelope of version {version}"));
        }
        serde_json::from_slice(payload).map_err(|e| e.to_string())
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

impl<A: DeserializeOwned> Reply<A> {
    /// What the asker gets of it.
    pub(crate) fn read(payload: &[u8]) -> Result<A, BusError> {
        match serde_json::from_slice(payload) {
            Ok(Self::Answer(answer)) => Ok(answer),
            Ok(Self::Busy { retry_after_s }) => Err(BusError::Busy { retry_after_s }),
            Ok(Self::NotUnderstood(reason)) => Err(BusError::NotUnderstood(reason)),
            Ok(Self::TooLarge { bytes, limit }) => Err(BusError::TooLarge { bytes, limit }),
            Err(error) => Err(BusError::NotUnderstood(error.to_string())),
        }
    }
}

impl<A: Serialize> Reply<A> {
    /// What goes on the wire: the reply, or why it cannot.
    pub(crate) fn write(&self, limit: usize) -> Result<Vec<u8>, String> {
        let bytes = match serde_json::to_vec(self) {
            Ok(bytes) if bytes.len() <= limit => Ok(bytes),
            Ok(bytes) => serde_json::to_vec(&Reply::<()>::TooLarge {
                bytes: bytes.len(),
                limit,
            }),
            Err(error) => serde_json::to_vec(&Reply::<()>::NotUnderstood(error.to_string())),
        };
        bytes.map_err(|e| e.to_string())
    }
}
