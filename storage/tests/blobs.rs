//! Files by content.

use std::time::Duration;

use storage::blobs::{BlobError, Blobs};
use tokio::io::AsyncReadExt;

#[tokio::test]
async fn a_file_is_read_back_and_the_same_content_is_stored_once() {
    let dir = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(dir.path()).await.unwrap();
    let mut names = Vec::new();
    for _ in 0..2 {
        let mut writer = blobs.create(10).await.unwrap();
        writer.write(b"bon").await.unwrap();
        writer.write(b"jour").await.unwrap();
        let stored = writer.finish().await.unwrap();
        assert_eq!(stored.len, 7);
        names.push(stored.sha256);
    }
    assert_eq!(names[0], names[1]);
    assert_eq!(
        names[0],
        "2cb4b1431b84ec15d35ed83bb927e27e8967d75f4bcd9cc4b25c8d879ae23e18"
    );
    let mut text = String::new();
    blobs
        .read(&names[0])
        .await
        .unwrap()
        .read_to_string(&mut text)
        .await
        .unwrap();
    assert_eq!(text, "bonjour");
    assert!(blobs.sound(&names[0]).await.unwrap());
    std::fs::write(blobs.path(&names[0]).unwrap(), "bonsoir").unwrap();
    assert!(!blobs.sound(&names[0]).await.unwrap());
}

/// Whatever the pieces it comes in, and whether or not somebody looks at it before its end.
#[tokio::test]
async fn a_file_is_what_came_however_it_came() {
    let dir = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(dir.path()).await.unwrap();
    let content: Vec<u8> = (0..200_000_u32).flat_map(u32::to_be_bytes).collect();
    for len in [0, 1, 32_767, 32_768, 32_769, 98_304, 799_999] {
        for piece in [1_000, 16_384, 32_768, 500_000] {
            let mut writer = blobs.create(1 << 20).await.unwrap();
            let (first, rest) = content[..len].split_at(len / 2);
            for bytes in first.chunks(piece) {
                writer.write(bytes).await.unwrap();
            }
            let seen = std::fs::read(writer.flushed().await.unwrap()).unwrap();
            assert!(seen == first, "{len} in pieces of {piece}, half-way");
            for bytes in rest.chunks(piece) {
                writer.write(bytes).await.unwrap();
            }
            let stored = writer.finish().await.unwrap();
            assert_eq!(stored.len, len as u64);
            let kept = std::fs::read(blobs.path(&stored.sha256).unwrap()).unwrap();
            assert!(kept == content[..len], "{len} in pieces of {piece}");
            assert!(blobs.sound(&stored.sha256).await.unwrap());
        }
    }
    let left = std::fs::read_dir(dir.path().join("tmp")).unwrap();
    assert_eq!(left.count(), 0);
}

#[tokio::test]
async fn q16_one_byte_too_many_is_refused_while_streaming_and_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(dir.path()).await.unwrap();
    let mut writer = blobs.create(4).await.unwrap();
    writer.write(b"1234").await.unwrap();
    let refused = writer.write(b"5").await;
    assert!(matches!(refused, Err(BlobError::TooLarge { limit: 4 })));
    drop(writer);
    assert_eq!(
        std::fs::read_dir(dir.path().join("tmp")).unwrap().count(),
        0
    );
}

#[tokio::test]
async fn a_name_that_is_no_fingerprint_is_no_path() {
    let dir = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(dir.path()).await.unwrap();
    for name in [
        "",
        "../../etc/passwd",
        &"g".repeat(64),
        &"A".repeat(64),
        &"é".repeat(32),
    ] {
        assert_eq!(blobs.path(name), None, "{name}");
        assert!(blobs.read(name).await.is_err());
    }
}

#[tokio::test]
async fn the_sweep_takes_orphans_and_never_what_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(dir.path()).await.unwrap();
    let mut names = Vec::new();
    for content in [b"a", b"b"] {
        let mut writer = blobs.create(10).await.unwrap();
        writer.write(content).await.unwrap();
        names.push(writer.finish().await.unwrap().sha256);
    }
    std::fs::write(dir.path().join("tmp/left"), "x").unwrap();
    let young = blobs
        .sweep(|_| false, Duration::from_secs(3600))
        .await
        .unwrap();
    assert_eq!(young, 0);
    let removed = blobs
        .sweep(|name| name == names[0], Duration::ZERO)
        .await
        .unwrap();
    assert_eq!(removed, 2);
    assert!(blobs.read(&names[0]).await.is_ok());
    assert!(blobs.read(&names[1]).await.is_err());
}
