//! Finds a flipped bit anywhere in the tables: every checksum, every chain, every position (Q06).

use std::collections::HashSet;

use crate::types::{Head, StoreError};
use crate::{Kv, erase, keys, positions, rows};

/// Rows read at once.
const PAGE: usize = 1000;
/// Faults named; more are only counted.
const MAX_NAMED: usize = 100;

/// What a check of the whole store found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VerifyReport {
    /// Rows looked at.
    pub rows: u64,
    /// Records of the journal.
    pub records: u64,
    /// Streams.
    pub streams: u64,
    /// Records whose content was erased.
    pub erased: u64,
    /// How many faults.
    pub faults: u64,
    /// The first of them, in words.
    pub named: Vec<String>,
}

impl VerifyReport {
    fn fault(&mut self, what: String) {
        self.faults += 1;
        if self.named.len() < MAX_NAMED {
            self.named.push(what);
        }
    }
}

/// Looks at every row. `progress` is told how many were read.
///
/// # Errors
/// [`StoreError`] when the disk cannot be read at all.
pub fn verify(kv: &dyn Kv, mut progress: impl FnMut(u64)) -> Result<VerifyReport, StoreError> {
    let mut report = VerifyReport::default();
    let erased = erase::all(kv)?;
    let mut chain = (String::new(), Head::ABSENT);
    let mut next_position = 1;
    let mut from = vec![0];
    loop {
        let page = kv.range(&from, &[u8::MAX], PAGE)?;
        let Some((last, _)) = page.last() else { break };
        from.clone_from(last);
        from.push(0);
        for (key, sealed) in page {
            report.rows += 1;
            let row = match rows::open(&key, sealed) {
                Ok(row) => row,
                Err(error) => {
                    report.fault(error.to_string());
                    continue;
                }
            };
            match key.first() {
                Some(&keys::JOURNAL) => record(&mut report, &mut chain, &erased, (&key, &row)),
                // A store of schema 1 that was not opened since is sound as well.
                Some(&(keys::POSITIONS | keys::POSITION)) => {
                    let fault = |what| report.fault(what);
                    positions::verify(kv, &mut next_position, (&key, &row), fault)?;
                }
                Some(table) if keys::TABLES.contains(table) => {}
                Some(_) | None => report.fault(format!("row of no table: {key:?}")),
            }
        }
        progress(report.rows);
    }
    if next_position - 1 != report.records {
        report.fault(format!(
            "{} positions for {} records",
            next_position - 1,
            report.records
        ));
    }
    Ok(report)
}

fn record(
    report: &mut VerifyReport,
    chain: &mut (String, Head),
    erased: &HashSet<String>,
    (key, row): (&[u8], &[u8]),
) {
    report.records += 1;
    let Some(((stream, version), (_, hash, data))) =
        keys::record_parts(key).zip(rows::record_parts(row))
    else {
        report.fault(format!(
            "journal row of unknown form: {}",
            String::from_utf8_lossy(key)
        ));
        return;
    };
    if stream != chain.0 {
        report.streams += 1;
        *chain = (stream.to_owned(), Head::ABSENT);
    }
    // Only what the journal says was erased may have lost its content; its hash goes on in the chain.
    let gone = data.is_empty() && erased.contains(stream);
    report.erased += u64::from(gone);
    let expected = if gone {
        Head {
            version: chain.1.version + 1,
            hash,
        }
    } else {
        rows::chain(chain.1, stream, data)
    };
    if expected != (Head { version, hash }) {
        report.fault(format!(
            "stream {stream}: the chain breaks at version {version}"
        ));
    }
    chain.1 = Head { version, hash };
}
