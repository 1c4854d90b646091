//! A directory in the making: nothing is in its place before all of it is there, and durable.

use std::{
    fs::{self, File},
    io,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use crate::{Exit, Failure};

/// How the name of a directory in the making begins. No service looks there.
const BEGINS: &str = ".unfinished-";

/// A directory that is being filled beside its place. Dropped before [`put_in_place`], or killed, it leaves its place empty.
#[derive(Debug)]
pub(crate) struct Draft {
    at: PathBuf,
    place: PathBuf,
}

impl Draft {
    /// Begins to fill a directory for `place`, which must not be there or be empty. What a run that was killed has left is removed.
    ///
    /// # Errors
    /// [`Failure`]: there is something at that place; or the disk.
    pub(crate) fn begin(place: &Path) -> Result<Self, Failure> {
        must_be_free(place)?;
        let name = place.file_name().and_then(|name| name.to_str()).ok_or_else(|| {
            Failure::new(Exit::Usage, format!("{} is no name for a directory; name another", place.display()))
        })?;
        let at = place.with_file_name(format!("{BEGINS}{name}"));
        match fs::remove_dir_all(&at) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(Failure::disk(&at, &error)),
            _ => {}
        }
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&at);
        made.map_err(|error| Failure::disk(&at, &error))?;
        Ok(Self { at, place: place.to_owned() })
    }

    /// Where it is being filled.
    pub(crate) fn path(&self) -> &Path {
        &self.at
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // What was put in place has another name. What cannot be removed now is removed by the next run.
        let _ = fs::remove_dir_all(&self.at);
    }
}

/// Makes everything in a directory durable, and gives it its name.
///
/// # Errors
/// [`Failure`]: the disk.
pub(crate) fn put_in_place(draft: &Draft) -> Result<(), Failure> {
    sync_all(&draft.at)?;
    must_be_free(&draft.place)?;
    let rename = || -> io::Result<()> {
        fs::rename(&draft.at, &draft.place)?;
        File::open(parent(&draft.place))?.sync_all()
    };
    rename().map_err(|error| Failure::disk(&draft.place, &error))
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn must_be_free(place: &Path) -> Result<(), Failure> {
    match fs::read_dir(place).map(|items| items.count()) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Failure::disk(place, &error)),
        Ok(0) => Ok(()),
        Ok(_) => Err(Failure::new(
            Exit::Usage,
            format!(
                "{} is there and not empty; nothing was written. What is damaged may still be needed: move it away (mv {} {}.damaged), then \
                 run this again",
                place.display(),
                place.display(),
                place.display()
            ),
        )),
    }
}

/// Syncs every file and directory below one.
fn sync_all(directory: &Path) -> Result<(), Failure> {
    let failed = |error: io::Error| Failure::disk(directory, &error);
    for item in fs::read_dir(directory).map_err(failed)? {
        let item = item.map_err(failed)?;
        if item.file_type().map_err(failed)?.is_dir() {
            sync_all(&item.path())?;
        } else {
            let synced = File::open(item.path()).and_then(|file| file.sync_all());
            synced.map_err(|error| Failure::disk(&item.path(), &error))?;
        }
    }
    File::open(directory).and_then(|opened| opened.sync_all()).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_in_its_place_before_it_is_whole() {
        let directory = tempfile::tempdir().unwrap();
        let place = directory.path().join("submission");
        let draft = Draft::begin(&place).unwrap();
        fs::write(draft.path().join("half"), "x").unwrap();
        drop(draft);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0, "given up, nothing stays");
        let killed = Draft::begin(&place).unwrap();
        fs::write(killed.path().join("half"), "x").unwrap();
        std::mem::forget(killed);
        assert!(!place.exists());
        let draft = Draft::begin(&place).unwrap();
        assert!(!draft.path().join("half").exists(), "what a killed run left is not taken for whole");
        fs::write(draft.path().join("whole"), "y").unwrap();
        put_in_place(&draft).unwrap();
        assert_eq!(fs::read_to_string(place.join("whole")).unwrap(), "y");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
        let refused = Draft::begin(&place).unwrap_err();
        assert_eq!(refused.exit_code(), Exit::Usage as u8);
        assert!(refused.to_string().contains("is there and not empty"), "{refused}");
    }
}
