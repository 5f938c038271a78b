//! The tables, on any [`Kv`].

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::ahead::Ahead;
use crate::committer::Committer;
use crate::plan::{applied, damaged, head_of};
use crate::positions::Tail;
use crate::replica::{Log, Replica, ReplicaState};
use crate::stamps::Stamp;
use crate::types::{
    Batch, Committed, Head, OutboxItem, Position, Record, Stats, StoreError, Timer, Version,
};
use crate::{Exported, Kv, Row, keys, lineage, positions, rows};

/// The schema written today.
pub(crate) const SCHEMA: u32 = 2;
/// Records read from a stream at once.
const PAGE: usize = 512;

/// The store. Reads see what is committed; writes go through the one committer.
pub struct Store {
    kv: Arc<dyn Kv>,
    committer: Arc<Committer>,
    /// Between the tables and the disk of a replica.
    ahead: Option<Arc<Ahead>>,
    /// Present when the order comes from a log that other nodes share.
    replica: Option<Replica>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Store")
    }
}

impl Drop for Store {
    /// What a replica has applied is on its disk when it ends; should the disk refuse, the log has it.
    fn drop(&mut self) {
        if let Some(ahead) = &self.ahead
            && let Err(error) = ahead.sync()
        {
            tracing::warn!(%error, "the disk is behind the log");
        }
    }
}

impl Store {
    /// Opens the tables on this store of keys: stamps a new one with the schema, and brings an older one to today's, which may
    /// take a while and says so in the log.
    ///
    /// # Errors
    /// [`StoreError::Newer`], [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub fn open(kv: Arc<dyn Kv>) -> Result<Self, StoreError> {
        if lineage::restoring(kv.as_ref())? {
            return Err(StoreError::Corrupt(
                "what it was being restored from did not come to its end: restore it again"
                    .to_owned(),
            ));
        }
        stamp(kv.as_ref())?;
        positions::migrate(kv.as_ref())?;
        let tail = Tail::read(kv.as_ref())?;
        Ok(Self {
            committer: Arc::new(Committer::start(kv.clone(), tail)?),
            kv,
            ahead: None,
            replica: None,
        })
    }

    /// Opens the tables as one replica of many: batches get their order from the log, and every node
    /// applies all of them. `node` must be new at every start. Call it within a runtime.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn replicated(
        kv: Arc<dyn Kv>,
        log: Arc<dyn Log>,
        node: String,
    ) -> Result<Self, StoreError> {
        let ahead = Arc::new(Ahead::start(kv)?);
        let mut store = Self::open(ahead.clone())?;
        store.ahead = Some(ahead);
        let applied = applied(store.kv.as_ref())?;
        let committer = store.committer.clone();
        store.replica = Some(Replica::start(committer, log, node, applied));
        Ok(store)
    }

    /// How often others wrote, as far as this replica knows: who keeps what it read looks again when this
    /// moves. It stays where it is for a store of its own.
    pub fn foreign(&self) -> u64 {
        self.replica
            .as_ref()
            .map_or(0, |r| r.foreign.load(Ordering::Acquire))
    }

    /// Whether other nodes write as well.
    pub const fn shared(&self) -> bool {
        self.replica.is_some()
    }

    /// How far of the shared log the tables are; 0 for a store of its own.
    pub fn applied(&self) -> u64 {
        self.replica.as_ref().map_or(0, |r| *r.applied.borrow())
    }

    /// Waits until this replica has applied everything up to this place of the log.
    pub async fn reach(&self, sequence: u64, patience: Duration) -> bool {
        match &self.replica {
            Some(replica) => replica.reach(sequence, patience).await,
            None => true,
        }
    }

    /// Where the shared log ends; 0 for a store of its own.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the log does not answer in time.
    pub async fn frontier(&self, patience: Duration) -> Result<u64, StoreError> {
        match &self.replica {
            Some(replica) => replica.frontier(patience).await,
            None => Ok(0),
        }
    }

    /// How this node's part of the shared log is; none for a store of its own.
    pub fn replica(&self) -> Option<ReplicaState> {
        self.replica.as_ref().map(Replica::state)
    }

    /// Waits until this replica has everything any node was told before this call.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the log does not answer, or not in time.
    pub async fn catch_up(&self, patience: Duration) -> Result<(), StoreError> {
        let last = self.frontier(patience).await?;
        if self.reach(last, patience).await {
            Ok(())
        } else {
            let behind = format!("this replica is at {} of {last}", self.applied());
            Err(StoreError::Unavailable(behind))
        }
    }

    /// Commits a batch: all of it is on disk when this returns, or none of it is done.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn commit(&self, batch: Batch) -> Result<Committed, StoreError> {
        let batch = Box::new(batch);
        match &self.replica {
            Some(replica) => replica.commit(batch).await,
            None => self.committer.commit(batch).await,
        }
    }

    /// Writes every row into one file, consistent as of one moment, while others go on.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the file cannot be written.
    pub async fn export(&self, file: &Path) -> Result<Exported, StoreError> {
        self.committer.export(file.to_owned()).await
    }

    /// The key-value store under it, for [`crate::verify`].
    pub fn kv(&self) -> &dyn Kv {
        self.kv.as_ref()
    }

    /// All records of a stream, in order; empty when it is absent.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] or [`StoreError::Unavailable`].
    pub fn stream(&self, stream: &str) -> Result<Vec<Record>, StoreError> {
        self.stream_after(stream, 0)
    }

    /// The records of a stream after a version.
    ///
    /// # Errors
    /// As [`Store::stream`].
    pub fn stream_after(&self, stream: &str, version: Version) -> Result<Vec<Record>, StoreError> {
        let end = keys::end(&keys::stream(stream));
        let mut from = keys::record(stream, version + 1);
        let mut records = Vec::new();
        loop {
            let page = self.kv.range(&from, &end, PAGE)?;
            let full = page.len() == PAGE;
            for (key, sealed) in page {
                // What was erased has nothing to tell.
                let read = record(&key, sealed)?;
                if !read.data.is_empty() {
                    records.push(read);
                }
                from = key;
                from.push(0);
            }
            if !full {
                return Ok(records);
            }
        }
    }

    /// The head of a stream.
    ///
    /// # Errors
    /// As [`Store::stream`].
    pub fn head(&self, stream: &str) -> Result<Head, StoreError> {
        head_of(self.kv.as_ref(), stream)
    }

    /// Whether the stream has no record after this version: what was folded from it up to here is its state.
    ///
    /// # Errors
    /// As [`Store::stream`].
    pub fn ends_at(&self, stream: &str, version: Version) -> Result<bool, StoreError> {
        let next = self.kv.get(&keys::record(stream, version + 1))?;
        Ok(next.is_none())
    }

    /// When something was last written to a stream: ask before reading it, compare when it is needed again.
    pub fn stream_stamp(&self, stream: &str) -> Stamp {
        self.committer.stamps.of(&keys::stream(stream))
    }

    /// The same of a session.
    pub fn session_stamp(&self, key: &[u8]) -> Stamp {
        let key = keys::key(keys::SESSION, key);
        self.committer.stamps.of(&key)
    }

    /// Whether its content was erased.
    ///
    /// # Errors
    /// As [`Store::stream`].
    pub fn is_erased(&self, stream: &str) -> Result<bool, StoreError> {
        let key = keys::record(stream, 1);
        let Some(sealed) = self.kv.get(&key)? else {
            return Ok(false);
        };
        Ok(record(&key, sealed)?.data.is_empty())
    }

    /// At most `limit` records after a position, in global order.
    ///
    /// # Errors
    /// As [`Store::stream`].
    pub fn records_after(&self, after: Position, limit: usize) -> Result<Vec<Record>, StoreError> {
        positions::records_after(self.kv.as_ref(), after, limit, record)
    }

    /// At most `limit` records of all streams, stream after stream by name, after one of them.
    ///
    /// # Errors
    /// As [`Store::stream`].
    pub fn journal_after(
        &self,
        after: Option<(&str, Version)>,
        limit: usize,
    ) -> Result<Vec<Record>, StoreError> {
        let from = after.map_or_else(
            || vec![keys::JOURNAL],
            |(stream, version)| keys::record(stream, version + 1),
        );
        let rows = self.kv.range(&from, &keys::end(&[keys::JOURNAL]), limit)?;
        rows.into_iter()
            .map(|(key, sealed)| record(&key, sealed))
            .collect()
    }

    /// The last position given; 0 for an empty journal.
    ///
    /// # Errors
    /// As [`Store::stream`].
    pub fn last_position(&self) -> Result<Position, StoreError> {
        Ok(Tail::read(self.kv.as_ref())?.last())
    }

    fn row(&self, table: u8, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let key = keys::key(table, key);
        self.kv
            .get(&key)?
            .map(|sealed| rows::open(&key, sealed))
            .transpose()
    }

    /// The value of an index key.
    ///
    /// # Errors
    /// As [`Store::stream`].
    pub fn index(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.row(keys::INDEX, key)
    }

    /// A session.
    ///
    /// # Errors
    /// As [`Store::stream`].
    pub fn session(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.row(keys::SESSION, key)
    }

    /// A row of a view.
    ///
    /// # Errors
    /// As [`Store::stream`].
    pub fn view(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.row(keys::VIEW, key)
    }

    /// At most `limit` rows of a view whose key starts with the prefix, after a key.
    ///
    /// # Errors
    /// As [`Store::stream`].
    pub fn views(
        &self,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<Row>, StoreError> {
        let prefix = keys::key(keys::VIEW, prefix);
        let from = after.map_or_else(
            || prefix.clone(),
            |after| {
                let mut from = keys::key(keys::VIEW, after);
                from.push(0);
                from
            },
        );
        let rows = self.kv.range(&from, &keys::end(&prefix), limit)?;
        rows.into_iter()
            .map(|(key, sealed)| {
                let value = rows::open(&key, sealed)?;
                Ok((key.get(1..).unwrap_or_default().to_vec(), value))
            })
            .collect()
    }

    /// The answer of a command that was done.
    ///
    /// # Errors
    /// As [`Store::stream`].
    pub fn dedup(&self, id: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(row) = self.row(keys::DEDUP, id.as_bytes())? else {
            return Ok(None);
        };
        let (_, _, outcome) = rows::timed_parts(&row).ok_or_else(|| damaged("dedup row"))?;
        Ok(Some(outcome.to_vec()))
    }

    /// At most `limit` things owed at this time, oldest first.
    ///
    /// # Errors
    /// As [`Store::stream`].
    pub fn outbox_due(&self, now_ms: i64, limit: usize) -> Result<Vec<OutboxItem>, StoreError> {
        self.due(
            keys::OUTBOX,
            keys::OUTBOX_DUE,
            now_ms,
            limit,
            |id, due_ms, attempts, data| OutboxItem {
                id,
                due_ms,
                attempts,
                data,
            },
        )
    }

    /// At most `limit` timers whose time has come, oldest first.
    ///
    /// # Errors
    /// As [`Store::stream`].
    pub fn timers_due(&self, now_ms: i64, limit: usize) -> Result<Vec<Timer>, StoreError> {
        self.due(
            keys::TIMER,
            keys::TIMER_DUE,
            now_ms,
            limit,
            |key, due_ms, _, data| Timer { key, due_ms, data },
        )
    }

    /// How many things are owed, counted up to a limit.
    ///
    /// # Errors
    /// As [`Store::stream`].
    pub fn outbox_len(&self, limit: usize) -> Result<usize, StoreError> {
        Ok(self
            .kv
            .range(&[keys::OUTBOX], &keys::end(&[keys::OUTBOX]), limit)?
            .len())
    }

    /// When the oldest thing owed is due, milliseconds since 1970.
    ///
    /// # Errors
    /// As [`Store::stream`].
    pub fn outbox_oldest(&self) -> Result<Option<i64>, StoreError> {
        let end = keys::end(&[keys::OUTBOX_DUE]);
        let first = self.kv.range(&[keys::OUTBOX_DUE], &end, 1)?;
        first
            .first()
            .map(|(key, _)| {
                let parts = keys::due_parts(key).ok_or_else(|| damaged("due key"))?;
                Ok(parts.0)
            })
            .transpose()
    }

    /// What the committer did since the start.
    pub fn stats(&self) -> Stats {
        let mut stats = self.committer.stats();
        if let Some(refused) = self.ahead.as_ref().and_then(|ahead| ahead.refused()) {
            stats.write_error = Some(refused.to_string());
        }
        stats
    }

    fn due<T>(
        &self,
        table: u8,
        due_table: u8,
        now_ms: i64,
        limit: usize,
        make: impl Fn(String, i64, u32, Vec<u8>) -> T,
    ) -> Result<Vec<T>, StoreError> {
        let end = keys::due(due_table, now_ms.saturating_add(1), "");
        let mut found = Vec::new();
        for (key, _) in self.kv.range(&[due_table], &end, limit)? {
            let (_, id) = keys::due_parts(&key).ok_or_else(|| damaged("due key"))?;
            // Between the two reads another may have performed it.
            let Some(row) = self.row(table, id.as_bytes())? else {
                continue;
            };
            let parts = rows::timed_parts(&row).ok_or_else(|| damaged("timed row"))?;
            found.push(make(id.to_owned(), parts.0, parts.1, parts.2.to_vec()));
        }
        Ok(found)
    }
}

/// Notes the schema written today, before the first row of it: an earlier release is to refuse the rest.
fn stamp(kv: &dyn Kv) -> Result<(), StoreError> {
    let key = keys::key(keys::META, b"schema");
    let found = match kv.get(&key)? {
        None => 0,
        Some(sealed) => {
            let row = rows::open(&key, sealed)?;
            let found = row.first_chunk::<4>().map(|b| u32::from_be_bytes(*b));
            found.ok_or_else(|| damaged("schema row"))?
        }
    };
    if found > SCHEMA {
        return Err(StoreError::Newer {
            found,
            known: SCHEMA,
        });
    }
    if found < SCHEMA {
        let row = rows::seal(&key, SCHEMA.to_be_bytes().to_vec());
        kv.apply(vec![(key, Some(row))])?;
    }
    Ok(())
}

fn record(key: &[u8], sealed: Vec<u8>) -> Result<Record, StoreError> {
    let row = rows::open(key, sealed)?;
    let parts = keys::record_parts(key).zip(rows::record_parts(&row));
    let ((stream, version), (position, hash, data)) =
        parts.ok_or_else(|| damaged("journal row"))?;
    Ok(Record {
        position,
        stream: stream.to_owned(),
        version,
        data: data.to_vec(),
        hash,
    })
}
