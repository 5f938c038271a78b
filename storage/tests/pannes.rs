//! Disks that refuse: full before a write, full in the middle of one, read-only, lying (Q05).
//!
//! The full disks are real: small file systems in memory, mounted for the test (which wants root).
#![expect(
    clippy::unwrap_used,
    reason = "a test helper that fails is a failed test"
)]

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use storage::{
    Append, Batch, Change, Expected, Kv, MemoryKv, Row, SledKv, Store, StoreError, verify,
};

/// How long a store may take to work again once the disk does.
const PATIENCE: Duration = Duration::from_secs(20);

struct Disque(tempfile::TempDir);

impl Disque {
    fn new(mib: u32) -> Self {
        let disque = Self(tempfile::tempdir().unwrap());
        monter(
            &["-t", "tmpfs", "-o", &format!("size={mib}m"), "tmpfs"],
            disque.0.path(),
        );
        disque
    }

    fn chemin(&self, nom: &str) -> PathBuf {
        self.0.path().join(nom)
    }

    /// Fills it, but for this many KiB.
    fn remplir(&self, reste_kib: usize) {
        let mut file = File::create(self.chemin("plein")).unwrap();
        while file.write_all(&[1; 64 * 1024]).is_ok() {}
        let len = file.metadata().unwrap().len();
        file.set_len(len.saturating_sub(reste_kib as u64 * 1024))
            .unwrap();
    }

    fn vider(&self) {
        fs::remove_file(self.chemin("plein")).unwrap();
    }
}

impl Drop for Disque {
    fn drop(&mut self) {
        // Lazily: a failed test may still have files open on it.
        let _fini = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

fn monter(options: &[&str], ou: &Path) {
    let fait = Command::new("mount")
        .args(options)
        .arg(ou)
        .output()
        .unwrap();
    let erreur = String::from_utf8_lossy(&fait.stderr).into_owned();
    assert!(
        fait.status.success(),
        "this test mounts a disk, as root: {erreur}"
    );
}

fn lot(stream: &str, expected: Expected, event: Vec<u8>) -> Batch {
    Batch {
        appends: vec![Append {
            stream: stream.to_owned(),
            expected,
            events: vec![event],
        }],
        ..Batch::default()
    }
}

/// Commits until the store takes it again.
async fn insister(store: &Store, batch: Batch) {
    let fin = Instant::now() + PATIENCE;
    while let Err(error) = store.commit(batch.clone()).await {
        assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
        assert!(Instant::now() < fin, "still {error}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn q05_a_full_disk_refuses_writes_while_reads_go_on_until_there_is_room() {
    let disque = Disque::new(64);
    let store = Store::open(Arc::new(SledKv::open(&disque.chemin("journal")).unwrap())).unwrap();
    store
        .commit(lot("a", Expected::Any, vec![1]))
        .await
        .unwrap();
    disque.remplir(1024);
    // What was reserved is used up first.
    let mut written = 1;
    let refused = loop {
        match store.commit(lot("a", Expected::Any, vec![2; 2000])).await {
            Ok(_) => written += 1,
            Err(error) => break error,
        }
    };
    assert!(
        matches!(&refused, StoreError::Unavailable(why) if why.contains("make room")),
        "{refused}"
    );
    assert_eq!(store.stream("a").unwrap().len(), written);
    disque.vider();
    store
        .commit(lot("a", Expected::Exact(written as u64), vec![2]))
        .await
        .unwrap();
    assert_eq!(verify(store.kv(), |_| ()).unwrap().faults, 0);
}

/// Writes of several megabytes into what is left of a disk: the last one is refused before it begins.
#[tokio::test]
async fn q05_a_disk_that_fills_up_write_by_write_loses_nothing() {
    let disque = Disque::new(96);
    let open = || Store::open(Arc::new(SledKv::open(&disque.chemin("journal")).unwrap())).unwrap();
    let store = open();
    let gros = |i: u64| Batch {
        appends: (0..20)
            .map(|s| Append {
                stream: format!("gros.{s}"),
                expected: Expected::Exact(i * 40),
                events: vec![vec![1; 2000]; 40],
            })
            .collect(),
        ..Batch::default()
    };
    let mut acknowledged = 0;
    let failed = loop {
        match store.commit(gros(acknowledged)).await {
            Ok(_) => acknowledged += 1,
            Err(error) => break error,
        }
        if acknowledged == 2 {
            disque.remplir(30 * 1024);
        }
    };
    assert!(acknowledged >= 2);
    assert!(
        matches!(&failed, StoreError::Unavailable(why) if why.contains("make room")),
        "{failed}"
    );
    let versions = |store: &Store| -> Vec<u64> {
        let version = |s| store.head(&format!("gros.{s}")).unwrap().version;
        (0..20).map(version).collect()
    };
    assert_eq!(versions(&store), [acknowledged * 40; 20], "reads go on");
    disque.vider();
    insister(&store, gros(acknowledged)).await;
    assert_eq!(verify(store.kv(), |_| ()).unwrap().faults, 0);
    drop(store);
    assert_eq!(versions(&open()), [(acknowledged + 1) * 40; 20]);
}

#[test]
fn q05_a_read_only_disk_is_said_clearly() {
    let disque = Disque::new(16);
    drop(SledKv::open(&disque.chemin("journal")).unwrap());
    monter(&["-o", "remount,ro"], disque.0.path());
    let refused = SledKv::open(&disque.chemin("journal")).map(drop);
    assert!(
        matches!(&refused, Err(StoreError::Unavailable(why)) if why.contains("Read-only")),
        "{refused:?}"
    );
}

/// A disk that says it failed after it had written.
#[derive(Default)]
struct Menteur {
    kv: MemoryKv,
    ment: AtomicBool,
}

impl Kv for Menteur {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.kv.get(key)
    }
    fn range(&self, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<Row>, StoreError> {
        self.kv.range(from, to, limit)
    }
    fn last(&self, from: &[u8], to: &[u8]) -> Result<Option<Row>, StoreError> {
        self.kv.last(from, to)
    }
    fn apply(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        self.kv.apply(changes)?;
        if self.ment.swap(false, Ordering::Relaxed) {
            return Err(StoreError::Unavailable("no answer".to_owned()));
        }
        Ok(())
    }
}

#[tokio::test]
async fn q05_a_write_that_was_done_though_it_was_said_to_fail_keeps_its_place() {
    let kv = Arc::new(Menteur::default());
    let store = Store::open(kv.clone()).unwrap();
    store
        .commit(lot("a", Expected::Exact(0), vec![1]))
        .await
        .unwrap();
    kv.ment.store(true, Ordering::Relaxed);
    assert!(
        store
            .commit(lot("b", Expected::Exact(0), vec![2]))
            .await
            .is_err()
    );
    let done = store
        .commit(lot("c", Expected::Exact(0), vec![3]))
        .await
        .unwrap();
    assert_eq!(done.position, 3, "position 2 is taken");
    let conflict = store.commit(lot("b", Expected::Exact(0), vec![4])).await;
    assert!(matches!(
        conflict,
        Err(StoreError::Conflict { actual: 1, .. })
    ));
    assert_eq!(verify(store.kv(), |_| ()).unwrap().faults, 0);
}
