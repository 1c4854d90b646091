//! Directories, copied and put back.

use std::{fs, path::Path};

/// Copies a directory with everything in it. Files that go while it is being copied are left out.
///
/// # Panics
/// There is no room.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a temporary directory has room");
    let items = fs::read_dir(from).unwrap_or_else(|error| panic!("{} cannot be read: {error}", from.display()));
    for item in items.map_while(Result::ok) {
        let (from, to) = (item.path(), to.join(item.file_name()));
        let kind = item.file_type().expect("a file has a kind");
        if kind.is_dir() {
            copy(&from, &to);
        } else if kind.is_file() && fs::copy(&from, &to).is_err() {
            assert!(!from.exists(), "{} cannot be copied", from.display());
        }
    }
}

/// Puts a copy in the place of a directory.
///
/// # Panics
/// There is no room.
pub fn put_back(copied: &Path, place: &Path) {
    if place.exists() {
        fs::remove_dir_all(place).expect("it is ours");
    }
    copy(copied, place);
}

/// Moves a directory to a place of the same file system, where another one makes room. It is the directory itself and no copy of it: a
/// service that comes back to it has not to find out whether there are two.
///
/// # Panics
/// It cannot be moved.
pub fn move_to(directory: &Path, place: &Path) {
    if place.exists() {
        fs::remove_dir_all(place).expect("it is ours");
    }
    let moved = fs::rename(directory, place);
    moved.unwrap_or_else(|error| panic!("{} cannot be moved: {error}", directory.display()));
}
