//! A replica tells outcomes before its own disk has them: what the disk then loses is applied again (docs/adr/0017).
#![expect(
    clippy::unwrap_used,
    reason = "a test helper that fails is a failed test"
)]

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use storage::{
    Append, Batch, Change, Expected, Kv, MemoryKv, MemoryLog, Row, Store, StoreError, verify,
};

const PATIENCE: Duration = Duration::from_secs(10);

/// What a disk does when it is told to keep what was written.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Sync {
    #[default]
    Keeps,
    /// Says it did, as one whose machine dies in the next moment.
    Lies,
    /// Refuses once, and has lost it.
    Refuses,
    /// Does not come to an end.
    Hangs,
}

/// A disk with a cache: what was not synced goes with [`Disk::crash`].
#[derive(Default)]
struct Disk {
    cache: MemoryKv,
    kept: MemoryKv,
    sync: Mutex<Sync>,
    changed: Condvar,
    refused: AtomicBool,
}

impl Disk {
    fn becomes(&self, sync: Sync) {
        *self.sync.lock().unwrap() = sync;
        self.changed.notify_all();
    }

    fn crash(&self) {
        copy(&self.kept, &self.cache);
    }

    fn rows(&self) -> Vec<Row> {
        all(&self.cache)
    }
}

fn all(kv: &MemoryKv) -> Vec<Row> {
    kv.range(&[0], &[255], usize::MAX).unwrap()
}

fn copy(from: &MemoryKv, to: &MemoryKv) {
    let gone = all(to).into_iter().map(|(key, _)| (key, None));
    let there = all(from).into_iter().map(|(key, value)| (key, Some(value)));
    to.apply(gone.chain(there).collect()).unwrap();
}

impl Kv for Disk {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.cache.get(key)
    }
    fn range(&self, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<Row>, StoreError> {
        self.cache.range(from, to, limit)
    }
    fn last(&self, from: &[u8], to: &[u8]) -> Result<Option<Row>, StoreError> {
        self.cache.last(from, to)
    }
    fn apply(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        self.write(changes)?;
        self.sync()
    }
    fn write(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        self.cache.apply(changes)
    }
    fn sync(&self) -> Result<(), StoreError> {
        let hangs = |sync: &mut Sync| *sync == Sync::Hangs;
        let told = self.sync.lock().unwrap();
        let mut told = self.changed.wait_while(told, hangs).unwrap();
        match *told {
            Sync::Keeps => copy(&self.cache, &self.kept),
            Sync::Lies | Sync::Hangs => {}
            Sync::Refuses => {
                *told = Sync::Keeps;
                self.crash();
                self.refused.store(true, Ordering::SeqCst);
                return Err(StoreError::Unavailable("the disk refused".to_owned()));
            }
        }
        Ok(())
    }
}

fn node(disk: &Arc<Disk>, log: &Arc<MemoryLog>, name: &str) -> Store {
    Store::replicated(disk.clone(), log.clone(), name.to_owned()).unwrap()
}

/// The event after this version.
async fn go_on(store: &Store, version: u64) {
    let batch = Batch {
        appends: vec![Append {
            stream: "s".to_owned(),
            expected: Expected::Exact(version),
            events: vec![b"e".to_vec()],
        }],
        ..Batch::default()
    };
    store.commit(batch).await.unwrap();
}

/// The rows of a node that has applied everything at ease.
async fn witness(log: &Arc<MemoryLog>) -> Vec<Row> {
    let disk = Arc::new(Disk::default());
    let store = node(&disk, log, "witness");
    store.catch_up(PATIENCE).await.unwrap();
    store.kv().sync().unwrap();
    disk.rows()
}

#[tokio::test]
async fn an_outcome_is_told_while_the_disk_is_still_at_it() {
    let (disk, log) = (Arc::new(Disk::default()), Arc::new(MemoryLog::default()));
    let store = node(&disk, &log, "a");
    disk.becomes(Sync::Hangs);
    go_on(&store, 0).await;
    assert_eq!(store.head("s").unwrap().version, 1, "and readers see it");
    disk.becomes(Sync::Keeps);
    go_on(&store, 1).await;
}

#[tokio::test]
async fn q01_what_a_dying_machine_had_not_kept_is_applied_again() {
    let log = Arc::new(MemoryLog::default());
    let disk = Arc::new(Disk::default());
    let mut version = 0;
    for life in 0..4 {
        let store = node(&disk, &log, &format!("life {life}"));
        store.catch_up(PATIENCE).await.unwrap();
        assert_eq!(store.head("s").unwrap().version, version);
        for kept in [true, false] {
            disk.becomes(if kept { Sync::Keeps } else { Sync::Lies });
            for _ in 0..5 {
                go_on(&store, version).await;
                version += 1;
            }
            store.kv().sync().unwrap();
        }
        drop(store);
        let acknowledged = disk.rows();
        disk.crash();
        assert_ne!(disk.rows(), acknowledged, "something was lost");
    }
    let store = node(&disk, &log, "last");
    store.catch_up(PATIENCE).await.unwrap();
    assert_eq!(store.head("s").unwrap().version, version);
    store.kv().sync().unwrap();
    assert_eq!(disk.rows(), witness(&log).await);
    assert_eq!(verify(store.kv(), |_| ()).unwrap().faults, 0);
}

/// Nobody asks for anything after it: the replica has to notice by itself.
#[tokio::test]
async fn q05_what_a_disk_lost_is_applied_again_without_a_restart() {
    let (disk, log) = (Arc::new(Disk::default()), Arc::new(MemoryLog::default()));
    let store = node(&disk, &log, "a");
    for version in 0..3 {
        disk.becomes(Sync::Refuses);
        go_on(&store, version).await;
        let until = Instant::now() + PATIENCE;
        let wanted = witness(&log).await;
        while !disk.refused.load(Ordering::SeqCst) || disk.rows() != wanted {
            assert!(Instant::now() < until, "it stays behind");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        disk.refused.store(false, Ordering::SeqCst);
        store.catch_up(PATIENCE).await.unwrap();
    }
    assert_eq!(verify(store.kv(), |_| ()).unwrap().faults, 0);
}
