//! A backup of every row in one file: lengths, keys, values, and a SHA-256 at the end.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::plan::applied;
use crate::types::{MAX_VALUE, StoreError};
use crate::{Change, Kv, keys, lineage};

const MAGIC: &[u8; 8] = b"postule1";
/// Rows read or written at once.
const PAGE: usize = 1000;
/// The most bytes of a key in a backup; longer means it is damaged.
const MAX_KEY: usize = 4096;

/// What an export wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exported {
    /// How many rows.
    pub rows: u64,
    /// How many bytes.
    pub bytes: u64,
    /// Up to which place of a shared log; 0 for a store of its own.
    pub applied: u64,
}

pub(crate) fn write(kv: &dyn Kv, path: &Path) -> Result<Exported, StoreError> {
    let io = |e: std::io::Error| StoreError::Unavailable(format!("{}: {e}", path.display()));
    let mut out = BufWriter::new(File::create_new(path).map_err(io)?);
    let mut hash = Sha256::new();
    let mut exported = Exported {
        rows: 0,
        bytes: 0,
        applied: applied(kv)?,
    };
    let mut put = |bytes: &[u8], exported: &mut Exported| {
        hash.update(bytes);
        exported.bytes += bytes.len() as u64;
        out.write_all(bytes).map_err(io)
    };
    put(MAGIC, &mut exported)?;
    let mut from = vec![0];
    loop {
        let page = kv.range(&from, &[u8::MAX], PAGE)?;
        let Some((last, _)) = page.last() else { break };
        from.clone_from(last);
        from.push(0);
        for (key, value) in page {
            for part in [&key, &value] {
                put(
                    &u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes(),
                    &mut exported,
                )?;
                put(part, &mut exported)?;
            }
            exported.rows += 1;
        }
    }
    put(&[0; 4], &mut exported)?;
    let sum = hash.finalize();
    out.write_all(&sum).map_err(io)?;
    let file = out.into_inner().map_err(|e| io(e.into_error()))?;
    file.sync_all().map_err(io)?;
    Ok(exported)
}

/// Reads a backup into an empty store; nothing is taken over unless the whole file is sound. The progress is told the rows
/// so far. Cut short, it leaves what no store opens and the next restore begins anew.
///
/// # Errors
/// [`StoreError::Corrupt`] for a file that is none of ours or damaged, [`StoreError::Unavailable`]
/// when the store is not empty or the disk refuses.
pub fn restore(
    path: &Path,
    kv: &dyn Kv,
    mut progress: impl FnMut(u64),
) -> Result<Exported, StoreError> {
    let cut = lineage::restoring(kv)?;
    if !cut && !kv.range(&[0], &[u8::MAX], 1)?.is_empty() {
        return Err(StoreError::Unavailable(
            "restore wants an empty folder".to_owned(),
        ));
    }
    read(path, |_changes| Ok(()))?;
    lineage::begin(kv)?;
    if cut {
        clear(kv)?;
    }
    let mut rows = 0;
    let done = read(path, |changes| {
        rows += changes.len() as u64;
        kv.apply(changes)?;
        progress(rows);
        Ok(())
    })?;
    lineage::end(kv)?;
    let applied = applied(kv)?;
    Ok(Exported { applied, ..done })
}

/// Drops what a restore that was cut short had taken over, but for its mark.
fn clear(kv: &dyn Kv) -> Result<(), StoreError> {
    let mark = lineage::mark();
    let mut from = vec![0];
    loop {
        let page = kv.range(&from, &[u8::MAX], PAGE)?;
        let Some((last, _)) = page.last() else {
            return Ok(());
        };
        from.clone_from(last);
        from.push(0);
        let gone = page.into_iter().filter(|(key, _)| *key != mark);
        kv.apply(gone.map(|(key, _)| (key, None)).collect())?;
    }
}

fn read(
    path: &Path,
    mut take: impl FnMut(Vec<Change>) -> Result<(), StoreError>,
) -> Result<Exported, StoreError> {
    let io = |e: std::io::Error| StoreError::Corrupt(format!("{}: {e}", path.display()));
    let bad = || StoreError::Corrupt(format!("{}: not a sound backup", path.display()));
    let mut file = BufReader::new(File::open(path).map_err(io)?);
    let mut hash = Sha256::new();
    let mut get = |n: usize| -> Result<Vec<u8>, StoreError> {
        let mut bytes = vec![0; n];
        file.read_exact(&mut bytes).map_err(io)?;
        hash.update(&bytes);
        Ok(bytes)
    };
    if get(MAGIC.len())? != MAGIC {
        return Err(bad());
    }
    let mut exported = Exported {
        rows: 0,
        bytes: MAGIC.len() as u64,
        applied: 0,
    };
    let mut page = Vec::new();
    let length = |bytes: Vec<u8>| {
        bytes
            .first_chunk::<4>()
            .map_or(0, |b| u32::from_be_bytes(*b)) as usize
    };
    loop {
        let key_length = length(get(4)?);
        exported.bytes += 4;
        if key_length == 0 {
            break;
        }
        if key_length > MAX_KEY {
            return Err(bad());
        }
        let key = get(key_length)?;
        let value_length = length(get(4)?);
        if value_length > MAX_VALUE + keys::TABLES.len() {
            return Err(bad());
        }
        let value = get(value_length)?;
        exported.rows += 1;
        exported.bytes += (key_length + 4 + value_length) as u64;
        page.push((key, Some(value)));
        if page.len() == PAGE {
            take(std::mem::take(&mut page))?;
        }
    }
    let sum = hash.finalize();
    let mut found = [0; 32];
    file.read_exact(&mut found).map_err(io)?;
    if found != *sum {
        return Err(bad());
    }
    if !page.is_empty() {
        take(page)?;
    }
    Ok(exported)
}
