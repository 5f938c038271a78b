//! Edge and actors in one process: a call, with the bounds of a bus.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::Semaphore;

use crate::{Bus, BusError, Envelope, MAX_IN_FLIGHT, RETRY_AFTER_S, Service, VERSION};

/// Hands requests to a service of the same process.
#[derive(Debug)]
pub struct InProcess<S> {
    service: S,
    places: Arc<Semaphore>,
    deadline: Duration,
}

impl<S> InProcess<S> {
    /// A bus that waits at most `deadline` for an answer.
    pub fn new(service: S, deadline: Duration) -> Self {
        Self::bounded(service, deadline, MAX_IN_FLIGHT)
    }

    /// The same, with this many requests at once.
    pub fn bounded(service: S, deadline: Duration, places: usize) -> Self {
        Self {
            service,
            places: Arc::new(Semaphore::new(places)),
            deadline,
        }
    }
}

#[async_trait]
impl<Q, A, S> Bus<Q, A> for InProcess<S>
where
    Q: Send + 'static,
    A: Send + 'static,
    S: Service<Q, A>,
{
    async fn ask(&self, request: Envelope<Q>) -> Result<A, BusError> {
        if request.version > VERSION {
            let newer = format!("envelope of version {}", request.version);
            return Err(BusError::NotUnderstood(newer));
        }
        let Ok(_place) = self.places.try_acquire() else {
            return Err(BusError::Busy {
                retry_after_s: RETRY_AFTER_S,
            });
        };
        tokio::time::timeout(self.deadline, self.service.serve(request))
            .await
            .map_err(|_elapsed| BusError::Lost(format!("after {:?}", self.deadline)))
    }
}
