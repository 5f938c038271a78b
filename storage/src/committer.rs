//! The one thread that writes: it gathers what waits, writes once, and answers all (group commit).

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use crate::plan::{Planner, applied};
use crate::positions::Tail;
use crate::stamps::Stamps;
use crate::types::{Batch, Committed, Stats, StoreError};
use crate::{Change, Exported, Kv, export};

/// Batches that may wait for the committer; more are refused as unavailable.
const MAX_WAITING: usize = 4096;
/// The most batches in one group.
const MAX_GROUP: usize = 256;

type Answer<T> = oneshot::Sender<Result<T, StoreError>>;

/// The outcomes of one entry's batches.
type Outcomes = Vec<Result<Committed, StoreError>>;

/// Batches at their place in a log that others apply as well.
#[derive(Clone)]
pub(crate) struct Ordered {
    /// The place.
    pub(crate) sequence: u64,
    /// In order.
    pub(crate) batches: Vec<Batch>,
}

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

/// Where the thread writes.
struct Tables {
    kv: Arc<dyn Kv>,
    stamps: Arc<Stamps>,
}

impl Tables {
    /// Every write after the opening passes here.
    fn write(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        self.stamps.begin(&changes);
        let written = self.kv.apply(changes);
        self.stamps.end();
        written
    }
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

    pub(crate) async fn commit(&self, batch: Batch) -> Result<Committed, StoreError> {
        self.ask(|answer| Work::Commit(Box::new(batch), answer))
            .await
    }

    /// Does what a log says, with how far it is, in one durable write.
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
                    let _gone = answer.send(apply(tables, &mut planner, entries));
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
    let changes = planner.take();
    let written = if changes.is_empty() {
        Ok(())
    } else {
        let written = tables.write(changes);
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
        let _gone = answer.send(planned.and_then(|done| written.clone().map(|()| done)));
    }
}

/// All entries or none of them: a disk that refuses must not leave one out.
fn apply(
    tables: &Tables,
    planner: &mut Planner,
    entries: Vec<Ordered>,
) -> Result<Vec<Outcomes>, StoreError> {
    let applied = plan(tables.kv.as_ref(), planner, entries);
    let written = applied.and_then(|outcomes| {
        let changes = planner.take();
        tables.write(changes).map(|()| outcomes)
    });
    if written.is_err() {
        planner.reset();
    }
    written
}

fn plan(
    kv: &dyn Kv,
    planner: &mut Planner,
    entries: Vec<Ordered>,
) -> Result<Vec<Outcomes>, StoreError> {
    planner.refresh(kv)?;
    let mut applied = applied(kv)?;
    let mut all = Vec::with_capacity(entries.len());
    for Ordered { sequence, batches } in entries {
        // Told twice after a restart or a write that was done though it was said to fail.
        if sequence <= applied {
            all.push(Vec::new());
            continue;
        }
        let mut outcomes = Vec::with_capacity(batches.len());
        for batch in batches {
            match planner.add(kv, batch) {
                // The disk's doing, not the batch's: the other nodes will have done it.
                Err(error @ (StoreError::Unavailable(_) | StoreError::Corrupt(_))) => {
                    return Err(error);
                }
                outcome => outcomes.push(outcome),
            }
        }
        planner.mark(sequence);
        applied = sequence;
        all.push(outcomes);
    }
    Ok(all)
}
