//! Over a socket in the file system: an operator's command asks the server that runs on the same machine.
//! Who may open the socket is who owns the data folder (mode 0600).
//!
//! A frame is four bytes of length, big-endian, and that many bytes of JSON: one [`Envelope`] there, one reply
//! back. A connection carries one request.

use std::io;
use std::marker::PhantomData;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Semaphore, oneshot};

use crate::envelope::Reply;
use crate::{Bus, BusError, Envelope, MAX_IN_FLIGHT, RETRY_AFTER_S, Service, Serving};

/// The most bytes of a request or an answer.
pub const MAX_FRAME: usize = 16 * 1024 * 1024;
/// How long a request may take to arrive once its connection is open.
const ARRIVAL: Duration = Duration::from_secs(10);
/// How long the work under way may take after the signal to stop.
const DRAIN: Duration = Duration::from_secs(20);
/// The wait before connecting again while the server's queue of connections is full.
const AGAIN: Duration = Duration::from_millis(5);

/// Serves on this socket until the answer is stopped. Whatever socket was there before is replaced: the caller
/// holds the folder, so nobody else serves on it.
///
/// # Errors
/// When the socket cannot be made; a path longer than about 100 bytes cannot name one.
pub fn serve_local<Q, A, S>(path: &Path, service: Arc<S>) -> io::Result<Serving>
where
    Q: DeserializeOwned + Send + 'static,
    A: Serialize + Send + Sync + 'static,
    S: Service<Q, A>,
{
    serve_local_bounded(path, service, MAX_IN_FLIGHT as u32)
}

/// The same, with this many requests at once.
///
/// # Errors
/// As [`serve_local`].
pub fn serve_local_bounded<Q, A, S>(
    path: &Path,
    service: Arc<S>,
    at_once: u32,
) -> io::Result<Serving>
where
    Q: DeserializeOwned + Send + 'static,
    A: Serialize + Send + Sync + 'static,
    S: Service<Q, A>,
{
    let listener = bind(path)?;
    let (stop, mut stopped) = oneshot::channel::<()>();
    let path = path.to_owned();
    let task = tokio::spawn(async move {
        let places = Arc::new(Semaphore::new(at_once as usize));
        loop {
            let accepted = tokio::select! {
                _ = &mut stopped => break,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, _)) => dispatch(&places, &service, stream),
                Err(error) => {
                    // Out of file descriptors, most likely: it passes.
                    tracing::warn!(%error, "the control socket");
                    tokio::time::sleep(AGAIN).await;
                }
            }
        }
        // No new request; those already here are answered first.
        drop(listener);
        if let Err(error) = std::fs::remove_file(&path) {
            tracing::warn!(%error, "the control socket was already gone");
        }
        let all = places.acquire_many(at_once);
        if tokio::time::timeout(DRAIN, all).await.is_err() {
            tracing::warn!("requests were still under way at the end of the drain");
        }
    });
    Ok(Serving::new(stop, task))
}

/// Under another name first, so that nobody connects before the mode is set.
fn bind(path: &Path) -> io::Result<UnixListener> {
    let new = path.with_extension("new");
    match std::fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let listener = UnixListener::bind(&new)?;
    std::fs::set_permissions(&new, std::fs::Permissions::from_mode(0o600))?;
    std::fs::rename(&new, path)?;
    Ok(listener)
}

fn dispatch<Q, A, S>(places: &Arc<Semaphore>, service: &Arc<S>, mut stream: UnixStream)
where
    Q: DeserializeOwned + Send + 'static,
    A: Serialize + Send + Sync + 'static,
    S: Service<Q, A>,
{
    let place = places.clone().try_acquire_owned();
    let service = service.clone();
    tokio::spawn(async move {
        // Read in any case: who is cut off while it writes never sees why.
        let arrived = tokio::time::timeout(ARRIVAL, read(&mut stream)).await;
        let Ok(Ok(request)) = arrived else {
            tracing::debug!("a request on the control socket did not arrive");
            return;
        };
        let reply = match (&place, request) {
            (Err(_full), _) => Reply::Busy {
                retry_after_s: RETRY_AFTER_S,
            },
            (Ok(_), Frame::TooLarge(bytes)) => Reply::TooLarge {
                bytes,
                limit: MAX_FRAME,
            },
            (Ok(_), Frame::Whole(bytes)) => match Envelope::<Q>::read(&bytes) {
                Ok(request) => Reply::Answer(service.serve(request).await),
                Err(reason) => Reply::NotUnderstood(reason),
            },
        };
        let sent = match reply.write(MAX_FRAME) {
            Ok(bytes) => write(&mut stream, &bytes).await,
            Err(error) => Err(io::Error::other(error)),
        };
        if let Err(error) = sent {
            tracing::debug!(%error, "an answer on the control socket did not leave");
        }
        drop(place);
    });
}

/// What came in.
enum Frame {
    Whole(Vec<u8>),
    /// Announced to have this many bytes; not read.
    TooLarge(usize),
}

async fn read(stream: &mut UnixStream) -> io::Result<Frame> {
    let announced = stream.read_u32().await? as usize;
    if announced > MAX_FRAME {
        return Ok(Frame::TooLarge(announced));
    }
    let mut bytes = Vec::new();
    // Grows as bytes come: what is only announced takes no memory.
    let arrived = stream
        .take(announced as u64)
        .read_to_end(&mut bytes)
        .await?;
    if arrived < announced {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Frame::Whole(bytes))
}

async fn write(stream: &mut UnixStream, bytes: &[u8]) -> io::Result<()> {
    let length = u32::try_from(bytes.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    stream.write_u32(length).await?;
    stream.write_all(bytes).await?;
    stream.flush().await
}

/// Asks the server behind a socket.
pub struct LocalBus<Q, A> {
    path: PathBuf,
    deadline: Duration,
    protocol: PhantomData<fn(Q) -> A>,
}

impl<Q, A> std::fmt::Debug for LocalBus<Q, A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LocalBus({})", self.path.display())
    }
}

impl<Q, A> LocalBus<Q, A> {
    /// A bus that waits at most `deadline` for an answer.
    pub fn new(path: &Path, deadline: Duration) -> Self {
        Self {
            path: path.to_owned(),
            deadline,
            protocol: PhantomData,
        }
    }

    async fn connect(&self) -> Result<UnixStream, BusError> {
        loop {
            match UnixStream::connect(&self.path).await {
                Ok(stream) => return Ok(stream),
                // The queue of connections is full; the deadline ends this.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    tokio::time::sleep(AGAIN).await;
                }
                Err(error) => {
                    return Err(BusError::Away(format!("{}: {error}", self.path.display())));
                }
            }
        }
    }

    async fn exchange(&self, payload: &[u8]) -> Result<Vec<u8>, BusError> {
        let lost = |e: io::Error| BusError::Lost(e.to_string());
        let mut stream = self.connect().await?;
        write(&mut stream, payload).await.map_err(lost)?;
        match read(&mut stream).await.map_err(lost)? {
            Frame::Whole(bytes) => Ok(bytes),
            Frame::TooLarge(bytes) => Err(BusError::TooLarge {
                bytes,
                limit: MAX_FRAME,
            }),
        }
    }
}

#[async_trait]
impl<Q, A> Bus<Q, A> for LocalBus<Q, A>
where
    Q: Serialize + Send + Sync + 'static,
    A: DeserializeOwned + Send + 'static,
{
    async fn ask(&self, request: Envelope<Q>) -> Result<A, BusError> {
        let payload =
            serde_json::to_vec(&request).map_err(|e| BusError::NotUnderstood(e.to_string()))?;
        if payload.len() > MAX_FRAME {
            return Err(BusError::TooLarge {
                bytes: payload.len(),
                limit: MAX_FRAME,
            });
        }
        let answer = tokio::time::timeout(self.deadline, self.exchange(&payload)).await;
        let answer = answer.map_err(|_| BusError::Lost(format!("after {:?}", self.deadline)))?;
        Reply::read(&answer?)
    }
}
