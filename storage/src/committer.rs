//! The one thread that writes: it gathers what waits, writes once, and answers all (group commit).

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use crate::apply::{Ordered, Outcomes, apply};
use crate::plan::Planner;
use crate::positions::Tail;
use crate::stamps::Stamps;
use crate::tables::Tables;
use crate::types::{Batch, Committed, Stats, StoreError};
use crate::{Exported, Kv, export};

/// Batches that may wait for the committer; more are refused as unavailable.
const MAX_WAITING: usize = 4096;
/// The most batches in one group.
const MAX_GROUP: usize = 256;

type Answer<T> = oneshot::Sender<Result<T, StoreError>>;

enum Work {
    Commit(Box<Batch>, Answer<Committed>),
    Apply(Vec<Ordered>, Answer<Vec<Outcomes>>),
    Export(std::path::PathBuf, Answer<Exported>),
}

/// The handle of the thread; dropping the last one ends it after what waits is done.
pub(crate) struct Committer {
    sender: Option<SyncSender<Work>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    stats: Arc<Mutex<Stats>>,
    pub(crate) stamps: Arc<Stamps>,
}

impl Committer {
    /// `tail` is where the journal ends.
    pub(crate) fn start(kv: Arc<dyn Kv>, tail: Tail) -> Result<Self, StoreError> {
        let (sender, receiver) = sync_channel(MAX_WAITING);
        let stats = Arc::new(Mutex::new(Stats::default()));
        let stamps = Arc::new(Stamps::default());
        let counted = stats.clone();
        let tables = Tables {
            kv,
            stamps: stamps.clone(),
        };
        let thread = std::thread::Builder::new()
            .name("committer".to_owned())
            .spawn(move || run(&tables, &receiver, tail, &counted))
            .map_err(|e| StoreError::Unavailable(e.to_string()))?;
        Ok(Self {
            sender: Some(sender),
            thread: Mutex::new(Some(thread)),
            stats,
            stamps,
        })
    }

    pub(crate) fn stats(&self) -> Stats {
        self.stats
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) async fn commit(&self, batch: Box<Batch>) -> Result<Committed, StoreError> {
        self.ask(|answer| Work::Commit(batch, answer)).await
    }

    /// Does what a log says, with how far it is, in one write.
    pub(crate) async fn apply(&self, entries: Vec<Ordered>) -> Result<Vec<Outcomes>, StoreError> {
        self.ask(|answer| Work::Apply(entries, answer)).await
    }

    /// Runs between two groups, so the copy is consistent.
    pub(crate) async fn export(&self, file: std::path::PathBuf) -> Result<Exported, StoreError> {
        self.ask(|answer| Work::Export(file, answer)).await
    }

    async fn ask<T>(&self, work: impl FnOnce(Answer<T>) -> Work) -> Result<T, StoreError> {
        let gone = || StoreError::Unavailable("the committer has stopped".to_owned());
        let (answer, answered) = oneshot::channel();
        let sender = self.sender.as_ref().ok_or_else(gone)?;
        sender
            .try_send(work(answer))
            .map_err(|refused| match refused {
                TrySendError::Full(_) => {
                    StoreError::Unavailable("too many commits wait".to_owned())
                }
                TrySendError::Disconnected(_) => gone(),
            })?;
        answered.await.map_err(|_closed| gone())?
    }
}

impl Drop for Committer {
    fn drop(&mut self) {
        drop(self.sender.take());
        if let Ok(mut thread) = self.thread.lock()
            && let Some(thread) = thread.take()
        {
            // A panic there was already seen by those who waited.
            let _ended = thread.join();
        }
    }
}

fn run(tables: &Tables, receiver: &Receiver<Work>, tail: Tail, stats: &Mutex<Stats>) {
    let mut planner = Planner::new(tail);
    while let Ok(first) = receiver.recv() {
        let mut group = Vec::new();
        let mut next = Some(first);
        while let Some(work) = next.take() {
            match work {
                Work::Commit(batch, answer) => group.push((batch, answer)),
                Work::Apply(entries, answer) => {
                    flush(tables, &mut planner, std::mem::take(&mut group), stats);
                    apply(tables, &mut planner, entries, answer);
                }
                Work::Export(file, answer) => {
                    flush(tables, &mut planner, std::mem::take(&mut group), stats);
                    // Who asked may be gone; the file is there all the same.
                    let _gone = answer.send(export::write(tables.kv.as_ref(), &file));
                }
            }
            if group.len() < MAX_GROUP {
                next = receiver.try_recv().ok();
            }
        }
        flush(tables, &mut planner, group, stats);
    }
}

fn flush(
    tables: &Tables,
    planner: &mut Planner,
    group: Vec<(Box<Batch>, Answer<Committed>)>,
    stats: &Mutex<Stats>,
) {
    let kv = tables.kv.as_ref();
    let mut waiting = Vec::with_capacity(group.len());
    let ready = planner.refresh(kv);
    for (batch, answer) in group {
        let planned = ready.clone().and_then(|()| planner.add(kv, *batch));
        waiting.push((planned, answer));
    }
    let (changes, stamp) = planner.take(&tables.stamps);
    let written = if changes.is_empty() {
        Ok(())
    } else {
        let written = tables.apply(changes);
        let mut stats = stats.lock().unwrap_or_else(PoisonError::into_inner);
        stats.write_error = written.as_ref().err().map(ToString::to_string);
        if written.is_ok() {
            stats.groups += 1;
            stats.commits += waiting.len() as u64;
        }
        written
    };
    if let Err(error) = &written {
        tracing::error!(%error, "commit failed");
        planner.reset();
    }
    for (planned, answer) in waiting {
        // Who hung up finds its answer by the command's id.
        let done = planned.and_then(|done| written.clone().map(|()| Committed { stamp, ..done }));
        let _gone = answer.send(done);
    }
}
