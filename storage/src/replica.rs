//! A store whose batches get their order from a log that many nodes share (docs/adr/0011).
//!
//! Every node applies every entry, in the log's order, through the same planner, into its own
//! tables, together with how far it is. Expected versions, guards and repeats are judged then, and
//! alike everywhere; the node that proposed a batch learns its outcome when it applies it, which it
//! does as soon as the log has told it the place.

mod entry;
mod frontier;
mod proposer;
mod reader;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use self::frontier::{Asking, MAX_ASKING};
use self::proposer::{Proposal, Proposer};
use self::reader::{AHEAD, Reader};
use crate::committer::Committer;
use crate::keys;
use crate::types::{Batch, Committed, StoreError};

/// Bytes of one entry: the log carries 1 MiB.
const MAX_ENTRY: usize = 900_000;
/// Batches that may wait to be proposed; more are refused as unavailable.
const MAX_WAITING: usize = 4096;
/// After the log did not say where it ends, requests wait less for it for a while.
const REST: Duration = Duration::from_secs(2);
/// How long then.
const IMPATIENCE: Duration = Duration::from_millis(250);
/// How long an outcome may take in all.
const DEADLINE: Duration = Duration::from_secs(15);
/// The pause after the log or the disk refused.
const PAUSE: Duration = Duration::from_millis(200);

/// Why the log did not do it; whether an entry is kept is then unknown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the log does not answer: {0}")]
pub struct LogError(pub String);

/// Where the entries of all nodes get their one order.
#[async_trait]
pub trait Log: Send + Sync + 'static {
    /// Keeps an entry for good, and tells its sequence; the same id is kept once, and has one.
    ///
    /// # Errors
    /// [`LogError`]: it may be kept all the same.
    async fn append(&self, id: &str, entry: Vec<u8>) -> Result<u64, LogError>;

    /// Entries after a sequence, in order and without gap. Waits a while for the first; none is no fault.
    ///
    /// # Errors
    /// [`LogError`].
    async fn next(&self, after: u64) -> Result<Vec<(u64, Vec<u8>)>, LogError>;

    /// The last sequence; 0 when the log is empty.
    ///
    /// # Errors
    /// [`LogError`].
    async fn last(&self) -> Result<u64, LogError>;
}

type Answer = oneshot::Sender<Result<Committed, StoreError>>;
type Waiters = Arc<Mutex<HashMap<u64, Vec<Answer>>>>;

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn unavailable(error: &dyn std::fmt::Display) -> StoreError {
    StoreError::Unavailable(error.to_string())
}

/// One node's part in it; dropping it stops it, and what waits is answered as unavailable.
pub(crate) struct Replica {
    proposals: mpsc::Sender<Proposal>,
    asking: mpsc::Sender<Asking>,
    pub(crate) applied: watch::Receiver<u64>,
    pub(crate) foreign: Arc<AtomicU64>,
    health: Arc<Health>,
    tasks: [JoinHandle<()>; 3],
}

/// How the log was last.
#[derive(Default)]
struct Health {
    /// It did not take an entry in time.
    refusing: AtomicBool,
    /// Until when it is not asked where it ends.
    resting: Mutex<Option<Instant>>,
    /// The furthest place it told of.
    end: AtomicU64,
    /// Why this node applies no more, if it does not.
    stopped: Mutex<Option<String>>,
}

impl Drop for Replica {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

impl Replica {
    /// `node` is new at every start: entries are recognised by it.
    pub(crate) fn start(
        committer: Arc<Committer>,
        log: Arc<dyn Log>,
        node: String,
        applied: u64,
    ) -> Self {
        let (proposals, proposed) = mpsc::channel(MAX_WAITING);
        let (asking, asked) = mpsc::channel(MAX_ASKING);
        let (told, applied) = watch::channel(applied);
        let foreign = Arc::new(AtomicU64::new(0));
        let waiters = Waiters::default();
        let health = Arc::new(Health::default());
        let (placed, places) = mpsc::channel(AHEAD);
        let proposer = Proposer {
            health: health.clone(),
            log: log.clone(),
            node: node.clone(),
            waiters: waiters.clone(),
            placed: placed.clone(),
        };
        let reader = Reader {
            health: health.clone(),
            log: log.clone(),
            node,
            waiters,
            committer,
            foreign: foreign.clone(),
            told,
        };
        Self {
            proposals,
            asking,
            applied,
            foreign,
            health,
            tasks: [
                tokio::spawn(frontier::answer(log, asked)),
                tokio::spawn(proposer.run(proposed)),
                tokio::spawn(reader.run(placed, places)),
            ],
        }
    }

    pub(crate) async fn commit(&self, batch: Box<Batch>) -> Result<Committed, StoreError> {
        if let Some(append) = batch.appends.iter().find(|a| !keys::is_stream(&a.stream)) {
            let name = &append.stream;
            return Err(StoreError::Corrupt(format!("{name:?} is no stream name")));
        }
        let form = postcard::to_stdvec(&batch).map_err(|e| unavailable(&e))?;
        if form.len() > MAX_ENTRY {
            return Err(StoreError::TooLarge {
                what: "batch".to_owned(),
                size: form.len(),
            });
        }
        let (answer, answered) = oneshot::channel();
        let proposal = Proposal {
            batch,
            form,
            answer,
        };
        let sent = self.proposals.try_send(proposal);
        sent.map_err(|_full| unavailable(&"too many commits wait"))?;
        match tokio::time::timeout(DEADLINE, answered).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_closed)) => Err(unavailable(&"the replica has stopped")),
            Err(_elapsed) => Err(unavailable(&"the log did not give the outcome in time")),
        }
    }

    /// Where the log ends. After it was silent nobody waits long for it.
    pub(crate) async fn frontier(&self, patience: Duration) -> Result<u64, StoreError> {
        let resting = *locked(&self.health.resting);
        let patience = if resting.is_some_and(|until| until > Instant::now()) {
            patience.min(IMPATIENCE)
        } else {
            patience
        };
        let (asking, answer) = oneshot::channel();
        let last = match self.asking.try_send(asking) {
            Ok(()) => tokio::time::timeout(patience, answer).await,
            Err(_full) => return Err(unavailable(&"too many ask where the log ends")),
        };
        let last = match last {
            Ok(Ok(last)) => last,
            Ok(Err(_closed)) => Err(LogError("the replica has stopped".to_owned())),
            Err(_elapsed) => Err(LogError("no answer in time".to_owned())),
        };
        match last {
            Ok(last) => {
                *locked(&self.health.resting) = None;
                self.health.end.fetch_max(last, Ordering::Relaxed);
                Ok(last)
            }
            Err(error) => {
                *locked(&self.health.resting) = Some(Instant::now() + REST);
                Err(unavailable(&error))
            }
        }
    }

    /// How it is.
    pub(crate) fn state(&self) -> ReplicaState {
        let applied = *self.applied.borrow();
        ReplicaState {
            applied,
            end: self.health.end.load(Ordering::Relaxed).max(applied),
            refusing: self.health.refusing.load(Ordering::Relaxed),
            stopped: locked(&self.health.stopped).clone(),
        }
    }

    /// Waits until everything before this sequence is in the tables.
    pub(crate) async fn reach(&self, sequence: u64, patience: Duration) -> bool {
        let mut applied = self.applied.clone();
        let reached = applied.wait_for(|applied| *applied >= sequence);
        tokio::time::timeout(patience, reached)
            .await
            .is_ok_and(|r| r.is_ok())
    }
}

/// How one node's part of the shared log is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReplicaState {
    /// How far its tables are.
    pub applied: u64,
    /// Where the log ended when it was asked last.
    pub end: u64,
    /// The log did not take what was offered last.
    pub refusing: bool,
    /// Why this node applies no more: it would have to guess.
    pub stopped: Option<String>,
}
