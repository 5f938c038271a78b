//! Puts what waits into entries, and offers them to the log.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::entry::{self, Origin};
use super::{Answer, Health, Log, MAX_ENTRY, PAUSE, Waiters, locked, unavailable};

/// Batches in one entry.
const MAX_BATCHES: usize = 256;
/// Entries on their way at once: while one is being kept the next fills, and so the servers have few and large ones to sync.
const IN_FLIGHT: usize = 2;
/// How long one entry is offered again under the same id; shorter than the log recognises repeats.
const PATIENCE: Duration = Duration::from_secs(10);
/// As long when the log did not take the entry before: nobody waits for what is known to be away.
const SHORT: Duration = Duration::from_secs(2);

/// A batch in its form, and who waits for its outcome.
pub(super) type Proposal = (Vec<u8>, Answer);

pub(super) struct Proposer {
    pub(super) health: Arc<Health>,
    pub(super) log: Arc<dyn Log>,
    pub(super) node: String,
    pub(super) waiters: Waiters,
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
            self.offer(number, &batches, answers, place);
        }
    }

    fn offer(
        &self,
        number: u64,
        batches: &[Vec<u8>],
        answers: Vec<Answer>,
        place: OwnedSemaphorePermit,
    ) {
        let origin = Origin {
            node: self.node.clone(),
            number,
        };
        let form = match entry::encode(&origin, batches) {
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
        let health = self.health.clone();
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
async fn insist(log: &dyn Log, id: &str, form: &[u8], health: &Health) {
    let mut told = health.refusing.load(Ordering::Relaxed);
    while let Err(error) = log.append(id, form.to_vec()).await {
        if std::mem::replace(&mut told, true) {
            tracing::debug!(%error, id, "an entry is offered once more");
        } else {
            tracing::warn!(%error, id, "an entry is offered again");
        }
        tokio::time::sleep(PAUSE).await;
    }
}
