//! Keys travel from one vault to another.
#![allow(clippy::unwrap_used, reason = "a test fails where it stands")]

use dossier_proto::{EntryId, KeyId};
use dossier_vault::{
    Binding, GRANTED_KEY, GrantError, Kind, MasterKey, Purpose, UnsealError, Vault, VaultError, decode_keys,
    encode_keys,
};

struct House {
    vault: Vault,
    _directory: tempfile::TempDir,
}

fn house() -> House {
    let directory = tempfile::tempdir().unwrap();
    let master = MasterKey::create_or_read(directory.path().join("master.key")).unwrap();
    House { vault: Vault::open(directory.path().join("keys"), &master).unwrap(), _directory: directory }
}

fn content() -> Binding {
    Binding::entry(EntryId([1; 16]), Purpose::Content)
}

#[test]
fn a_granted_key_opens_and_digests_as_the_original() {
    let (ours, theirs) = (house(), house());
    let id = ours.vault.fresh(Kind::Revision).unwrap();
    let sealed = ours.vault.seal(id, &content(), b"{}").unwrap();
    assert!(matches!(theirs.vault.unseal(&sealed, &content()), Err(UnsealError::Unknown(unknown)) if unknown == id));

    let sent = encode_keys(&ours.vault.grant(&[id]).unwrap().keys);
    assert_eq!(sent.len(), GRANTED_KEY);
    let keys = decode_keys(&sent).unwrap();
    assert_eq!(theirs.vault.admit(keys.clone()).unwrap().new, 1);
    assert_eq!(theirs.vault.admit(keys).unwrap().known, 1);
    assert_eq!(*theirs.vault.unseal(&sealed, &content()).unwrap(), b"{}");
    assert_eq!(theirs.vault.content_digest(id, b"{}").unwrap(), ours.vault.content_digest(id, b"{}").unwrap());
}

#[test]
fn a_grant_says_what_is_unknown_and_what_was_erased() {
    let ours = house();
    let (here, erased) = (ours.vault.fresh(Kind::Revision).unwrap(), ours.vault.fresh(Kind::Revision).unwrap());
    let never = KeyId([9; 16]);
    ours.vault.erase(erased).unwrap();
    let granted = ours.vault.grant(&[here, erased, never]).unwrap();
    assert_eq!(granted.keys.iter().map(|key| key.key_id()).collect::<Vec<_>>(), [here]);
    assert_eq!((granted.erased, granted.unknown), (vec![erased], vec![never]));
}

/// The id commits to kind, key and salt: no bit of a grant can be changed on the way, by accident or by the one who grants.
#[test]
fn an_altered_grant_is_refused_whole() {
    let (ours, theirs) = (house(), house());
    let ids = [ours.vault.fresh(Kind::Revision).unwrap(), ours.vault.fresh(Kind::Revision).unwrap()];
    let sent = encode_keys(&ours.vault.grant(&ids).unwrap().keys);
    for byte in 0..GRANTED_KEY {
        let mut altered = sent.clone();
        altered[GRANTED_KEY + byte] ^= 1;
        match decode_keys(&altered) {
            Ok(keys) => assert!(matches!(theirs.vault.admit(keys), Err(VaultError::NotThatKey(_))), "byte {byte}"),
            Err(GrantError::Format(0)) => assert_eq!(byte, 0),
            Err(GrantError::Kind(0)) => assert_eq!(byte, 17),
            Err(error) => panic!("byte {byte}: {error}"),
        }
    }
    assert!(!theirs.vault.holds(ids[0]), "the sound one of the two was not admitted either");
    assert_eq!(decode_keys(&sent[1..]).unwrap_err(), GrantError::Length(2 * GRANTED_KEY - 1));
}

#[test]
fn the_same_key_twice_in_one_grant_is_admitted_once() {
    let (ours, theirs) = (house(), house());
    let id = ours.vault.fresh(Kind::Revision).unwrap();
    let keys = ours.vault.grant(&[id, id]).unwrap().keys;
    let admitted = theirs.vault.admit(keys).unwrap();
    assert_eq!((admitted.new, admitted.known), (1, 1));
    assert_eq!(theirs.vault.counts().slots, 1);
}

#[test]
fn nothing_shows_a_key() {
    let ours = house();
    let id = ours.vault.fresh(Kind::Revision).unwrap();
    let granted = ours.vault.grant(&[id]).unwrap();
    let key = granted.keys[0].encode();
    let salt = ours.vault.salt(id).unwrap();
    let shown = format!("{granted:?} {salt:?} {:?}", ours.vault);
    assert!(!shown.contains(&hex::encode(&key[18..22])) && !shown.contains(&salt.disclose()[..8]), "{shown}");
}
