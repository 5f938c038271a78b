//! What does not go, kept for whoever asks how things are.

use std::sync::{Mutex, PoisonError};

/// What was said last against something; none while it goes.
#[derive(Debug, Default)]
pub(crate) struct Trouble(Mutex<Option<String>>);

impl Trouble {
    pub(crate) fn get(&self) -> Option<String> {
        let said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        said.clone()
    }

    /// Notes how it goes now; whether that is news.
    pub(crate) fn set(&self, now: Option<String>) -> bool {
        let mut said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let news = *said != now;
        *said = now;
        news
    }
}
