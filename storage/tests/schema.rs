//! The rows of positions: the same however commits were grouped, and taken over from schema 1, which had one for each (Q07, docs/adr/0016).
#![expect(
    clippy::unwrap_used,
    reason = "a test helper that fails is a failed test"
)]

mod dying;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use dying::Dying;
use sha2::{Digest, Sha256};
use storage::{
    Append, Batch, Change, Expected, Kv, MAX_STREAM, MemoryKv, Row, Store, StoreError, restore,
    verify,
};

fn append(stream: &str, events: usize) -> Append {
    Append {
        stream: stream.to_owned(),
        expected: Expected::Any,
        events: vec![b"e".to_vec(); events],
    }
}

fn batch(appends: Vec<Append>) -> Batch {
    Batch {
        appends,
        ..Batch::default()
    }
}

fn rows(kv: &dyn Kv) -> Vec<Row> {
    kv.range(&[0], &[255], usize::MAX).unwrap()
}

/// A row as the store seals it: SHA-256 over key and value, the first eight bytes.
fn sealed(key: Vec<u8>, mut value: Vec<u8>) -> Row {
    let sum = Sha256::new().chain_update(&key).chain_update(&value);
    value.extend_from_slice(&sum.finalize()[..8]);
    (key, value)
}

/// The rows of this store as schema 1 had them.
fn schema_1(store: &Store) -> Vec<Row> {
    let now = rows(store.kv()).into_iter();
    let mut rows: Vec<Row> = now
        .filter(|(key, _)| key[0] != b'b' && key != b"mschema")
        .collect();
    rows.push(sealed(b"mschema".to_vec(), 1_u32.to_be_bytes().to_vec()));
    for record in store.records_after(0, usize::MAX).unwrap() {
        let key = [&b"p"[..], &record.position.to_be_bytes()].concat();
        let value = [&record.version.to_be_bytes(), record.stream.as_bytes()].concat();
        rows.push(sealed(key, value));
    }
    rows
}

fn holding(rows: &[Row], left: usize) -> Arc<Dying> {
    let inner = MemoryKv::default();
    let puts = rows.iter().cloned().map(|(key, value)| (key, Some(value)));
    inner.apply(puts.collect()).unwrap();
    Arc::new(Dying {
        inner,
        left: AtomicUsize::new(left),
    })
}

#[tokio::test]
async fn q07_schema_1_is_taken_over_wherever_it_is_cut_short() {
    let now = Store::open(Arc::new(MemoryKv::default())).unwrap();
    for round in 0..60 {
        let one = append(&format!("dossier.{round}"), 300);
        let two = append("campagne", round % 3);
        now.commit(batch(vec![one, two])).await.unwrap();
    }
    let before = schema_1(&now);
    let mut cut = 0;
    for writes in 0.. {
        let disk = holding(&before, writes);
        let opened = Store::open(disk.clone());
        disk.left.store(usize::MAX, Ordering::SeqCst);
        let report = verify(disk.as_ref(), |_| ()).unwrap();
        assert_eq!(report.named, [] as [String; 0], "{writes}");
        if opened.is_ok() {
            break;
        }
        cut += 1;
        let store = Store::open(disk.clone()).unwrap();
        assert_eq!(rows(disk.as_ref()), rows(now.kv()), "{writes}");
        let done = store.commit(batch(vec![append("campagne", 1)])).await;
        assert_eq!(
            done.unwrap().position,
            now.last_position().unwrap() + 1,
            "{writes}"
        );
        assert_eq!(verify(disk.as_ref(), |_| ()).unwrap().faults, 0);
    }
    assert!(cut > 2, "{cut} places");
}

/// Rows as a backup has them: each key and value behind its length, an empty key, and the SHA-256 of it all.
fn backup(rows: &[Row]) -> Vec<u8> {
    let mut bytes = b"postule1".to_vec();
    for part in rows.iter().flat_map(|(key, value)| [key, value]) {
        bytes.extend_from_slice(&(part.len() as u32).to_be_bytes());
        bytes.extend_from_slice(part);
    }
    bytes.extend_from_slice(&[0; 4]);
    let sum = Sha256::digest(&bytes);
    [&bytes[..], &sum].concat()
}

#[tokio::test]
async fn q07_a_backup_of_schema_1_is_restored_and_opens() {
    let now = Store::open(Arc::new(MemoryKv::default())).unwrap();
    now.commit(batch(vec![append("a", 70), append("b", 3)]))
        .await
        .unwrap();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("sauvegarde");
    std::fs::write(&file, backup(&schema_1(&now))).unwrap();
    let kv = Arc::new(MemoryKv::default());
    restore(&file, kv.as_ref(), |_| ()).unwrap();
    drop(Store::open(kv.clone()).unwrap());
    assert_eq!(rows(kv.as_ref()), rows(now.kv()));
}

#[tokio::test]
async fn schema_1_with_a_position_missing_is_left_as_it_is() {
    let now = Store::open(Arc::new(MemoryKv::default())).unwrap();
    now.commit(batch(vec![append("a", 40)])).await.unwrap();
    let mut before = schema_1(&now);
    before.retain(|(key, _)| *key != [&b"p"[..], &7_u64.to_be_bytes()].concat());
    let disk = holding(&before, usize::MAX);
    let positions = || disk.range(b"p", b"q", usize::MAX).unwrap().len();
    let refused = Store::open(disk.clone()).map(drop);
    let why = "position 7 is missing".to_owned();
    assert_eq!(refused, Err(StoreError::Corrupt(why.clone())));
    assert_eq!(positions(), 39);
    assert!(verify(disk.as_ref(), |_| ()).unwrap().named.contains(&why));
}

#[tokio::test]
async fn positions_are_read_from_anywhere_and_have_the_same_rows_however_they_were_grouped() {
    let (one, many) = (Arc::new(MemoryKv::default()), Arc::new(MemoryKv::default()));
    let single = Store::open(one.clone()).unwrap();
    let grouped = Store::open(many.clone()).unwrap();
    let appends: Vec<Append> = (0..40)
        .map(|i| append(["a", "b", "c"][i * i % 3], i % 7))
        .collect();
    for append in &appends {
        for event in &append.events {
            let one = Append {
                events: vec![event.clone()],
                ..append.clone()
            };
            single.commit(batch(vec![one])).await.unwrap();
        }
    }
    for appends in appends.chunks(13) {
        grouped.commit(batch(appends.to_vec())).await.unwrap();
    }
    assert_eq!(rows(one.as_ref()), rows(many.as_ref()));
    let all = grouped.records_after(0, usize::MAX).unwrap();
    let last = single.last_position().unwrap();
    assert_eq!((all.len() as u64, last), (last, 115));
    assert!((1..).zip(&all).all(|(p, record)| p == record.position));
    for after in 0..=last {
        for limit in [0, 1, 31, 32, 33, 64, usize::MAX] {
            let read = single.records_after(after, limit).unwrap();
            let rest = all[after as usize..].iter().take(limit);
            assert!(read.iter().eq(rest), "{after} {limit}");
        }
    }
    assert_eq!(single.records_after(u64::MAX, 1).unwrap(), []);
    // And the same again by who opens them.
    drop((single, grouped));
    for kv in [one.clone(), many.clone()] {
        let store = Store::open(kv).unwrap();
        assert_eq!(store.last_position().unwrap(), last);
        store.commit(batch(vec![append("d", 100)])).await.unwrap();
        assert_eq!(verify(store.kv(), |_| ()).unwrap().faults, 0);
    }
    assert_eq!(rows(one.as_ref()), rows(many.as_ref()));
}

#[tokio::test]
async fn a_bucket_that_lost_its_place_is_found() {
    let kv = Arc::new(MemoryKv::default());
    let store = Store::open(kv.clone()).unwrap();
    store.commit(batch(vec![append("a", 100)])).await.unwrap();
    let buckets = kv.range(b"b", b"c", usize::MAX).unwrap();
    assert_eq!(buckets.len(), 4, "of 32 positions each");
    let named = |changes: Vec<Change>| {
        kv.apply(changes).unwrap();
        let report = verify(kv.as_ref(), |_| ()).unwrap();
        let back = buckets.iter().cloned().map(|(k, v)| (k, Some(v)));
        kv.apply(back.collect()).unwrap();
        report.named
    };
    let gone = |i: usize| named(vec![(buckets[i].0.clone(), None)]);
    assert_eq!(gone(1), ["position 33 is missing"]);
    assert_eq!(gone(3), ["96 positions for 100 records"]);
    let (key, value) = sealed(buckets[1].0.clone(), b"no runs".to_vec());
    assert_eq!(
        named(vec![(key, Some(value))]),
        [
            "the row of position 33 has an unknown form",
            "position 33 is missing"
        ]
    );
    assert_eq!(named(Vec::new()), [] as [String; 0]);
}

#[tokio::test]
async fn the_name_of_a_stream_has_a_limit() {
    let store = Store::open(Arc::new(MemoryKv::default())).unwrap();
    let named = |bytes: usize| batch(vec![append(&"n".repeat(bytes), 1)]);
    for bytes in [0, MAX_STREAM + 1] {
        let refused = store.commit(named(bytes)).await;
        assert!(matches!(refused, Err(StoreError::Corrupt(_))), "{bytes}");
    }
    // A bucket of the longest names.
    for _ in 0..33 {
        store.commit(named(MAX_STREAM)).await.unwrap();
        store.commit(batch(vec![append("b", 1)])).await.unwrap();
    }
    assert_eq!(verify(store.kv(), |_| ()).unwrap().faults, 0);
}
