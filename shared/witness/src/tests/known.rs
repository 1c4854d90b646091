//! Whose checkpoints are believed.

use super::*;
use crate::{KEYS_BYTES_MAX, KnownLogsError, NotBelieved, epoch_of};

#[test]
fn a_log_is_known_by_its_key_and_by_no_other() {
    let tree = honest(3);
    known().believe(signed(&tree)).unwrap();
    known().believe(signed_by(&signer(), LOG, &tree)).unwrap();
    for origin in
        ["test-1/moderation/0", "test-1/submission/0/0", "test-1/submission/00", "test-1/submission/x", "test-1"]
    {
        let refused = known().believe(signed_by(&signer(), origin, &tree)).unwrap_err();
        assert!(matches!(refused, NotBelieved::Unknown(_)), "{origin}: {refused}");
    }
    let forged = known().believe(signed_by(&stranger(), ORIGIN, &tree)).unwrap_err();
    assert!(matches!(forged, NotBelieved::NotSigned(_)), "{forged}");
    let mut text = signed(&tree).text().to_owned();
    text = text.replacen("\n3\n", "\n4\n", 1);
    let changed = known().believe(SignedCheckpoint::parse(&text).unwrap()).unwrap_err();
    assert!(matches!(changed, NotBelieved::NotSigned(_)), "{changed}");
}

#[test]
fn a_cosigner_is_no_log() {
    let tree = honest(3);
    let mut only_seen = signed_by(&stranger(), ORIGIN, &tree);
    only_seen.cosign(&witness(), NOW).unwrap();
    let text = format!("{}\n{}\n", signer().verifier(), witness().verifier());
    let logs = KnownLogs::parse(&text).unwrap();
    assert_eq!(logs.names().collect::<Vec<_>>(), [LOG]);
    assert!(logs.believe(only_seen).is_err());
}

#[test]
fn a_key_that_was_given_up_signs_what_it_signed_and_nothing_after() {
    let (first, second) = (signer().verifier(), stranger().verifier());
    let text = format!("# log {LOG} up to 0/5\n{first}\n# log {LOG} after 0/5\n{second}\n");
    let logs = KnownLogs::parse(&text).unwrap();
    let believes = |key: &SigningKey, size| logs.believe(signed_by(key, ORIGIN, &honest(size))).is_ok();
    assert_eq!([believes(&signer(), 5), believes(&signer(), 6)], [true, false]);
    assert_eq!([believes(&stranger(), 5), believes(&stranger(), 6)], [false, true]);
}

#[test]
fn a_file_that_is_none_of_keys_is_refused_with_the_line() {
    assert_eq!(KnownLogs::parse("# nothing\n").unwrap_err(), KnownLogsError::Empty);
    let bogus = KnownLogs::parse(&format!("{}\nbogus", signer().verifier())).unwrap_err();
    assert!(bogus.to_string().starts_with("line 2"), "{bogus}");
    let long = "#".repeat(KEYS_BYTES_MAX + 1);
    assert!(matches!(KnownLogs::parse(&long), Err(KnownLogsError::Form(_))));
}

#[test]
fn an_epoch_has_one_spelling() {
    assert_eq!(epoch_of("a/b/7", "a/b"), Some(7));
    for wrong in ["a/b/07", "a/b/+7", "a/b/", "a/b", "a/c/7", "a/b/7/", "a/b/4294967296"] {
        assert_eq!(epoch_of(wrong, "a/b"), None, "{wrong}");
    }
}

#[test]
fn later_keys_of_a_log_are_taken_when_they_follow_from_the_known_ones() {
    use dossier_proof::{KeyHistory, Stand};
    let turned = |first: &SigningKey, next: &SigningKey| {
        let mut history = KeyHistory::from(first.verifier());
        let after = Stand { epoch: 0, size: 5 };
        history.turn(after, &first.verifier().to_string(), &next.verifier().to_string()).unwrap();
        history
    };
    let mut logs = known();
    let before = logs.clone();
    assert!(!logs.take(turned(&stranger(), &signer())), "from another first key");
    assert!(!logs.take(signer().verifier().into()), "no news");
    assert_eq!(logs, before);
    assert!(logs.take(turned(&signer(), &stranger())));
    logs.believe(signed_by(&stranger(), ORIGIN, &honest(6))).unwrap();
    logs.believe(signed_by(&signer(), ORIGIN, &honest(6))).unwrap_err();
}
