//! Bytes and versions, no business: journal, index, outbox, timers, dedup, sessions, views and blobs.
//!
//! One set of tables ([`Store`]) stands on a small ordered key-value port ([`Kv`]): sled on disk,
//! a tree in memory for tests. One committer thread gathers the batches that wait, writes them at
//! once, syncs once, and answers them all (group commit): what is acknowledged is on disk.

mod ahead;
mod apply;
pub mod blobs;
mod committer;
mod erase;
mod export;
mod keys;
mod lineage;
mod memory;
mod plan;
mod positions;
mod replica;
mod rows;
mod scan;
mod sled;
mod stamps;
mod store;
mod tables;
mod types;
mod verify;

pub use erase::{ERASURES, erased, erasure};
pub use export::{Exported, restore};
pub use lineage::{Lineage, adopt, leave, lineage};
pub use memory::{MemoryKv, MemoryLog};
pub use replica::{Log, LogError, ReplicaState};
pub use sled::SledKv;
pub use stamps::Stamp;
pub use store::Store;
pub use types::{
    Append, Batch, Committed, Dedup, Expected, Guard, Head, MAX_STREAM, MAX_VALUE, OutboxItem,
    Position, Record, Rung, Stats, StoreError, Timer, Version,
};
pub use verify::{VerifyReport, verify};

/// A key and its value.
pub type Row = (Vec<u8>, Vec<u8>);

/// A change of one key: a value, or none to delete.
pub type Change = (Vec<u8>, Option<Vec<u8>>);

/// An ordered key-value store: what the tables need of a disk.
pub trait Kv: Send + Sync + 'static {
    /// The value of a key.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Corrupt`].
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// At most `limit` rows with `from <= key < to`, in order.
    ///
    /// # Errors
    /// As [`Kv::get`].
    fn range(&self, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<Row>, StoreError>;

    /// The last row with `from <= key < to`.
    ///
    /// # Errors
    /// As [`Kv::get`].
    fn last(&self, from: &[u8], to: &[u8]) -> Result<Option<Row>, StoreError>;

    /// Makes all changes, or none, and returns once they are on disk.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]: nothing may be taken as done.
    fn apply(&self, changes: Vec<Change>) -> Result<(), StoreError>;

    /// Makes all changes, or none, and returns once readers see them. They are on disk after the next
    /// [`Kv::sync`] or [`Kv::apply`]; a crash before leaves all of what was written up to some call.
    ///
    /// # Errors
    /// As [`Kv::apply`].
    fn write(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        self.apply(changes)
    }

    /// Returns once everything written is on disk.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]: what was written since the last one may be gone, and readers may no longer see it.
    fn sync(&self) -> Result<(), StoreError> {
        Ok(())
    }

    /// Makes the next start short, if at least so many bytes of rows were written since this one and make it long; says
    /// whether it did. Reads and writes wait meanwhile, about as long as a start takes (docs/adr/0016).
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Corrupt`] when it cannot be opened again; later uses try.
    fn renew(&self, written: u64) -> Result<bool, StoreError> {
        // What is not on disk has no start.
        let _any = written;
        Ok(false)
    }
}
