//! Personal data leaves: what an appended record of the stream of erasures names loses its content, here and on every
//! replica, in the same commit. Place, version and chained hash stay, so that the journal remains one whole.

use crate::types::StoreError;
use crate::{Kv, keys, rows};

/// The stream whose records name streams to erase, one a line after `-> `; any other line is for people.
pub const ERASURES: &str = "effacements";
/// What a line that names a stream begins with.
const MARK: &str = "-> ";

/// The content of a record that erases these streams.
pub fn erasure(comment: &str, streams: &[String]) -> Vec<u8> {
    let mut text = comment.replace('\n', " ");
    for stream in streams {
        text.push('\n');
        text.push_str(MARK);
        text.push_str(stream);
    }
    text.into_bytes()
}

/// The streams such a record names. The erasures themselves cannot be erased.
pub fn erased(data: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(data);
    let names = text.lines().filter_map(|line| line.strip_prefix(MARK));
    names
        .filter(|name| !name.is_empty() && *name != ERASURES)
        .map(str::to_owned)
        .collect()
}

/// A record without its content; none when it has none already.
pub(crate) fn emptied(row: &[u8]) -> Option<Vec<u8>> {
    let (position, hash, data) = rows::record_parts(row)?;
    (!data.is_empty()).then(|| rows::record(position, &hash, &[]))
}

/// Every stream that was erased.
pub(crate) fn all(kv: &dyn Kv) -> Result<std::collections::HashSet<String>, StoreError> {
    let end = keys::end(&keys::stream(ERASURES));
    let mut from = keys::stream(ERASURES);
    let mut streams = std::collections::HashSet::new();
    loop {
        let page = kv.range(&from, &end, PAGE)?;
        let Some((last, _)) = page.last() else {
            return Ok(streams);
        };
        from.clone_from(last);
        from.push(0);
        for (key, sealed) in page {
            // What is damaged is named where every row is looked at.
            if let Ok(row) = rows::open(&key, sealed)
                && let Some((_, _, data)) = rows::record_parts(&row)
            {
                streams.extend(erased(data));
            }
        }
    }
}

/// Rows read at once.
const PAGE: usize = 1000;
