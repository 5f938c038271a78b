//! A JetStream stream as the one ordered log of many nodes.
//!
//! What an acknowledgement promises is the server's: with one replica the entry survives the server's
//! process, with three one machine, and with `sync_interval: always` on every server a power cut too.

use std::time::Duration;

use async_nats::jetstream::consumer::DeliverPolicy;
use async_nats::jetstream::consumer::pull::{Ordered, OrderedConfig};
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::stream::{Config, StorageType};
use async_nats::jetstream::{self, Context};
use futures_util::{FutureExt, StreamExt};
use tokio::sync::Mutex;

use crate::{BusError, Nats, Subject};

/// The stream's name.
const STREAM: &str = "POSTULE_JOURNAL";
/// How long the server recognises a repeat by its id.
const REPEATS: Duration = Duration::from_secs(120);
/// How long the servers may take to agree on the stream.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long one acknowledgement is waited for.
const ACK: Duration = Duration::from_secs(3);
/// How long the next entry is waited for.
const WAIT: Duration = Duration::from_secs(1);
/// Entries read at once.
const PAGE: usize = 64;
/// The pause between two tries.
const PAUSE: Duration = Duration::from_millis(300);

/// The log of one installation.
pub struct NatsLog {
    context: Context,
    /// Where the reading is, and what comes next.
    feed: Mutex<Option<(u64, Ordered)>>,
}

impl std::fmt::Debug for NatsLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NatsLog")
    }
}

fn away(error: &dyn std::fmt::Display) -> BusError {
    BusError::Away(error.to_string())
}

impl NatsLog {
    /// Opens the log, made at the first start with this many replicas.
    ///
    /// # Errors
    /// [`BusError::Away`] when the servers do not agree on it in time, or have it with another number of replicas.
    pub async fn open(nats: &Nats, replicas: usize) -> Result<Self, BusError> {
        let context = jetstream::new(nats.client.clone());
        let config = Config {
            name: STREAM.to_owned(),
            subjects: vec![Subject::journal().to_string()],
            num_replicas: replicas,
            storage: StorageType::File,
            duplicate_window: REPEATS,
            deny_delete: true,
            allow_direct: true,
            ..Config::default()
        };
        let made = async {
            loop {
                match context.get_or_create_stream(config.clone()).await {
                    Ok(stream) => return stream.cached_info().config.num_replicas,
                    Err(error) => {
                        tracing::warn!(%error, "the servers do not agree on the log yet");
                        tokio::time::sleep(PAUSE).await;
                    }
                }
            }
        };
        let found = tokio::time::timeout(PATIENCE, made).await;
        let found = found.map_err(|_elapsed| away(&"JetStream does not give the log"))?;
        if found != replicas {
            return Err(away(&format!(
                "the log {STREAM} has {found} replica(s), the configuration asks for {replicas}"
            )));
        }
        Ok(Self {
            context,
            feed: Mutex::new(None),
        })
    }

    /// Keeps an entry; the same id is kept once.
    ///
    /// # Errors
    /// [`BusError`]; after [`BusError::Lost`] it may be kept all the same.
    pub async fn append(&self, id: &str, entry: Vec<u8>) -> Result<(), BusError> {
        let message = PublishMessage::build().payload(entry.into()).message_id(id);
        let sent = self
            .context
            .send_publish(Subject::journal().to_string(), message)
            .await;
        let ack = sent.map_err(|e| away(&e))?.into_future();
        match tokio::time::timeout(ACK, ack).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(BusError::Lost(error.to_string())),
            Err(_elapsed) => Err(BusError::Lost("no acknowledgement".to_owned())),
        }
    }

    /// Entries after a sequence, in order and without gap; none when nothing came for a while.
    ///
    /// # Errors
    /// [`BusError`]; the next call starts again from where it is told.
    pub async fn next(&self, after: u64) -> Result<Vec<(u64, Vec<u8>)>, BusError> {
        let mut feed = self.feed.lock().await;
        let (mut last, mut messages) = match feed.take() {
            Some((last, messages)) if last == after => (last, messages),
            Some(_) | None => (after, self.subscribe(after).await?),
        };
        let Ok(first) = tokio::time::timeout(WAIT, messages.next()).await else {
            // Silence, or a reading that died with its server: who is behind starts another.
            if self.last().await? == after {
                *feed = Some((last, messages));
            }
            return Ok(Vec::new());
        };
        let mut read = Vec::new();
        let mut next = Some(first.ok_or_else(|| away(&"the reading ended"))?);
        while let Some(message) = next.take() {
            let message = message.map_err(|e| away(&e))?;
            let sequence = message.info().map_err(|e| away(&e))?.stream_sequence;
            if sequence != last + 1 {
                return Err(away(&format!(
                    "the log goes on at {sequence} after {last}: restore a backup that is newer"
                )));
            }
            last = sequence;
            read.push((sequence, message.payload.to_vec()));
            if read.len() < PAGE {
                next = messages.next().now_or_never().flatten();
            }
        }
        if !read.is_empty() {
            *feed = Some((last, messages));
        }
        Ok(read)
    }

    async fn subscribe(&self, after: u64) -> Result<Ordered, BusError> {
        let stream = self.context.get_stream(STREAM).await;
        let config = OrderedConfig {
            deliver_policy: DeliverPolicy::ByStartSequence {
                start_sequence: after + 1,
            },
            ..OrderedConfig::default()
        };
        let consumer = stream.map_err(|e| away(&e))?.create_consumer(config).await;
        consumer
            .map_err(|e| away(&e))?
            .messages()
            .await
            .map_err(|e| away(&e))
    }

    /// The last sequence; 0 when the log is empty.
    ///
    /// # Errors
    /// [`BusError::Away`].
    pub async fn last(&self) -> Result<u64, BusError> {
        let stream = self.context.get_stream(STREAM).await;
        let stream = stream.map_err(|e| away(&e))?;
        Ok(stream.cached_info().state.last_sequence)
    }
}
