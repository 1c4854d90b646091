//! What is shared with the backup before, and what is not.

use super::*;

fn former(root: &Path) -> PathBuf {
    let at = root.join("2026-11-23T00-00-00.000000Z");
    fs::create_dir_all(at.join("attachments")).unwrap();
    for name in ["good", "rotten", "gone"] {
        fs::write(at.join("attachments").join(name), "under seal").unwrap();
    }
    let contents = Contents::of(&at, "dossier-1", "key").unwrap();
    fs::write(at.join(CONTENTS), contents.to_text()).unwrap();
    fs::write(at.join("attachments").join("rotten"), "under sead").unwrap();
    fs::remove_file(at.join("attachments").join("gone")).unwrap();
    fs::write(at.join("attachments").join("unlisted"), "who knows").unwrap();
    at
}

/// A file that had rotted on the disk of the backups was linked into every later one, and listed there as it had become.
#[test]
fn a_rotten_file_of_the_backup_before_is_not_shared_and_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let at = former(directory.path());
    let mut rotten = Vec::new();
    let mut former = Former::read(Some(at.clone()), &mut rotten).unwrap();
    let mut shares = |name: &str| {
        let to = directory.path().join(name);
        former.share(&Path::new("attachments").join(name), &to) && fs::read(&to).unwrap() == b"under seal"
    };
    assert!(shares("good"));
    assert!(!shares("rotten") && !shares("gone") && !shares("unlisted"));
    assert_eq!(rotten, ["rotten", "gone"].map(|name| at.join("attachments").join(name)));
    // A list that has rotted says nothing of anything.
    fs::write(at.join(CONTENTS), "dossier backup 1\n").unwrap();
    let mut rotten = Vec::new();
    assert!(Former::read(Some(at.clone()), &mut rotten).is_none());
    assert_eq!(rotten, [at.join(CONTENTS)]);
}
