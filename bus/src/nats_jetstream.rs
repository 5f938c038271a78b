//! What leaves for other systems goes through JetStream: it is stored there before it counts as sent, and a repeat
//! under the same id is dropped there.

use std::sync::atomic::Ordering;
use std::time::Duration;

use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::stream::{Config, Stream};
use async_nats::jetstream::{self, Context};

use crate::nats_log::told;
use crate::{Nats, Subject};

/// How long a publication may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long JetStream remembers ids: a repeat within it is dropped.
pub(crate) const REMEMBERED: Duration = Duration::from_secs(3600);
/// What is kept for the scolarité: rejected records, admissions.
const TO_SCOLARITE: &str = "SCOLARITE_SORTIE";
/// How long: a season and a half.
const TO_SCOLARITE_AGE: Duration = Duration::from_secs(550 * 24 * 3600);
/// Events, for whoever comes back within a month.
const EVENTS: &str = "EVENEMENTS";
const EVENTS_AGE: Duration = Duration::from_secs(30 * 24 * 3600);
/// The most bytes of events; the oldest go.
const EVENTS_BYTES: i64 = 1024 * 1024 * 1024;

impl Nats {
    pub(crate) fn jetstream(&self) -> Context {
        let mut context = jetstream::new(self.client().clone());
        context.set_timeout(PATIENCE);
        context
    }

    /// Publishes, and waits until it is stored. The id makes a repeat recognisable.
    ///
    /// # Errors
    /// The reason; it may be tried again under the same id.
    pub async fn publish(
        &self,
        subject: &Subject,
        id: &str,
        payload: Vec<u8>,
    ) -> Result<(), String> {
        if !self.connected() {
            return Err("NATS is not connected".to_owned());
        }
        let stored = self.stored(subject, id, payload).await;
        if stored.is_err() {
            // Perhaps the streams are gone: they are looked for at the next try.
            self.streams.store(false, Ordering::Release);
        }
        self.out.set(stored.clone().err());
        stored
    }

    /// Removes a stream with all that is in it.
    ///
    /// # Errors
    /// The reason.
    pub async fn delete_stream(&self, name: &str) -> Result<(), String> {
        let gone = self.jetstream().delete_stream(name).await;
        gone.map(drop).map_err(|e| e.to_string())
    }

    async fn stored(&self, subject: &Subject, id: &str, payload: Vec<u8>) -> Result<(), String> {
        let js = self.jetstream();
        // Before anything is sent: a message that no stream takes would still reach those who listen, and again.
        if !self.streams.load(Ordering::Acquire) {
            ensure_out(&js).await?;
            self.streams.store(true, Ordering::Release);
        }
        let message = PublishMessage::build()
            .payload(payload.into())
            .message_id(id);
        let sent = js.send_publish(subject.to_string(), message).await;
        let stored = sent.map_err(|e| e.to_string())?.await;
        let stream = match covers(Subject::events().as_str(), subject.as_str()) {
            true => EVENTS,
            false => TO_SCOLARITE,
        };
        stored.map(drop).map_err(|e| told(&e.to_string(), stream))
    }
}

async fn ensure_out(js: &Context) -> Result<(), String> {
    let scolarite = Config {
        name: TO_SCOLARITE.to_owned(),
        description: Some("Postule: for the scolarité".to_owned()),
        subjects: [
            Subject::cursus_rejet(),
            Subject::admission(),
            Subject::admission_annulation(),
        ]
        .map(|s| s.to_string())
        .into(),
        max_age: TO_SCOLARITE_AGE,
        duplicate_window: REMEMBERED,
        ..Config::default()
    };
    let events = Config {
        name: EVENTS.to_owned(),
        description: Some("Postule: what happened".to_owned()),
        subjects: vec![Subject::events().to_string()],
        max_age: EVENTS_AGE,
        max_bytes: EVENTS_BYTES,
        duplicate_window: REMEMBERED,
        ..Config::default()
    };
    for config in [scolarite, events] {
        ensure(js, config).await?;
    }
    Ok(())
}

/// The stream, made if it is absent. One that exists is taken as it is, unless it cannot serve.
pub(crate) async fn ensure(js: &Context, wanted: Config) -> Result<Stream, String> {
    let (name, subjects) = (wanted.name.clone(), wanted.subjects.clone());
    let stream = js.get_or_create_stream(wanted).await.map_err(|e| {
        format!(
            "the JetStream stream {name} cannot be made: {e}; is JetStream on, and does no other stream have {}?",
            subjects.join(", ")
        )
    })?;
    let has = &stream.cached_info().config.subjects;
    let missing: Vec<&str> = subjects
        .iter()
        .filter(|wanted| !has.iter().any(|pattern| covers(pattern, wanted)))
        .map(String::as_str)
        .collect();
    if missing.is_empty() {
        return Ok(stream);
    }
    Err(format!(
        "the JetStream stream {name} exists with the subjects {}, and lacks {}; add them: nats stream edit {name} --subjects {}",
        has.join(", "),
        missing.join(", "),
        subjects.join(",")
    ))
}

/// Whether a pattern takes in all a subject does.
pub(crate) fn covers(pattern: &str, subject: &str) -> bool {
    let mut tokens = subject.split('.');
    for part in pattern.split('.') {
        if part == ">" {
            return tokens.next().is_some();
        }
        match tokens.next() {
            Some(token) if part == token || (part == "*" && token != ">") => {}
            Some(_) | None => return false,
        }
    }
    tokens.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::covers;

    #[test]
    fn a_pattern_covers_what_it_takes_in() {
        for (pattern, subject) in [
            ("a.b", "a.b"),
            ("a.*", "a.b"),
            ("a.>", "a.b.c"),
            ("a.>", "a.>"),
        ] {
            assert!(covers(pattern, subject), "{pattern} {subject}");
        }
        for (pattern, subject) in [
            ("a.b", "a.c"),
            ("a.*", "a.b.c"),
            ("a.>", "a"),
            ("a.*", "a.>"),
        ] {
            assert!(!covers(pattern, subject), "{pattern} {subject}");
        }
    }
}
