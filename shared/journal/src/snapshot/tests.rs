//! Kept, passed over, deleted.

use super::*;

fn snapshot(epoch: u32, size: u64) -> Snapshot {
    let frontier = (0..size.count_ones()).map(|n| Hash::from_bytes([n as u8; 32])).collect();
    Snapshot { edge: TrustedEdge { epoch, size, frontier }, state: vec![size as u8; 1000].into() }
}

#[test]
fn the_newest_comes_back_and_two_are_kept() {
    let directory = tempfile::tempdir().unwrap();
    let snapshots = Snapshots::new(directory.path().join("snapshots"), [1; 32]);
    assert_eq!(snapshots.newest().unwrap(), None);
    for (epoch, size) in [(0, 9), (0, 10), (0, 100_000_000_000), (1, 2), (1, 3)] {
        snapshots.save(&snapshot(epoch, size)).unwrap();
        assert_eq!(snapshots.newest().unwrap(), Some(snapshot(epoch, size)));
    }
    assert_eq!(fs::read_dir(directory.path().join("snapshots")).unwrap().count(), KEPT);
    snapshots.delete_all().unwrap();
    assert_eq!(snapshots.newest().unwrap(), None);
}

#[test]
fn any_damage_is_passed_over() {
    let directory = tempfile::tempdir().unwrap();
    let snapshots = Snapshots::new(directory.path(), [1; 32]);
    snapshots.save(&snapshot(0, 3)).unwrap();
    snapshots.save(&snapshot(0, 5)).unwrap();
    let path = directory.path().join(file_name(0, 5));
    let whole = fs::read(&path).unwrap();
    for at in (0..whole.len()).step_by(13) {
        let mut flipped = whole.clone();
        flipped[at] ^= 4;
        fs::write(&path, flipped).unwrap();
        assert_eq!(snapshots.newest().unwrap(), Some(snapshot(0, 3)), "byte {at}");
        fs::write(&path, &whole[..at]).unwrap();
        assert_eq!(snapshots.newest().unwrap(), Some(snapshot(0, 3)), "cut at {at}");
    }
    fs::write(&path, &whole).unwrap();
    assert_eq!(snapshots.newest().unwrap(), Some(snapshot(0, 5)));
}

#[test]
fn other_code_does_not_read_it() {
    let directory = tempfile::tempdir().unwrap();
    Snapshots::new(directory.path(), [1; 32]).save(&snapshot(0, 3)).unwrap();
    assert_eq!(Snapshots::new(directory.path(), [2; 32]).newest().unwrap(), None);
}

#[test]
fn an_unfinished_one_is_no_snapshot() {
    let directory = tempfile::tempdir().unwrap();
    let snapshots = Snapshots::new(directory.path(), [1; 32]);
    fs::write(directory.path().join("0000000000-00000000000000000009.unfinished"), b"half").unwrap();
    assert_eq!(snapshots.newest().unwrap(), None);
    snapshots.save(&snapshot(0, 3)).unwrap();
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
}
