//! The one thread that writes: it gathers what waits, writes once, and answers all (group commit).

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use crate::plan::Planner;
use crate::types::{Batch, Committed, StoreError};
use crate::{Exported, Kv, export};

/// Batches that may wait for the committer; more are refused as unavailable.
const MAX_WAITING: usize = 4096;
/// The most batches in one group.
const MAX_GROUP: usize = 256;

type Answer<T> = oneshot::Sender<Result<T, StoreError>>;

enum Work {
    Commit(Box<Batch>, Answer<Committed>),
    Export(std::path::PathBuf, Answer<Exported>),
}

/// The handle of the thread; dropping the last one ends it after what waits is done.
pub(crate) struct Committer {
    sender: Option<SyncSender<Work>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Committer {
    pub(crate) fn start(kv: Arc<dyn Kv>, position: u64) -> Result<Self, StoreError> {
        let (sender, receiver) = sync_channel(MAX_WAITING);
        let thread = std::thread::Builder::new()
            .name("committer".to_owned())
            .spawn(move || run(kv.as_ref(), &receiver, position))
            .map_err(|e| StoreError::Unavailable(e.to_string()))?;
        Ok(Self {
            sender: Some(sender),
            thread: Mutex::new(Some(thread)),
        })
    }

    pub(crate) async fn commit(&self, batch: Batch) -> Result<Committed, StoreError> {
        self.ask(|answer| Work::Commit(Box::new(batch), answer))
            .await
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

fn run(kv: &dyn Kv, receiver: &Receiver<Work>, position: u64) {
    let mut planner = Planner::new(position);
    while let Ok(first) = receiver.recv() {
        let mut group = Vec::new();
        let mut next = Some(first);
        while let Some(work) = next.take() {
            match work {
                Work::Commit(batch, answer) => group.push((batch, answer)),
                Work::Export(file, answer) => {
                    flush(kv, &mut planner, std::mem::take(&mut group));
                    // Who asked may be gone; the file is there all the same.
                    let _gone = answer.send(export::write(kv, &file));
                }
            }
            if group.len() < MAX_GROUP {
                next = receiver.try_recv().ok();
            }
        }
        flush(kv, &mut planner, group);
    }
}

fn flush(kv: &dyn Kv, planner: &mut Planner, group: Vec<(Box<Batch>, Answer<Committed>)>) {
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
        kv.apply(changes)
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
