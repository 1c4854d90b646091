//! Two slots in turn, and what a torn one does.

use super::*;

fn text(n: u64) -> String {
    format!("checkpoint {n}")
}

#[test]
fn the_last_one_written_is_read() {
    let directory = tempfile::tempdir().unwrap();
    assert_eq!(read(directory.path()).unwrap(), None);
    let mut file = AnchorFile::open(directory.path()).unwrap();
    assert_eq!(read(directory.path()).unwrap(), None);
    for n in 1..10 {
        file.write(7, &text(n)).unwrap();
        assert_eq!(read(directory.path()).unwrap(), Some(Anchor { number: n, starts: 7, text: text(n) }));
        if n % 3 == 0 {
            file = AnchorFile::open(directory.path()).unwrap();
        }
    }
}

#[test]
fn a_torn_slot_leaves_the_one_before() {
    for torn_at in [0, 3, 9, 30] {
        let directory = tempfile::tempdir().unwrap();
        let mut file = AnchorFile::open(directory.path()).unwrap();
        file.write(1, &text(1)).unwrap();
        file.write(1, &text(2)).unwrap();
        let path = directory.path().join(FILE_NAME);
        let mut bytes = std::fs::read(&path).unwrap();
        // Number 2 lies in slot 0.
        bytes[torn_at] ^= 0xff;
        std::fs::write(&path, &bytes).unwrap();
        assert_eq!(read(directory.path()).unwrap().unwrap().text, text(1));
        bytes[SLOT_BYTES + torn_at] ^= 0xff;
        std::fs::write(&path, &bytes).unwrap();
        assert!(matches!(read(directory.path()), Err(AnchorProblem::Unreadable)));
    }
}

#[test]
fn too_long_a_text_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let mut file = AnchorFile::open(directory.path()).unwrap();
    assert!(file.write(1, &"x".repeat(TEXT_BYTES_MAX)).is_ok());
    assert!(file.write(1, &"x".repeat(TEXT_BYTES_MAX + 1)).is_err());
}
