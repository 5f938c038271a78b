//! A disk cut off in the middle, for whoever must begin again after it.

use std::sync::atomic::{AtomicUsize, Ordering};

use storage::{Change, Kv, MemoryKv, Row, StoreError};

/// A disk that takes so many writes, and then none.
pub(crate) struct Dying {
    pub(crate) inner: MemoryKv,
    pub(crate) left: AtomicUsize,
}

impl Kv for Dying {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.inner.get(key)
    }
    fn range(&self, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<Row>, StoreError> {
        self.inner.range(from, to, limit)
    }
    fn last(&self, from: &[u8], to: &[u8]) -> Result<Option<Row>, StoreError> {
        self.inner.last(from, to)
    }
    fn apply(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        let left = |left: usize| left.checked_sub(1);
        let taken = (self.left).fetch_update(Ordering::SeqCst, Ordering::SeqCst, left);
        taken.map_err(|_| StoreError::Unavailable("cut off".to_owned()))?;
        self.inner.apply(changes)
    }
}
