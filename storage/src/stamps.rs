//! When each part of the tables was last written, kept in memory: who holds what was read there sees without a
//! look into the tables whether it still stands (docs/adr/0019).
//!
//! A part is a stream of the journal or a session. Many share one stamp, which may only make somebody look again
//! for nothing. Every write after the opening goes through the one committer, which marks before it writes and
//! says so when it has written; a stamp taken between the two stands for nothing.

use std::hash::{DefaultHasher, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::{Change, keys};

/// Stamps in memory, 1 MiB: a power of two.
const STAMPS: usize = 1 << 17;

/// The moment a part of the tables was last written, as of when it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp(u64);

impl Stamp {
    /// Taken while the part was being written, or never: nothing stands by it.
    pub const UNSETTLED: Self = Self(u64::MAX);

    /// Whether what was read after the earlier stamp was taken is still what the tables hold.
    pub const fn stands(self, earlier: Self) -> bool {
        self.0 != Self::UNSETTLED.0 && self.0 == earlier.0
    }

    /// As a number, for an atomic.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// From such a number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }
}

/// All stamps.
pub(crate) struct Stamps {
    /// The group of commits that wrote there last, from 1.
    groups: Box<[AtomicU64]>,
    /// The last group that is written.
    written: AtomicU64,
}

impl Default for Stamps {
    fn default() -> Self {
        Self {
            groups: (0..STAMPS).map(|_| AtomicU64::new(0)).collect(),
            written: AtomicU64::new(0),
        }
    }
}

impl Stamps {
    fn place(&self, part: &[u8]) -> &AtomicU64 {
        let mut hash = DefaultHasher::new();
        hash.write(part);
        #[expect(clippy::indexing_slicing, reason = "taken modulo the length")]
        let place = &self.groups[hash.finish() as usize % STAMPS];
        place
    }

    /// The stamp of a part, named by the beginning of its keys.
    pub(crate) fn of(&self, part: &[u8]) -> Stamp {
        // In this order: a group seen here and written by then was visible before.
        let group = self.place(part).load(Ordering::Acquire);
        if group > self.written.load(Ordering::Acquire) {
            return Stamp::UNSETTLED;
        }
        Stamp(group)
    }

    /// The stamp of what is written next. Called by the committer's thread alone, as what follows.
    pub(crate) fn next(&self) -> Stamp {
        Stamp(self.written.load(Ordering::Relaxed) + 1)
    }

    /// Marks what is about to be written.
    pub(crate) fn begin(&self, changes: &[Change]) {
        let Stamp(group) = self.next();
        for part in changes.iter().filter_map(|(key, _)| keys::part(key)) {
            self.place(part).store(group, Ordering::Release);
        }
    }

    /// They are written, or it is known that they are not.
    pub(crate) fn end(&self) {
        self.written.fetch_add(1, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_stands_until_its_part_is_written() {
        let stamps = Stamps::default();
        let (mine, other) = (keys::stream("a"), keys::stream("b"));
        let write = |stream: &str| vec![(keys::record(stream, 7), Some(Vec::new()))];
        let before = stamps.of(&mine);
        assert!(stamps.of(&mine).stands(before));
        stamps.begin(&write("b"));
        stamps.end();
        assert!(stamps.of(&mine).stands(before), "another stream");
        assert_ne!(stamps.of(&other).0, before.0);
        stamps.begin(&write("a"));
        let during = stamps.of(&mine);
        assert!(!during.stands(before) && !during.stands(during));
        stamps.end();
        let after = stamps.of(&mine);
        assert!(!after.stands(before) && !after.stands(during));
        assert!(stamps.of(&mine).stands(after));
    }

    #[test]
    fn sessions_and_streams_are_parts_and_nothing_else() {
        let session = keys::key(keys::SESSION, b"token");
        assert_eq!(keys::part(&session), Some(session.as_slice()));
        let stream = keys::stream("candidat.1");
        assert_eq!(
            keys::part(&keys::record("candidat.1", u64::MAX)),
            Some(stream.as_slice())
        );
        assert_eq!(keys::part(&keys::key(keys::META, b"schema")), None);
        assert_eq!(keys::part(b"j"), None);
    }
}
