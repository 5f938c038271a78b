//! Where the log ends, asked once for all who wait.
//!
//! Who asks wants to know of everything that was acknowledged before. The answer to a question that was sent
//! after they came tells that, whoever else it answers; one that was already on its way does not.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::{Log, LogError};

/// Who may wait for an answer; more are told that there is none.
pub(super) const MAX_ASKING: usize = 8192;
/// How long one question may take: the next waits for it.
const QUESTION: Duration = Duration::from_secs(1);

/// Who waits for the last sequence.
pub(super) type Asking = oneshot::Sender<Result<u64, LogError>>;

/// Answers who asks, until nobody can any more.
pub(super) async fn answer(log: Arc<dyn Log>, mut asked: mpsc::Receiver<Asking>) {
    let mut waiting = Vec::new();
    while asked.recv_many(&mut waiting, MAX_ASKING).await > 0 {
        let last = tokio::time::timeout(QUESTION, log.last()).await;
        let last = last.unwrap_or_else(|_elapsed| Err(LogError("no answer in time".to_owned())));
        for asking in waiting.drain(..) {
            // Who asked may have no more patience.
            let _gone = asking.send(last.clone());
        }
    }
}
