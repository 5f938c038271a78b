//! The values of every table. Each row ends with a checksum over its key and value (Q06).

use sha2::{Digest, Sha256};

use crate::types::{Head, StoreError};

/// Bytes of the checksum: the first of a SHA-256.
const SUM: usize = 8;

fn sum(key: &[u8], value: &[u8]) -> [u8; SUM] {
    let mut hash = Sha256::new();
    hash.update(key);
    hash.update(value);
    let mut sum = [0; SUM];
    for (to, from) in sum.iter_mut().zip(hash.finalize()) {
        *to = from;
    }
    sum
}

/// The value with its checksum.
pub(crate) fn seal(key: &[u8], mut value: Vec<u8>) -> Vec<u8> {
    let sum = sum(key, &value);
    value.extend_from_slice(&sum);
    value
}

/// The value without its checksum, which is checked.
pub(crate) fn open(key: &[u8], mut sealed: Vec<u8>) -> Result<Vec<u8>, StoreError> {
    let damaged = || StoreError::Corrupt(format!("row {}", String::from_utf8_lossy(key)));
    let at = sealed.len().checked_sub(SUM).ok_or_else(damaged)?;
    let found = sealed.split_off(at);
    if found != sum(key, &sealed) {
        return Err(damaged());
    }
    Ok(sealed)
}

/// The next head of a chain.
pub(crate) fn chain(before: Head, stream: &str, data: &[u8]) -> Head {
    let version = before.version + 1;
    let mut hash = Sha256::new();
    hash.update(before.hash);
    hash.update(stream.as_bytes());
    hash.update([0]);
    hash.update(version.to_be_bytes());
    hash.update(data);
    Head {
        version,
        hash: hash.finalize().into(),
    }
}

/// A journal row: position, hash, data.
pub(crate) fn record(position: u64, hash: &[u8; 32], data: &[u8]) -> Vec<u8> {
    let mut row = Vec::with_capacity(40 + data.len() + SUM);
    row.extend_from_slice(&position.to_be_bytes());
    row.extend_from_slice(hash);
    row.extend_from_slice(data);
    row
}

/// The parts of a journal row.
pub(crate) fn record_parts(row: &[u8]) -> Option<(u64, [u8; 32], &[u8])> {
    let (position, rest) = row.split_first_chunk::<8>()?;
    let (hash, data) = rest.split_first_chunk::<32>()?;
    Some((u64::from_be_bytes(*position), *hash, data))
}

/// A row with an instant and a count before its data (outbox), or an instant only (timers, dedup).
pub(crate) fn timed(due_ms: i64, attempts: u32, data: &[u8]) -> Vec<u8> {
    [&due_ms.to_be_bytes()[..], &attempts.to_be_bytes()[..], data].concat()
}

/// The parts of such a row.
pub(crate) fn timed_parts(row: &[u8]) -> Option<(i64, u32, &[u8])> {
    let (due, rest) = row.split_first_chunk::<8>()?;
    let (attempts, data) = rest.split_first_chunk::<4>()?;
    Some((
        i64::from_be_bytes(*due),
        u32::from_be_bytes(*attempts),
        data,
    ))
}
