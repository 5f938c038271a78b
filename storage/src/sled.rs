//! Keys and values on disk, in sled: the only file that names it.
//!
//! sled does not survive a write that fails: it may wait for ever, with changes in memory that are
//! not on disk. So the disk's blocks are reserved before a write begins, and a full disk is refused
//! with nothing touched (Q05). Should a write fail all the same, the database is closed and opened
//! anew from what the disk holds; if it does not even close, the process ends, to be started again.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};
use std::time::{Duration, Instant};

use rustix::fs::{FallocateFlags, StatVfsMountFlags, fallocate};
use rustix::io::Errno;

use crate::types::StoreError;
use crate::{Change, Kv, Row};

/// Bytes of sled's page cache.
const CACHE: u64 = 256 * 1024 * 1024;
/// Bytes reserved ahead of a write.
const RESERVE: u64 = 32 * 1024 * 1024;
/// On a small disk the reserve is this part of it.
const RESERVE_PART: u64 = 16;
/// sled writes more than it is given: pages, not keys.
const AMPLIFICATION: u64 = 4;
/// A write or a closing that takes longer will never end.
const STUCK: Duration = Duration::from_secs(60);
/// How long a folder may still be locked: by who is just ending, or by a child of this process that has not begun its own program.
const LOCKED: Duration = Duration::from_secs(1);
/// The pause between two looks at that.
const AGAIN: Duration = Duration::from_millis(20);
/// The pause between two tries to open the database again.
const REOPEN: Duration = Duration::from_millis(200);

/// A sled database in a folder.
#[derive(Debug)]
pub struct SledKv {
    dir: PathBuf,
    state: RwLock<State>,
    watch: Arc<Watch>,
}

#[derive(Debug)]
enum State {
    Open(Open),
    /// A write failed at this moment, for this reason.
    Closed(Instant, StoreError),
}

#[derive(Debug)]
struct Open {
    db: sled::Db,
    file: File,
    /// The file's length when blocks were reserved last, and up to where they are.
    reserved: Mutex<(u64, u64)>,
    /// Bytes of rows since it was opened: what sled reads again when it is opened next.
    written: AtomicU64,
}

/// Ends the process when the disk never answers: nothing inside it can help then.
#[derive(Debug, Default)]
struct Watch(Mutex<Option<Instant>>);

/// Something is under way.
struct Busy(Arc<Watch>);

impl Watch {
    fn start() -> Result<Arc<Self>, StoreError> {
        let watch = Arc::new(Self::default());
        let seen = Arc::downgrade(&watch);
        let thread = std::thread::Builder::new().name("watch".to_owned());
        let started = thread.spawn(move || {
            while let Some(watch) = seen.upgrade() {
                let since = *watch.0.lock().unwrap_or_else(PoisonError::into_inner);
                if since.is_some_and(|since| since.elapsed() > STUCK) {
                    tracing::error!("the disk does not answer; the process ends, to be restarted");
                    std::process::abort();
                }
                drop(watch);
                std::thread::sleep(STUCK / 60);
            }
        });
        started.map_err(|e| StoreError::Unavailable(e.to_string()))?;
        Ok(watch)
    }

    fn busy(self: &Arc<Self>) -> Busy {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        Busy(self.clone())
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl SledKv {
    /// Opens or creates the database; the folder stays locked while it is open.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when another process has it or the disk refuses,
    /// [`StoreError::Corrupt`] when sled cannot read what is there.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        Ok(Self {
            dir: dir.to_owned(),
            state: RwLock::new(State::Open(open(dir, LOCKED)?)),
            watch: Watch::start()?,
        })
    }

    /// Does something with the open database; opens it again when a write failed some time ago.
    fn with<T>(&self, act: impl FnOnce(&Open) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        if let State::Open(open) = &*state {
            return act(open);
        }
        let state = self.reopen(state)?;
        act(open_of(&state)?)
    }

    fn reopen<'a>(
        &'a self,
        seen: RwLockReadGuard<'a, State>,
    ) -> Result<RwLockReadGuard<'a, State>, StoreError> {
        drop(seen);
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        if let State::Closed(since, why) = &*state {
            if since.elapsed() < REOPEN {
                return Err(why.clone());
            }
            // Whoever reads waits for this: a folder that is still locked is tried again at the next one.
            match guarded(|| open(&self.dir, Duration::ZERO)) {
                Ok(open) => {
                    tracing::warn!(dir = %self.dir.display(), "the store is open again");
                    *state = State::Open(open);
                }
                Err(error) => {
                    *state = State::Closed(Instant::now(), error.clone());
                    return Err(error);
                }
            }
        }
        drop(state);
        Ok(self.state.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Does something to the disk; closes the database when the disk refuses.
    fn touch(&self, act: impl FnOnce(&Open) -> Result<(), StoreError>) -> Result<(), StoreError> {
        let broken = self.with(|open| {
            let _busy = self.watch.busy();
            Ok(guarded(|| act(open)).err())
        })?;
        match broken {
            None => Ok(()),
            Some(error) => {
                self.close(&error);
                Err(error)
            }
        }
    }

    fn close(&self, why: &StoreError) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        let closed = State::Closed(Instant::now(), why.clone());
        let before = std::mem::replace(&mut *state, closed);
        drop(state);
        // On a thread of its own: sled may panic or wait on its way out of a disk that refuses.
        let watch = self.watch.clone();
        let closing = std::thread::Builder::new().spawn(move || {
            let _busy = watch.busy();
            let _ended = catch_unwind(AssertUnwindSafe(|| drop(before)));
        });
        if let Err(error) = closing {
            tracing::error!(%error, "no thread to close the store");
        }
    }
}

impl Kv for SledKv {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.with(|open| Ok(open.db.get(key).map_err(|e| fault(&e))?.map(|v| v.to_vec())))
    }

    fn range(&self, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<Row>, StoreError> {
        if from >= to {
            return Ok(Vec::new());
        }
        self.with(|open| {
            let rows = open.db.range(from..to).take(limit);
            rows.map(|row| {
                row.map(|(k, v)| (k.to_vec(), v.to_vec()))
                    .map_err(|e| fault(&e))
            })
            .collect()
        })
    }

    fn last(&self, from: &[u8], to: &[u8]) -> Result<Option<Row>, StoreError> {
        self.with(|open| {
            let row = open.db.range(from..to).next_back().transpose();
            let row = row.map_err(|e| fault(&e))?;
            Ok(row.map(|(k, v)| (k.to_vec(), v.to_vec())))
        })
    }

    fn apply(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        self.write(changes)?;
        self.sync()
    }

    fn write(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        let bytes: usize = changes
            .iter()
            .map(|(k, v)| k.len() + v.as_ref().map_or(0, Vec::len))
            .sum();
        // Before anything is touched, so that a full disk breaks nothing and reads go on.
        writable(&self.dir)?;
        self.with(|open| open.reserve(&self.dir, bytes as u64))?;
        let mut batch = sled::Batch::default();
        for (key, value) in changes {
            match value {
                Some(value) => batch.insert(key, value),
                None => batch.remove(key),
            }
        }
        self.touch(|open| {
            open.written.fetch_add(bytes as u64, Ordering::Relaxed);
            open.db.apply_batch(batch).map_err(|e| fault(&e))
        })
    }

    fn sync(&self) -> Result<(), StoreError> {
        self.touch(Open::sync)
    }

    /// sled notes where its pages are only when it is opened: the next opening begins there and reads what was written since.
    fn renew(&self, written: u64) -> Result<bool, StoreError> {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        if open_of(&state)?.written.load(Ordering::Relaxed) < written {
            return Ok(false);
        }
        let meanwhile = StoreError::Unavailable("the store is being opened anew".to_owned());
        let closed = State::Closed(Instant::now(), meanwhile);
        let before = std::mem::replace(&mut *state, closed);
        let busy = self.watch.busy();
        let closed = guarded(|| {
            drop(before);
            Ok(())
        });
        drop(busy);
        match closed.and_then(|()| guarded(|| open(&self.dir, LOCKED))) {
            Ok(open) => {
                *state = State::Open(open);
                Ok(true)
            }
            Err(error) => {
                *state = State::Closed(Instant::now(), error.clone());
                Err(error)
            }
        }
    }
}

impl Open {
    /// Gives the file the blocks the write may need, without changing its length.
    fn reserve(&self, dir: &Path, bytes: u64) -> Result<(), StoreError> {
        let refused = |e: &dyn std::fmt::Display| {
            StoreError::Unavailable(format!("{}: {e}, make room on the disk", dir.display()))
        };
        let len = self.file.metadata().map_err(|e| refused(&e))?.len();
        let margin = bytes * AMPLIFICATION + RESERVE.min(size(dir)? / RESERVE_PART);
        let wanted = len + margin;
        // Behind the length it had then: a file that became shorter has lost its reserve.
        let (seen, until) = *self.reserved.lock().unwrap_or_else(PoisonError::into_inner);
        if wanted <= until && len >= seen {
            return Ok(());
        }
        let ahead = margin * 2;
        let given = fallocate(&self.file, FallocateFlags::KEEP_SIZE, len, ahead)
            .map(|()| len + ahead)
            .or_else(|_full| {
                fallocate(&self.file, FallocateFlags::KEEP_SIZE, len, margin).map(|()| wanted)
            });
        let until = match given {
            Ok(until) => until,
            // A file system that cannot reserve: the look at the free space has to do.
            Err(Errno::OPNOTSUPP) => wanted,
            Err(error) => return Err(refused(&error)),
        };
        *self.reserved.lock().unwrap_or_else(PoisonError::into_inner) = (len, until);
        Ok(())
    }

    fn sync(&self) -> Result<(), StoreError> {
        self.db.flush().map_err(|e| fault(&e))?;
        // sled's flush is sync_file_range on Linux, which promises nothing at power loss (docs/adr/0004).
        let synced = self.file.sync_data();
        synced.map_err(|e| StoreError::Unavailable(e.to_string()))
    }
}

/// Waits so long for one that is locked.
fn open(dir: &Path, patience: Duration) -> Result<Open, StoreError> {
    // The committer decides when to flush; sled's own timer would only add writes.
    let config = sled::Config::new()
        .path(dir)
        .cache_capacity(CACHE)
        .flush_every_ms(None);
    let since = Instant::now();
    let db = loop {
        match config.open() {
            Ok(db) => break db,
            Err(error) if locked(&error) && since.elapsed() < patience => std::thread::sleep(AGAIN),
            Err(error) => return Err(at(dir, &error)),
        }
    };
    let file = File::options()
        .write(true)
        .open(dir.join("db"))
        .map_err(|e| StoreError::Unavailable(format!("{}: {e}", dir.display())))?;
    Ok(Open {
        db,
        file,
        reserved: Mutex::default(),
        written: AtomicU64::new(0),
    })
}

fn open_of(state: &State) -> Result<&Open, StoreError> {
    match state {
        State::Open(open) => Ok(open),
        // A write failed between the opening and this look.
        State::Closed(_, why) => Err(why.clone()),
    }
}

/// sled panics in places where the disk refuses; that must not end the one thread that writes.
fn guarded<T>(act: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
    catch_unwind(AssertUnwindSafe(act))
        .unwrap_or_else(|_panic| Err(StoreError::Unavailable("the disk refused".to_owned())))
}

/// Whether the disk may be written to at all.
fn writable(dir: &Path) -> Result<(), StoreError> {
    let disk = rustix::fs::statvfs(dir)
        .map_err(|e| StoreError::Unavailable(format!("{}: {e}", dir.display())))?;
    if disk.f_flag.contains(StatVfsMountFlags::RDONLY) {
        let why = format!("{}: the disk is mounted read-only", dir.display());
        return Err(StoreError::Unavailable(why));
    }
    Ok(())
}

/// Bytes of the whole disk.
fn size(dir: &Path) -> Result<u64, StoreError> {
    let disk = rustix::fs::statvfs(dir)
        .map_err(|e| StoreError::Unavailable(format!("{}: {e}", dir.display())))?;
    Ok(disk.f_blocks.saturating_mul(disk.f_frsize))
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

fn locked(error: &sled::Error) -> bool {
    error.to_string().contains("lock")
}

fn at(dir: &Path, error: &sled::Error) -> StoreError {
    if locked(error) {
        return StoreError::Unavailable(format!(
            "{}: another process has this folder open; stop it first",
            dir.display()
        ));
    }
    fault(error)
}
