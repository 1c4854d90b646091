//! One suite for every store: [`store_conformance!`] makes a test of each promise.

use std::ops::ControlFlow;

use super::{KEY_BYTES_MAX, Put, Store, StoreError, Tree, VALUE_BYTES_MAX};

/// Instantiates the suite; `$make` is an expression that gives `(store, keep)` for a fresh, empty store, `keep`
/// being whatever must outlive it.
macro_rules! store_conformance {
    ($($name:ident),* $(,)? => $make:expr) => {
        $(
            #[test]
            fn $name() {
                let (store, _keep) = $make;
                $crate::store::conformance::$name(&store);
            }
        )*
    };
    ($make:expr) => {
        $crate::store::conformance::store_conformance! {
            a_key_has_the_value_written_last,
            trees_do_not_mix,
            a_scan_is_ascending_and_starts_where_it_is_told,
            a_scan_stops_when_told,
            a_visitor_may_read_the_store,
            floor_finds_the_greatest_key_not_above,
            an_empty_value_is_a_value,
            values_of_every_admitted_size_come_back,
            too_large_is_refused_before_anything_is_written,
            sync_may_run_beside_a_write => $make
        }
    };
}
pub(crate) use store_conformance;

fn put(tree: Tree, key: &[u8], value: &[u8]) -> Put {
    Put { tree, key: key.to_vec(), value: value.to_vec().into() }
}

fn all(store: &impl Store, tree: Tree, from: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut found = Vec::new();
    store
        .scan(tree, from, &mut |key, value| {
            found.push((key.to_vec(), value.to_vec()));
            ControlFlow::Continue(())
        })
        .unwrap();
    found
}

/// Enough keys for many pages and three levels of them.
fn fill(store: &impl Store, count: u32) {
    let puts: Vec<_> = (0..count).map(|n| put(Tree::Frames, &(n * 2).to_be_bytes(), &n.to_le_bytes())).collect();
    store.write(&puts).unwrap();
}

pub(crate) fn a_key_has_the_value_written_last(store: &impl Store) {
    assert_eq!(store.get(Tree::Meta, b"k").unwrap(), None);
    store.write(&[put(Tree::Meta, b"k", b"1"), put(Tree::Meta, b"k", b"2")]).unwrap();
    store.sync().unwrap();
    assert_eq!(store.get(Tree::Meta, b"k").unwrap().as_deref(), Some(&b"2"[..]));
    store.write(&[put(Tree::Meta, b"k", b"3")]).unwrap();
    assert_eq!(store.get(Tree::Meta, b"k").unwrap().as_deref(), Some(&b"3"[..]), "a read sees what is not yet synced");
}

pub(crate) fn trees_do_not_mix(store: &impl Store) {
    let puts: Vec<_> = Tree::ALL.iter().map(|tree| put(*tree, b"k", tree.name().as_bytes())).collect();
    store.write(&puts).unwrap();
    for tree in Tree::ALL {
        assert_eq!(store.get(tree, b"k").unwrap().as_deref(), Some(tree.name().as_bytes()));
        assert_eq!(all(store, tree, b"").len(), 1);
        assert_eq!(store.floor(tree, b"a").unwrap(), None);
    }
}

pub(crate) fn a_scan_is_ascending_and_starts_where_it_is_told(store: &impl Store) {
    fill(store, 3000);
    let every = all(store, Tree::Frames, b"");
    assert_eq!(every.len(), 3000);
    assert!(every.is_sorted());
    for start in [0_u32, 1, 2, 777, 4001, 5998] {
        let found = all(store, Tree::Frames, &start.to_be_bytes());
        let expected = start.div_ceil(2);
        assert_eq!(found.first().unwrap().1, expected.to_le_bytes(), "from {start}");
        assert_eq!(found.len(), 3000 - expected as usize);
    }
    assert!(all(store, Tree::Frames, &6000_u32.to_be_bytes()).is_empty());
}

pub(crate) fn a_scan_stops_when_told(store: &impl Store) {
    fill(store, 300);
    let mut seen = 0;
    let mut visit = |_: &[u8], _| {
        seen += 1;
        if seen == 100 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    store.scan(Tree::Frames, b"", &mut visit).unwrap();
    assert_eq!(seen, 100);
}

pub(crate) fn a_visitor_may_read_the_store(store: &impl Store) {
    fill(store, 200);
    let mut same = 0;
    let mut visit = |key: &[u8], value| {
        same += usize::from(store.get(Tree::Frames, key).unwrap() == Some(value));
        ControlFlow::Continue(())
    };
    store.scan(Tree::Frames, b"", &mut visit).unwrap();
    assert_eq!(same, 200);
}

pub(crate) fn floor_finds_the_greatest_key_not_above(store: &impl Store) {
    assert_eq!(store.floor(Tree::Frames, b"\xff").unwrap(), None);
    fill(store, 3000);
    for limit in (0_u32..6100).step_by(7) {
        let expected = (limit / 2).min(2999);
        let (key, value) = store.floor(Tree::Frames, &limit.to_be_bytes()).unwrap().unwrap();
        assert_eq!(key, (expected * 2).to_be_bytes(), "not above {limit}");
        assert_eq!(*value, expected.to_le_bytes());
    }
}

pub(crate) fn an_empty_value_is_a_value(store: &impl Store) {
    store.write(&[put(Tree::Frames, b"k", b"")]).unwrap();
    assert_eq!(store.get(Tree::Frames, b"k").unwrap().as_deref(), Some(&b""[..]));
    assert_eq!(all(store, Tree::Frames, b"").len(), 1);
}

pub(crate) fn values_of_every_admitted_size_come_back(store: &impl Store) {
    let value = |n: usize| -> Vec<u8> { (0..n).map(|i| (i * 31 + n) as u8).collect() };
    for size in (0..=VALUE_BYTES_MAX).step_by(97).chain([VALUE_BYTES_MAX]) {
        let key = (size as u32).to_be_bytes();
        store.write(&[put(Tree::Frames, &key, &value(size))]).unwrap();
    }
    for size in (0..=VALUE_BYTES_MAX).step_by(97).chain([VALUE_BYTES_MAX]) {
        let found = store.get(Tree::Frames, &(size as u32).to_be_bytes()).unwrap();
        assert_eq!(found.as_deref(), Some(&value(size)[..]), "a value of {size} bytes");
    }
}

pub(crate) fn too_large_is_refused_before_anything_is_written(store: &impl Store) {
    let good = put(Tree::Frames, b"good", b"1");
    let bad = [put(Tree::Frames, b"k", &vec![0; VALUE_BYTES_MAX + 1]), put(Tree::Frames, &[0; KEY_BYTES_MAX + 1], b"")];
    for bad in bad {
        let refused = store.write(&[good.clone(), bad]);
        assert!(matches!(refused, Err(StoreError::TooLarge { .. })), "{refused:?}");
    }
    assert_eq!(store.get(Tree::Frames, b"good").unwrap(), None);
}

pub(crate) fn sync_may_run_beside_a_write(store: &impl Store) {
    std::thread::scope(|scope| {
        let syncs = scope.spawn(|| (0..50).try_for_each(|_| store.sync()));
        for n in 0..500_u32 {
            store.write(&[put(Tree::Frames, &n.to_be_bytes(), &[7; 700])]).unwrap();
        }
        syncs.join().unwrap().unwrap();
    });
    assert_eq!(all(store, Tree::Frames, b"").len(), 500);
}
