//! A JetStream stream as the one ordered log of many nodes.
//!
//! What an acknowledgement promises is the server's: with one replica the entry survives the server's
//! process, with three one machine, and with `sync_interval: always` on every server a power cut too.
//!
//! When a server dies its stream has no leader until the others have chosen one, which takes them some
//! seconds. Every wait here is short, so that the first moment at which it goes on again is not missed.

use std::future::IntoFuture;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::stream::{Config, RetentionPolicy, StorageType};
use async_nats::jetstream::{self, Context};
use serde::Deserialize;
use tokio::sync::Mutex;

use crate::nats_jetstream::covers;
use crate::nats_reading::Feed;
use crate::{BusError, Nats, Subject};

/// The stream's name.
pub(crate) const STREAM: &str = "POSTULE_JOURNAL";
/// Under what the stream's configuration keeps whose log it is.
const IDENTITY: &str = "postule.journal";
/// How long the server recognises a repeat by its id.
const REPEATS: Duration = Duration::from_secs(120);
/// How long the servers may take to agree on the stream.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long one acknowledgement is waited for; who has none offers the entry again under its id.
const ACK: Duration = Duration::from_secs(1);
/// How long the servers may take to answer a question.
const ANSWER: Duration = Duration::from_millis(800);
/// The pause between two tries.
const PAUSE: Duration = Duration::from_millis(300);

/// The log of one installation.
pub struct NatsLog {
    identity: String,
    pub(crate) context: Context,
    /// The furthest place anybody told of.
    pub(crate) known: AtomicU64,
    /// Where the reading is, and what comes next.
    pub(crate) feed: Mutex<Feed>,
}

impl std::fmt::Debug for NatsLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NatsLog")
    }
}

pub(crate) fn away(error: &dyn std::fmt::Display) -> BusError {
    BusError::Away(error.to_string())
}

impl NatsLog {
    /// Opens the log, made at the first start with this many replicas.
    ///
    /// # Errors
    /// [`BusError::Away`] when the servers do not agree on it in time, or have it in a form that cannot serve:
    /// with every fault, and what to do.
    pub async fn open(nats: &Nats, replicas: usize) -> Result<Self, BusError> {
        let mut context = jetstream::new(nats.client.clone());
        let config = Config {
            name: STREAM.to_owned(),
            description: Some("Postule: what all nodes apply, in one order".to_owned()),
            subjects: vec![Subject::journal().to_string()],
            num_replicas: replicas,
            storage: StorageType::File,
            duplicate_window: REPEATS,
            deny_delete: true,
            allow_direct: true,
            // Who follows this log tells it from another of the same name by this.
            metadata: [(IDENTITY.to_owned(), identity())].into(),
            ..Config::default()
        };
        let mut why = String::new();
        let made = async {
            loop {
                match context.get_or_create_stream(config.clone()).await {
                    Ok(stream) => return stream.cached_info().clone(),
                    Err(error) => {
                        tracing::warn!(%error, "the servers do not agree on the log yet");
                        why = error.to_string();
                        tokio::time::sleep(PAUSE).await;
                    }
                }
            }
        };
        let found = tokio::time::timeout(PATIENCE, made).await;
        let found = found.map_err(|_elapsed| {
            away(&format!(
                "JetStream does not give the log {STREAM} ({why}); is it on in {replicas} server(s) that reach one another, \
                 with room, and may this account use it? see docs/exploitation.md, NATS"
            ))
        })?;
        let faults = faults(&found.config, replicas);
        if !faults.is_empty() {
            return Err(away(&format!(
                "the stream {STREAM} exists, and cannot serve: {}",
                faults.join("; ")
            )));
        }
        context.set_timeout(ANSWER);
        let identity = found.config.metadata.get(IDENTITY);
        Ok(Self {
            identity: identity.cloned().unwrap_or_default(),
            context,
            known: AtomicU64::new(found.state.last_sequence),
            feed: Mutex::default(),
        })
    }

    /// Keeps an entry, and tells its sequence; the same id is kept once.
    ///
    /// # Errors
    /// [`BusError`]; after [`BusError::Lost`] it may be kept all the same.
    pub async fn append(&self, id: &str, entry: Vec<u8>) -> Result<u64, BusError> {
        let message = PublishMessage::build().payload(entry.into()).message_id(id);
        let sent = self
            .context
            .send_publish(Subject::journal().to_string(), message)
            .await;
        let ack = sent.map_err(|e| away(&e))?.into_future();
        match tokio::time::timeout(ACK, ack).await {
            Ok(Ok(ack)) => {
                self.known.fetch_max(ack.sequence, Ordering::Release);
                Ok(ack.sequence)
            }
            Ok(Err(error)) => Err(BusError::Lost(told(&error.to_string(), STREAM))),
            Err(_elapsed) => Err(BusError::Lost("no acknowledgement".to_owned())),
        }
    }

    /// The last sequence; 0 when the log is empty.
    ///
    /// # Errors
    /// [`BusError::Away`].
    pub async fn last(&self) -> Result<u64, BusError> {
        let last = self.ends().await?.last_seq;
        self.known.fetch_max(last, Ordering::Release);
        Ok(last)
    }

    /// Which log this is; empty for one that was made otherwise.
    pub fn identity(&self) -> &str {
        &self.identity
    }

    /// The first sequence that is still there, and the last; an empty log begins after its last.
    ///
    /// # Errors
    /// [`BusError::Away`].
    pub async fn extent(&self) -> Result<(u64, u64), BusError> {
        let ends = self.ends().await?;
        Ok((ends.first_seq.max(1), ends.last_seq))
    }

    /// Drops the entries up to this one; returns how many went. Who has not read them cannot any more.
    ///
    /// # Errors
    /// [`BusError::Away`].
    pub async fn trim(&self, upto: u64) -> Result<u64, BusError> {
        let stream = self.context.get_stream_no_info(STREAM).await;
        let stream = stream.map_err(|e| away(&e))?;
        let gone = stream.purge().sequence(upto + 1).await;
        Ok(gone.map_err(|e| away(&e))?.purged)
    }

    /// Answered by the stream's leader, which has all that was acknowledged.
    pub(crate) async fn ends(&self) -> Result<Ends, BusError> {
        let subject = format!("STREAM.INFO.{STREAM}");
        let told: Told = self
            .context
            .request(subject, &())
            .await
            .map_err(|e| away(&e))?;
        match (told.state, told.error) {
            (Some(ends), None) => Ok(ends),
            (_, Some(error)) => Err(away(&error)),
            (None, None) => Err(away(&"the server did not say where the log ends")),
        }
    }
}

/// What the server says of a stream, but for all that is not needed: it is asked before every request.
#[derive(Deserialize)]
struct Told {
    state: Option<Ends>,
    error: Option<jetstream::Error>,
}

/// Where the log begins and ends.
#[derive(Deserialize)]
pub(crate) struct Ends {
    pub(crate) first_seq: u64,
    pub(crate) last_seq: u64,
}

/// Of a new log: as hard to guess as a key, and never used as one.
fn identity() -> String {
    nkeys::KeyPair::new_account().public_key()
}

/// What the server says, and what to do where the operator must.
pub(crate) fn told(error: &str, stream: &str) -> String {
    let full = [
        "maximum bytes exceeded",
        "maximum messages exceeded",
        "insufficient",
    ];
    if full.iter().any(|f| error.contains(f)) {
        return format!(
            "{error}: JetStream is full; give it room (nats stream edit {stream} --max-bytes=-1, or max_file_store of the servers)"
        );
    }
    error.to_owned()
}

/// Everything in a stream's configuration with which it cannot be the log, with what to do.
fn faults(config: &Config, replicas: usize) -> Vec<String> {
    let mut faults = Vec::new();
    let journal = Subject::journal().to_string();
    if !config.subjects.iter().any(|s| covers(s, &journal)) {
        let has = config.subjects.join(", ");
        faults.push(format!(
            "its subjects are {has}: nats stream edit {STREAM} --subjects {journal}"
        ));
    }
    faults.extend(losses(config, replicas));
    if config.retention != RetentionPolicy::Limits {
        faults.push(format!(
            "its retention is not by limits: it drops what was read; remove it if it is not Postule's: nats stream rm {STREAM}"
        ));
    }
    if !config.allow_direct {
        faults.push(format!(
            "it does not allow direct reads: nats stream edit {STREAM} --allow-direct"
        ));
    }
    faults
}

/// Everything by which a stream would lose what it took, with what to do.
pub(crate) fn losses(config: &Config, replicas: usize) -> Vec<String> {
    let name = &config.name;
    let mut losses = Vec::new();
    if config.num_replicas != replicas {
        losses.push(format!(
            "it has {} replica(s), [bus] replicas asks for {replicas}: nats stream edit {name} --replicas {replicas}, \
             or the other number in the configuration",
            config.num_replicas
        ));
    }
    // With room limited and the oldest dropped, acknowledged commands would go without a word.
    let drops = config.max_age > Duration::ZERO
        || ((config.max_bytes > 0 || config.max_messages > 0)
            && config.discard == jetstream::stream::DiscardPolicy::Old);
    if drops {
        losses.push(format!(
            "it drops its oldest entries (max_age, max_bytes or max_msgs): \
             nats stream edit {name} --max-age=0 --max-bytes=-1 --max-msgs=-1, or --discard=new"
        ));
    }
    if config.storage != StorageType::File {
        losses.push(format!(
            "it is in memory: what is acknowledged would not outlive the servers; remove it while nothing is in it: nats stream rm {name}"
        ));
    }
    losses
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours() -> Config {
        Config {
            name: STREAM.to_owned(),
            subjects: vec![Subject::journal().to_string()],
            num_replicas: 3,
            allow_direct: true,
            ..Config::default()
        }
    }

    #[test]
    fn every_fault_of_a_stream_is_named_with_what_to_do() {
        assert_eq!(faults(&ours(), 3), Vec::<String>::new());
        let bounded = Config {
            max_bytes: 1,
            discard: jetstream::stream::DiscardPolicy::New,
            ..ours()
        };
        assert_eq!(
            faults(&bounded, 3),
            Vec::<String>::new(),
            "full is said, nothing goes"
        );
        let other = Config {
            subjects: vec!["other".to_owned()],
            num_replicas: 1,
            max_age: Duration::from_secs(1),
            retention: RetentionPolicy::WorkQueue,
            storage: StorageType::Memory,
            allow_direct: false,
            ..ours()
        };
        let found = faults(&other, 3);
        assert_eq!(found.len(), 6, "{found:?}");
        assert!(
            found.iter().all(|f| f.contains("nats stream ")),
            "{found:?}"
        );
    }
}
