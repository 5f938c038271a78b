//! The twins in memory, for tests: the same order and atomicity, no disk and no network.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::watch;

use crate::types::StoreError;
use crate::{Change, Kv, Log, LogError, Row};

/// How long the next entry is waited for.
const WAIT: Duration = Duration::from_secs(1);
/// Entries read at once: few, so that readers meet the seams.
const PAGE: usize = 3;

/// Keys and values in memory.
#[derive(Debug, Default)]
pub struct MemoryKv(RwLock<BTreeMap<Vec<u8>, Vec<u8>>>);

impl Kv for MemoryKv {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self
            .0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(key)
            .cloned())
    }

    fn range(&self, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<Row>, StoreError> {
        if from >= to {
            return Ok(Vec::new());
        }
        let rows = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let range = rows.range(from.to_vec()..to.to_vec());
        Ok(range
            .take(limit)
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect())
    }

    fn last(&self, from: &[u8], to: &[u8]) -> Result<Option<Row>, StoreError> {
        let rows = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let last = rows.range(from.to_vec()..to.to_vec()).next_back();
        Ok(last.map(|(k, v)| (k.clone(), v.clone())))
    }

    fn apply(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        let mut rows = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for (key, value) in changes {
            match value {
                Some(value) => rows.insert(key, value),
                None => rows.remove(&key),
            };
        }
        Ok(())
    }
}

/// What a log in memory keeps.
#[derive(Debug, Default)]
struct Kept {
    entries: Vec<Vec<u8>>,
    /// By their ids.
    sequences: HashMap<String, u64>,
}

/// A log in memory, shared by the nodes of one process.
#[derive(Debug, Default)]
pub struct MemoryLog {
    kept: Mutex<Kept>,
    last: watch::Sender<u64>,
    asked: AtomicU64,
    lossy: bool,
}

impl MemoryLog {
    /// One that loses some of what is offered, and some of its answers.
    pub fn lossy() -> Self {
        Self {
            lossy: true,
            ..Self::default()
        }
    }
}

#[async_trait]
impl Log for MemoryLog {
    async fn append(&self, id: &str, entry: Vec<u8>) -> Result<u64, LogError> {
        let asked = self.asked.fetch_add(1, Ordering::Relaxed);
        if self.lossy && asked % 7 == 3 {
            return Err(LogError("lost on the way".to_owned()));
        }
        let sequence = {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(sequence) = kept.sequences.get(id) {
                *sequence
            } else {
                kept.entries.push(entry);
                let sequence = kept.entries.len() as u64;
                kept.sequences.insert(id.to_owned(), sequence);
                self.last.send_replace(sequence);
                sequence
            }
        };
        if self.lossy && asked % 5 == 4 {
            return Err(LogError("its answer was lost".to_owned()));
        }
        Ok(sequence)
    }

    async fn next(&self, after: u64) -> Result<Vec<(u64, Vec<u8>)>, LogError> {
        let mut last = self.last.subscribe();
        let come = last.wait_for(|last| *last > after);
        // None in time is no fault; what it gives is a lock, let go at once.
        let _in_time = tokio::time::timeout(WAIT, come).await.is_ok();
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let numbered = (1..).zip(&kept.entries);
        let wanted = numbered.filter(|(sequence, _)| *sequence > after);
        Ok(wanted.take(PAGE).map(|(s, e)| (s, e.clone())).collect())
    }

    async fn last(&self) -> Result<u64, LogError> {
        Ok(*self.last.borrow())
    }
}
