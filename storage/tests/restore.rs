//! A restore that is cut short: no store opens on what it left, and it begins anew (Q07, docs/adr/0011).

mod dying;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use dying::Dying;
use storage::{Append, Batch, Expected, Kv, MemoryKv, Store, StoreError, lineage, restore};

#[tokio::test]
async fn q07_a_restore_cut_short_anywhere_is_no_store_and_begins_anew() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(Arc::new(MemoryKv::default())).unwrap();
    let many = Batch {
        appends: vec![Append {
            stream: "a".to_owned(),
            expected: Expected::Any,
            events: vec![vec![1]; 6000],
        }],
        ..Batch::default()
    };
    store.commit(many).await.unwrap();
    let file = dir.path().join("backup");
    store.export(&file).await.unwrap();
    let mut cut = 0;
    for writes in 0.. {
        let disk = Arc::new(Dying {
            inner: MemoryKv::default(),
            left: AtomicUsize::new(writes),
        });
        let restored = restore(&file, disk.as_ref(), |_| ());
        disk.left.store(usize::MAX, Ordering::SeqCst);
        if restored.is_ok() {
            break;
        }
        let lineage = lineage(disk.as_ref()).unwrap();
        assert!(
            lineage.empty && lineage.log.is_none(),
            "{writes}: {lineage:?}"
        );
        if writes > 0 {
            cut += 1;
            let opened = Store::open(disk.clone());
            assert!(matches!(opened, Err(StoreError::Corrupt(_))), "{writes}");
        }
        restore(&file, disk.as_ref(), |_| ()).unwrap();
        assert_eq!(
            disk.range(&[0], &[255], 100_000).unwrap(),
            store.kv().range(&[0], &[255], 100_000).unwrap(),
            "{writes}"
        );
        Store::open(disk).unwrap();
    }
    assert!(cut > 5, "{cut} places");
}
