//! Over NATS: request/reply with a queue group, so that each request is served once, by whoever is free.

use std::marker::PhantomData;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use async_nats::client::{Client, RequestErrorKind};
use async_nats::connection::State;
use async_nats::{ConnectOptions, Event, Message, Request};
use async_trait::async_trait;
use futures_util::StreamExt;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::{Semaphore, oneshot};

use crate::envelope::Reply;
use crate::trouble::Trouble;
use crate::{
    Bus, BusError, Envelope, MAX_IN_FLIGHT, RETRY_AFTER_S, Routed, Service, Serving, Subject,
};

/// The queue group of those who serve.
const QUEUE: &str = "acteurs";
/// How long the work under way may take after the signal to stop.
const DRAIN: Duration = Duration::from_secs(20);

/// How often a silent server is asked whether it is there; after two without an answer it is left.
const PING: Duration = Duration::from_secs(5);
/// How long one server may take to let us in.
const CONNECT: Duration = Duration::from_secs(3);
/// The longest pause between two tries to connect.
const RECONNECT: Duration = Duration::from_secs(1);

/// How to reach NATS.
#[derive(Clone, Debug)]
pub struct NatsOptions {
    /// `nats://host:4222`, several separated by commas; user and password may stand in it.
    pub url: String,
    /// Who we are, and whom we trust.
    pub access: NatsAccess,
    /// How long an answer may take.
    pub deadline: Duration,
}

/// Who we are to NATS, and whom we trust: all of it in files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NatsAccess {
    /// A `.creds` file: a JWT with its seed.
    pub credentials: Option<PathBuf>,
    /// A file with the seed of an NKey (`SU…`).
    pub nkey: Option<PathBuf>,
    /// Authorities whose certificates are taken, beside the system's (PEM).
    pub ca: Option<PathBuf>,
    /// Our own certificate and its key (PEM), for servers that ask for one.
    pub certificate: Option<(PathBuf, PathBuf)>,
    /// What the subjects of answers begin with; `_INBOX` if absent.
    pub inbox: Option<String>,
}

impl NatsAccess {
    async fn apply(&self, mut options: ConnectOptions) -> Result<ConnectOptions, String> {
        let named = |file: &PathBuf, e: &dyn std::fmt::Display| format!("{}: {e}", file.display());
        if let Some(file) = &self.credentials {
            let read = options.credentials_file(file).await;
            options = read.map_err(|e| named(file, &e))?;
        }
        if let Some(file) = &self.nkey {
            let seed = tokio::fs::read_to_string(file).await;
            let seed = seed.map_err(|e| named(file, &e))?;
            // A file of nsc or nk has the seed on a line among others.
            let seed = seed.lines().map(str::trim).find(|l| l.starts_with('S'));
            let seed = seed.ok_or_else(|| named(file, &"no NKey seed (SU…) is in it"))?;
            options = options.nkey(seed.to_owned());
        }
        for file in self
            .ca
            .iter()
            .chain(self.certificate.iter().flat_map(|(c, k)| [c, k]))
        {
            tokio::fs::metadata(file)
                .await
                .map_err(|e| named(file, &e))?;
        }
        if let Some(prefix) = &self.inbox {
            options = options.custom_inbox_prefix(prefix);
        }
        if let Some(file) = &self.ca {
            options = options.add_root_certificates(file.clone());
        }
        if let Some((certificate, key)) = &self.certificate {
            options = options.add_client_certificate(certificate.clone(), key.clone());
        }
        Ok(options)
    }
}

/// A connection, shared by all that ask and serve in one process. It comes back by itself.
#[derive(Clone, Debug)]
pub struct Nats {
    pub(crate) client: Client,
    deadline: Duration,
    /// Whether the streams of what leaves were seen to be there.
    pub(crate) streams: Arc<AtomicBool>,
    /// What the server, or the way to it, said last against us.
    trouble: Arc<Trouble>,
    /// Why the scolarité's stream is not read.
    pub(crate) cursus: Arc<Trouble>,
    /// Why the last publication was not stored.
    pub(crate) out: Arc<Trouble>,
}

impl Nats {
    /// Starts connecting; a server that is away is tried again until it is there.
    ///
    /// # Errors
    /// [`BusError::Away`] when the URL or the credentials cannot be used.
    pub async fn connect(options: &NatsOptions) -> Result<Self, BusError> {
        let away =
            |e: &dyn std::fmt::Display| BusError::Away(format!("{}: {e}", host(&options.url)));
        let trouble = Arc::<Trouble>::default();
        let heard = trouble.clone();
        let connect = ConnectOptions::new()
            .name("postule")
            .retry_on_initial_connect()
            .request_timeout(Some(options.deadline))
            .ping_interval(PING)
            .connection_timeout(CONNECT)
            .reconnect_delay_callback(|tries| {
                RECONNECT.min(Duration::from_millis(50) * tries.saturating_sub(1).min(100) as u32)
            })
            .event_callback(move |event| {
                let heard = heard.clone();
                async move { hear(&heard, &event) }
            });
        let connect = options.access.apply(connect).await.map_err(|e| away(&e))?;
        let urls: Vec<async_nats::ServerAddr> = options
            .url
            .split(',')
            .map(|url| url.trim().parse())
            .collect::<Result<_, _>>()
            .map_err(|e| away(&e))?;
        let connect = named_in(&urls, connect);
        let client = connect.connect(urls).await.map_err(|e| away(&e))?;
        Ok(Self {
            client,
            deadline: options.deadline,
            streams: Arc::default(),
            trouble,
            cursus: Arc::default(),
            out: Arc::default(),
        })
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Whether the server answers.
    pub fn connected(&self) -> bool {
        matches!(self.client.connection_state(), State::Connected)
    }

    /// What was said last against us: a refused name, a certificate, a subject that is not ours.
    pub fn trouble(&self) -> Option<String> {
        self.trouble.get()
    }

    /// Why what comes in or what leaves by JetStream does not, while we are connected.
    pub fn streams_trouble(&self) -> Option<String> {
        self.cursus.get().or_else(|| self.out.get())
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

/// A new NKey of a user: its public key, and the seed that proves it.
///
/// # Errors
/// In words, when the system gives no random bytes.
pub fn nkey() -> Result<(String, String), String> {
    let pair = nkeys::KeyPair::new_user();
    let seed = pair.seed().map_err(|e| e.to_string())?;
    Ok((pair.public_key(), seed))
}

fn hear(heard: &Trouble, event: &Event) {
    let trouble = match event {
        Event::Connected => None,
        Event::ServerError(error) => Some(error.to_string()),
        Event::ClientError(error) => Some(error.to_string()),
        Event::Disconnected
        | Event::LameDuckMode
        | Event::Draining
        | Event::Closed
        | Event::SlowConsumer(_) => return tracing::info!(%event, "NATS"),
    };
    // Once each: who is refused is refused several times a second.
    if heard.set(trouble.clone()) {
        match trouble {
            Some(trouble) => tracing::warn!(trouble, "NATS"),
            None => tracing::info!("NATS: connected"),
        }
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

/// With the name and the password, or the token, of a URL that has one: the client does not look there.
fn named_in(urls: &[async_nats::ServerAddr], options: ConnectOptions) -> ConnectOptions {
    let named = urls
        .iter()
        .find_map(|url| Some((url.username()?, url.password())));
    match named {
        None => options,
        Some((token, None)) => options.token(plain(token)),
        Some((user, Some(password))) => options.user_and_password(plain(user), plain(password)),
    }
}

/// As it was before it was written for a URL (`%40` is `@`).
fn plain(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..2).filter(|_| *first == b'%');
        let code = code.and_then(|c| u8::from_str_radix(std::str::from_utf8(c).ok()?, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() {
            after.get(2..).unwrap_or_default()
        } else {
            after
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The URL without what may be secret.
fn host(url: &str) -> String {
    let hide = |url: &str| match url.rsplit_once('@') {
        Some((_, host)) => host.to_owned(),
        None => url.to_owned(),
    };
    url.split(',').map(hide).collect::<Vec<_>>().join(",")
}
