//! What goes in and out of the store.

use serde::{Deserialize, Serialize};

use crate::stamps::Stamp;

/// How many events a stream has; 0 when it is absent.
pub type Version = u64;
/// The global order of records, from 1.
pub type Position = u64;

/// The most bytes of one value. sled puts items beyond about 128 KiB in files it never syncs.
pub const MAX_VALUE: usize = 100_000;

/// The most bytes of a stream's name.
pub const MAX_STREAM: usize = 1000;

/// The head of a stream: its version and the hash of its chain up to there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// How many events.
    pub version: Version,
    /// SHA-256 over the previous head, the stream's name, the version and the data (Q06).
    pub hash: [u8; 32],
}

impl Head {
    /// Of a stream that is absent.
    pub const ABSENT: Self = Self {
        version: 0,
        hash: [0; 32],
    };
}

/// One event as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// In the journal as a whole.
    pub position: Position,
    /// Of which stream.
    pub stream: String,
    /// In the stream, from 1.
    pub version: Version,
    /// The event.
    pub data: Vec<u8>,
    /// The head of the chain after it.
    pub hash: [u8; 32],
}

/// What the writer takes the stream's version to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Expected {
    /// Exactly this; whoever loses reloads and decides again.
    Exact(Version),
    /// Whatever it is.
    Any,
}

/// Events to add to a stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Append {
    /// Which.
    pub stream: String,
    /// Guard.
    pub expected: Expected,
    /// In order.
    pub events: Vec<Vec<u8>>,
}

/// A condition on the index or the sessions, checked at the moment of the commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Guard {
    /// The key must be absent.
    Absent(Vec<u8>),
    /// The key must have this value.
    Equals(Vec<u8>, Vec<u8>),
    /// The session of this key must not have ended.
    Session(Vec<u8>),
}

/// Something owed, to be performed at least once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxItem {
    /// Derived from the event, so that a repeat is recognised.
    pub id: String,
    /// Not before, milliseconds since 1970.
    pub due_ms: i64,
    /// How often it was tried.
    pub attempts: u32,
    /// What.
    pub data: Vec<u8>,
}

/// Something to come; one per key, setting it again moves it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timer {
    /// Which.
    pub key: String,
    /// When, milliseconds since 1970.
    pub due_ms: i64,
    /// What.
    pub data: Vec<u8>,
}

/// A timer that rang, and was seen to. One that was moved in the meantime stays as it was moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rung {
    /// Which.
    pub key: String,
    /// When it was due when it rang.
    pub due_ms: i64,
    /// When it rings again; never, if absent.
    pub again_ms: Option<i64>,
}

/// The outcome of a command, kept so that a repeat gets the first answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dedup {
    /// The command's id.
    pub id: String,
    /// Its answer.
    pub outcome: Vec<u8>,
    /// May be forgotten from here, milliseconds since 1970.
    pub expires_ms: i64,
}

/// All or nothing, in one durable commit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// To the journal.
    pub appends: Vec<Append>,
    /// Conditions.
    pub guards: Vec<Guard>,
    /// Index keys to set.
    pub index_put: Vec<(Vec<u8>, Vec<u8>)>,
    /// Index keys to drop.
    pub index_delete: Vec<Vec<u8>>,
    /// To owe, or to owe later.
    pub outbox_put: Vec<OutboxItem>,
    /// Performed.
    pub outbox_delete: Vec<String>,
    /// To set or move.
    pub timers_set: Vec<Timer>,
    /// To drop.
    pub timers_clear: Vec<String>,
    /// The command this batch is.
    pub dedup: Option<Dedup>,
    /// Commands to forget.
    pub dedup_delete: Vec<String>,
    /// Sessions to set.
    pub sessions_put: Vec<(Vec<u8>, Vec<u8>)>,
    /// Sessions to end.
    pub sessions_delete: Vec<Vec<u8>>,
    /// View rows to set.
    pub views_put: Vec<(Vec<u8>, Vec<u8>)>,
    /// View rows to drop.
    pub views_delete: Vec<Vec<u8>>,
    /// Timers that rang.
    pub timers_rung: Vec<Rung>,
}

/// What a commit came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committed {
    /// The last position of the journal.
    pub position: Position,
    /// The heads of the streams appended to, in the order of the appends.
    pub heads: Vec<Head>,
    /// While a stream appended to has this stamp, its head is the one it has here (docs/adr/0019).
    pub stamp: Stamp,
}

/// What the committer did since the start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Batches that are on disk.
    pub commits: u64,
    /// Groups of batches, each written and synced at once.
    pub groups: u64,
    /// Why the last group was not written, if it was not.
    pub write_error: Option<String>,
}

/// Why the store did not do it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Somebody else was first: reload and decide again.
    #[error("stream {stream} is at version {actual}, not {expected}")]
    Conflict {
        /// Which.
        stream: String,
        /// Taken to be.
        expected: Version,
        /// Is.
        actual: Version,
    },
    /// A guard does not hold: the key is taken, or has another value.
    #[error("index key {} does not hold what was expected", String::from_utf8_lossy(.0))]
    Taken(Vec<u8>),
    /// The command was done before; this is its answer.
    #[error("the command was already done")]
    Duplicate(Vec<u8>),
    /// A value is too large to store.
    #[error("{what} has {size} bytes, the limit is {MAX_VALUE}")]
    TooLarge {
        /// What.
        what: String,
        /// Bytes.
        size: usize,
    },
    /// The disk does not take it now; nothing was done.
    #[error("the store is not available: {0}")]
    Unavailable(String),
    /// What is on disk is not what was written. Restore a backup; `postule journal verify` says where.
    #[error("the store is damaged: {0}")]
    Corrupt(String),
    /// Written by a later release.
    #[error(
        "the store has schema version {found}, this program knows {known}: run the later release, or restore an older backup"
    )]
    Newer {
        /// On disk.
        found: u32,
        /// Known here.
        known: u32,
    },
}
