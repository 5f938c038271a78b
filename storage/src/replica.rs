//! A store whose batches get their order from a log that many nodes share (docs/adr/0011).
//!
//! Every node applies every entry, in the log's order, through the same planner, into its own
//! tables, together with how far it is. Expected versions, guards and repeats are judged then, and
//! alike everywhere; the node that proposed a batch learns its outcome when it applies it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use crate::committer::{Committer, Ordered};
use crate::keys;
use crate::types::{Batch, Committed, StoreError};

/// The form of entries written today; a later one stops a node, it must not guess.
const VERSION: u8 = 2;
/// The form before: its batches know nothing of timers that rang, which is an empty list at their end.
const WITHOUT_RUNG: u8 = 1;
/// Bytes of one entry: the log carries 1 MiB.
const MAX_ENTRY: usize = 900_000;
/// Batches in one entry.
const MAX_BATCHES: usize = 256;
/// Batches that may wait to be proposed; more are refused as unavailable.
const MAX_WAITING: usize = 4096;
/// Entries on their way at once.
const IN_FLIGHT: usize = 32;
/// How long one entry is offered again under the same id; shorter than the log recognises repeats.
const PATIENCE: Duration = Duration::from_secs(10);
/// As long when the log did not take the entry before: nobody waits for what is known to be away.
const SHORT: Duration = Duration::from_secs(2);
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
    /// Keeps an entry for good; the same id is kept once.
    ///
    /// # Errors
    /// [`LogError`]: it may be kept all the same.
    async fn append(&self, id: &str, entry: Vec<u8>) -> Result<(), LogError>;

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

/// What travels.
#[derive(Serialize, Deserialize)]
struct Entry {
    node: String,
    number: u64,
    /// Each a [`Batch`].
    batches: Vec<Vec<u8>>,
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
    proposals: mpsc::Sender<(Vec<u8>, Answer)>,
    pub(crate) applied: watch::Receiver<u64>,
    pub(crate) foreign: Arc<AtomicU64>,
    log: Arc<dyn Log>,
    health: Arc<Health>,
    tasks: [JoinHandle<()>; 2],
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
        let (told, applied) = watch::channel(applied);
        let foreign = Arc::new(AtomicU64::new(0));
        let waiters = Waiters::default();
        let health = Arc::new(Health::default());
        let proposer = Proposer {
            health: health.clone(),
            log: log.clone(),
            node: node.clone(),
            waiters: waiters.clone(),
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
            applied,
            foreign,
            log,
            health,
            tasks: [
                tokio::spawn(proposer.run(proposed)),
                tokio::spawn(reader.run()),
            ],
        }
    }

    pub(crate) async fn commit(&self, batch: &Batch) -> Result<Committed, StoreError> {
        if let Some(append) = batch.appends.iter().find(|a| !keys::is_stream(&a.stream)) {
            let name = &append.stream;
            return Err(StoreError::Corrupt(format!("{name:?} is no stream name")));
        }
        let bytes = postcard::to_stdvec(batch).map_err(|e| unavailable(&e))?;
        if bytes.len() > MAX_ENTRY {
            return Err(StoreError::TooLarge {
                what: "batch".to_owned(),
                size: bytes.len(),
            });
        }
        let (answer, answered) = oneshot::channel();
        let sent = self.proposals.try_send((bytes, answer));
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
        let last = tokio::time::timeout(patience, self.log.last()).await;
        let last = last.unwrap_or_else(|_elapsed| Err(LogError("no answer in time".to_owned())));
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

/// Puts what waits into entries.
struct Proposer {
    health: Arc<Health>,
    log: Arc<dyn Log>,
    node: String,
    waiters: Waiters,
}

impl Proposer {
    async fn run(self, mut proposed: mpsc::Receiver<(Vec<u8>, Answer)>) {
        let flying = Arc::new(Semaphore::new(IN_FLIGHT));
        let (mut number, mut next) = (0, None);
        loop {
            let first = match next.take() {
                Some(first) => first,
                None => match proposed.recv().await {
                    Some(first) => first,
                    None => return,
                },
            };
            // While as many as may fly do, the next entry fills.
            let Ok(place) = flying.clone().acquire_owned().await else {
                return;
            };
            let (mut batches, mut answers) = (vec![first.0], vec![first.1]);
            let mut size = batches.iter().map(Vec::len).sum::<usize>();
            while batches.len() < MAX_BATCHES
                && let Ok((bytes, answer)) = proposed.try_recv()
            {
                if size + bytes.len() > MAX_ENTRY {
                    next = Some((bytes, answer));
                    break;
                }
                size += bytes.len();
                batches.push(bytes);
                answers.push(answer);
            }
            number += 1;
            self.offer(number, batches, answers, place);
        }
    }

    fn offer(
        &self,
        number: u64,
        batches: Vec<Vec<u8>>,
        answers: Vec<Answer>,
        place: tokio::sync::OwnedSemaphorePermit,
    ) {
        locked(&self.waiters).insert(number, answers);
        let entry = Entry {
            node: self.node.clone(),
            number,
            batches,
        };
        let (log, waiters) = (self.log.clone(), self.waiters.clone());
        let health = self.health.clone();
        tokio::spawn(async move {
            let patience = if health.refusing.load(Ordering::Relaxed) {
                SHORT
            } else {
                PATIENCE
            };
            let offered = insist(log.as_ref(), &entry, &health);
            let offered = tokio::time::timeout(patience, offered).await;
            drop(place);
            health.refusing.store(offered.is_err(), Ordering::Relaxed);
            if offered.is_err() {
                // Should it be in the log all the same, a repeat under the command's id finds out.
                let why = unavailable(&"the log did not take it in time");
                for answer in locked(&waiters).remove(&number).unwrap_or_default() {
                    let _gone = answer.send(Err(why.clone()));
                }
            }
        });
    }
}

/// Offers an entry until the log has it. What is known to be away is not told again for each try.
async fn insist(log: &dyn Log, entry: &Entry, health: &Health) {
    let id = format!("{}.{}", entry.node, entry.number);
    let mut bytes = vec![VERSION];
    match postcard::to_stdvec(entry) {
        Ok(form) => bytes.extend(form),
        Err(error) => {
            tracing::error!(%error, "an entry has no form");
            return std::future::pending().await;
        }
    }
    let mut told = health.refusing.load(Ordering::Relaxed);
    while let Err(error) = log.append(&id, bytes.clone()).await {
        if std::mem::replace(&mut told, true) {
            tracing::debug!(%error, id, "an entry is offered once more");
        } else {
            tracing::warn!(%error, id, "an entry is offered again");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Applies what the log says.
struct Reader {
    health: Arc<Health>,
    log: Arc<dyn Log>,
    node: String,
    waiters: Waiters,
    committer: Arc<Committer>,
    foreign: Arc<AtomicU64>,
    told: watch::Sender<u64>,
}

impl Reader {
    async fn run(self) {
        loop {
            let after = *self.told.borrow();
            let read = match self.log.next(after).await {
                Ok(read) => read,
                Err(error) => {
                    tracing::warn!(%error, "the log cannot be read");
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            };
            let Some((last, _)) = read.last() else {
                continue;
            };
            let last = *last;
            if let Err(error) = self.apply(read).await {
                // Guessing would make this replica differ from the others for ever.
                tracing::error!(%error, after, "this replica stops here");
                *locked(&self.health.stopped) = Some(error.to_string());
                return;
            }
            self.told.send_replace(last);
        }
    }

    async fn apply(&self, read: Vec<(u64, Vec<u8>)>) -> Result<(), StoreError> {
        let mut entries = Vec::with_capacity(read.len());
        let mut ordered = Vec::with_capacity(read.len());
        for (sequence, bytes) in read {
            let (entry, batches) = decode(sequence, &bytes)?;
            entries.push(entry);
            ordered.push(Ordered { sequence, batches });
        }
        let outcomes = loop {
            match self.committer.apply(ordered.clone()).await {
                Ok(outcomes) => break outcomes,
                Err(error) => {
                    tracing::error!(%error, "the tables do not take what the log says yet");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        };
        if entries.iter().any(|entry| entry.node != self.node) {
            self.foreign.fetch_add(1, Ordering::Release);
        }
        for (entry, outcomes) in entries.iter().zip(outcomes) {
            if entry.node != self.node {
                continue;
            }
            let answers = locked(&self.waiters).remove(&entry.number);
            for (answer, outcome) in answers.into_iter().flatten().zip(outcomes) {
                // Who hung up finds its answer by the command's id.
                let _gone = answer.send(outcome);
            }
        }
        Ok(())
    }
}

fn decode(sequence: u64, bytes: &[u8]) -> Result<(Entry, Vec<Batch>), StoreError> {
    let bad = |why: String| StoreError::Corrupt(format!("entry {sequence} of the log: {why}"));
    match bytes.split_first() {
        Some((&version @ (WITHOUT_RUNG | VERSION), form)) => {
            let mut entry: Entry = postcard::from_bytes(form).map_err(|e| bad(e.to_string()))?;
            if version == WITHOUT_RUNG {
                entry.batches.iter_mut().for_each(|batch| batch.push(0));
            }
            let batches = entry.batches.iter().map(|b| postcard::from_bytes(b));
            let batches = batches.collect::<Result<_, _>>();
            Ok((entry, batches.map_err(|e| bad(e.to_string()))?))
        }
        Some((version, _)) => Err(bad(format!(
            "form {version}, this program knows {VERSION}: run the later release"
        ))),
        None => Err(bad("empty".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_of_the_form_before_are_understood() {
        let batch = Batch {
            timers_clear: vec!["t".to_owned()],
            views_delete: vec![b"v".to_vec()],
            ..Batch::default()
        };
        let mut before = postcard::to_stdvec(&batch).unwrap();
        assert_eq!(before.pop(), Some(0), "the last field, empty");
        let entry = Entry {
            node: "n".to_owned(),
            number: 1,
            batches: vec![before.clone(), before],
        };
        let mut bytes = vec![WITHOUT_RUNG];
        bytes.extend(postcard::to_stdvec(&entry).unwrap());
        let (_, batches) = decode(1, &bytes).unwrap();
        assert_eq!(batches, [batch.clone(), batch]);
        bytes[0] = VERSION + 1;
        assert!(matches!(decode(1, &bytes), Err(StoreError::Corrupt(_))));
    }
}
