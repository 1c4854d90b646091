use std::thread;

use super::*;

/// Two savings at once wrote into one file, and what stood there was half of each.
#[test]
fn files_that_are_kept_at_the_same_time_do_not_cut_each_other() {
    let directory = tempfile::tempdir().unwrap();
    let attachments = Attachments::new(directory.path().join("attachments"));
    let (entry, digest) = (EntryId([1; 16]), Digest([2; 32]));
    let sealed = |byte: u8| v1::Sealed {
        key_id: vec![3; 16],
        nonce: vec![byte; 24],
        ciphertext: vec![byte; 1_000 * (usize::from(byte) + 1)],
    };
    thread::scope(|scope| {
        for byte in 0..8_u8 {
            let attachments = &attachments;
            scope.spawn(move || (0..20).for_each(|_| attachments.keep(entry, digest, &sealed(byte)).unwrap()));
        }
    });
    let kept = attachments.read(entry, digest).unwrap().unwrap();
    assert_eq!(kept, sealed(kept.nonce[0]), "one of them, whole");
    assert_eq!(attachments.of_entry(entry).unwrap().len(), 1, "and nothing half-written is left");
    attachments.remove_everywhere(Digest([4; 32])).unwrap();
    assert_eq!(attachments.of_entry(entry).unwrap().len(), 1, "another's");
    attachments.remove_everywhere(digest).unwrap();
    assert_eq!(attachments.of_entry(entry).unwrap().len(), 0);
}
