mod travelling;

use std::{
    fs,
    path::{Path, PathBuf},
};

use dossier_proto::{Digest, EntryId};

use super::*;
use crate::{KeyError, MasterKey, digest_with_salt};

const ENTRY: EntryId = EntryId([7; 16]);
const LIMIT: u64 = 25_000_000;

struct Room {
    directory: tempfile::TempDir,
    vault: Vault,
    store: FileStore,
}

impl Room {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let master = MasterKey::create_or_read(directory.path().join("master.key")).unwrap();
        let vault = Vault::open_unthreaded(directory.path().join("keys"), &master).unwrap();
        let store = FileStore::new(directory.path().join("attachments"), vault.clone());
        Self { directory, vault, store }
    }

    fn keep(&self, bytes: &[u8]) -> Stored {
        let mut incoming = self.store.receive(ENTRY, LIMIT).unwrap();
        // In steps that are no divisor of a piece.
        bytes.chunks(10_007).for_each(|step| incoming.write(step).unwrap());
        incoming.finish("text/plain").unwrap()
    }

    fn place(&self, stored: &Stored) -> PathBuf {
        self.directory.path().join("attachments").join(ENTRY.to_string()).join(stored.digest.to_string())
    }

    fn read(&self, digest: Digest) -> Result<Vec<u8>, FileError> {
        all(self.store.read(ENTRY, digest)?)
    }
}

fn all(mut outgoing: Outgoing) -> Result<Vec<u8>, FileError> {
    let mut bytes = Vec::new();
    while let Some(piece) = outgoing.piece()? {
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

/// Bytes of which no two pieces are alike.
fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at * 31 + at / 251 + at / 65_537) as u8).collect()
}

fn names(directory: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_file_of_any_length_comes_back() {
    let room = Room::new();
    for length in [1, 2, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 3 * PIECE + 7] {
        let bytes = bytes(length);
        let stored = room.keep(&bytes);
        assert_eq!(stored.bytes, length as u64);
        assert_eq!(stored.digest, digest_with_salt(&room.vault.salt(stored.key).unwrap(), &bytes));
        assert!(room.store.look(ENTRY, stored.digest).is_ok());
        assert_eq!(room.read(stored.digest).unwrap(), bytes, "{length} bytes");
        let kept = room.store.look(ENTRY, stored.digest).unwrap();
        assert_eq!((kept.key, kept.bytes), (stored.key, stored.bytes));
        assert_eq!(kept.media_type, "text/plain");
    }
}

#[test]
fn the_files_of_an_entry_are_listed() {
    let room = Room::new();
    assert!(room.store.list(ENTRY).unwrap().is_empty());
    let (one, other) = (room.keep(b"one"), room.keep(&bytes(PIECE)));
    let listed = room.store.list(ENTRY).unwrap();
    let names: std::collections::BTreeSet<_> = listed.iter().map(|(digest, _)| *digest).collect();
    assert_eq!(names, [one.digest, other.digest].into());
    assert!(listed.iter().all(|(digest, length)| *length > if *digest == one.digest { 3 } else { PIECE as u64 }));
    assert!(room.store.list(EntryId([8; 16])).unwrap().is_empty());
}

#[test]
fn what_is_no_media_type_is_refused() {
    let room = Room::new();
    for wrong in ["a b", "text/plain\n", "é", &"x".repeat(97)] {
        let mut incoming = room.store.receive(ENTRY, LIMIT).unwrap();
        incoming.write(b"words").unwrap();
        assert!(matches!(incoming.finish(wrong), Err(FileError::MediaType)), "{wrong:?}");
    }
    assert!(room.store.list(ENTRY).unwrap().is_empty());
}

#[test]
fn the_same_file_twice_has_two_names() {
    let room = Room::new();
    let (one, other) = (room.keep(b"the same"), room.keep(b"the same"));
    assert_ne!(one.digest, other.digest);
    assert_ne!(one.key, other.key);
}

#[test]
fn an_empty_file_is_refused() {
    let room = Room::new();
    assert!(matches!(room.store.receive(ENTRY, LIMIT).unwrap().finish("text/plain"), Err(FileError::Empty)));
    assert_eq!(names(&room.directory.path().join("attachments")), ["half"]);
}

#[test]
fn what_is_too_long_is_refused_while_it_comes_and_leaves_nothing() {
    let room = Room::new();
    let mut incoming = room.store.receive(ENTRY, 100_000).unwrap();
    incoming.write(&bytes(100_000)).unwrap();
    assert!(matches!(incoming.write(b"!"), Err(FileError::TooLong { limit: 100_000 })));
    drop(incoming);
    assert_eq!(names(&room.directory.path().join("attachments")), ["half"]);
    assert!(names(&room.directory.path().join("attachments/half")).is_empty());
}

#[test]
fn what_a_crash_left_half_written_is_removed() {
    let room = Room::new();
    let kept = room.keep(b"whole");
    let mut incoming = room.store.receive(ENTRY, LIMIT).unwrap();
    incoming.write(&bytes(3 * PIECE)).unwrap();
    std::mem::forget(incoming);
    assert_eq!(names(&room.directory.path().join("attachments/half")).len(), 1);
    let again = FileStore::new(room.directory.path().join("attachments"), room.vault.clone());
    again.tidy().unwrap();
    assert!(names(&room.directory.path().join("attachments/half")).is_empty());
    assert!(again.look(ENTRY, kept.digest).is_ok());
}

#[test]
fn the_disk_holds_none_of_its_words() {
    let room = Room::new();
    let text = "The delegation of Kenya ".repeat(10_000);
    room.keep(text.as_bytes());
    for entry in fs::read_dir(room.directory.path().join("attachments").join(ENTRY.to_string())).unwrap() {
        let found = fs::read(entry.unwrap().path()).unwrap();
        assert!(found.len() > text.len());
        assert!(!found.windows(10).any(|window| window == b"delegation"));
    }
}

#[test]
fn with_its_key_the_file_is_gone() {
    let room = Room::new();
    let stored = room.keep(&bytes(2 * PIECE));
    let mut under_way = room.store.read(ENTRY, stored.digest).unwrap();
    under_way.piece().unwrap();
    room.vault.erase(stored.key).unwrap();
    assert!(matches!(under_way.piece(), Err(FileError::Key(KeyError::Erased(_)))), "in the middle of reading");
    assert!(matches!(room.read(stored.digest), Err(FileError::Key(KeyError::Erased(_)))));
    room.store.remove(ENTRY, stored.digest).unwrap();
    room.store.remove(ENTRY, stored.digest).unwrap();
    assert!(matches!(room.read(stored.digest), Err(FileError::Missing(_))));
}

#[test]
fn a_file_opens_for_its_entry_alone() {
    let room = Room::new();
    let stored = room.keep(b"of one entry");
    let other = EntryId([8; 16]);
    assert!(matches!(room.store.read(other, stored.digest), Err(FileError::Missing(_))));
    let place = room.directory.path().join("attachments").join(other.to_string());
    fs::create_dir(&place).unwrap();
    fs::copy(room.place(&stored), place.join(stored.digest.to_string())).unwrap();
    assert!(matches!(room.store.look(other, stored.digest), Err(FileError::Damaged { .. })));
    let other = room.store.read(other, stored.digest).unwrap();
    assert!(matches!(all(other), Err(FileError::Damaged { .. })));
}

#[test]
fn every_changed_byte_is_found() {
    let room = Room::new();
    let stored = room.keep(b"a short file");
    let whole = fs::read(room.place(&stored)).unwrap();
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        fs::write(room.place(&stored), changed).unwrap();
        assert!(room.read(stored.digest).is_err(), "byte {at}");
        assert!(room.store.look(ENTRY, stored.digest).is_err(), "byte {at}");
    }
}

#[test]
fn pieces_left_out_moved_repeated_or_of_another_file_are_found() {
    let room = Room::new();
    let (stored, other) = (room.keep(&bytes(4 * PIECE)), room.keep(&bytes(4 * PIECE)));
    let whole = fs::read(room.place(&stored)).unwrap();
    let foreign = fs::read(room.place(&other)).unwrap();
    let (front, pieces) = whole.split_at(form::FRONT);
    let pieces: Vec<&[u8]> = pieces.chunks(form::PIECE_FRONT + form::SEALED_MAX).collect();
    assert_eq!(pieces.len(), 4);
    let [a, b, c, d] = pieces.try_into().unwrap();
    let theirs = &foreign[form::FRONT..][..a.len()];
    let wrong: [&[&[u8]]; 9] = [
        &[],
        &[a, b, c],
        &[a, b, d],
        &[b, c, d],
        &[b, a, c, d],
        &[a, a, b, c, d],
        &[a, b, c, d, d],
        &[theirs, b, c, d],
        &[a, b, c, &d[..d.len() - 1]],
    ];
    for (number, pieces) in wrong.into_iter().enumerate() {
        fs::write(room.place(&stored), [front, &pieces.concat()].concat()).unwrap();
        assert!(matches!(room.read(stored.digest), Err(FileError::Damaged { .. })), "arrangement {number}");
    }
    fs::write(room.place(&stored), [front, a, b, c, d].concat()).unwrap();
    assert_eq!(room.read(stored.digest).unwrap(), bytes(4 * PIECE));
}

#[test]
fn one_file_under_the_name_of_another_is_found() {
    let room = Room::new();
    let (one, other) = (room.keep(b"one"), room.keep(b"other"));
    fs::copy(room.place(&one), room.place(&other)).unwrap();
    assert!(matches!(room.read(other.digest), Err(FileError::Damaged { .. })));
}
