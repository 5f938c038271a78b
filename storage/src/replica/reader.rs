//! Applies what the log says: what this node proposed as soon as it knows its place, the rest as it is read, while what
//! came before is applied.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{mpsc, watch};

use super::entry::{self, Origin};
use super::{Health, Log, PAUSE, Waiters, locked};
use crate::apply::{Ordered, Outcomes};
use crate::committer::Committer;
use crate::types::{Batch, StoreError};

/// Entries ahead of the tables, and applied in one write.
pub(super) const AHEAD: usize = 64;

pub(super) struct Reader {
    pub(super) health: Arc<Health>,
    pub(super) log: Arc<dyn Log>,
    pub(super) node: String,
    pub(super) waiters: Waiters,
    pub(super) committer: Arc<Committer>,
    pub(super) foreign: Arc<AtomicU64>,
    pub(super) told: watch::Sender<u64>,
}

/// One entry at its place, and its form.
pub(super) struct Placed {
    pub(super) sequence: u64,
    pub(super) origin: Origin,
    /// None while it was not looked into.
    pub(super) batches: Option<Vec<Batch>>,
    pub(super) bytes: Vec<u8>,
}

impl Placed {
    fn understand(&mut self) -> Result<(), StoreError> {
        if self.batches.is_none() {
            self.batches = Some(entry::batches(self.sequence, &self.bytes)?);
        }
        Ok(())
    }
}

/// An entry this node proposed and knows the place of, or one that was read; or why none can be read any more.
pub(super) type Came = Result<Placed, StoreError>;

impl Reader {
    /// Ends when guessing would make this replica differ from the others for ever.
    pub(super) async fn run(self, placed: mpsc::Sender<Came>, places: mpsc::Receiver<Came>) {
        let error = tokio::select! {
            never = self.read(placed) => match never {},
            error = self.apply(places) => error,
        };
        let after = *self.told.borrow();
        tracing::error!(%error, after, "this replica stops here");
        *locked(&self.health.stopped) = Some(error.to_string());
    }

    /// Reads ahead; who applies says when it is over.
    async fn read(&self, placed: mpsc::Sender<Came>) -> Infallible {
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
                if sequence <= *self.told.borrow() {
                    // This node's own, and it knew the place before.
                    continue;
                }
                let read = self.understand(sequence, bytes);
                let last = read.is_err();
                if placed.send(read).await.is_err() || last {
                    // What came before it is applied first.
                    return std::future::pending().await;
                }
            }
        }
    }

    fn understand(&self, sequence: u64, bytes: Vec<u8>) -> Came {
        let mut read = Placed {
            sequence,
            origin: entry::origin(sequence, &bytes)?,
            batches: None,
            bytes,
        };
        // Its own comes as it was proposed as well, and sooner as a rule.
        if read.origin.node != self.node {
            read.understand()?;
        }
        Ok(read)
    }

    async fn apply(&self, mut places: mpsc::Receiver<Came>) -> StoreError {
        let mut applied = *self.told.borrow();
        let mut came = Vec::with_capacity(AHEAD);
        // Those whose turn has not come: what others proposed before them is still to be read.
        let mut early = BTreeMap::new();
        loop {
            places.recv_many(&mut came, AHEAD).await;
            let mut stopped = None;
            for came in came.drain(..) {
                match came {
                    Ok(entry) if entry.sequence > applied => {
                        early.entry(entry.sequence).or_insert(entry);
                    }
                    // It was told twice: by its place, and by the reading.
                    Ok(_) => {}
                    Err(error) => stopped = Some(error),
                }
            }
            let mut turn = Vec::new();
            while let Some(mut entry) = early.remove(&(applied + 1)) {
                if let Err(error) = entry.understand() {
                    stopped = Some(error);
                    break;
                }
                applied = entry.sequence;
                turn.push(entry);
            }
            while early.len() > AHEAD {
                // It is read again when its turn has come.
                early.pop_last();
            }
            if !turn.is_empty() {
                match self.insist(&mut turn).await {
                    Ok(outcomes) => self.tell(&turn, outcomes),
                    Err(error) => return error,
                }
            }
            if let Some(error) = stopped {
                return error;
            }
        }
    }

    /// Applies until the tables take it.
    async fn insist(&self, entries: &mut [Placed]) -> Result<Vec<Outcomes>, StoreError> {
        loop {
            let ordered = entries.iter_mut().map(|entry| Ordered {
                sequence: entry.sequence,
                batches: entry.batches.take().unwrap_or_default(),
            });
            match self.committer.apply(ordered.collect()).await {
                Ok(outcomes) => return Ok(outcomes),
                Err(error) => {
                    tracing::error!(%error, "the tables do not take what the log says yet");
                    tokio::time::sleep(PAUSE).await;
                }
            }
            for entry in &mut *entries {
                entry.understand()?;
            }
        }
    }

    /// Tells how far it is, and who waited what their batches came to.
    fn tell(&self, entries: &[Placed], outcomes: Vec<Outcomes>) {
        if entries.iter().any(|entry| entry.origin.node != self.node) {
            self.foreign.fetch_add(1, Ordering::Release);
        }
        if let Some(last) = entries.last() {
            self.told.send_replace(last.sequence);
        }
        for (entry, outcomes) in entries.iter().zip(outcomes) {
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
