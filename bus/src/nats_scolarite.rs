//! Cursus records come in: through the stream `SCOLARITE`, acknowledged once they are stored here, or as requests,
//! which are answered. A record that cannot be taken goes back with every reason and holds up nothing.

use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream::consumer::{AckPolicy, pull};
use async_nats::jetstream::stream::{Config, RetentionPolicy};
use async_nats::jetstream::{self, AckKind};
use async_nats::{HeaderMap, Message, Request};
use async_trait::async_trait;
use futures_util::StreamExt;
use tokio::sync::oneshot;

use crate::nats_jetstream::{REMEMBERED, ensure};
use crate::wire::scolarite::{Accuse, Raison, Rejet};
use crate::{BusError, Nats, Serving, Subject};

/// The stream of pushed records.
const STREAM: &str = "SCOLARITE";
/// The durable consumer, shared by all who serve.
const CONSUMER: &str = "postule";
/// The queue group of those who answer requests.
const QUEUE: &str = "scolarite";
/// Records worked on at once.
const IN_FLIGHT: usize = 256;
/// How long a record may take before it is delivered again.
const ACK_WAIT: Duration = Duration::from_secs(30);
/// The wait before a record that could not be stored is delivered again.
const LATER: Duration = Duration::from_secs(2);
/// Characters that go back of a record too large to go back whole.
const BEGINNING: usize = 10_000;
/// The wait before the stream is looked for again.
const AGAIN: Duration = Duration::from_secs(2);

/// What came of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reception {
    /// It is stored, or was already.
    Accepted,
    /// It cannot be taken, for these reasons.
    Refused(Vec<Raison>),
    /// Not now: it must come again.
    Later(String),
}

/// Who takes records.
#[async_trait]
pub trait Recipient: Send + Sync + 'static {
    /// Takes one; once the answer is there, it is on disk.
    async fn receive(&self, record: &[u8]) -> Reception;
}

impl Nats {
    /// Takes records from the stream and answers requests, until the answer is stopped.
    ///
    /// # Errors
    /// [`BusError::Away`] when the subscription is refused.
    pub async fn receive_cursus(&self, recipient: Arc<dyn Recipient>) -> Result<Serving, BusError> {
        let subject = Subject::cursus_push().to_string();
        let requests = self.client().queue_subscribe(subject, QUEUE.to_owned());
        let requests = requests.await.map_err(|e| BusError::Away(e.to_string()))?;
        let nats = self.clone();
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(async move {
            let answering = requests.for_each_concurrent(IN_FLIGHT, |message| {
                answer(&nats, recipient.as_ref(), message)
            });
            let consuming = async {
                loop {
                    if let Err(reason) = consume(&nats, recipient.as_ref()).await
                        && nats.cursus.set(Some(reason.clone()))
                    {
                        tracing::warn!(reason, "the scolarité's stream is not read");
                    }
                    tokio::time::sleep(AGAIN).await;
                }
            };
            tokio::select! {
                // A record under way is delivered again to the next one who serves.
                _ = stopped => {}
                () = answering => {}
                () = consuming => {}
            }
        });
        Ok(Serving::new(stop, task))
    }

    /// Pushes a record and waits for the answer; the id makes a repeat recognisable.
    ///
    /// # Errors
    /// [`BusError::Away`] when nobody answers: the record waits in the stream, if there is one.
    pub async fn push_cursus(&self, id: &str, record: Vec<u8>) -> Result<Accuse, BusError> {
        let mut headers = HeaderMap::new();
        headers.insert(async_nats::header::NATS_MESSAGE_ID, id);
        let request = Request::new().payload(record.into()).headers(headers);
        let subject = Subject::cursus_push().to_string();
        let answer = self.client().send_request(subject, request).await;
        let answer = answer.map_err(|e| BusError::Away(e.to_string()))?;
        serde_json::from_slice(&answer.payload).map_err(|e| BusError::NotUnderstood(e.to_string()))
    }
}

async fn consume(nats: &Nats, recipient: &dyn Recipient) -> Result<(), String> {
    let js = nats.jetstream();
    let wanted = Config {
        name: STREAM.to_owned(),
        description: Some("Postule: cursus records pushed by the scolarité".to_owned()),
        subjects: vec![Subject::cursus_push().to_string()],
        // What is stored here is not kept there: it is about people.
        retention: RetentionPolicy::WorkQueue,
        // Who pushes with a reply subject waits for our answer, not for the stream's.
        no_ack: true,
        duplicate_window: REMEMBERED,
        ..Config::default()
    };
    let stream = ensure(&js, wanted).await?;
    if !stream.cached_info().config.no_ack {
        tracing::warn!(
            "the stream {STREAM} acknowledges by itself: requests get its answer before ours; make it with no_ack"
        );
    }
    let wanted = pull::Config {
        durable_name: Some(CONSUMER.to_owned()),
        ack_policy: AckPolicy::Explicit,
        ack_wait: ACK_WAIT,
        max_ack_pending: IN_FLIGHT as i64 * 4,
        filter_subject: Subject::cursus_push().to_string(),
        ..pull::Config::default()
    };
    let consumer = stream.get_or_create_consumer(CONSUMER, wanted).await;
    let consumer = consumer.map_err(|e| {
        format!("the consumer {CONSUMER} of {STREAM}: {e}; if it exists otherwise, delete it: nats consumer rm {STREAM} {CONSUMER}")
    })?;
    let messages = consumer
        .stream()
        .max_messages_per_batch(IN_FLIGHT)
        .messages();
    let messages = messages.await.map_err(|e| e.to_string())?;
    if nats.cursus.set(None) {
        tracing::info!("the scolarité's stream is read again");
    }
    let end = messages
        .for_each_concurrent(IN_FLIGHT, async |message| match message {
            Ok(message) => settle(nats, recipient, message).await,
            Err(error) => tracing::warn!(%error, "the scolarité's stream"),
        })
        .await;
    Ok(end)
}

async fn settle(nats: &Nats, recipient: &dyn Recipient, message: jetstream::Message) {
    let acked = match recipient.receive(&message.payload).await {
        Reception::Accepted => message.ack().await,
        Reception::Refused(reasons) => {
            // Acknowledged only once the reasons are on their way for certain.
            match send_back(nats, &message, reasons).await {
                Ok(()) => message.ack().await,
                Err(reason) => {
                    tracing::warn!(reason, "a refused record waits to be sent back");
                    message.ack_with(AckKind::Nak(Some(LATER))).await
                }
            }
        }
        Reception::Later(reason) => {
            tracing::warn!(reason, "a record of the scolarité waits");
            message.ack_with(AckKind::Nak(Some(LATER))).await
        }
    };
    if let Err(error) = acked {
        // It is delivered again, and recognised.
        tracing::debug!(%error, "an acknowledgement was lost");
    }
}

async fn send_back(
    nats: &Nats,
    message: &jetstream::Message,
    reasons: Vec<Raison>,
) -> Result<(), String> {
    let sequence = message.info().map_err(|e| e.to_string())?.stream_sequence;
    let id = format!("rejet.{STREAM}.{sequence}");
    let enregistrement = serde_json::from_slice(&message.payload).unwrap_or_else(|_| {
        serde_json::Value::String(String::from_utf8_lossy(&message.payload).into_owned())
    });
    let mut rejet = Rejet {
        enregistrement,
        rejet: reasons,
    };
    let mut payload = serde_json::to_vec(&rejet).map_err(|e| e.to_string())?;
    if payload.len() > nats.client().max_payload() {
        // A record as large as a message may be has no room left for the reasons: they matter more than its end.
        let text = String::from_utf8_lossy(&message.payload);
        rejet.enregistrement = text.chars().take(BEGINNING).collect::<String>().into();
        payload = serde_json::to_vec(&rejet).map_err(|e| e.to_string())?;
    }
    nats.publish(&Subject::cursus_rejet(), &id, payload).await
}

/// Answers a record that was pushed with a reply subject; without one it is the stream's.
async fn answer(nats: &Nats, recipient: &dyn Recipient, message: Message) {
    let Some(reply) = message.reply else { return };
    let accuse = match recipient.receive(&message.payload).await {
        Reception::Accepted => Accuse::Accepte { accepte: true },
        Reception::Refused(rejet) => Accuse::Rejet { rejet },
        Reception::Later(reason) => {
            tracing::warn!(
                reason,
                "a record of the scolarité is not answered; it waits in the stream"
            );
            return;
        }
    };
    let payload = serde_json::to_value(&accuse).map(|mut value| {
        // Publishers of JetStream wait for an acknowledgement of its form: this one is one, too, and says more.
        if let (true, Some(fields)) = (
            for_jetstream(message.headers.as_ref()),
            value.as_object_mut(),
        ) {
            fields.insert("stream".to_owned(), STREAM.into());
            fields.insert("seq".to_owned(), 0.into());
        }
        value.to_string()
    });
    let sent = match payload {
        Ok(payload) => nats
            .client()
            .publish(reply, payload.into())
            .await
            .map_err(|e| e.to_string()),
        Err(error) => Err(error.to_string()),
    };
    if let Err(error) = sent {
        tracing::warn!(error, "an answer to the scolarité did not leave");
    }
}

fn for_jetstream(headers: Option<&HeaderMap>) -> bool {
    headers.is_some_and(|h| {
        h.iter()
            .any(|(name, _)| name.to_string().starts_with("Nats-"))
    })
}
