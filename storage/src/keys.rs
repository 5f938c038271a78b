//! The keys of every table, in one tree so that one batch is atomic over all of them.

use crate::types::{MAX_STREAM, Version};

pub(crate) const JOURNAL: u8 = b'j';
/// Buckets of positions.
pub(crate) const POSITIONS: u8 = b'b';
/// One row for each position, in schema 1.
pub(crate) const POSITION: u8 = b'p';
pub(crate) const INDEX: u8 = b'i';
pub(crate) const OUTBOX: u8 = b'o';
pub(crate) const OUTBOX_DUE: u8 = b'q';
pub(crate) const TIMER: u8 = b't';
pub(crate) const TIMER_DUE: u8 = b'u';
pub(crate) const DEDUP: u8 = b'd';
pub(crate) const SESSION: u8 = b's';
pub(crate) const VIEW: u8 = b'v';
pub(crate) const META: u8 = b'm';

/// All tables, in order.
pub(crate) const TABLES: [u8; 11] = [
    POSITIONS, DEDUP, INDEX, JOURNAL, META, OUTBOX, OUTBOX_DUE, SESSION, TIMER, TIMER_DUE, VIEW,
];

pub(crate) fn key(table: u8, rest: &[u8]) -> Vec<u8> {
    let mut key = Vec::with_capacity(rest.len() + 1);
    key.push(table);
    key.extend_from_slice(rest);
    key
}

/// Whether a stream may be called so.
pub(crate) fn is_stream(name: &str) -> bool {
    (1..=MAX_STREAM).contains(&name.len()) && !name.as_bytes().contains(&0)
}

/// The prefix of a stream's records; the zero byte ends the name, which has none.
pub(crate) fn stream(name: &str) -> Vec<u8> {
    let mut key = key(JOURNAL, name.as_bytes());
    key.push(0);
    key
}

pub(crate) fn record(name: &str, version: Version) -> Vec<u8> {
    let mut key = stream(name);
    key.extend_from_slice(&version.to_be_bytes());
    key
}

/// Ordered by instant, also before 1970.
pub(crate) fn due(table: u8, due_ms: i64, id: &str) -> Vec<u8> {
    let mut key = key(table, &(due_ms ^ i64::MIN).to_be_bytes());
    key.extend_from_slice(id.as_bytes());
    key
}

/// The instant and the id of a due key.
pub(crate) fn due_parts(key: &[u8]) -> Option<(i64, &str)> {
    let (instant, id) = key.get(1..)?.split_first_chunk::<8>()?;
    Some((
        i64::from_be_bytes(*instant) ^ i64::MIN,
        std::str::from_utf8(id).ok()?,
    ))
}

/// The stream and version of a journal key.
pub(crate) fn record_parts(key: &[u8]) -> Option<(&str, Version)> {
    let (name, version) = key.get(1..)?.split_last_chunk::<8>()?;
    let (zero, name) = name.split_last()?;
    (*zero == 0).then_some((
        std::str::from_utf8(name).ok()?,
        Version::from_be_bytes(*version),
    ))
}

/// What a key is a part of as a whole: a session, or a stream by the prefix of its records; none for other tables.
pub(crate) fn part(key: &[u8]) -> Option<&[u8]> {
    match *key.first()? {
        SESSION => Some(key),
        JOURNAL => key.split_last_chunk::<8>().map(|(stream, _)| stream),
        _ => None,
    }
}

/// The first key after all that start with the prefix.
pub(crate) fn end(prefix: &[u8]) -> Vec<u8> {
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if last < u8::MAX {
            end.push(last + 1);
            return end;
        }
    }
    vec![u8::MAX; prefix.len() + 1]
}
