//! Applies what the log says: while some entries are applied the next are read.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{mpsc, watch};

use super::entry::{self, Origin};
use super::{Health, Log, PAUSE, Waiters, locked};
use crate::apply::{Applied, Ordered, Outcomes, Synced};
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

/// Why nothing more is applied from what was read.
enum End {
    /// The disk lost what it had taken: the tables are only so far.
    Behind(u64),
    /// Guessing would make this replica differ from the others for ever.
    Stopped(StoreError),
}

impl Reader {
    pub(super) async fn run(self) {
        loop {
            let after = *self.told.borrow();
            let (ahead, read) = mpsc::channel(AHEAD);
            let end = tokio::select! {
                end = self.read(after, ahead) => end,
                end = self.apply(after, read) => end,
            };
            match end {
                End::Behind(place) => {
                    tracing::warn!(after, place, "the tables are behind: the log is read again");
                    self.told.send_replace(place);
                }
                End::Stopped(error) => {
                    let after = *self.told.borrow();
                    tracing::error!(%error, after, "this replica stops here");
                    *locked(&self.health.stopped) = Some(error.to_string());
                    return;
                }
            }
        }
    }

    /// Reads ahead; ends only when nobody applies any more.
    async fn read(&self, mut after: u64, ahead: mpsc::Sender<Result<Read, StoreError>>) -> End {
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

    async fn apply(
        &self,
        mut place: u64,
        mut ahead: mpsc::Receiver<Result<Read, StoreError>>,
    ) -> End {
        let mut synced: Option<Synced> = None;
        let mut came = Vec::with_capacity(AHEAD);
        loop {
            let lost = tokio::select! {
                biased;
                lost = lost(&mut synced) => lost,
                _some = ahead.recv_many(&mut came, AHEAD) => false,
            };
            let mut read = Vec::with_capacity(came.len());
            let mut stopped = None;
            for came in came.drain(..) {
                match came {
                    Ok(entry) => read.push(entry),
                    Err(error) => stopped = Some(error),
                }
            }
            if lost || !read.is_empty() {
                match self.insist(place, &mut read).await {
                    Applied::Done(outcomes, on_disk) => {
                        synced = Some(on_disk);
                        place = read.last().map_or(place, |entry| entry.sequence);
                        self.tell(&read, outcomes);
                    }
                    Applied::Behind(place) => return End::Behind(place),
                }
            }
            if let Some(error) = stopped {
                return End::Stopped(error);
            }
        }
    }

    /// Applies until the disk takes it.
    async fn insist(&self, place: u64, read: &mut [Read]) -> Applied {
        loop {
            let ordered = read.iter_mut().map(|entry| Ordered {
                sequence: entry.sequence,
                batches: std::mem::take(&mut entry.batches),
            });
            match self.committer.apply(place, ordered.collect()).await {
                Ok(applied) => return applied,
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

/// True when what was applied last did not come onto the disk; never otherwise.
async fn lost(synced: &mut Option<Synced>) -> bool {
    if let Some(waited) = synced
        && let Ok(Err(error)) = waited.await
    {
        tracing::error!(%error, "what the log said is not on the disk");
        *synced = None;
        return true;
    }
    *synced = None;
    std::future::pending().await
}
