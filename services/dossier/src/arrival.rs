//! Whether a service goes on where it ended itself, or its data directory may be the copy of one that is at work elsewhere.
//!
//! Who is cut off from the broker cannot be asked whether it is there; it stops writing by itself after ten seconds. So whoever may be a
//! second one listens for longer than that before its first write. That need not be at every start: a service that finds its directory
//! where it left it has ended, as two processes cannot have one directory open.
//!
//! ```text
//! DATA/keys/place     a line: the machine's start, the file system and the number of this file there
//! ```
//!
//! A copy of the file has another number, a clone of the file system another device, a clone of the machine has started anew.

use std::{fs, io::Write, os::unix::fs::MetadataExt, path::PathBuf};

use dossier_exchange::nats::Listening;

use crate::{Failure, Layout};

/// Differs after each start of the machine ([random(4)](https://man7.org/linux/man-pages/man4/random.4.html)). Where there is none, the file
/// system and the number have to do.
const BOOT_ID: &str = "/proc/sys/kernel/random/boot_id";

/// Where a data directory is, and where it was when the service worked last.
#[derive(Debug)]
pub(crate) struct Arrival {
    file: PathBuf,
    has_journal: bool,
}

impl Arrival {
    pub(crate) fn of(layout: &Layout) -> Self {
        Self { file: layout.keys().join("place"), has_journal: layout.any_journal().is_some() }
    }

    /// For how long to listen for others. Where nothing was ever written, there is nothing to write twice.
    pub(crate) fn listening(&self) -> Listening {
        let is_where_it_was = self.here().is_ok_and(|here| fs::read_to_string(&self.file).is_ok_and(|was| was == here));
        if is_where_it_was || !self.has_journal { Listening::Usual } else { Listening::UntilAnyOtherHasShut }
    }

    /// From now on the service is at work here. To be done before the first write.
    ///
    /// # Errors
    /// [`Failure`]: the disk.
    pub(crate) fn settle(&self) -> Result<(), Failure> {
        let settle = || -> std::io::Result<()> {
            // The number of the file is known when it is there.
            let mut file = fs::File::options().create(true).write(true).truncate(true).open(&self.file)?;
            file.write_all(self.here()?.as_bytes())?;
            file.sync_all()
        };
        if self.here().is_ok_and(|here| fs::read_to_string(&self.file).is_ok_and(|was| was == here)) {
            return Ok(());
        }
        settle().map_err(|error| Failure::disk(&self.file, &error))
    }

    fn here(&self) -> std::io::Result<String> {
        let file = fs::metadata(&self.file)?;
        let boot = fs::read_to_string(BOOT_ID).unwrap_or_default();
        Ok(format!("{} {} {}\n", boot.trim(), file.dev(), file.ino()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory(with_journal: bool) -> (tempfile::TempDir, Layout) {
        let directory = tempfile::tempdir().unwrap();
        let layout = Layout::of(directory.path());
        fs::create_dir_all(layout.keys()).unwrap();
        if with_journal {
            let journal = layout.service(dossier_proto::Origin::Audit).join("journal");
            fs::create_dir_all(&journal).unwrap();
            fs::write(journal.join("db"), "x").unwrap();
        }
        (directory, layout)
    }

    fn listening(layout: &Layout) -> Listening {
        Arrival::of(layout).listening()
    }

    #[test]
    fn a_directory_that_is_where_it_was_is_no_second_one() {
        let (_directory, layout) = directory(true);
        assert_eq!(listening(&layout), Listening::UntilAnyOtherHasShut, "nobody knows where it was");
        Arrival::of(&layout).settle().unwrap();
        assert_eq!(listening(&layout), Listening::Usual);
        Arrival::of(&layout).settle().unwrap();
        assert_eq!(listening(&layout), Listening::Usual);
    }

    #[test]
    fn a_new_one_has_nothing_to_write_twice() {
        let (_directory, layout) = directory(false);
        assert_eq!(listening(&layout), Listening::Usual);
    }

    /// A backup that is put back, a directory that is copied, a machine that started anew.
    #[test]
    fn a_copy_may_be_a_second_one() {
        let (_here, layout) = directory(true);
        Arrival::of(&layout).settle().unwrap();
        let file = layout.keys().join("place");
        let (_there, elsewhere) = directory(true);
        fs::copy(&file, elsewhere.keys().join("place")).unwrap();
        assert_eq!(listening(&elsewhere), Listening::UntilAnyOtherHasShut);
        Arrival::of(&elsewhere).settle().unwrap();
        assert_eq!(listening(&elsewhere), Listening::Usual, "it has waited, and is at work there");
        let written = fs::read_to_string(&file).unwrap();
        let machine = format!("00000000-{}", written.split_once('-').map_or("", |(_, rest)| rest));
        fs::write(&file, machine).unwrap();
        assert_eq!(
            listening(&layout),
            Listening::UntilAnyOtherHasShut,
            "another start of a machine, or another machine"
        );
    }
}
