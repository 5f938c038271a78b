//! Over NATS: request/reply with a queue group, so that each request is served once, by whoever is free.

use std::marker::PhantomData;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use async_nats::client::{Client, RequestErrorKind};
use async_nats::connection::State;
use async_nats::{ConnectOptions, Message, Request};
use async_trait::async_trait;
use futures_util::StreamExt;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::{Semaphore, oneshot};

use crate::envelope::Reply;
use crate::{
    Bus, BusError, Envelope, MAX_IN_FLIGHT, RETRY_AFTER_S, Routed, Service, Serving, Subject,
};

/// The queue group of those who serve.
const QUEUE: &str = "acteurs";
/// How long the work under way may take after the signal to stop.
const DRAIN: Duration = Duration::from_secs(20);

/// How to reach NATS.
#[derive(Clone, Debug)]
pub struct NatsOptions {
    /// `nats://host:4222`, several separated by commas; user and password may stand in it.
    pub url: String,
    /// A `.creds` file.
    pub credentials: Option<PathBuf>,
    /// How long an answer may take.
    pub deadline: Duration,
}

/// A connection, shared by all that ask and serve in one process. It comes back by itself.
#[derive(Clone, Debug)]
pub struct Nats {
    pub(crate) client: Client,
    deadline: Duration,
    /// Whether the streams of what leaves were seen to be there.
    pub(crate) streams: Arc<AtomicBool>,
}

impl Nats {
    /// Starts connecting; a server that is away is tried again until it is there.
    ///
    /// # Errors
    /// [`BusError::Away`] when the URL or the credentials cannot be used.
    pub async fn connect(options: &NatsOptions) -> Result<Self, BusError> {
        let away =
            |e: &dyn std::fmt::Display| BusError::Away(format!("{}: {e}", host(&options.url)));
        let mut connect = ConnectOptions::new()
            .name("postule")
            .retry_on_initial_connect()
            .request_timeout(Some(options.deadline))
            .event_callback(async |event| tracing::info!(%event, "NATS"));
        if let Some(file) = &options.credentials {
            connect = connect.credentials_file(file).await.map_err(|e| away(&e))?;
        }
        let urls: Vec<async_nats::ServerAddr> = options
            .url
            .split(',')
            .map(|url| url.trim().parse())
            .collect::<Result<_, _>>()
            .map_err(|e| away(&e))?;
        let client = connect.connect(urls).await.map_err(|e| away(&e))?;
        Ok(Self {
            client,
            deadline: options.deadline,
            streams: Arc::default(),
        })
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Whether the server answers.
    pub fn connected(&self) -> bool {
        matches!(self.client.connection_state(), State::Connected)
    }

    /// Waits until it is connected, at most this long.
    pub async fn ready(&self, patience: Duration) -> bool {
        let wait = async {
            while !self.connected() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(patience, wait).await.is_ok()
    }

    /// A bus for requests of one protocol.
    pub fn bus<Q, A>(&self) -> NatsBus<Q, A> {
        NatsBus {
            nats: self.clone(),
            protocol: PhantomData,
        }
    }

    /// Serves every command, until the answer is stopped.
    ///
    /// # Errors
    /// [`BusError::Away`] when the subscription is refused.
    pub async fn serve<Q, A, S>(&self, service: Arc<S>) -> Result<Serving, BusError>
    where
        Q: DeserializeOwned + Send + 'static,
        A: Serialize + Send + Sync + 'static,
        S: Service<Q, A>,
    {
        let subject = Subject::commands().to_string();
        let subscriber = self.client.queue_subscribe(subject, QUEUE.to_owned());
        let mut subscriber = subscriber
            .await
            .map_err(|e| BusError::Away(e.to_string()))?;
        // The server knows of us before anybody is told that we serve.
        if self.connected() {
            self.client
                .flush()
                .await
                .map_err(|e| BusError::Away(e.to_string()))?;
        }
        let (stop, mut stopped) = oneshot::channel::<()>();
        let client = self.client.clone();
        let task = tokio::spawn(async move {
            let places = Arc::new(Semaphore::new(MAX_IN_FLIGHT));
            loop {
                let message = tokio::select! {
                    _ = &mut stopped => break,
                    message = subscriber.next() => message,
                };
                let Some(message) = message else { break };
                dispatch(&client, &places, &service, message).await;
            }
            // No new request; those already here are answered first.
            if let Err(error) = subscriber.unsubscribe().await {
                tracing::warn!(%error, "the subscription did not end cleanly");
            }
            let all = places.acquire_many(MAX_IN_FLIGHT as u32);
            if tokio::time::timeout(DRAIN, all).await.is_err() {
                tracing::warn!("requests were still under way at the end of the drain");
            }
            // What was answered must have left before the process ends.
            if let Err(error) = client.flush().await {
                tracing::warn!(%error, "the last answers may be lost");
            }
        });
        Ok(Serving::new(stop, task))
    }
}

async fn dispatch<Q, A, S>(
    client: &Client,
    places: &Arc<Semaphore>,
    service: &Arc<S>,
    message: Message,
) where
    Q: DeserializeOwned + Send + 'static,
    A: Serialize + Send + Sync + 'static,
    S: Service<Q, A>,
{
    let Some(reply) = message.reply else {
        tracing::warn!(subject = %message.subject, "a command that wants no answer was ignored");
        return;
    };
    let Ok(place) = places.clone().try_acquire_owned() else {
        let busy = Reply::<A>::Busy {
            retry_after_s: RETRY_AFTER_S,
        };
        answer(client, reply, &busy).await;
        return;
    };
    let (client, service) = (client.clone(), service.clone());
    tokio::spawn(async move {
        let outcome = match Envelope::<Q>::read(&message.payload) {
            Ok(request) => Reply::Answer(service.serve(request).await),
            Err(reason) => Reply::NotUnderstood(reason),
        };
        answer(&client, reply, &outcome).await;
        drop(place);
    });
}

async fn answer<A: Serialize>(client: &Client, to: async_nats::Subject, outcome: &Reply<A>) {
    let sent = match outcome.write(client.max_payload()) {
        Ok(bytes) => client
            .publish(to, bytes.into())
            .await
            .map_err(|e| e.to_string()),
        Err(error) => Err(error),
    };
    if let Err(error) = sent {
        tracing::warn!(error, "an answer did not leave");
    }
}

/// Asks over NATS.
pub struct NatsBus<Q, A> {
    nats: Nats,
    protocol: PhantomData<fn(Q) -> A>,
}

impl<Q, A> std::fmt::Debug for NatsBus<Q, A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NatsBus")
    }
}

#[async_trait]
impl<Q, A> Bus<Q, A> for NatsBus<Q, A>
where
    Q: Serialize + Routed + Send + Sync + 'static,
    A: DeserializeOwned + Send + 'static,
{
    async fn ask(&self, request: Envelope<Q>) -> Result<A, BusError> {
        let Nats {
            client, deadline, ..
        } = &self.nats;
        // Without a connection the request would only wait in a buffer until the deadline.
        if !self.nats.connected() {
            return Err(BusError::Away("NATS is not connected".to_owned()));
        }
        let payload =
            serde_json::to_vec(&request).map_err(|e| BusError::NotUnderstood(e.to_string()))?;
        let limit = client.max_payload();
        if payload.len() > limit {
            let bytes = payload.len();
            return Err(BusError::TooLarge { bytes, limit });
        }
        let asked = Request::new()
            .payload(payload.into())
            .timeout(Some(*deadline));
        let subject = request.body.subject().to_string();
        let message = client.send_request(subject, asked).await;
        let message = message.map_err(|error| match error.kind() {
            RequestErrorKind::NoResponders => BusError::Away("no actors answer".to_owned()),
            RequestErrorKind::InvalidSubject | RequestErrorKind::MaxPayloadExceeded => {
                BusError::NotUnderstood(error.to_string())
            }
            RequestErrorKind::TimedOut | RequestErrorKind::Other => {
                BusError::Lost(error.to_string())
            }
        })?;
        Reply::read(&message.payload)
    }
}

/// The URL without what may be secret.
fn host(url: &str) -> String {
    let hide = |url: &str| match url.rsplit_once('@') {
        Some((_, host)) => host.to_owned(),
        None => url.to_owned(),
    };
    url.split(',').map(hide).collect::<Vec<_>>().join(",")
}
