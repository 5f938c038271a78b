//! Which shared log a store follows, if any: what it may join, and what not.

use crate::plan::{applied, damaged};
use crate::types::StoreError;
use crate::{Kv, keys, rows};

/// Under what the identity of the log is kept.
pub(crate) const LOG: &[u8] = b"log";

/// Under what it is noted that a restore is under way.
const RESTORING: &[u8] = b"restoring";

/// Where a store comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lineage {
    /// The log it follows.
    pub log: Option<String>,
    /// How far of it its tables are.
    pub applied: u64,
    /// Nothing is in it, or nothing but what a restore cut short left.
    pub empty: bool,
}

/// Reads it before the store is opened.
///
/// # Errors
/// [`StoreError::Corrupt`] or [`StoreError::Unavailable`].
pub fn lineage(kv: &dyn Kv) -> Result<Lineage, StoreError> {
    if restoring(kv)? {
        return Ok(Lineage {
            log: None,
            applied: 0,
            empty: true,
        });
    }
    let key = keys::key(keys::META, LOG);
    let log = match kv.get(&key)? {
        None => None,
        Some(sealed) => {
            let row = rows::open(&key, sealed)?;
            Some(String::from_utf8(row).map_err(|_| damaged("log row"))?)
        }
    };
    Ok(Lineage {
        log,
        applied: applied(kv)?,
        empty: kv.range(&[0], &[u8::MAX], 1)?.is_empty(),
    })
}

/// From now on the store follows this log.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub fn adopt(kv: &dyn Kv, log: &str) -> Result<(), StoreError> {
    let key = keys::key(keys::META, LOG);
    let row = rows::seal(&key, log.as_bytes().to_vec());
    kv.apply(vec![(key, Some(row))])
}

/// From now on the store is its own.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub fn leave(kv: &dyn Kv) -> Result<(), StoreError> {
    let rows = [LOG, crate::plan::APPLIED].map(|row| (keys::key(keys::META, row), None));
    kv.apply(rows.into())
}

/// The row that says so.
pub(crate) fn mark() -> Vec<u8> {
    keys::key(keys::META, RESTORING)
}

/// Whether a restore was begun and did not come to its end.
pub(crate) fn restoring(kv: &dyn Kv) -> Result<bool, StoreError> {
    Ok(kv.get(&mark())?.is_some())
}

/// A restore begins: until its end no store opens.
pub(crate) fn begin(kv: &dyn Kv) -> Result<(), StoreError> {
    let row = rows::seal(&mark(), Vec::new());
    kv.apply(vec![(mark(), Some(row))])
}

/// Everything is there.
pub(crate) fn end(kv: &dyn Kv) -> Result<(), StoreError> {
    kv.apply(vec![(mark(), None)])
}
