//! The store opened anew beside who reads and writes: nobody notices, and the next start begins there (docs/adr/0016).
#![expect(
    clippy::unwrap_used,
    reason = "a test helper that fails is a failed test"
)]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use storage::{Append, Batch, Expected, SledKv, Store, verify};

fn one(stream: &str, version: u64) -> Batch {
    Batch {
        appends: vec![Append {
            stream: stream.to_owned(),
            expected: Expected::Exact(version),
            events: vec![vec![b'e'; 500]],
        }],
        ..Batch::default()
    }
}

/// From where sled's next opening reads: it is in the name of the one file `snap.…`.
fn begins(dir: &Path) -> Option<u64> {
    let names = std::fs::read_dir(dir).unwrap();
    let mut names = names.map(|e| e.unwrap().file_name().into_string().unwrap());
    let snapshot = names.find(|name| name.starts_with("snap.") && !name.ends_with("generating"))?;
    u64::from_str_radix(snapshot.strip_prefix("snap.").unwrap(), 16).ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_store_is_opened_anew_beside_readers_and_writers() {
    let dir = tempfile::tempdir().unwrap();
    let store = Arc::new(Store::open(Arc::new(SledKv::open(dir.path()).unwrap())).unwrap());
    let over = Arc::new(AtomicBool::new(false));
    let tasks: Vec<_> = (0..4)
        .map(|i| {
            let (store, over) = (store.clone(), over.clone());
            tokio::spawn(async move {
                let (stream, mut version) = (format!("s{i}"), 0);
                while !over.load(Ordering::Relaxed) {
                    let done = store.commit(one(&stream, version)).await.unwrap();
                    version += 1;
                    assert_eq!(done.heads[0].version, version);
                    assert_eq!(store.head(&stream).unwrap(), done.heads[0]);
                }
                (stream, version)
            })
        })
        .collect();
    let mut places = Vec::new();
    while places.len() < 10 {
        let lu = store.clone();
        let renewed = tokio::task::spawn_blocking(move || lu.renew(10_000)).await;
        if renewed.unwrap().unwrap() {
            places.extend(begins(dir.path()));
        } else {
            tokio::task::yield_now().await;
        }
    }
    over.store(true, Ordering::Relaxed);
    assert!(places.is_sorted_by(|a, b| a < b), "{places:?}");
    for task in tasks {
        let (stream, version) = task.await.unwrap();
        assert!(version > 0);
        assert_eq!(store.head(&stream).unwrap().version, version);
    }
    assert_eq!(verify(store.kv(), |_| ()).unwrap().faults, 0);
    assert!(!store.renew(u64::MAX).unwrap(), "little was written");
}
