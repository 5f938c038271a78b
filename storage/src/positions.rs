//! Where each position of the journal is: the global order of records, in buckets (docs/adr/0016).
//!
//! A bucket is one row for [`BUCKET`] consecutive positions, as runs of one stream's consecutive versions. What a bucket holds
//! follows from the journal alone, however its commits were grouped: replicas and migrated stores have the same rows.

use crate::plan::damaged;
use crate::types::{Position, Record, StoreError, Version};
use crate::{Change, Kv, keys, rows};

/// Positions of one bucket. More make fewer rows, and each group of commits writes the last bucket again.
pub(crate) const BUCKET: u64 = 32;

/// Consecutive positions of one stream, whose versions are consecutive as well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    stream: String,
    /// Of the first position.
    version: Version,
    /// How many positions, at least one.
    count: u64,
}

impl Run {
    /// None without events.
    pub(crate) fn new(stream: &str, version: Version, count: usize) -> Option<Self> {
        (count > 0).then(|| Self {
            stream: stream.to_owned(),
            version,
            count: count as u64,
        })
    }
}

/// The last bucket, to which positions are given.
#[derive(Debug, Default)]
pub(crate) struct Tail {
    /// The last position given.
    last: Position,
    /// The runs of the bucket of the next position.
    runs: Vec<Run>,
    /// There are runs that no row has.
    changed: bool,
}

impl Tail {
    /// As it is on disk.
    pub(crate) fn read(kv: &dyn Kv) -> Result<Self, StoreError> {
        let table = [keys::POSITIONS];
        let Some((key, sealed)) = kv.last(&table, &keys::end(&table))? else {
            return Ok(Self::default());
        };
        let (first, runs) = open(&key, sealed)?;
        let last = first + runs.iter().map(|run| run.count).sum::<u64>() - 1;
        Ok(Self {
            last,
            runs: if last % BUCKET == 0 { Vec::new() } else { runs },
            changed: false,
        })
    }

    /// The last position given; 0 for an empty journal.
    pub(crate) fn last(&self) -> Position {
        self.last
    }

    /// Gives the next positions to a run; tells of each bucket it fills.
    pub(crate) fn add(&mut self, run: Run, mut full: impl FnMut(Change)) {
        let Run {
            stream,
            mut version,
            mut count,
        } = run;
        while count > 0 {
            let taken = count.min(BUCKET - self.last % BUCKET);
            match self.runs.last_mut() {
                Some(run) if run.stream == stream && run.version + run.count == version => {
                    run.count += taken;
                }
                _ => self.runs.push(Run {
                    stream: stream.clone(),
                    version,
                    count: taken,
                }),
            }
            (self.last, version, count) = (self.last + taken, version + taken, count - taken);
            self.changed = true;
            if self.last.is_multiple_of(BUCKET) {
                full(seal(self.last, &self.runs));
                self.runs.clear();
                self.changed = false;
            }
        }
    }

    /// The row of the bucket that is not full, if it changed.
    pub(crate) fn take(&mut self) -> Option<Change> {
        std::mem::take(&mut self.changed).then(|| seal(self.last, &self.runs))
    }
}

/// The key of the bucket of a position, which is not 0.
fn key(position: Position) -> Vec<u8> {
    let number = position.saturating_sub(1) / BUCKET;
    keys::key(keys::POSITIONS, &number.to_be_bytes())
}

/// Its row, whose last position this is.
fn seal(last: Position, runs: &[Run]) -> Change {
    let mut row = Vec::with_capacity(runs.iter().map(|run| run.stream.len() + 32).sum());
    for run in runs {
        row.extend_from_slice(&run.version.to_be_bytes());
        // Both fit: a bucket's positions are few, and a stream's name is part of a key.
        row.push(u8::try_from(run.count).unwrap_or(u8::MAX));
        let length = u16::try_from(run.stream.len()).unwrap_or(u16::MAX);
        row.extend_from_slice(&length.to_be_bytes());
        row.extend_from_slice(run.stream.as_bytes());
    }
    let key = key(last);
    let row = rows::seal(&key, row);
    (key, Some(row))
}

/// The first position of a bucket and its runs.
fn open(key: &[u8], sealed: Vec<u8>) -> Result<(Position, Vec<Run>), StoreError> {
    let row = rows::open(key, sealed)?;
    parts(key, &row).ok_or_else(|| damaged("row of positions"))
}

/// The same of a row without its checksum; none for an unknown form.
fn parts(key: &[u8], mut row: &[u8]) -> Option<(Position, Vec<Run>)> {
    let number = u64::from_be_bytes(key.get(1..)?.try_into().ok()?);
    let mut runs = Vec::new();
    while let Some((version, rest)) = row.split_first_chunk::<8>() {
        let (count, rest) = rest.split_first()?;
        let (length, rest) = rest.split_first_chunk::<2>()?;
        let (stream, rest) = rest.split_at_checked(u16::from_be_bytes(*length).into())?;
        runs.push(Run {
            stream: std::str::from_utf8(stream).ok()?.to_owned(),
            version: u64::from_be_bytes(*version),
            count: (*count).into(),
        });
        row = rest;
    }
    let count: u64 = runs.iter().map(|run| run.count).sum();
    let sound = row.is_empty() && (1..=BUCKET).contains(&count);
    let sound = sound && runs.iter().all(|run| run.count > 0);
    let first = number.checked_mul(BUCKET)?.checked_add(1)?;
    sound.then_some((first, runs))
}

/// Each position of a bucket, from its first, with its stream and version.
fn spread(first: Position, runs: Vec<Run>) -> impl Iterator<Item = (Position, String, Version)> {
    let places = runs.into_iter().flat_map(|run| {
        let versions = run.version..run.version + run.count;
        versions.map(move |version| (run.stream.clone(), version))
    });
    (first..).zip(places).map(|(p, (s, v))| (p, s, v))
}

/// At most `limit` records after a position.
pub(crate) fn records_after(
    kv: &dyn Kv,
    after: Position,
    limit: usize,
    record: impl Fn(&[u8], Vec<u8>) -> Result<Record, StoreError>,
) -> Result<Vec<Record>, StoreError> {
    // One more than they fill, as the first may begin in the middle of a bucket.
    let buckets = (limit / BUCKET as usize).saturating_add(2);
    let end = keys::end(&[keys::POSITIONS]);
    let from = key(after.saturating_add(1));
    let mut records = Vec::new();
    for (key, sealed) in kv.range(&from, &end, buckets)? {
        let (first, runs) = open(&key, sealed)?;
        for (position, stream, version) in spread(first, runs) {
            if position <= after {
                continue;
            }
            // A bucket that was read before it was full, and the next one after: the rest is read the next time.
            if records.len() == limit || position != after + 1 + records.len() as u64 {
                return Ok(records);
            }
            let key = keys::record(&stream, version);
            let sealed = kv.get(&key)?;
            let sealed = sealed.ok_or_else(|| damaged("position without record"))?;
            records.push(record(&key, sealed)?);
        }
    }
    Ok(records)
}

/// What is wrong with a row of positions, in words. `next` is the position it should begin with, and then the one after it.
pub(crate) fn verify(
    kv: &dyn Kv,
    next: &mut Position,
    (key, row): (&[u8], &[u8]),
    mut fault: impl FnMut(String),
) -> Result<(), StoreError> {
    let read = match key.first() {
        Some(&keys::POSITION) => old_parts(key, row).map(|(p, run)| (p, vec![run])),
        Some(_) | None => parts(key, row),
    };
    let Some((first, runs)) = read else {
        fault(format!("the row of position {next} has an unknown form"));
        return Ok(());
    };
    if first != *next {
        fault(format!("position {next} is missing"));
        *next = first;
    }
    for (position, stream, version) in spread(first, runs) {
        let key = keys::record(&stream, version);
        let back = kv.get(&key)?;
        let back = back.and_then(|sealed| rows::open(&key, sealed).ok());
        let back = back.as_deref().and_then(rows::record_parts);
        if back.map(|(position, ..)| position) != Some(position) {
            fault(format!(
                "position {position} names {stream} {version}, which is not there"
            ));
        }
        *next = position + 1;
    }
    Ok(())
}

/// Rows of schema 1, which had one for each position, taken over in one write: whole buckets.
const PAGE: usize = 256 * BUCKET as usize;
/// Between two lines of the log.
const TELL: u64 = 64 * PAGE as u64;

/// The position and its run in a row of schema 1: version, stream.
fn old_parts(key: &[u8], row: &[u8]) -> Option<(Position, Run)> {
    let position = u64::from_be_bytes(key.get(1..)?.try_into().ok()?);
    let (version, stream) = row.split_first_chunk::<8>()?;
    let stream = std::str::from_utf8(stream).ok()?;
    let run = Run::new(stream, u64::from_be_bytes(*version), 1)?;
    Some((position, run))
}

/// Takes over what schema 1 left, if anything. Each write moves whole buckets, so that it goes on after a crash at any moment.
pub(crate) fn migrate(kv: &dyn Kv) -> Result<(), StoreError> {
    let end = keys::end(&[keys::POSITION]);
    let Some((key, sealed)) = kv.last(&[keys::POSITION], &end)? else {
        return Ok(());
    };
    let row = rows::open(&key, sealed)?;
    let (all, _) = old_parts(&key, &row).ok_or_else(|| damaged("position row"))?;
    let mut tail = Tail::read(kv)?;
    loop {
        let done = tail.last();
        if done % TELL == 0 || done == all {
            tracing::info!(
                done,
                all,
                "the positions are put into the form of this release"
            );
        }
        let page = kv.range(&[keys::POSITION], &end, PAGE)?;
        if page.is_empty() {
            return Ok(());
        }
        let mut changes = Vec::with_capacity(page.len() + page.len() / BUCKET as usize + 1);
        for (key, sealed) in page {
            let row = rows::open(&key, sealed)?;
            let (position, run) = old_parts(&key, &row).ok_or_else(|| damaged("position row"))?;
            let next = tail.last() + 1;
            if position != next {
                return Err(StoreError::Corrupt(format!("position {next} is missing")));
            }
            tail.add(run, |bucket| changes.push(bucket));
            changes.push((key, None));
        }
        changes.extend(tail.take());
        kv.apply(changes)?;
    }
}
