//! Reading the log: by a feed the servers push, and, where that falls silent, entry by entry from any replica.
//!
//! A feed lives on one server and dies with it; making another wants the servers to agree, which takes them
//! seconds after a death. Single entries are given by every server that has them, all that time.

use std::sync::atomic::Ordering;
use std::time::Duration;

use async_nats::jetstream::consumer::DeliverPolicy;
use async_nats::jetstream::consumer::pull::{Ordered, OrderedConfig};
use async_nats::jetstream::stream::DirectGetErrorKind;
use futures_util::{FutureExt, StreamExt};
use tokio::time::Instant;

use crate::nats_log::{STREAM, away};
use crate::{BusError, NatsLog};

/// How long the next entry is waited for.
const WAIT: Duration = Duration::from_secs(1);
/// How long when it is known to be there.
const SHORT: Duration = Duration::from_millis(150);
/// How long making a feed may take, and how long it then rests.
const SUBSCRIBE: Duration = Duration::from_secs(2);
/// Entries read at once.
const PAGE: usize = 64;
/// Entries asked for one by one at first: on a slow line more would all come too late.
const FIRST: usize = 8;
/// Rounds without a word from a feed while entries came: it is dead.
const SILENT: u32 = 3;

/// Where the reading is.
#[derive(Default)]
pub(crate) struct Feed {
    messages: Option<Ordered>,
    /// Entries that were read without it in a row.
    silent: u32,
    /// When the next one may be made.
    again: Option<Instant>,
    /// How many entries were asked for one by one; after they did not come, the feed is waited for longer.
    asked: Option<usize>,
}

type Entries = Vec<(u64, Vec<u8>)>;

impl NatsLog {
    /// Entries after a sequence, in order and without gap; none when nothing came for a while.
    ///
    /// # Errors
    /// [`BusError`]; the next call starts again from where it is told.
    pub async fn next(&self, after: u64) -> Result<Entries, BusError> {
        let mut feed = self.feed.lock().await;
        if feed.messages.is_none() && feed.again.is_none_or(|again| again <= Instant::now()) {
            let made = tokio::time::timeout(SUBSCRIBE, self.subscribe(after)).await;
            match made.unwrap_or_else(|_elapsed| Err(away(&"no feed in time"))) {
                Ok(messages) => {
                    *feed = Feed {
                        messages: Some(messages),
                        ..Feed::default()
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "the log is read entry by entry");
                    feed.again = Some(Instant::now() + SUBSCRIBE);
                }
            }
        }
        let known = self.known.load(Ordering::Acquire) > after;
        let slow = feed.asked == Some(1);
        let wait = if known && !slow { SHORT } else { WAIT };
        let fed = match &mut feed.messages {
            Some(messages) => fed(messages, after, wait).await,
            None => {
                tokio::time::sleep(SHORT).await;
                Ok(Vec::new())
            }
        };
        match fed {
            Ok(entries) if !entries.is_empty() => {
                feed.silent = 0;
                return Ok(entries);
            }
            Ok(_silence) => {}
            Err(error) => {
                tracing::info!(%error, "the feed of the log ended");
                feed.messages = None;
            }
        }
        let page = feed.asked.unwrap_or(FIRST);
        let direct = self.direct(after, page).await;
        feed.asked = Some(direct.as_ref().map_or(1, |_| (page * 2).min(PAGE)));
        let entries = direct?;
        if !entries.is_empty() {
            feed.silent += 1;
            if feed.silent >= SILENT {
                feed.messages = None;
            }
        }
        Ok(entries)
    }

    /// What any replica has after this place, entry by entry.
    async fn direct(&self, after: u64, page: usize) -> Result<Entries, BusError> {
        let stream = self.context.get_stream_no_info(STREAM).await;
        let stream = stream.map_err(|e| away(&e))?;
        let known = self.known.load(Ordering::Acquire);
        // One more than is known: other nodes append as well.
        let end = known.max(after) + 2;
        let places = (after + 1..end).take(page);
        let asked = futures_util::stream::iter(places)
            .map(|place| {
                let stream = &stream;
                async move {
                    match stream.direct_get(place).await {
                        Ok(entry) if entry.sequence == place => {
                            Ok(Some((place, entry.payload.to_vec())))
                        }
                        Ok(other) => {
                            Err(away(&format!("entry {} came for {place}", other.sequence)))
                        }
                        Err(error) if error.kind() == DirectGetErrorKind::NotFound => Ok(None),
                        Err(error) => Err(away(&error)),
                    }
                }
            })
            .buffered(page);
        let mut asked = std::pin::pin!(asked);
        let mut read = Entries::new();
        while let Some(entry) = asked.next().await {
            match entry {
                Ok(Some(entry)) => read.push(entry),
                // Up to the first that is not there yet.
                Ok(None) => break,
                Err(error) if read.is_empty() => return Err(error),
                // What came before it is good.
                Err(_) => break,
            }
        }
        if let Some((last, _)) = read.last() {
            self.known.fetch_max(*last, Ordering::Release);
        } else if known > after {
            self.cut(after).await?;
        }
        Ok(read)
    }

    /// Whether what comes next is gone for good.
    async fn cut(&self, after: u64) -> Result<(), BusError> {
        let Ok(ends) = self.ends().await else {
            return Ok(());
        };
        let first = ends.first_seq;
        if first > after + 1 && ends.last_seq > after {
            return Err(away(&format!(
                "the log goes on at {first} after {after}: start this node again in an empty folder (donnees/cles kept), or restore a backup that is newer"
            )));
        }
        Ok(())
    }

    async fn subscribe(&self, after: u64) -> Result<Ordered, BusError> {
        let stream = self.context.get_stream_no_info(STREAM).await;
        let config = OrderedConfig {
            deliver_policy: DeliverPolicy::ByStartSequence {
                start_sequence: after + 1,
            },
            ..OrderedConfig::default()
        };
        let consumer = stream.map_err(|e| away(&e))?.create_consumer(config).await;
        consumer
            .map_err(|e| away(&e))?
            .messages()
            .await
            .map_err(|e| away(&e))
    }
}

/// What the feed has after this place. What was read without it in between is passed over.
async fn fed(messages: &mut Ordered, after: u64, wait: Duration) -> Result<Entries, BusError> {
    let mut read = Entries::new();
    let mut last = after;
    let until = Instant::now() + wait;
    loop {
        let message = if read.is_empty() {
            match tokio::time::timeout_at(until, messages.next()).await {
                Ok(message) => message.ok_or_else(|| away(&"the reading ended"))?,
                Err(_elapsed) => return Ok(read),
            }
        } else {
            match messages.next().now_or_never().flatten() {
                Some(message) => message,
                None => return Ok(read),
            }
        };
        let message = match message {
            Ok(message) => message,
            Err(_) if !read.is_empty() => return Ok(read),
            Err(error) => return Err(away(&error)),
        };
        let sequence = message.info().map_err(|e| away(&e))?.stream_sequence;
        if sequence <= last {
            continue;
        }
        if sequence != last + 1 {
            // What is missing is read one by one, or said to be gone.
            let gap = format!("the feed goes on at {sequence} after {last}");
            return if read.is_empty() {
                Err(away(&gap))
            } else {
                Ok(read)
            };
        }
        last = sequence;
        read.push((sequence, message.payload.to_vec()));
        if read.len() == PAGE {
            return Ok(read);
        }
    }
}
