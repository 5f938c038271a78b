//! For housekeeping: whole tables read page by page, and the next start made short.

use crate::plan::damaged;
use crate::types::StoreError;
use crate::{Row, Store, keys, rows};

impl Store {
    /// At most `limit` sessions after a key, in order.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] or [`StoreError::Unavailable`].
    pub fn sessions_after(
        &self,
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<Row>, StoreError> {
        self.table_after(keys::SESSION, after, limit)
    }

    /// At most `limit` rows of the index whose key starts with the prefix, after a key, in order.
    ///
    /// # Errors
    /// As [`Store::sessions_after`].
    pub fn index_after(
        &self,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<Row>, StoreError> {
        self.prefix_after(keys::INDEX, prefix, after, limit)
    }

    /// At most `limit` answers of commands after an id: the id, and when it may be forgotten.
    ///
    /// # Errors
    /// As [`Store::sessions_after`].
    pub fn dedups_after(
        &self,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, i64)>, StoreError> {
        let rows = self.table_after(keys::DEDUP, after.map(str::as_bytes), limit)?;
        rows.into_iter()
            .map(|(key, row)| {
                let parts = rows::timed_parts(&row).zip(std::str::from_utf8(&key).ok());
                let ((expires_ms, ..), id) = parts.ok_or_else(|| damaged("dedup row"))?;
                Ok((id.to_owned(), expires_ms))
            })
            .collect()
    }

    /// At most `limit` rows of all tables after a key, whatever they are; keys bear their table's letter.
    ///
    /// # Errors
    /// As [`Store::sessions_after`].
    pub fn rows_after(&self, after: Option<&[u8]>, limit: usize) -> Result<Vec<Row>, StoreError> {
        let from = after.map_or_else(|| vec![0], next);
        open(self.kv().range(&from, &[u8::MAX], limit)?, 0)
    }

    /// Makes the next start short if that is worth it: see [`crate::Kv::renew`].
    ///
    /// # Errors
    /// As [`crate::Kv::renew`].
    pub fn renew(&self, written: u64) -> Result<bool, StoreError> {
        self.kv().renew(written)
    }

    fn table_after(
        &self,
        table: u8,
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<Row>, StoreError> {
        self.prefix_after(table, &[], after, limit)
    }

    fn prefix_after(
        &self,
        table: u8,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<Row>, StoreError> {
        let prefix = keys::key(table, prefix);
        let from = after.map_or_else(|| prefix.clone(), |after| next(&keys::key(table, after)));
        open(self.kv().range(&from, &keys::end(&prefix), limit)?, 1)
    }
}

/// The first key after this one.
fn next(key: &[u8]) -> Vec<u8> {
    [key, &[0]].concat()
}

/// The rows without their checksums, and their keys without so many bytes.
fn open(sealed: Vec<Row>, skip: usize) -> Result<Vec<Row>, StoreError> {
    sealed
        .into_iter()
        .map(|(key, sealed)| {
            let value = rows::open(&key, sealed)?;
            Ok((key.get(skip..).unwrap_or_default().to_vec(), value))
        })
        .collect()
}
