//! Where the master key comes from, and what follows from it.

use std::os::unix::fs::PermissionsExt;

use super::*;

const TEXT: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

fn sample() -> MasterKey {
    MasterKey(std::array::from_fn(|n| n as u8))
}

#[test]
fn a_file_is_made_once_for_the_owner_only() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("master.key");
    let first = MasterKey::create_or_read(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(MasterKey::create_or_read(&path).unwrap().0, first.0);
    assert_eq!(MasterKey::from_file(&path).unwrap().0, first.0);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "no draft is left");
}

#[test]
fn of_many_at_once_one_makes_the_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("master.key");
    let keys = std::thread::scope(|scope| {
        let threads = [(); 8].map(|()| scope.spawn(|| MasterKey::create_or_read(&path).unwrap().0));
        threads.map(|thread| thread.join().unwrap())
    });
    assert!(keys.iter().all(|key| *key == keys[0]));
}

#[test]
fn only_64_digits_are_a_key() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("master.key");
    for (text, good) in [
        (TEXT.to_owned(), true),
        (format!(" {}\r\n", TEXT.to_uppercase()), true),
        (String::new(), false),
        (TEXT[1..].to_owned(), false),
        (format!("{TEXT}00"), false),
        (TEXT.replace('0', "g"), false),
    ] {
        fs::write(&path, &text).unwrap();
        match MasterKey::from_file(&path) {
            Ok(key) => assert!(good && key.0 == sample().0, "{text:?}"),
            Err(MasterKeyError::Malformed { .. }) => assert!(!good, "{text:?}"),
            Err(error) => panic!("{text:?}: {error}"),
        }
    }
    fs::write(&path, [0xff; 32]).unwrap();
    assert!(matches!(MasterKey::from_file(&path), Err(MasterKeyError::Malformed { .. })));
    // A broken file is never replaced by a new key.
    assert!(matches!(MasterKey::create_or_read(&path), Err(MasterKeyError::Malformed { .. })));
    assert_eq!(fs::read(&path).unwrap(), [0xff; 32]);
    assert!(matches!(MasterKey::from_file(directory.path().join("none")), Err(MasterKeyError::File { .. })));
}

#[test]
fn an_environment_variable_that_is_not_set_is_told() {
    let error = MasterKey::from_env("DOSSIER_TEST_NOT_SET").unwrap_err();
    assert!(error.to_string().contains("DOSSIER_TEST_NOT_SET is not set"), "{error}");
}

/// Computed with Python's hmac module: `hmac.new(bytes(range(32)), b"dossier/1/derive\0demo-tokens", "sha256").hexdigest()`.
#[test]
fn derived_secrets_never_change() {
    assert_eq!(
        hex::encode(sample().derive("demo-tokens")),
        "5ddc239e46e9076af05cf0ff683cfea3cd58ab21ea75babe7ab9eeaa2ae6062e"
    );
    assert_eq!(sample().fingerprint(), "7704f5eb307af896");
    assert_ne!(sample().derive("a"), sample().derive("b"));
    assert_ne!(sample().derive(""), *sample().wrapping_key());
}

#[test]
fn it_is_not_shown() {
    let shown = format!("{:?}", sample());
    assert!(!shown.contains("0001020304"), "{shown}");
}
