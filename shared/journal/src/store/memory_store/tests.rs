//! What is particular to the twin: crashes and failures on request.

use super::*;
use crate::store::conformance::store_conformance;

store_conformance!((MemoryStore::new(), ()));

fn put(key: &[u8]) -> Put {
    Put { tree: Tree::Frames, key: key.to_vec(), value: Bytes::from_static(b"v") }
}

fn keys(store: &MemoryStore) -> usize {
    store.keys(Tree::Frames).len()
}

#[test]
fn a_crash_keeps_what_was_synced_and_a_prefix_of_the_rest() {
    let store = MemoryStore::new();
    store.write(&[put(b"a")]).unwrap();
    store.sync().unwrap();
    store.write(&[put(b"b"), put(b"c")]).unwrap();
    assert_eq!(store.unsynced(), 2);
    for survivors in 0..=2 {
        assert_eq!(keys(&store.after_crash(survivors)), 1 + survivors);
    }
    assert_eq!(keys(&store), 3);
}

#[test]
fn a_failed_sync_makes_nothing_durable() {
    let store = MemoryStore::new();
    store.write(&[put(b"a")]).unwrap();
    store.fail_next(MemoryTrouble::Sync);
    assert!(store.sync().is_err());
    assert_eq!(keys(&store.after_crash(0)), 0);
}

#[test]
fn a_failed_write_leaves_a_prefix() {
    let store = MemoryStore::new();
    store.fail_next(MemoryTrouble::WriteAfter(1));
    assert!(store.write(&[put(b"a"), put(b"b")]).is_err());
    assert_eq!(store.keys(Tree::Frames), [b"a"]);
}
