//! Puts what waits into entries, and offers them to the log, which tells each its place.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::entry::{self, Origin};
use super::reader::{Came, Placed};
use super::{Answer, Health, Log, MAX_ENTRY, PAUSE, Waiters, locked, unavailable};
use crate::types::Batch;

/// Batches in one entry.
const MAX_BATCHES: usize = 256;
/// Entries on their way at once: while one is being kept the next fills, and so the servers have few and large ones to sync.
const IN_FLIGHT: usize = 2;
/// How long one entry is offered again under the same id; shorter than the log recognises repeats.
const PATIENCE: Duration = Duration::from_secs(10);
/// As long when the log did not take the entry before: nobody waits for what is known to be away.
const SHORT: Duration = Duration::from_secs(2);

/// A batch, its form, and who waits for its outcome.
pub(super) struct Proposal {
    pub(super) batch: Box<Batch>,
    pub(super) form: Vec<u8>,
    pub(super) answer: Answer,
}

/// What makes one entry.
#[derive(Default)]
struct Load {
    batches: Vec<Batch>,
    forms: Vec<Vec<u8>>,
    answers: Vec<Answer>,
    size: usize,
}

impl Load {
    fn add(&mut self, proposal: Proposal) {
        self.size += proposal.form.len();
        self.batches.push(*proposal.batch);
        self.forms.push(proposal.form);
        self.answers.push(proposal.answer);
    }
}

pub(super) struct Proposer {
    pub(super) health: Arc<Health>,
    pub(super) log: Arc<dyn Log>,
    pub(super) node: String,
    pub(super) waiters: Waiters,
    /// Where what has its place is applied.
    pub(super) placed: mpsc::Sender<Came>,
}

impl Proposer {
    pub(super) async fn run(self, mut proposed: mpsc::Receiver<Proposal>) {
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
            let mut load = Load::default();
            load.add(first);
            while load.batches.len() < MAX_BATCHES
                && let Ok(proposal) = proposed.try_recv()
            {
                if load.size + proposal.form.len() > MAX_ENTRY {
                    next = Some(proposal);
                    break;
                }
                load.add(proposal);
            }
            number += 1;
            self.offer(number, load, place);
        }
    }

    fn offer(&self, number: u64, load: Load, place: OwnedSemaphorePermit) {
        let Load {
            batches,
            forms,
            answers,
            ..
        } = load;
        let origin = Origin {
            node: self.node.clone(),
            number,
        };
        let form = match entry::encode(&origin, &forms) {
            Ok(form) => form,
            Err(error) => {
                tracing::error!(%error, "an entry has no form");
                for answer in answers {
                    // Who hung up does not want to know.
                    let _gone = answer.send(Err(error.clone()));
                }
                return;
            }
        };
        locked(&self.waiters).insert(number, answers);
        let (log, waiters) = (self.log.clone(), self.waiters.clone());
        let (health, placed) = (self.health.clone(), self.placed.clone());
        tokio::spawn(async move {
            let patience = if health.refusing.load(Ordering::Relaxed) {
                SHORT
            } else {
                PATIENCE
            };
            let id = format!("{}.{}", origin.node, origin.number);
            let offered = insist(log.as_ref(), &id, &form, &health);
            let offered = tokio::time::timeout(patience, offered).await;
            drop(place);
            health.refusing.store(offered.is_err(), Ordering::Relaxed);
            if let Ok(sequence) = offered {
                // Its place is all that was missing. Should nobody take it here, it comes with the others.
                let _full = placed.try_send(Ok(Placed {
                    sequence,
                    origin,
                    batches: Some(batches),
                    bytes: form,
                }));
            } else {
                // Should it be in the log all the same, a repeat under the command's id finds out.
                let why = unavailable(&"the log did not take it in time");
                for answer in locked(&waiters).remove(&number).unwrap_or_default() {
                    let _gone = answer.send(Err(why.clone()));
                }
            }
        });
    }
}

/// Offers an entry until the log has it, and says where. What is known to be away is not told again for each try.
async fn insist(log: &dyn Log, id: &str, form: &[u8], health: &Health) -> u64 {
    let mut told = health.refusing.load(Ordering::Relaxed);
    loop {
        let error = match log.append(id, form.to_vec()).await {
            Ok(sequence) => return sequence,
            Err(error) => error,
        };
        if std::mem::replace(&mut told, true) {
            tracing::debug!(%error, id, "an entry is offered once more");
        } else {
            tracing::warn!(%error, id, "an entry is offered again");
        }
        tokio::time::sleep(PAUSE).await;
    }
}
