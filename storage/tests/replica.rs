//! Many stores on one log: one order, one outcome, equal tables (architecture, decision 8).
#![expect(
    clippy::unwrap_used,
    reason = "a test helper that fails is a failed test"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use storage::{
    Append, Batch, Dedup, Expected, Guard, Kv, Log, LogError, MemoryKv, MemoryLog, Store,
    StoreError, verify,
};
use tokio::sync::{Semaphore, watch};

const PATIENCE: Duration = Duration::from_secs(10);

fn node(kv: &Arc<MemoryKv>, log: &Arc<MemoryLog>, name: &str) -> Store {
    Store::replicated(kv.clone(), log.clone(), name.to_owned()).unwrap()
}

fn one(stream: &str, expected: u64, data: &str) -> Batch {
    Batch {
        appends: vec![Append {
            stream: stream.to_owned(),
            expected: Expected::Exact(expected),
            events: vec![data.as_bytes().to_vec()],
        }],
        ..Batch::default()
    }
}

fn rows(kv: &MemoryKv) -> Vec<(Vec<u8>, Vec<u8>)> {
    kv.range(&[0], &[255], 100_000).unwrap()
}

#[tokio::test]
async fn of_three_nodes_that_write_the_same_version_one_wins_and_all_agree() {
    let log = Arc::new(MemoryLog::lossy());
    let kvs: Vec<_> = (0..3).map(|_| Arc::new(MemoryKv::default())).collect();
    let nodes: Vec<_> = kvs
        .iter()
        .enumerate()
        .map(|(i, kv)| node(kv, &log, &format!("n{i}")))
        .collect();
    for version in 0..20 {
        let (a, b, c) = tokio::join!(
            nodes[0].commit(one("s", version, "a")),
            nodes[1].commit(one("s", version, "b")),
            nodes[2].commit(one("s", version, "c")),
        );
        let won = [&a, &b, &c].into_iter().filter(|r| r.is_ok()).count();
        assert_eq!(won, 1, "{a:?} {b:?} {c:?}");
        for lost in [a, b, c].into_iter().filter_map(Result::err) {
            assert!(matches!(lost, StoreError::Conflict { .. }), "{lost}");
        }
        for store in &nodes {
            store.catch_up(PATIENCE).await.unwrap();
            assert_eq!(store.head("s").unwrap().version, version + 1);
        }
    }
    assert!(nodes.iter().all(|n| n.foreign() > 0));
    assert!(nodes.iter().all(|n| n.kv().sync().is_ok()));
    let first = rows(&kvs[0]);
    assert!(kvs.iter().all(|kv| rows(kv) == first), "equal, row by row");
    assert_eq!(verify(kvs[0].as_ref(), |_| ()).unwrap().faults, 0);
}

#[tokio::test]
async fn g05_an_address_is_taken_once_and_a_command_done_once_on_whatever_node() {
    let log = Arc::new(MemoryLog::lossy());
    let kvs = [Arc::new(MemoryKv::default()), Arc::new(MemoryKv::default())];
    let nodes = [node(&kvs[0], &log, "a"), node(&kvs[1], &log, "b")];
    let take = |stream: &str| Batch {
        guards: vec![Guard::Absent(b"adresse".to_vec())],
        index_put: vec![(b"adresse".to_vec(), stream.into())],
        ..one(stream, 0, "1")
    };
    let (a, b) = tokio::join!(nodes[0].commit(take("x")), nodes[1].commit(take("y")));
    assert_eq!(u8::from(a.is_ok()) + u8::from(b.is_ok()), 1);
    let lost = a.and(b).unwrap_err();
    assert_eq!(lost, StoreError::Taken(b"adresse".to_vec()));
    let command = || Batch {
        dedup: Some(Dedup {
            id: "c".to_owned(),
            outcome: b"done".to_vec(),
            expires_ms: 0,
        }),
        ..one("z", 0, "1")
    };
    nodes[0].commit(command()).await.unwrap();
    let again = nodes[1].commit(command()).await;
    assert_eq!(again, Err(StoreError::Duplicate(b"done".to_vec())));
}

#[tokio::test]
async fn a_node_that_was_away_catches_up_and_a_new_one_starts_from_nothing() {
    let log = Arc::new(MemoryLog::lossy());
    let kvs: Vec<_> = (0..3).map(|_| Arc::new(MemoryKv::default())).collect();
    let first = node(&kvs[0], &log, "a");
    let second = node(&kvs[1], &log, "b");
    first.commit(one("s", 0, "1")).await.unwrap();
    second.catch_up(PATIENCE).await.unwrap();
    drop(second);
    for version in 1..30 {
        first.commit(one("s", version, "2")).await.unwrap();
    }
    let back = node(&kvs[1], &log, "b again");
    let fresh = node(&kvs[2], &log, "c");
    for store in [&back, &fresh] {
        store.catch_up(PATIENCE).await.unwrap();
        assert_eq!(store.applied(), log.last().await.unwrap());
    }
    for store in [&first, &back, &fresh] {
        store.kv().sync().unwrap();
    }
    assert_eq!(rows(&kvs[1]), rows(&kvs[0]));
    assert_eq!(rows(&kvs[2]), rows(&kvs[0]));
    // Whoever leaves the cluster keeps everything, as a store of its own.
    drop(fresh);
    let alone = Store::open(kvs[2].clone()).unwrap();
    alone.commit(one("s", 30, "3")).await.unwrap();
}

#[tokio::test]
async fn a_newer_form_of_entries_stops_a_replica_instead_of_being_guessed_at() {
    let log = Arc::new(MemoryLog::default());
    let store = node(&Arc::new(MemoryKv::default()), &log, "a");
    store.commit(one("s", 0, "1")).await.unwrap();
    log.append("later", vec![99, 1, 2, 3]).await.unwrap();
    let behind = store.catch_up(Duration::from_millis(300)).await;
    assert!(
        matches!(behind, Err(StoreError::Unavailable(_))),
        "{behind:?}"
    );
    assert_eq!(store.stream("s").unwrap().len(), 1, "reads go on");
}

/// A log that knows at once where it ends, and says so when it may.
struct Slow {
    log: MemoryLog,
    asked: AtomicU64,
    may_answer: Semaphore,
}

#[async_trait]
impl Log for Slow {
    async fn append(&self, id: &str, entry: Vec<u8>) -> Result<u64, LogError> {
        self.log.append(id, entry).await
    }

    async fn next(&self, after: u64) -> Result<Vec<(u64, Vec<u8>)>, LogError> {
        self.log.next(after).await
    }

    async fn last(&self) -> Result<u64, LogError> {
        let last = self.log.last().await;
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.may_answer.acquire().await.unwrap().forget();
        last
    }
}

/// Those who came before a question was sent share its answer; who came after gets none that is older than they are.
#[tokio::test]
async fn where_the_log_ends_is_asked_once_for_all_who_wait() {
    let log = Arc::new(Slow {
        log: MemoryLog::default(),
        asked: AtomicU64::new(0),
        may_answer: Semaphore::new(0),
    });
    let kv = Arc::new(MemoryKv::default());
    let store = Arc::new(Store::replicated(kv, log.clone(), "a".to_owned()).unwrap());
    let ask = || {
        let store = store.clone();
        tokio::spawn(async move { store.frontier(PATIENCE).await.unwrap() })
    };
    let early = ask();
    while log.asked.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    store.commit(one("s", 0, "1")).await.unwrap();
    let late: Vec<_> = (0..20).map(|_| ask()).collect();
    for _ in 0..100 {
        // On this one thread each of them comes to wait.
        tokio::task::yield_now().await;
    }
    log.may_answer.add_permits(10);
    assert_eq!(early.await.unwrap(), 0);
    for late in late {
        assert_eq!(late.await.unwrap(), 1);
    }
    assert_eq!(log.asked.load(Ordering::SeqCst), 2);
}

/// A log that takes everything, and is read when it may be.
struct Unread {
    log: Arc<MemoryLog>,
    may_read: watch::Sender<bool>,
}

#[async_trait]
impl Log for Unread {
    async fn append(&self, id: &str, entry: Vec<u8>) -> Result<u64, LogError> {
        self.log.append(id, entry).await
    }

    async fn next(&self, after: u64) -> Result<Vec<(u64, Vec<u8>)>, LogError> {
        let mut may_read = self.may_read.subscribe();
        may_read.wait_for(|may| *may).await.unwrap();
        self.log.next(after).await
    }

    async fn last(&self) -> Result<u64, LogError> {
        self.log.last().await
    }
}

/// The place of one's own entry is enough, but for what others proposed before it.
#[tokio::test]
async fn what_a_node_proposed_is_applied_at_its_place_and_not_before_its_turn() {
    let log = Arc::new(MemoryLog::default());
    let unread = Arc::new(Unread {
        log: log.clone(),
        may_read: watch::Sender::new(false),
    });
    let kvs = [(), ()].map(|()| Arc::new(MemoryKv::default()));
    let a = Store::replicated(kvs[0].clone(), unread.clone(), "a".to_owned()).unwrap();
    for version in 0..3 {
        a.commit(one("s", version, "of a")).await.unwrap();
    }
    assert_eq!(a.applied(), 3);
    let b = node(&kvs[1], &log, "b");
    b.catch_up(PATIENCE).await.unwrap();
    b.commit(one("s", 3, "of b")).await.unwrap();
    let mut behind = std::pin::pin!(a.commit(one("s", 3, "of a, too late")));
    let early = tokio::time::timeout(Duration::from_millis(50), &mut behind).await;
    assert!(
        early.is_err(),
        "it has its place, and its turn has not come"
    );
    assert_eq!(a.applied(), 3);
    unread.may_read.send_replace(true);
    let lost = behind.await;
    assert!(matches!(lost, Err(StoreError::Conflict { .. })), "{lost:?}");
    b.catch_up(PATIENCE).await.unwrap();
    assert_eq!((a.applied(), b.applied()), (5, 5));
    for store in [&a, &b] {
        store.kv().sync().unwrap();
    }
    assert_eq!(rows(&kvs[0]), rows(&kvs[1]));
}
