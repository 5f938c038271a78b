//! A service at work on a wire.

use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A service at work; dropping it stops it at once, [`Serving::stop`] lets requests finish.
#[derive(Debug)]
pub struct Serving {
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Serving {
    /// Of a task that ends cleanly when the sender is dropped.
    pub(crate) fn new(stop: oneshot::Sender<()>, task: JoinHandle<()>) -> Self {
        Self {
            stop: Some(stop),
            task,
        }
    }

    /// Takes no new request and waits for those under way.
    pub async fn stop(mut self) {
        drop(self.stop.take());
        if let Err(error) = (&mut self.task).await {
            tracing::error!(%error, "the service ended badly");
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // A sender dropped asks for a clean end; who only drops wants it now.
        if self.stop.is_some() {
            self.task.abort();
        }
    }
}
