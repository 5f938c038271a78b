//! What a replica has applied and its disk has not yet: rows in memory over those on disk (docs/adr/0017).
//!
//! A write is done once it is in memory, where every reader finds it. A thread takes what has gathered there and writes it to the
//! disk at once; only then does it leave memory. A process that dies loses what was in memory alone, and the log tells it again.

use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Included};
use std::sync::{
    Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::types::StoreError;
use crate::{Change, Kv, Row};

/// Bytes of rows in memory that wait for the disk; a write beyond waits, too.
const MAX_BYTES: usize = 16 * 1024 * 1024;
/// How long a write waits for room.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long rows gather before the disk is given them: nobody waits for it, and it syncs for others as well.
const GATHER: Duration = Duration::from_millis(20);
/// The pause after the disk refused.
const PAUSE: Duration = Duration::from_millis(200);

type Rows = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// Rows in memory over those of a disk; dropping it writes what is left.
pub(crate) struct Ahead {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    disk: Arc<dyn Kv>,
    layers: RwLock<Layers>,
    state: Mutex<State>,
    changed: Condvar,
}

/// What is not on the disk.
#[derive(Default)]
struct Layers {
    /// Written since the disk was given something.
    young: Rows,
    /// On its way to the disk.
    old: Arc<Rows>,
}

#[derive(Default)]
struct State {
    /// Bytes that are not on the disk, of those on their way and of the others.
    old: usize,
    young: usize,
    /// Why the disk did not take it last.
    refused: Option<StoreError>,
    /// Who waits for the disk all the same.
    waiting: usize,
    closing: bool,
}

impl Layers {
    fn get(&self, key: &[u8]) -> Option<&Option<Vec<u8>>> {
        self.young.get(key).or_else(|| self.old.get(key))
    }

    /// Those of the range, by their keys.
    fn range(&self, from: &[u8], to: &[u8]) -> Rows {
        let bounds = (Included(from), Excluded(to));
        let mut rows = Rows::new();
        for layer in [self.old.as_ref(), &self.young] {
            let layer = layer.range::<[u8], _>(bounds);
            rows.extend(layer.map(|(key, value)| (key.clone(), value.clone())));
        }
        rows
    }

    fn last(&self, from: &[u8], to: &[u8]) -> Option<Change> {
        let bounds = (Included(from), Excluded(to));
        let last = |layer: &Rows| {
            let last = layer.range::<[u8], _>(bounds).next_back();
            last.map(|(key, value)| (key.clone(), value.clone()))
        };
        match (last(&self.young), last(&self.old)) {
            (Some(young), Some(old)) if old.0 > young.0 => Some(old),
            (young, old) => young.or(old),
        }
    }
}

impl Ahead {
    pub(crate) fn start(disk: Arc<dyn Kv>) -> Result<Self, StoreError> {
        let shared = Arc::new(Shared {
            disk,
            layers: RwLock::default(),
            state: Mutex::default(),
            changed: Condvar::new(),
        });
        let theirs = shared.clone();
        let thread = std::thread::Builder::new()
            .name("ahead".to_owned())
            .spawn(move || theirs.follow())
            .map_err(|e| StoreError::Unavailable(e.to_string()))?;
        Ok(Self {
            shared,
            thread: Some(thread),
        })
    }

    /// Why the disk did not take what it was given last.
    pub(crate) fn refused(&self) -> Option<StoreError> {
        self.shared.state().refused.clone()
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        self.shared.state().closing = true;
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            // A panic there was the disk's; the log has what is lost.
            let _ended = thread.join();
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self) -> RwLockReadGuard<'_, Layers> {
        self.layers.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Layers> {
        self.layers.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes what gathers, until there is nothing more to come.
    fn follow(&self) {
        loop {
            let idle = |state: &mut State| state.young == 0 && !state.closing;
            let state = self.changed.wait_while(self.state(), idle);
            let state = state.unwrap_or_else(PoisonError::into_inner);
            let gathers = |state: &mut State| {
                state.waiting == 0 && state.young < MAX_BYTES / 2 && !state.closing
            };
            let state = self.changed.wait_timeout_while(state, GATHER, gathers);
            let (mut state, _) = state.unwrap_or_else(PoisonError::into_inner);
            if state.young == 0 {
                return;
            }
            let rows = {
                let mut layers = self.write();
                layers.old = Arc::new(std::mem::take(&mut layers.young));
                layers.old.clone()
            };
            state.old = std::mem::take(&mut state.young);
            drop(state);
            if !self.insist(&rows) {
                return;
            }
        }
    }

    /// Until the disk has taken them; false when it does not, and nobody needs it any more.
    fn insist(&self, rows: &Rows) -> bool {
        let changes = || rows.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
        while let Err(error) = self.disk.apply(changes()) {
            tracing::error!(%error, "the disk does not take what the log says yet");
            let mut state = self.state();
            state.refused = Some(error);
            let closing = state.closing;
            drop(state);
            self.changed.notify_all();
            if closing {
                return false;
            }
            std::thread::sleep(PAUSE);
        }
        // Nobody waits while they are let go.
        self.write().old = Arc::default();
        let mut state = self.state();
        state.old = 0;
        state.refused = None;
        drop(state);
        self.changed.notify_all();
        true
    }
}

impl Kv for Ahead {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let here = self.shared.read().get(key).cloned();
        match here {
            Some(value) => Ok(value),
            None => self.shared.disk.get(key),
        }
    }

    fn range(&self, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<Row>, StoreError> {
        if from >= to {
            return Ok(Vec::new());
        }
        // Memory first: what leaves it meanwhile is on the disk.
        let mut rows = self.shared.read().range(from, to);
        if rows.is_empty() {
            return self.shared.disk.range(from, to, limit);
        }
        // So many more, as each row in memory may take one away.
        let wanted = limit.saturating_add(rows.len());
        let there = self.shared.disk.range(from, to, wanted)?;
        // Behind the last of a full answer there may be others, which come before what memory has there.
        let end = (there.len() >= wanted).then(|| there.last().map(|(key, _)| key.clone()));
        for (key, value) in there {
            rows.entry(key).or_insert(Some(value));
        }
        let within = |key: &Vec<u8>| end.as_ref().is_none_or(|end| Some(key) <= end.as_ref());
        let rows = rows.into_iter().take_while(|(key, _)| within(key));
        let rows = rows.filter_map(|(key, value)| Some((key, value?)));
        Ok(rows.take(limit).collect())
    }

    fn last(&self, from: &[u8], to: &[u8]) -> Result<Option<Row>, StoreError> {
        let mut to = to.to_vec();
        while from < to.as_slice() {
            let here = self.shared.read().last(from, &to);
            let there = self.shared.disk.last(from, &to)?;
            match here {
                Some((key, value)) if there.as_ref().is_none_or(|(k, _)| *k <= key) => {
                    match value {
                        Some(value) => return Ok(Some((key, value))),
                        // It is gone: the one before it.
                        None => to = key,
                    }
                }
                Some(_) | None => return Ok(there),
            }
        }
        Ok(None)
    }

    fn apply(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        self.write(changes)?;
        self.sync()
    }

    fn write(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        let size = |(key, value): &Change| key.len() + value.as_ref().map_or(0, Vec::len);
        let bytes: usize = changes.iter().map(size).sum();
        let full = |state: &mut State| state.young + state.old > MAX_BYTES;
        let waited = self
            .shared
            .changed
            .wait_timeout_while(self.shared.state(), PATIENCE, full);
        let (mut state, waited) = waited.unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() {
            let slow = || StoreError::Unavailable("the disk is too slow".to_owned());
            return Err(state.refused.clone().unwrap_or_else(slow));
        }
        self.shared.write().young.extend(changes);
        state.young += bytes;
        drop(state);
        self.shared.changed.notify_all();
        Ok(())
    }

    fn sync(&self) -> Result<(), StoreError> {
        let pending = |state: &mut State| state.young + state.old > 0 && state.refused.is_none();
        let mut state = self.shared.state();
        state.waiting += 1;
        self.shared.changed.notify_all();
        let state = self.shared.changed.wait_while(state, pending);
        let mut state = state.unwrap_or_else(PoisonError::into_inner);
        state.waiting -= 1;
        state.refused.clone().map_or(Ok(()), Err)
    }

    fn renew(&self, written: u64) -> Result<bool, StoreError> {
        self.shared.disk.renew(written)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::MemoryKv;

    /// Few keys, so that they meet.
    fn key() -> impl Strategy<Value = Vec<u8>> {
        prop::collection::vec(0..4_u8, 1..4)
    }

    fn layer() -> impl Strategy<Value = Rows> {
        let value = prop::option::of(prop::collection::vec(any::<u8>(), 0..3));
        prop::collection::btree_map(key(), value, 0..12)
    }

    proptest! {
        /// Whatever is in memory, on its way and on the disk: it reads as if all of it were on the disk.
        #[test]
        fn rows_in_memory_read_as_if_they_were_on_the_disk(
            disk in layer(), old in layer(), young in layer(),
            (from, to) in (key(), key()), limit in 0..8_usize,
        ) {
            let (under, whole) = (MemoryKv::default(), MemoryKv::default());
            under.apply(disk.clone().into_iter().collect()).unwrap();
            for rows in [disk, old.clone(), young.clone()] {
                whole.apply(rows.into_iter().collect()).unwrap();
            }
            let ahead = Ahead {
                shared: Arc::new(Shared {
                    disk: Arc::new(under),
                    layers: RwLock::new(Layers { young, old: Arc::new(old) }),
                    state: Mutex::default(),
                    changed: Condvar::new(),
                }),
                thread: None,
            };
            let (from, to) = if from <= to { (from, to) } else { (to, from) };
            prop_assert_eq!(ahead.get(&from), whole.get(&from));
            prop_assert_eq!(ahead.last(&from, &to), whole.last(&from, &to));
            prop_assert_eq!(ahead.range(&from, &to, limit), whole.range(&from, &to, limit));
            prop_assert_eq!(ahead.range(&[0], &[9], usize::MAX), whole.range(&[0], &[9], usize::MAX));
        }
    }
}
