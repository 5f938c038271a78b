//! Applies what the log says: while some entries are applied the next are read.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{mpsc, watch};

use super::entry::{self, Origin};
use super::{Health, Log, PAUSE, Waiters, locked};
use crate::apply::{Ordered, Outcomes};
use crate::committer::Committer;
use crate::types::{Batch, StoreError};

/// Entries read ahead of the tables, and applied in one write.
const AHEAD: usize = 64;

pub(super) struct Reader {
    pub(super) health: Arc<Health>,
    pub(super) log: Arc<dyn Log>,
    pub(super) node: String,
    pub(super) waiters: Waiters,
    pub(super) committer: Arc<Committer>,
    pub(super) foreign: Arc<AtomicU64>,
    pub(super) told: watch::Sender<u64>,
}

/// One entry, and what it was read from.
struct Read {
    sequence: u64,
    origin: Origin,
    batches: Vec<Batch>,
    bytes: Vec<u8>,
}

impl Reader {
    /// Ends when guessing would make this replica differ from the others for ever.
    pub(super) async fn run(self) {
        let (ahead, read) = mpsc::channel(AHEAD);
        let error = tokio::select! {
            never = self.read(ahead) => match never {},
            error = self.apply(read) => error,
        };
        let after = *self.told.borrow();
        tracing::error!(%error, after, "this replica stops here");
        *locked(&self.health.stopped) = Some(error.to_string());
    }

    /// Reads ahead; who applies says when it is over.
    async fn read(&self, ahead: mpsc::Sender<Result<Read, StoreError>>) -> Infallible {
        let mut after = *self.told.borrow();
        loop {
            let entries = match self.log.next(after).await {
                Ok(entries) => entries,
                Err(error) => {
                    tracing::warn!(%error, "the log cannot be read");
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            };
            for (sequence, bytes) in entries {
                after = sequence;
                let read = entry::decode(sequence, &bytes).map(|(origin, batches)| Read {
                    sequence,
                    origin,
                    batches,
                    bytes,
                });
                let last = read.is_err();
                if ahead.send(read).await.is_err() || last {
                    // What came before it is applied first.
                    return std::future::pending().await;
                }
            }
        }
    }

    async fn apply(&self, mut ahead: mpsc::Receiver<Result<Read, StoreError>>) -> StoreError {
        let mut came = Vec::with_capacity(AHEAD);
        loop {
            ahead.recv_many(&mut came, AHEAD).await;
            let mut read = Vec::with_capacity(came.len());
            let mut stopped = None;
            for came in came.drain(..) {
                match came {
                    Ok(entry) => read.push(entry),
                    Err(error) => stopped = Some(error),
                }
            }
            if !read.is_empty() {
                let outcomes = self.insist(&mut read).await;
                self.tell(&read, outcomes);
            }
            if let Some(error) = stopped {
                return error;
            }
        }
    }

    /// Applies until the tables take it.
    async fn insist(&self, read: &mut [Read]) -> Vec<Outcomes> {
        loop {
            let ordered = read.iter_mut().map(|entry| Ordered {
                sequence: entry.sequence,
                batches: std::mem::take(&mut entry.batches),
            });
            match self.committer.apply(ordered.collect()).await {
                Ok(outcomes) => return outcomes,
                Err(error) => {
                    tracing::error!(%error, "the tables do not take what the log says yet");
                    tokio::time::sleep(PAUSE).await;
                }
            }
            for entry in &mut *read {
                // It was understood before.
                if let Ok((_, batches)) = entry::decode(entry.sequence, &entry.bytes) {
                    entry.batches = batches;
                }
            }
        }
    }

    /// Tells how far it is, and who waited what their batches came to.
    fn tell(&self, read: &[Read], outcomes: Vec<Outcomes>) {
        if read.iter().any(|entry| entry.origin.node != self.node) {
            self.foreign.fetch_add(1, Ordering::Release);
        }
        if let Some(last) = read.last() {
            self.told.send_replace(last.sequence);
        }
        for (entry, outcomes) in read.iter().zip(outcomes) {
            if entry.origin.node != self.node {
                continue;
            }
            let answers = locked(&self.waiters).remove(&entry.origin.number);
            for (answer, outcome) in answers.into_iter().flatten().zip(outcomes) {
                // Who hung up finds its answer by the command's id.
                let _gone = answer.send(outcome);
            }
        }
    }
}
