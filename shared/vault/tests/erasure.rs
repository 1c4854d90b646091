//! P11: after an erasure no byte of the key is left in the data directory, and nothing brings it back.
#![allow(clippy::unwrap_used, reason = "a test fails where it stands")]

use std::{fs, path::Path};

use dossier_proto::{EntryId, KeyId, SubjectId};
use dossier_vault::{
    Binding, Erased, GrantedKey, Holding, KeyError, Kind, MasterKey, Purpose, SealError, UnsealError, Vault,
};

/// Pieces this long of a secret count as found: shorter ones can be there by chance.
const PIECE: usize = 8;

struct House {
    directory: tempfile::TempDir,
    master: MasterKey,
}

impl House {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let master = MasterKey::create_or_read(directory.path().join("master.key")).unwrap();
        Self { directory, master }
    }

    fn open(&self) -> Vault {
        Vault::open(self.directory.path().join("keys"), &self.master).unwrap()
    }

    /// All bytes of all files below the directory, one file after the other.
    fn bytes(&self) -> Vec<u8> {
        fn read(directory: &Path, into: &mut Vec<u8>) {
            for entry in fs::read_dir(directory).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { read(&path, into) } else { into.extend(fs::read(path).unwrap()) }
            }
        }
        let mut bytes = Vec::new();
        read(self.directory.path(), &mut bytes);
        bytes
    }

    /// What stands in the slot of a key behind its id: nonce, wrapped key and salt.
    fn wrapped(&self, id: KeyId) -> Vec<u8> {
        let bytes = self.bytes();
        let at = bytes.windows(16).position(|window| window == id.as_bytes()).expect("the id is on disk");
        bytes[at + 20..at + 124].to_vec()
    }
}

/// Whether any piece of a secret stands in the bytes.
fn holds_piece_of(bytes: &[u8], secret: &[u8]) -> bool {
    let pieces = secret.windows(PIECE).collect::<std::collections::HashSet<_>>();
    bytes.windows(PIECE).any(|window| pieces.contains(window))
}

/// Key and salt in the clear, as a grant carries them.
fn plain(vault: &Vault, id: KeyId) -> Vec<u8> {
    let granted = vault.grant(&[id]).unwrap().keys;
    granted[0].encode()[18..].to_vec()
}

fn name() -> Binding {
    Binding::subject(SubjectId([3; 16]), Purpose::Name)
}

fn other_vault() -> (House, Vault, Vec<GrantedKey>) {
    let house = House::new();
    let vault = house.open();
    let ids = [(); 3].map(|()| vault.fresh(Kind::Review).unwrap());
    let keys = vault.grant(&ids).unwrap().keys;
    (house, vault, keys)
}

#[test]
fn no_byte_of_an_erased_key_is_left_in_the_directory() {
    let house = House::new();
    let vault = house.open();
    let id = vault.fresh(Kind::Person).unwrap();
    let kept = vault.fresh(Kind::Person).unwrap();
    let sealed = vault.seal(id, &name(), "Аружан".as_bytes()).unwrap();
    let (plain, wrapped) = (plain(&vault, id), house.wrapped(id));
    assert!(holds_piece_of(&house.bytes(), &wrapped), "the search finds what is there");
    assert!(!holds_piece_of(&house.bytes(), &plain), "a key is never on disk in the clear");

    assert_eq!(vault.erase(id).unwrap(), Erased::Now);
    let check = |vault: &Vault| {
        let bytes = house.bytes();
        assert!(!holds_piece_of(&bytes, &plain) && !holds_piece_of(&bytes, &wrapped));
        assert!(matches!(vault.unseal(&sealed, &name()), Err(UnsealError::Erased(erased)) if erased == id));
        assert!(matches!(vault.seal(id, &name(), b""), Err(SealError::Key(KeyError::Erased(_)))));
        assert!(matches!(vault.salt(id), Err(KeyError::Erased(_))));
        assert!(matches!(vault.content_digest(id, b""), Err(KeyError::Erased(_))));
        let granted = vault.grant(&[id]).unwrap();
        assert!(granted.keys.is_empty() && granted.erased == [id]);
        assert_eq!((vault.holding(id), vault.holding(kept)), (Holding::Erased, Holding::Live));
        assert_eq!(vault.counts().erased, 1);
    };
    check(&vault);
    drop(vault);
    let vault = house.open();
    check(&vault);
    assert_eq!(vault.erase(id).unwrap(), Erased::Before);
}

#[test]
fn also_of_keys_that_came_by_a_grant() {
    let (_theirs, _, keys) = other_vault();
    let house = House::new();
    let vault = house.open();
    let ids = keys.iter().map(GrantedKey::key_id).collect::<Vec<_>>();
    vault.admit(keys).unwrap();
    let secrets = ids.iter().flat_map(|id| [plain(&vault, *id), house.wrapped(*id)]).collect::<Vec<_>>();
    for id in ids {
        vault.erase(id).unwrap();
    }
    let bytes = house.bytes();
    assert!(secrets.iter().all(|secret| !holds_piece_of(&bytes, secret)));
}

#[test]
fn an_erased_key_is_not_admitted_again() {
    let (_theirs, _, keys) = other_vault();
    let ids = keys.iter().map(GrantedKey::key_id).collect::<Vec<_>>();
    let house = House::new();
    let vault = house.open();
    vault.admit(keys.clone()).unwrap();
    vault.erase(ids[0]).unwrap();
    drop(vault);
    let vault = house.open();
    let admitted = vault.admit(keys).unwrap();
    assert_eq!((admitted.new, admitted.known, admitted.erased), (0, 2, vec![ids[0]]));
    assert_eq!(vault.holding(ids[0]), Holding::Erased);
}

/// The erasure is read before the key that was asked for arrives: the key must not come in behind it.
#[test]
fn a_key_that_comes_after_its_erasure_is_refused() {
    let (_theirs, _, keys) = other_vault();
    let id = keys[1].key_id();
    let house = House::new();
    let vault = house.open();
    assert_eq!(vault.erase(id).unwrap(), Erased::NeverHeld);
    assert_eq!(vault.erase(id).unwrap(), Erased::Before);
    drop(vault);
    let vault = house.open();
    let admitted = vault.admit(keys).unwrap();
    assert_eq!((admitted.new, admitted.erased), (2, vec![id]));
}

/// What others read while it happens is the text or "erased", never "damaged".
#[test]
fn reading_during_an_erasure_sees_the_text_or_its_end() {
    let house = House::new();
    let vault = house.open();
    let binding = Binding::entry(EntryId([1; 16]), Purpose::Content);
    for _ in 0..20 {
        let id = vault.fresh(Kind::Revision).unwrap();
        let sealed = vault.seal(id, &binding, b"{}").unwrap();
        std::thread::scope(|scope| {
            let reader = scope.spawn(|| {
                loop {
                    match vault.unseal(&sealed, &binding) {
                        Ok(text) => assert_eq!(*text, b"{}"),
                        Err(UnsealError::Erased(_)) => break,
                        Err(error) => panic!("{error}"),
                    }
                }
            });
            vault.erase(id).unwrap();
            reader.join().unwrap();
        });
    }
}
