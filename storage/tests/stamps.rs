//! What a commit tells of the time after it, and what it asks of the time before: stamps and sessions, on both stores.
#![expect(
    clippy::unwrap_used,
    reason = "a test helper that fails is a failed test"
)]

use std::sync::Arc;

use storage::{Append, Batch, Expected, Guard, MemoryKv, SledKv, Store, StoreError};

fn act(stream: &str) -> Batch {
    let append = Append {
        stream: stream.to_owned(),
        expected: Expected::Any,
        events: vec![b"1".to_vec()],
    };
    Batch {
        appends: vec![append],
        ..Batch::default()
    }
}

/// In memory and on sled, whose folder lives as long.
fn stores() -> (tempfile::TempDir, [Store; 2]) {
    let dir = tempfile::tempdir().unwrap();
    let sled = Arc::new(SledKv::open(dir.path()).unwrap());
    let memory = Arc::new(MemoryKv::default());
    (
        dir,
        [Store::open(memory).unwrap(), Store::open(sled).unwrap()],
    )
}

/// Also of those that were written at once, which share the group and its stamp.
#[tokio::test]
async fn while_the_stamp_of_a_commit_stands_its_stream_ends_where_it_did() {
    let (_dir, stores) = stores();
    for store in stores {
        let mut stood = 0;
        for _ in 0..50 {
            let (one, two) = tokio::join!(store.commit(act("a")), store.commit(act("a")));
            for done in [one.unwrap(), two.unwrap()] {
                if store.stream_stamp("a").stands(done.stamp) {
                    assert_eq!(store.head("a").unwrap(), done.heads[0]);
                    stood += 1;
                }
            }
            let alone = store.commit(act("a")).await.unwrap();
            assert!(store.stream_stamp("a").stands(alone.stamp));
            assert_eq!(store.head("a").unwrap(), alone.heads[0]);
        }
        assert!(stood <= 50, "one of two at most");
    }
}

#[tokio::test]
async fn what_wants_a_session_is_refused_once_it_has_ended() {
    let (_dir, stores) = stores();
    for store in stores {
        let key = b"token".to_vec();
        let wants = || Batch {
            guards: vec![Guard::Session(b"token".to_vec())],
            ..act("a")
        };
        let refused = Err(StoreError::Taken(key.clone()));
        assert_eq!(store.commit(wants()).await, refused);
        let begin = Batch {
            sessions_put: vec![(key.clone(), b"whose".to_vec())],
            ..Batch::default()
        };
        let end = Batch {
            sessions_delete: vec![key],
            ..Batch::default()
        };
        for _ in 0..2 {
            store.commit(begin.clone()).await.unwrap();
            for _ in 0..2 {
                store.commit(wants()).await.unwrap();
            }
            // At once, in whatever group: what comes after the end is refused.
            let (ended, after) = tokio::join!(store.commit(end.clone()), store.commit(wants()));
            ended.unwrap();
            assert_eq!(after, refused);
        }
    }
}
