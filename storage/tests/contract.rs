//! The store's contract, run on memory and on sled.
#![expect(
    clippy::unwrap_used,
    reason = "a test helper that fails is a failed test"
)]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use proptest::prelude::*;
use storage::{
    Append, Batch, Change, Dedup, ERASURES, Expected, Guard, Kv, MAX_VALUE, MemoryKv, OutboxItem,
    Row, Rung, SledKv, Store, StoreError, Timer, erasure, restore, verify,
};

fn append(stream: &str, expected: u64, events: &[&[u8]]) -> Append {
    Append {
        stream: stream.to_owned(),
        expected: Expected::Exact(expected),
        events: events.iter().map(|e| e.to_vec()).collect(),
    }
}

fn one(stream: &str, expected: u64, event: &[u8]) -> Batch {
    Batch {
        appends: vec![append(stream, expected, &[event])],
        ..Batch::default()
    }
}

/// Runs a check on both stores.
async fn both<F: Future<Output = ()>>(check: impl Fn(Store) -> F) {
    check(Store::open(Arc::new(MemoryKv::default())).unwrap()).await;
    let dir = tempfile::tempdir().unwrap();
    check(Store::open(Arc::new(SledKv::open(dir.path()).unwrap())).unwrap()).await;
}

#[tokio::test]
async fn an_append_is_read_back_in_order_with_its_chain() {
    both(|store| async move {
        let done = store.commit(Batch {
            appends: vec![append("a", 0, &[b"1", b"2"]), append("b", 0, &[b"x"])],
            ..Batch::default()
        });
        let done = done.await.unwrap();
        assert_eq!(done.position, 3);
        assert_eq!(done.heads[0].version, 2);
        let records = store.stream("a").unwrap();
        assert_eq!(
            records
                .iter()
                .map(|r| r.data.as_slice())
                .collect::<Vec<_>>(),
            [b"1", b"2"]
        );
        assert_eq!(records[1].hash, done.heads[0].hash);
        assert_eq!(store.head("a").unwrap(), done.heads[0]);
        assert_ne!(records[0].hash, records[1].hash);
        let all = store.records_after(0, 10).unwrap();
        assert_eq!(
            all.iter().map(|r| r.position).collect::<Vec<_>>(),
            [1, 2, 3]
        );
        assert_eq!(all[2].stream, "b");
        // A name that another begins with is not mixed up with it.
        assert_eq!(store.stream("").unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn whoever_expects_an_old_version_loses_and_changes_nothing() {
    both(|store| async move {
        store.commit(one("a", 0, b"1")).await.unwrap();
        let mut late = one("a", 0, b"2");
        late.index_put.push((b"k".to_vec(), b"v".to_vec()));
        let refused = store.commit(late).await;
        let conflict = StoreError::Conflict {
            stream: "a".to_owned(),
            expected: 0,
            actual: 1,
        };
        assert_eq!(refused, Err(conflict));
        assert_eq!(store.index(b"k").unwrap(), None);
        assert_eq!(store.stream("a").unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn of_many_who_expect_the_same_version_one_wins() {
    both(|store| async move {
        let store = Arc::new(store);
        let tries = (0..64_u8).map(|i| {
            let store = store.clone();
            tokio::spawn(async move { store.commit(one("a", 0, &[i])).await.is_ok() })
        });
        let mut won = 0;
        for attempt in tries.collect::<Vec<_>>() {
            won += usize::from(attempt.await.unwrap());
        }
        assert_eq!(won, 1);
        assert_eq!(store.stream("a").unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn g05_a_key_that_must_be_absent_is_taken_once() {
    both(|store| async move {
        let take = |stream: &str| Batch {
            guards: vec![Guard::Absent(b"adresse".to_vec())],
            index_put: vec![(b"adresse".to_vec(), stream.as_bytes().to_vec())],
            ..one(stream, 0, b"1")
        };
        let (first, second) = tokio::join!(store.commit(take("a")), store.commit(take("b")));
        assert_eq!(first.is_ok() as u8 + second.is_ok() as u8, 1);
        let loser = first.and(second).unwrap_err();
        assert_eq!(loser, StoreError::Taken(b"adresse".to_vec()));
        let mut free = Batch::default();
        free.index_delete.push(b"adresse".to_vec());
        store.commit(free).await.unwrap();
        store.commit(take("c")).await.unwrap();
        assert_eq!(store.index(b"adresse").unwrap(), Some(b"c".to_vec()));
    })
    .await;
}

#[tokio::test]
async fn a_repeated_command_gets_the_first_answer() {
    both(|store| async move {
        let command = |event: &[u8]| {
            let dedup = Dedup {
                id: "c1".to_owned(),
                outcome: event.to_vec(),
                expires_ms: 9,
            };
            Batch {
                dedup: Some(dedup),
                ..one("a", 0, event)
            }
        };
        store.commit(command(b"first")).await.unwrap();
        let repeat = store.commit(command(b"second")).await;
        assert_eq!(repeat, Err(StoreError::Duplicate(b"first".to_vec())));
        assert_eq!(store.dedup("c1").unwrap(), Some(b"first".to_vec()));
        assert_eq!(store.stream("a").unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_is_owed_comes_due_in_order_and_moves() {
    both(|store| async move {
        let item = |id: &str, due_ms| OutboxItem {
            id: id.to_owned(),
            due_ms,
            attempts: 2,
            data: id.as_bytes().to_vec(),
        };
        let timer = |key: &str, due_ms| Timer {
            key: key.to_owned(),
            due_ms,
            data: vec![7],
        };
        let batch = Batch {
            outbox_put: vec![item("late", 50), item("early", -5), item("now", 10)],
            timers_set: vec![timer("t", 30)],
            ..Batch::default()
        };
        store.commit(batch).await.unwrap();
        let due = |now| {
            let items = store.outbox_due(now, 10).unwrap();
            items.into_iter().map(|i| i.id).collect::<Vec<_>>()
        };
        assert_eq!(due(10), ["early", "now"]);
        assert_eq!(store.outbox_due(10, 1).unwrap()[0], item("early", -5));
        let moved = Batch {
            outbox_put: vec![item("early", 100)],
            outbox_delete: vec!["now".to_owned(), "unknown".to_owned()],
            timers_set: vec![timer("t", 60)],
            ..Batch::default()
        };
        store.commit(moved).await.unwrap();
        assert_eq!(due(60), ["late"]);
        assert_eq!(store.outbox_len(10).unwrap(), 2);
        assert_eq!(store.timers_due(59, 10).unwrap(), []);
        assert_eq!(store.timers_due(60, 10).unwrap(), [timer("t", 60)]);
        // It rang when it was due at 30, and has been moved since: it stays as it was moved.
        let rung = |due_ms, again_ms| Batch {
            timers_rung: vec![Rung {
                key: "t".to_owned(),
                due_ms,
                again_ms,
            }],
            ..Batch::default()
        };
        store.commit(rung(30, None)).await.unwrap();
        store.commit(rung(30, Some(1))).await.unwrap();
        assert_eq!(store.timers_due(60, 10).unwrap(), [timer("t", 60)]);
        store.commit(rung(60, Some(70))).await.unwrap();
        assert_eq!(store.timers_due(69, 10).unwrap(), []);
        assert_eq!(store.timers_due(70, 10).unwrap(), [timer("t", 70)]);
        store.commit(rung(70, None)).await.unwrap();
        assert_eq!(store.timers_due(i64::MAX, 10).unwrap(), []);
        let set = Batch {
            timers_set: vec![timer("t", 60)],
            ..Batch::default()
        };
        store.commit(set).await.unwrap();
        let clear = Batch {
            timers_clear: vec!["t".to_owned()],
            ..Batch::default()
        };
        store.commit(clear).await.unwrap();
        assert_eq!(store.timers_due(i64::MAX, 10).unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn a_value_beyond_the_limit_is_refused_whole() {
    both(|store| async move {
        let refused = store.commit(one("a", 0, &vec![0; MAX_VALUE])).await;
        assert!(
            matches!(refused, Err(StoreError::TooLarge { .. })),
            "{refused:?}"
        );
        assert_eq!(store.last_position().unwrap(), 0);
        store
            .commit(one("a", 0, &vec![0; MAX_VALUE - 40]))
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test]
async fn views_are_read_by_prefix_and_page() {
    both(|store| async move {
        let row = |k: &str| (k.as_bytes().to_vec(), b"v".to_vec());
        let batch = Batch {
            views_put: vec![row("a/1"), row("a/2"), row("a/3"), row("b/1")],
            ..Batch::default()
        };
        store.commit(batch).await.unwrap();
        assert_eq!(
            store.views(b"a/", None, 2).unwrap(),
            [row("a/1"), row("a/2")]
        );
        assert_eq!(store.views(b"a/", Some(b"a/2"), 9).unwrap(), [row("a/3")]);
        assert_eq!(store.view(b"b/1").unwrap(), Some(b"v".to_vec()));
    })
    .await;
}

/// A disk that fills up when told to, and counts its commits.
#[derive(Default)]
struct Faulty {
    inner: MemoryKv,
    full: AtomicBool,
    commits: AtomicUsize,
}

impl Kv for Faulty {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.inner.get(key)
    }
    fn range(&self, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<Row>, StoreError> {
        self.inner.range(from, to, limit)
    }
    fn last(&self, from: &[u8], to: &[u8]) -> Result<Option<Row>, StoreError> {
        self.inner.last(from, to)
    }
    fn apply(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        if self.full.load(Ordering::SeqCst) {
            return Err(StoreError::Unavailable(
                "no space left on device".to_owned(),
            ));
        }
        self.commits.fetch_add(1, Ordering::SeqCst);
        std::thread::sleep(std::time::Duration::from_millis(2));
        self.inner.apply(changes)
    }
}

#[tokio::test]
async fn q05_a_full_disk_refuses_all_and_recovers_without_a_restart() {
    let disk = Arc::new(Faulty::default());
    let store = Store::open(disk.clone()).unwrap();
    store.commit(one("a", 0, b"1")).await.unwrap();
    disk.full.store(true, Ordering::SeqCst);
    let refused = store.commit(one("a", 1, b"2")).await;
    assert!(
        matches!(refused, Err(StoreError::Unavailable(_))),
        "{refused:?}"
    );
    assert_eq!(store.stream("a").unwrap().len(), 1);
    disk.full.store(false, Ordering::SeqCst);
    assert_eq!(store.commit(one("a", 1, b"3")).await.unwrap().position, 2);
    assert_eq!(verify(store.kv(), |_| ()).unwrap().named, [] as [String; 0]);
}

#[tokio::test]
async fn commits_that_wait_share_one_sync() {
    let disk = Arc::new(Faulty::default());
    let store = Arc::new(Store::open(disk.clone()).unwrap());
    let before = disk.commits.load(Ordering::SeqCst);
    let all = (0..200_u32).map(|i| {
        let store = store.clone();
        tokio::spawn(async move { store.commit(one(&format!("s{i}"), 0, b"e")).await })
    });
    for commit in all.collect::<Vec<_>>() {
        commit.await.unwrap().unwrap();
    }
    let syncs = disk.commits.load(Ordering::SeqCst) - before;
    assert!(syncs < 100, "{syncs} syncs for 200 commits");
}

async fn filled(kv: Arc<dyn Kv>) -> Store {
    let store = Store::open(kv).unwrap();
    for i in 0..5_u8 {
        let mut batch = one("candidat.a", u64::from(i), &[b'e', i]);
        batch.index_put.push((vec![b'k', i], vec![i]));
        batch.outbox_put.push(OutboxItem {
            id: format!("o{i}"),
            due_ms: 1,
            attempts: 0,
            data: vec![i],
        });
        store.commit(batch).await.unwrap();
    }
    store
}

#[tokio::test]
async fn q06_a_flipped_bit_is_found_in_every_row() {
    let kv = Arc::new(MemoryKv::default());
    let store = filled(kv.clone()).await;
    assert_eq!(verify(store.kv(), |_| ()).unwrap().faults, 0);
    for (key, value) in kv.range(&[0], &[255], 1000).unwrap() {
        for at in [0, value.len() / 2, value.len() - 1] {
            let mut flipped = value.clone();
            flipped[at] ^= 4;
            kv.apply(vec![(key.clone(), Some(flipped))]).unwrap();
            let faults = verify(store.kv(), |_| ()).unwrap().faults;
            assert!(faults > 0, "byte {at} of {}", String::from_utf8_lossy(&key));
        }
        kv.apply(vec![(key, Some(value))]).unwrap();
    }
    assert_eq!(verify(store.kv(), |_| ()).unwrap().faults, 0);
}

#[tokio::test]
async fn q06_a_record_that_is_missing_is_found() {
    let kv = Arc::new(MemoryKv::default());
    let store = filled(kv.clone()).await;
    let rows = kv.range(b"j", b"k", 1000).unwrap();
    let (key, value) = rows[2].clone();
    kv.apply(vec![(key.clone(), None)]).unwrap();
    assert!(verify(store.kv(), |_| ()).unwrap().faults > 0);
    kv.apply(vec![(key, Some(value))]).unwrap();
    assert_eq!(verify(store.kv(), |_| ()).unwrap().faults, 0);
}

#[tokio::test]
async fn q07_a_backup_restores_on_an_empty_store_and_a_damaged_one_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let store = filled(Arc::new(SledKv::open(&dir.path().join("s")).unwrap())).await;
    let file = dir.path().join("backup");
    let exported = store.export(&file).await.unwrap();
    let twin = MemoryKv::default();
    let mut told = 0;
    let restored = restore(&file, &twin, |rows| told = rows).unwrap();
    assert_eq!((restored.rows, told), (exported.rows, exported.rows));
    assert_eq!(
        twin.range(&[0], &[255], 1000).unwrap(),
        store.kv().range(&[0], &[255], 1000).unwrap()
    );
    assert!(
        restore(&file, &twin, |_| ()).is_err(),
        "the store is not empty"
    );
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let empty = MemoryKv::default();
    assert!(matches!(
        restore(&file, &empty, |_| ()),
        Err(StoreError::Corrupt(_))
    ));
    assert_eq!(empty.range(&[0], &[255], 1).unwrap(), []);
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_reopening() {
    let dir = tempfile::tempdir().unwrap();
    let open = |path: &Path| Store::open(Arc::new(SledKv::open(path).unwrap())).unwrap();
    let store = open(dir.path());
    store.commit(one("a", 0, b"1")).await.unwrap();
    let second = SledKv::open(dir.path());
    assert!(
        matches!(&second, Err(StoreError::Unavailable(why)) if why.contains("another process"))
    );
    drop(store);
    let store = open(dir.path());
    assert_eq!(store.commit(one("a", 1, b"2")).await.unwrap().position, 2);
}

#[tokio::test]
async fn a_newer_store_is_refused() {
    let kv = Arc::new(MemoryKv::default());
    drop(Store::open(kv.clone()).unwrap());
    let (key, _) = kv.range(b"m", b"n", 1).unwrap().remove(0);
    // A row as a later release would seal it: SHA-256 over key and value, first eight bytes.
    use sha2::{Digest, Sha256};
    let mut row = 3_u32.to_be_bytes().to_vec();
    let sum = Sha256::new()
        .chain_update(&key)
        .chain_update(&row)
        .finalize();
    row.extend_from_slice(&sum[..8]);
    kv.apply(vec![(key, Some(row))]).unwrap();
    let refused = Store::open(kv).map(drop);
    assert_eq!(refused, Err(StoreError::Newer { found: 3, known: 2 }));
}

#[derive(Clone, Debug)]
enum Act {
    Append {
        stream: u8,
        behind: bool,
        events: u8,
    },
    Claim(u8),
    Free(u8),
    Owe {
        id: u8,
        due: i8,
    },
    Done(u8),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        (0..3_u8, any::<bool>(), 1..3_u8).prop_map(|(stream, behind, events)| Act::Append {
            stream,
            behind,
            events
        }),
        (0..3_u8).prop_map(Act::Claim),
        (0..3_u8).prop_map(Act::Free),
        (0..3_u8, any::<i8>()).prop_map(|(id, due)| Act::Owe { id, due }),
        (0..3_u8).prop_map(Act::Done),
    ]
}

fn batch(act: &Act, store: &Store) -> Batch {
    let mut batch = Batch::default();
    match act {
        Act::Append {
            stream,
            behind,
            events,
        } => {
            let stream = format!("s{stream}");
            let version = store.head(&stream).unwrap().version + u64::from(*behind);
            let events: Vec<_> = (0..*events).map(|e| vec![e]).collect();
            let expected = Expected::Exact(version);
            batch.appends.push(Append {
                stream,
                expected,
                events,
            });
        }
        Act::Claim(k) => {
            batch.guards.push(Guard::Absent(vec![*k]));
            batch.index_put.push((vec![*k], vec![1]));
        }
        Act::Free(k) => batch.index_delete.push(vec![*k]),
        Act::Owe { id, due } => batch.outbox_put.push(OutboxItem {
            id: id.to_string(),
            due_ms: i64::from(*due),
            attempts: 0,
            data: vec![],
        }),
        Act::Done(id) => batch.outbox_delete.push(id.to_string()),
    }
    batch
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn sled_and_memory_agree_step_by_step(acts in proptest::collection::vec(act(), 1..25)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let dir = tempfile::tempdir().unwrap();
        let sled = Store::open(Arc::new(SledKv::open(dir.path()).unwrap())).unwrap();
        let memory = Store::open(Arc::new(MemoryKv::default())).unwrap();
        runtime.block_on(async {
            for act in &acts {
                let answers = (sled.commit(batch(act, &sled)).await, memory.commit(batch(act, &memory)).await);
                prop_assert_eq!(answers.0, answers.1, "{:?}", act);
                let due = |store: &Store| store.outbox_due(0, 10).unwrap();
                prop_assert_eq!(due(&sled), due(&memory));
            }
            prop_assert_eq!(
                sled.kv().range(&[0], &[255], 10_000).unwrap(),
                memory.kv().range(&[0], &[255], 10_000).unwrap()
            );
            prop_assert_eq!(verify(sled.kv(), |_| ()).unwrap().faults, 0);
            Ok(())
        })?;
    }
}

/// Q06, Q18: the content leaves, its place and the chain stay; an erasure nobody recorded is a fault.
#[tokio::test]
async fn q18_an_erased_stream_has_no_content_and_the_chain_still_holds() {
    let kv = Arc::new(MemoryKv::default());
    let store = Store::open(kv.clone()).unwrap();
    for (stream, event) in [("a", "secret one"), ("b", "kept"), ("ab", "kept too")] {
        store
            .commit(one(stream, 0, event.as_bytes()))
            .await
            .unwrap();
    }
    store.commit(one("a", 1, b"secret two")).await.unwrap();
    let head = store.head("a").unwrap();
    let erase = erasure("on request", &["a".to_owned()]);
    store.commit(one(ERASURES, 0, &erase)).await.unwrap();
    assert!(store.stream("a").unwrap().is_empty());
    assert_eq!(store.head("a").unwrap(), head, "its place stays");
    assert_eq!(store.stream("b").unwrap().len(), 1);
    assert_eq!(store.stream("ab").unwrap().len(), 1, "another name");
    let rows = kv.range(&[0], &[u8::MAX], 1000).unwrap();
    let secret = |row: &Vec<u8>| row.windows(6).any(|w| w == b"secret");
    assert!(!rows.iter().any(|(_, row)| secret(row)));
    let report = verify(kv.as_ref(), |_| {}).unwrap();
    assert_eq!((report.faults, report.erased), (0, 2), "{:?}", report.named);
    // The erasures themselves stay, so nobody hides that something was taken.
    let again = erasure("", &[ERASURES.to_owned()]);
    store.commit(one(ERASURES, 1, &again)).await.unwrap();
    assert_eq!(store.stream(ERASURES).unwrap().len(), 2);
}
