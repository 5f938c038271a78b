//! What a batch comes to: checked against the store and the batches before it in the same group.

use std::collections::{HashMap, HashSet};

use crate::erase::ERASURES;
use crate::positions::{Run, Tail};
use crate::stamps::{Stamp, Stamps};
use crate::types::{
    Append, Batch, Committed, Dedup, Expected, Guard, Head, MAX_VALUE, OutboxItem, Rung,
    StoreError, Timer,
};
use crate::{Change, Kv, erase, keys, rows};

/// Heads kept in memory; when there are more the cache starts anew.
const MAX_HEADS: usize = 100_000;
/// The same of sessions.
const MAX_SESSIONS: usize = 100_000;
/// Rows of an erased stream read at once.
const PAGE: usize = 1000;
/// Under what the place in a shared log is kept.
pub(crate) const APPLIED: &[u8] = b"applied";

/// The state of the committer between and within groups.
pub(crate) struct Planner {
    /// Where the journal ends.
    tail: Tail,
    heads: HashMap<String, Head>,
    /// The changes of this group so far.
    pending: HashMap<Vec<u8>, Option<Vec<u8>>>,
    /// Two batches of this group wrote to one stream.
    twice: bool,
    /// Sessions that were found; all writes pass here, so they are there until one ends them.
    sessions: HashSet<Vec<u8>>,
    /// A write failed: the position is to be read again.
    stale: bool,
}

impl Planner {
    pub(crate) fn new(tail: Tail) -> Self {
        Self {
            tail,
            heads: HashMap::new(),
            pending: HashMap::new(),
            twice: false,
            sessions: HashSet::new(),
            stale: false,
        }
    }

    /// The changes of the group, to be applied at once, and the stamp under which each of its batches finds its streams
    /// as it left them.
    pub(crate) fn take(&mut self, stamps: &Stamps) -> (Vec<Change>, Stamp) {
        if self.heads.len() > MAX_HEADS {
            self.heads.clear();
        }
        if self.sessions.len() > MAX_SESSIONS {
            self.sessions.clear();
        }
        let stamp = if std::mem::take(&mut self.twice) {
            Stamp::UNSETTLED
        } else {
            stamps.next()
        };
        let changes = self.pending.drain().chain(self.tail.take());
        (changes.collect(), stamp)
    }

    /// Forgets the group: nobody knows how much of it was written.
    pub(crate) fn reset(&mut self) {
        self.stale = true;
        self.heads.clear();
        self.sessions.clear();
        self.pending.clear();
        self.twice = false;
    }

    /// Looks at the disk again after a write that failed: it may have been done all the same.
    pub(crate) fn refresh(&mut self, kv: &dyn Kv) -> Result<(), StoreError> {
        if self.stale {
            self.tail = Tail::read(kv)?;
            self.stale = false;
        }
        Ok(())
    }

    /// Notes in the same group how far of the log it goes.
    pub(crate) fn mark(&mut self, sequence: u64) {
        let key = keys::key(keys::META, APPLIED);
        let value = rows::seal(&key, sequence.to_be_bytes().to_vec());
        self.pending.insert(key, Some(value));
    }

    /// Adds a batch to the group, or leaves the group as it is.
    pub(crate) fn add(&mut self, kv: &dyn Kv, batch: Batch) -> Result<Committed, StoreError> {
        self.check(kv, &batch)?;
        let mut changes: Vec<Change> = Vec::new();
        let mut committed = Committed {
            position: self.tail.last(),
            heads: Vec::new(),
            stamp: Stamp::UNSETTLED,
        };
        let mut heads: HashMap<String, Head> = HashMap::new();
        let mut runs = Vec::new();
        for append in batch.appends {
            if append.stream == ERASURES {
                for data in &append.events {
                    self.erase(kv, data, &mut changes)?;
                }
            }
            let before = match heads.get(&append.stream) {
                Some(head) => *head,
                None => self.head(kv, &append.stream)?,
            };
            let ours = || keys::record(&append.stream, before.version);
            self.twice |= !append.events.is_empty() && self.pending.contains_key(&ours());
            runs.extend(Run::new(
                &append.stream,
                before.version + 1,
                append.events.len(),
            ));
            let head = journal(append, before, &mut committed.position, &mut changes)?;
            committed.heads.push(head.1);
            heads.insert(head.0, head.1);
        }
        let puts = |table, rows: Vec<(Vec<u8>, Vec<u8>)>| {
            rows.into_iter()
                .map(move |(k, v)| (keys::key(table, &k), Some(v)))
        };
        let drops =
            |table, rows: Vec<Vec<u8>>| rows.into_iter().map(move |k| (keys::key(table, &k), None));
        // Deletes before puts: a key both freed and taken in one batch is taken.
        changes.extend(drops(keys::INDEX, batch.index_delete));
        changes.extend(puts(keys::INDEX, batch.index_put));
        changes.extend(drops(keys::SESSION, batch.sessions_delete));
        changes.extend(puts(keys::SESSION, batch.sessions_put));
        changes.extend(drops(keys::VIEW, batch.views_delete));
        changes.extend(puts(keys::VIEW, batch.views_put));
        let owed = (batch.outbox_delete, batch.outbox_put);
        self.timed(
            kv,
            owed,
            (batch.timers_clear, batch.timers_set),
            &mut changes,
        )?;
        for rung in batch.timers_rung {
            self.rung(kv, rung, &mut changes)?;
        }
        for id in batch.dedup_delete {
            changes.push((keys::key(keys::DEDUP, id.as_bytes()), None));
        }
        if let Some(Dedup {
            id,
            outcome,
            expires_ms,
        }) = batch.dedup
        {
            let row = rows::timed(expires_ms, 0, &outcome);
            changes.push((keys::key(keys::DEDUP, id.as_bytes()), Some(row)));
        }
        self.accept(changes, heads, runs)?;
        Ok(committed)
    }

    /// Takes the content of every record of the streams named, written or about to be in this group.
    fn erase(&self, kv: &dyn Kv, data: &[u8], changes: &mut Vec<Change>) -> Result<(), StoreError> {
        for stream in erase::erased(data) {
            let prefix = keys::stream(&stream);
            let end = keys::end(&prefix);
            let mut found: Vec<Vec<u8>> = self
                .pending
                .keys()
                .filter(|key| key.starts_with(&prefix))
                .cloned()
                .collect();
            let mut from = prefix;
            loop {
                let page = kv.range(&from, &end, PAGE)?;
                let Some((last, _)) = page.last() else { break };
                from.clone_from(last);
                from.push(0);
                found.extend(page.into_iter().map(|(key, _)| key));
            }
            for key in found {
                let row = self.get(kv, &key)?;
                let emptied = row.as_deref().and_then(erase::emptied);
                changes.extend(emptied.map(|row| (key, Some(row))));
            }
        }
        Ok(())
    }

    /// What is owed and what is to come, with their keys by instant.
    fn timed(
        &self,
        kv: &dyn Kv,
        owed: (Vec<String>, Vec<OutboxItem>),
        timers: (Vec<String>, Vec<Timer>),
        changes: &mut Vec<Change>,
    ) -> Result<(), StoreError> {
        for id in owed.0 {
            self.drop_timed(kv, keys::OUTBOX, keys::OUTBOX_DUE, &id, changes)?;
        }
        for OutboxItem {
            id,
            due_ms,
            attempts,
            data,
        } in owed.1
        {
            self.drop_timed(kv, keys::OUTBOX, keys::OUTBOX_DUE, &id, changes)?;
            put_timed(
                keys::OUTBOX,
                keys::OUTBOX_DUE,
                &id,
                (due_ms, attempts),
                &data,
                changes,
            );
        }
        for key in timers.0 {
            self.drop_timed(kv, keys::TIMER, keys::TIMER_DUE, &key, changes)?;
        }
        for Timer { key, due_ms, data } in timers.1 {
            self.drop_timed(kv, keys::TIMER, keys::TIMER_DUE, &key, changes)?;
            put_timed(
                keys::TIMER,
                keys::TIMER_DUE,
                &key,
                (due_ms, 0),
                &data,
                changes,
            );
        }
        Ok(())
    }

    /// Seals the rows and takes them into the group, unless one is too large.
    fn accept(
        &mut self,
        changes: Vec<Change>,
        heads: HashMap<String, Head>,
        runs: Vec<Run>,
    ) -> Result<(), StoreError> {
        let too_large = |(key, value): &Change| {
            let size = value.as_ref().map_or(0, Vec::len);
            (size > MAX_VALUE).then(|| StoreError::TooLarge {
                what: String::from_utf8_lossy(key).into_owned(),
                size,
            })
        };
        if let Some(error) = changes.iter().find_map(too_large) {
            return Err(error);
        }
        for (key, value) in changes {
            if value.is_none() {
                self.sessions.remove(&key);
            }
            let value = value.map(|value| rows::seal(&key, value));
            self.pending.insert(key, value);
        }
        self.heads.extend(heads);
        for run in runs {
            self.tail.add(run, |(key, bucket)| {
                self.pending.insert(key, bucket);
            });
        }
        Ok(())
    }

    fn check(&mut self, kv: &dyn Kv, batch: &Batch) -> Result<(), StoreError> {
        if let Some(dedup) = &batch.dedup
            && let Some(row) = self.get(kv, &keys::key(keys::DEDUP, dedup.id.as_bytes()))?
        {
            let (_, _, outcome) = rows::timed_parts(&row).ok_or_else(|| damaged("dedup"))?;
            return Err(StoreError::Duplicate(outcome.to_vec()));
        }
        for Append {
            stream, expected, ..
        } in &batch.appends
        {
            let actual = self.head(kv, stream)?.version;
            if let Expected::Exact(expected) = *expected
                && expected != actual
            {
                return Err(StoreError::Conflict {
                    stream: stream.clone(),
                    expected,
                    actual,
                });
            }
        }
        for guard in &batch.guards {
            let row = |key: &[u8]| self.get(kv, &keys::key(keys::INDEX, key));
            let (key, holds) = match guard {
                Guard::Absent(key) => (key, row(key)?.is_none()),
                Guard::Equals(key, value) => (key, row(key)?.as_ref() == Some(value)),
                Guard::Session(key) => (key, self.session(kv, key)?),
            };
            if !holds {
                return Err(StoreError::Taken(key.clone()));
            }
        }
        Ok(())
    }

    fn get(&self, kv: &dyn Kv, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let sealed = match self.pending.get(key) {
            Some(value) => value.clone(),
            None => kv.get(key)?,
        };
        sealed.map(|value| rows::open(key, value)).transpose()
    }

    fn session(&mut self, kv: &dyn Kv, key: &[u8]) -> Result<bool, StoreError> {
        let key = keys::key(keys::SESSION, key);
        let there = self.sessions.contains(&key) || self.get(kv, &key)?.is_some();
        if there {
            self.sessions.insert(key);
        }
        Ok(there)
    }

    fn head(&mut self, kv: &dyn Kv, stream: &str) -> Result<Head, StoreError> {
        if let Some(head) = self.heads.get(stream) {
            return Ok(*head);
        }
        let head = head_of(kv, stream)?;
        self.heads.insert(stream.to_owned(), head);
        Ok(head)
    }

    /// Ends a timer, or moves it, unless somebody has moved or ended it since it rang.
    fn rung(&self, kv: &dyn Kv, rung: Rung, changes: &mut Vec<Change>) -> Result<(), StoreError> {
        let key = keys::key(keys::TIMER, rung.key.as_bytes());
        let Some(row) = self.get(kv, &key)? else {
            return Ok(());
        };
        let (due_ms, _, data) = rows::timed_parts(&row).ok_or_else(|| damaged("timed row"))?;
        if due_ms != rung.due_ms {
            return Ok(());
        }
        let data = data.to_vec();
        self.drop_timed(kv, keys::TIMER, keys::TIMER_DUE, &rung.key, changes)?;
        if let Some(again_ms) = rung.again_ms {
            let due = (again_ms, 0);
            put_timed(keys::TIMER, keys::TIMER_DUE, &rung.key, due, &data, changes);
        }
        Ok(())
    }

    /// Drops a row and its due key; a row that is not there is no fault.
    fn drop_timed(
        &self,
        kv: &dyn Kv,
        table: u8,
        due_table: u8,
        id: &str,
        changes: &mut Vec<Change>,
    ) -> Result<(), StoreError> {
        let key = keys::key(table, id.as_bytes());
        if let Some(row) = self.get(kv, &key)? {
            let (due_ms, _, _) = rows::timed_parts(&row).ok_or_else(|| damaged("timed row"))?;
            changes.push((keys::due(due_table, due_ms, id), None));
            changes.push((key, None));
        }
        Ok(())
    }
}

fn put_timed(
    table: u8,
    due_table: u8,
    id: &str,
    (due_ms, attempts): (i64, u32),
    data: &[u8],
    changes: &mut Vec<Change>,
) {
    let row = rows::timed(due_ms, attempts, data);
    changes.push((keys::key(table, id.as_bytes()), Some(row)));
    changes.push((keys::due(due_table, due_ms, id), Some(Vec::new())));
}

fn journal(
    append: Append,
    mut head: Head,
    position: &mut u64,
    changes: &mut Vec<Change>,
) -> Result<(String, Head), StoreError> {
    let Append { stream, events, .. } = append;
    if !keys::is_stream(&stream) {
        return Err(StoreError::Corrupt(format!("{stream:?} is no stream name")));
    }
    for data in events {
        head = rows::chain(head, &stream, &data);
        *position += 1;
        let row = rows::record(*position, &head.hash, &data);
        changes.push((keys::record(&stream, head.version), Some(row)));
    }
    Ok((stream, head))
}

/// The head of a stream as it is on disk.
pub(crate) fn head_of(kv: &dyn Kv, stream: &str) -> Result<Head, StoreError> {
    let prefix = keys::stream(stream);
    let Some((key, sealed)) = kv.last(&prefix, &keys::end(&prefix))? else {
        return Ok(Head::ABSENT);
    };
    let row = rows::open(&key, sealed)?;
    let parts = keys::record_parts(&key).zip(rows::record_parts(&row));
    let ((_, version), (_, hash, _)) = parts.ok_or_else(|| damaged("journal row"))?;
    Ok(Head { version, hash })
}

/// How far of the log the tables are; 0 for none of it.
pub(crate) fn applied(kv: &dyn Kv) -> Result<u64, StoreError> {
    let key = keys::key(keys::META, APPLIED);
    let Some(sealed) = kv.get(&key)? else {
        return Ok(0);
    };
    let row = rows::open(&key, sealed)?;
    row.first_chunk::<8>()
        .map(|b| u64::from_be_bytes(*b))
        .ok_or_else(|| damaged("applied row"))
}

pub(crate) fn damaged(what: &str) -> StoreError {
    StoreError::Corrupt(format!("a {what} has an unknown form"))
}
