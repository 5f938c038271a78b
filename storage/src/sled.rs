//! Keys and values on disk, in sled: the only file that names it.

use std::fs::File;
use std::path::Path;

use crate::types::StoreError;
use crate::{Change, Kv, Row};

/// Bytes of sled's page cache.
const CACHE: u64 = 256 * 1024 * 1024;

/// A sled database in a folder.
#[derive(Debug)]
pub struct SledKv {
    db: sled::Db,
    file: File,
}

impl SledKv {
    /// Opens or creates the database; the folder stays locked while it is open.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when another process has it or the disk refuses,
    /// [`StoreError::Corrupt`] when sled cannot read what is there.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        // The committer decides when to flush; sled's own timer would only add writes.
        let config = sled::Config::new()
            .path(dir)
            .cache_capacity(CACHE)
            .flush_every_ms(None);
        let db = config.open().map_err(|e| at(dir, &e))?;
        let file = File::open(dir.join("db"))
            .map_err(|e| StoreError::Unavailable(format!("{}: {e}", dir.display())))?;
        Ok(Self { db, file })
    }
}

impl Kv for SledKv {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.db.get(key).map_err(|e| fault(&e))?.map(|v| v.to_vec()))
    }

    fn range(&self, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<Row>, StoreError> {
        if from >= to {
            return Ok(Vec::new());
        }
        self.db
            .range(from..to)
            .take(limit)
            .map(|row| {
                row.map(|(k, v)| (k.to_vec(), v.to_vec()))
                    .map_err(|e| fault(&e))
            })
            .collect()
    }

    fn last(&self, from: &[u8], to: &[u8]) -> Result<Option<Row>, StoreError> {
        let row = self
            .db
            .range(from..to)
            .next_back()
            .transpose()
            .map_err(|e| fault(&e))?;
        Ok(row.map(|(k, v)| (k.to_vec(), v.to_vec())))
    }

    fn apply(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        let mut batch = sled::Batch::default();
        for (key, value) in changes {
            match value {
                Some(value) => batch.insert(key, value),
                None => batch.remove(key),
            }
        }
        self.db.apply_batch(batch).map_err(|e| fault(&e))?;
        self.db.flush().map_err(|e| fault(&e))?;
        // sled's flush is sync_file_range on Linux, which promises nothing at power loss (docs/adr/0004).
        self.file
            .sync_data()
            .map_err(|e| StoreError::Unavailable(e.to_string()))
    }
}

fn fault(error: &sled::Error) -> StoreError {
    match error {
        sled::Error::Corruption { .. } => StoreError::Corrupt(error.to_string()),
        sled::Error::Io(_)
        | sled::Error::Unsupported(_)
        | sled::Error::ReportableBug(_)
        | sled::Error::CollectionNotFound(_) => StoreError::Unavailable(error.to_string()),
    }
}

fn at(dir: &Path, error: &sled::Error) -> StoreError {
    let text = error.to_string();
    if text.contains("lock") {
        return StoreError::Unavailable(format!(
            "{}: another process has this folder open; stop it first",
            dir.display()
        ));
    }
    fault(error)
}
