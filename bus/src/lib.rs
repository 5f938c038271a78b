//! Typed requests and answers between the edges and the actors: in process, over NATS, or, for an operator's
//! command beside a running server, over a socket of its data folder.
//!
//! Who asks holds a [`Bus`], who answers is a [`Service`]; neither sees which way a request travels.
//! One contract suite (`tests/contract.rs`) runs on all three ways.

mod envelope;
mod in_process;
mod local;
mod nats;
mod nats_jetstream;
mod nats_log;
mod nats_objects;
mod nats_reading;
mod nats_scolarite;
mod serving;
mod subject;
mod trouble;
pub mod wire;

use async_trait::async_trait;

pub use envelope::{Envelope, VERSION};
pub use in_process::InProcess;
pub use local::{LocalBus, MAX_FRAME, serve_local, serve_local_bounded};
pub use nats::{Nats, NatsAccess, NatsBus, NatsOptions, nkey};
pub use nats_log::NatsLog;
pub use nats_objects::NatsObjects;
pub use nats_scolarite::{Reception, Recipient};
pub use serving::Serving;
pub use subject::{Routed, Subject};

/// Requests one bus carries at once, and one service works on at once; more are told to come back.
pub const MAX_IN_FLIGHT: usize = 1024;
/// Seconds after which who was told to come back may try again.
pub const RETRY_AFTER_S: u32 = 1;

/// Who answers.
#[async_trait]
pub trait Service<Q, A>: Send + Sync + 'static {
    /// Answers a request.
    async fn serve(&self, request: Envelope<Q>) -> A;
}

/// Where requests are put.
#[async_trait]
pub trait Bus<Q, A>: Send + Sync + 'static {
    /// Sends a request and waits for its answer.
    ///
    /// # Errors
    /// [`BusError`].
    async fn ask(&self, request: Envelope<Q>) -> Result<A, BusError>;
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BusError {
    /// Too much at once. Nothing was done.
    #[error("too many requests wait; try again in {retry_after_s} s")]
    Busy {
        /// Seconds.
        retry_after_s: u32,
    },
    /// Nobody serves this subject, or the bus is not connected. Nothing was done.
    #[error("nobody serves: {0}")]
    Away(String),
    /// No answer came in time: whether it was done is unknown, a repeat under the same id finds out.
    #[error("no answer came: {0}")]
    Lost(String),
    /// The request or its answer is larger than the bus carries.
    #[error("{bytes} bytes are more than the bus carries ({limit})")]
    TooLarge {
        /// How many.
        bytes: usize,
        /// At most.
        limit: usize,
    },
    /// One side does not understand the other: versions that do not go together.
    #[error("not understood: {0}")]
    NotUnderstood(String),
}
