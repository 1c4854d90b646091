//! A file goes from one store to another, under seal.

use std::time::{Duration, SystemTime};

use super::*;

/// Where a file comes from, and where it goes: the key is there already.
struct Road {
    from: Room,
    to: Room,
}

impl Road {
    fn new() -> Self {
        Self { from: Room::new(), to: Room::new() }
    }

    /// A file at the beginning of the road, its key at the end too.
    fn keep(&self, bytes: &[u8]) -> Kept {
        let stored = self.from.keep(bytes);
        let granted = self.from.vault.grant(&[stored.key]).unwrap();
        self.to.vault.admit(granted.keys).unwrap();
        self.from.store.look(ENTRY, stored.digest).unwrap()
    }

    /// The whole of it, under seal.
    fn sealed(&self, kept: &Kept) -> Vec<u8> {
        let part = self.from.store.sealed(ENTRY, kept.digest, 0, usize::MAX).unwrap();
        assert_eq!(part.key, kept.key);
        part.bytes
    }

    /// Takes bytes in, in steps that are no divisor of anything.
    fn arrive(&self, kept: &Kept, sealed: &[u8]) -> Result<(), FileError> {
        let mut arriving = self.to.store.arrive(ENTRY, kept.clone())?;
        sealed.chunks(7_919).try_for_each(|step| arriving.write(step))?;
        arriving.finish()
    }

    /// Nothing is here, and nothing half.
    fn is_empty(&self) -> bool {
        let attachments = self.to.directory.path().join("attachments");
        let halves = names(&attachments.join("half"));
        halves.is_empty() && self.to.store.list(ENTRY).unwrap().is_empty()
    }
}

#[test]
fn a_file_of_any_length_arrives_as_it_was() {
    let road = Road::new();
    for length in [1, 58, 59, 60, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 3 * PIECE + 7] {
        let bytes = bytes(length);
        let kept = road.keep(&bytes);
        let sealed = road.sealed(&kept);
        assert_eq!(form::length_on_disk(length as u64), Some(sealed.len() as u64), "{length} bytes");
        road.arrive(&kept, &sealed).unwrap();
        assert_eq!(road.to.read(kept.digest).unwrap(), bytes, "{length} bytes");
        assert_eq!(road.to.store.look(ENTRY, kept.digest).unwrap(), kept);
        assert_eq!(
            road.to.store.sealed(ENTRY, kept.digest, 0, usize::MAX).unwrap().bytes,
            sealed,
            "it can go on from here"
        );
    }
}

#[test]
fn parts_are_given_as_they_are_asked_for() {
    let road = Road::new();
    let kept = road.keep(&bytes(PIECE + 9));
    let whole = road.sealed(&kept);
    let part = |offset, length| road.from.store.sealed(ENTRY, kept.digest, offset, length).unwrap().bytes;
    assert_eq!(part(0, 10), whole[..10]);
    assert_eq!(part(100, 70_000), whole[100..][..70_000.min(whole.len() - 100)]);
    assert_eq!(part(whole.len() as u64 - 3, 100), whole[whole.len() - 3..]);
    assert!(part(whole.len() as u64, 100).is_empty() && part(u64::MAX / 2, 100).is_empty());
}

#[test]
fn what_is_changed_on_the_way_does_not_arrive() {
    let road = Road::new();
    let kept = road.keep(&bytes(2 * PIECE + 100));
    let whole = road.sealed(&kept);
    // The front, each part of a piece, the last bytes: one bit each.
    let step = form::piece_on_disk(PIECE as u64) as usize;
    let mut places = vec![0, 20, 40, 55, 60, form::FRONT - 1];
    places.extend([0, 23, 24, 27, 28, 500, step - 1].map(|at| form::FRONT + at));
    places.extend([form::FRONT + step + 30, form::FRONT + 2 * step + 30, whole.len() - 1]);
    for place in places {
        let mut changed = whole.clone();
        changed[place] ^= 1;
        let told = road.arrive(&kept, &changed);
        assert!(matches!(told, Err(FileError::Foreign { .. })), "byte {place}: {told:?}");
        assert!(road.is_empty(), "byte {place} left something");
    }
    road.arrive(&kept, &whole).unwrap();
}

#[test]
fn what_is_short_long_or_in_another_order_does_not_arrive() {
    let road = Road::new();
    let kept = road.keep(&bytes(2 * PIECE + 100));
    let whole = road.sealed(&kept);
    let (front, pieces) = whole.split_at(form::FRONT);
    let step = form::piece_on_disk(PIECE as u64) as usize;
    let (a, rest) = pieces.split_at(step);
    let (b, last) = rest.split_at(step);
    let wrong: [Vec<&[u8]>; 9] = [
        vec![],
        vec![front],
        vec![front, a, b],
        vec![front, a, b, &last[..last.len() - 1]],
        vec![front, b, a, last],
        vec![front, a, a, last],
        vec![front, last, a, b],
        vec![front, a, b, last, b"more"],
        vec![a, front, b, last],
    ];
    for (number, parts) in wrong.into_iter().enumerate() {
        let told = road.arrive(&kept, &parts.concat());
        assert!(matches!(told, Err(FileError::Foreign { .. })), "arrangement {number}: {told:?}");
        assert!(road.is_empty(), "arrangement {number} left something");
    }
}

#[test]
fn another_file_does_not_arrive_in_its_place() {
    let road = Road::new();
    let (one, other) = (road.keep(&bytes(PIECE + 5)), road.keep(&bytes(PIECE + 5)));
    let theirs = road.sealed(&other);
    assert!(matches!(road.arrive(&one, &theirs), Err(FileError::Foreign { .. })));
    // Not under its own key and another name either.
    let renamed = Kept { digest: one.digest, ..other.clone() };
    assert!(matches!(road.arrive(&renamed, &theirs), Err(FileError::Foreign { .. })));
    let typed = Kept { digest: other.digest, key: other.key, bytes: other.bytes, media_type: "text/html".to_owned() };
    assert!(matches!(road.arrive(&typed, &theirs), Err(FileError::Foreign { .. })));
    let longer = Kept { bytes: other.bytes + 1, ..other.clone() };
    assert!(matches!(road.arrive(&longer, &theirs), Err(FileError::Foreign { .. })));
    // Nor that of another entry: its pieces open for that entry alone.
    let mut arriving = road.to.store.arrive(EntryId([9; 16]), other).unwrap();
    let told = arriving.write(&theirs);
    assert!(matches!(told, Err(FileError::Foreign { .. })), "{told:?}");
    drop(arriving);
    assert!(road.is_empty());
}

#[test]
fn what_no_file_can_be_is_not_begun() {
    let road = Road::new();
    let kept = road.keep(b"words");
    for bytes in [0, ARRIVING_BYTES_MAX + 1, u64::MAX] {
        let told = road.to.store.arrive(ENTRY, Kept { bytes, ..kept.clone() }).map(drop);
        assert!(matches!(told, Err(FileError::Foreign { .. })), "{bytes} bytes: {told:?}");
    }
    assert!(names(&road.to.directory.path().join("attachments/half")).is_empty());
}

#[test]
fn nothing_arrives_without_its_key_or_after_it_was_erased() {
    let road = Road::new();
    let stored = road.from.keep(b"words");
    let kept = road.from.store.look(ENTRY, stored.digest).unwrap();
    let told = road.to.store.arrive(ENTRY, kept).map(drop);
    assert!(matches!(told, Err(FileError::Key(KeyError::Unknown(_)))), "{told:?}");

    let kept = road.keep(&bytes(2 * PIECE));
    let whole = road.sealed(&kept);
    let mut arriving = road.to.store.arrive(ENTRY, kept.clone()).unwrap();
    arriving.write(&whole[..PIECE]).unwrap();
    assert!(!road.to.store.is_erased(kept.key));
    road.to.vault.erase(kept.key).unwrap();
    assert!(road.to.store.is_erased(kept.key));
    let told = arriving.write(&whole[PIECE..]);
    assert!(matches!(told, Err(FileError::Key(KeyError::Erased(_)))), "{told:?}");
    drop(arriving);
    assert!(road.is_empty());
    // Where it came from, it is not given any more either.
    road.from.vault.erase(kept.key).unwrap();
    let told = road.from.store.sealed(ENTRY, kept.digest, 0, 1);
    assert!(matches!(told, Err(FileError::Key(KeyError::Erased(_)))), "{told:?}");
}

#[test]
fn what_breaks_off_is_not_here_and_is_gone_after_a_start() {
    let road = Road::new();
    let kept = road.keep(&bytes(2 * PIECE));
    let whole = road.sealed(&kept);
    let mut arriving = road.to.store.arrive(ENTRY, kept.clone()).unwrap();
    arriving.write(&whole[..whole.len() - 1]).unwrap();
    assert_eq!((arriving.left(), arriving.came()), (1, whole.len() as u64 - 1));
    assert!(!road.to.store.is_here(ENTRY, kept.digest));
    // The process is killed: nothing is dropped.
    std::mem::forget(arriving);
    let half = road.to.directory.path().join("attachments/half");
    assert_eq!(names(&half).len(), 1);
    FileStore::new(road.to.directory.path().join("attachments"), road.to.vault.clone()).tidy().unwrap();
    assert!(names(&half).is_empty());
    assert!(!road.to.store.is_here(ENTRY, kept.digest));
    road.arrive(&kept, &whole).unwrap();
    assert!(road.to.store.is_here(ENTRY, kept.digest));
}

#[test]
fn files_are_known_by_when_they_came() {
    let room = Room::new();
    let (one, other) = (room.keep(b"one"), room.keep(b"other"));
    let _coming = room.store.receive(ENTRY, LIMIT).unwrap();
    fs::write(room.directory.path().join("attachments/no-entry"), "").unwrap();
    let now = SystemTime::now();
    let long_ago = now - Duration::from_secs(1000);
    let aged = File::options().write(true).open(room.place(&one)).unwrap();
    aged.set_modified(long_ago).unwrap();
    assert_eq!(room.store.older_than(now - Duration::from_secs(500)).unwrap(), [(ENTRY, one.digest)]);
    assert!(room.store.older_than(long_ago).unwrap().is_empty());
    let mut all = room.store.older_than(now + Duration::from_secs(500)).unwrap();
    all.sort_unstable();
    let mut expected = vec![(ENTRY, one.digest), (ENTRY, other.digest)];
    expected.sort_unstable();
    assert_eq!(all, expected);
}
