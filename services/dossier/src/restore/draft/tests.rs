//! What is whole, what is at work, and what was left.

use super::*;

#[test]
fn nothing_is_in_its_place_before_it_is_whole() {
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path().join("submission");
    let draft = Draft::begin(&place).unwrap();
    fs::write(draft.path().join("half"), "x").unwrap();
    drop(draft);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0, "given up, nothing stays");
    killed(&place);
    assert!(!place.exists());
    let draft = Draft::begin(&place).unwrap();
    assert!(!draft.path().join("half").exists(), "what a killed run left is not taken for whole");
    fs::write(draft.path().join("whole"), "y").unwrap();
    put_in_place(&draft).unwrap();
    drop(draft);
    assert_eq!(fs::read_to_string(place.join("whole")).unwrap(), "y");
    assert_eq!(fs::read_dir(&place).unwrap().count(), 1, "and nothing else");
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    let refused = Draft::begin(&place).unwrap_err();
    assert_eq!(refused.exit_code(), Exit::Usage as u8);
    assert!(refused.to_string().contains("is there and not empty"), "{refused}");
}

/// As a process that was killed in the middle leaves it: the lock is nobody's.
fn killed(place: &Path) -> PathBuf {
    let at = place.with_file_name(format!("{BEGINS}{}", place.file_name().unwrap().to_str().unwrap()));
    fs::create_dir_all(at.join("keys")).unwrap();
    fs::write(at.join(LOCK), "").unwrap();
    fs::write(at.join("keys").join("master.key"), "the key of everything").unwrap();
    fs::write(at.join("half"), "x").unwrap();
    at
}

/// A restore that was killed left the unsealed keys of the whole house beside it, for as long as nobody looked.
#[test]
fn keys_that_a_killed_restore_left_are_swept_and_what_is_at_work_is_not() {
    let directory = tempfile::tempdir().unwrap();
    let left = killed(&directory.path().join("from-backup"));
    // Before there was a lock.
    let old = killed(&directory.path().join("submission"));
    fs::remove_file(old.join(LOCK)).unwrap();
    let at_work = Draft::begin(&directory.path().join("moderation")).unwrap();
    fs::write(at_work.path().join("half"), "mine").unwrap();
    assert_eq!(drafts_in(directory.path()).len(), 3);
    assert!(is_at_work(at_work.path()) && !is_at_work(&left) && !is_at_work(&old));
    let refused = Draft::begin(&directory.path().join("moderation")).unwrap_err();
    assert!(refused.to_string().contains("another process is filling"), "{refused}");
    sweep(directory.path());
    assert_eq!(drafts_in(directory.path()), [at_work.path()]);
    assert_eq!(fs::read_to_string(at_work.path().join("half")).unwrap(), "mine");
    put_in_place(&at_work).unwrap();
}

#[test]
fn keys_are_overwritten_and_what_another_backup_shares_is_not() {
    let directory = tempfile::tempdir().unwrap();
    let left = killed(&directory.path().join("from-backup"));
    let key = left.join("keys").join("master.key");
    // Whoever has it open sees what becomes of its bytes.
    let mut seen = File::open(&key).unwrap();
    let shared = directory.path().join("events-0-0.bin");
    fs::write(&shared, "events").unwrap();
    fs::hard_link(&shared, left.join("events-0-0.bin")).unwrap();
    sweep(directory.path());
    let mut bytes = Vec::new();
    io::Read::read_to_end(&mut seen, &mut bytes).unwrap();
    assert_eq!(bytes, vec![0; "the key of everything".len()]);
    assert_eq!(fs::read_to_string(shared).unwrap(), "events");
    assert!(!left.exists());
}
