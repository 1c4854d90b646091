//! Exports of data directories that nothing has open: the four journals as `dossier export` writes them, and beside them the
//! audit service's three copies in the same form.
//!
//! ```text
//! TO/verifier-keys.txt                     the verifier keys
//! TO/<service>/                   an export of each journal
//! TO/copies/<service>/            an export of audit's copy of it
//! ```

use std::{
    fs,
    path::{Path, PathBuf},
};

use dossier::{
    Failure,
    offline::Offline,
    verification::{KEYS_FILE, write_keys},
};
use dossier_journal::{Journal, export::export};
use dossier_proof::KeyFile;
use dossier_proto::Origin;

/// Writes all of them, from the one data directory of a house, into a directory that must not exist yet.
///
/// # Errors
/// [`Failure`], as `dossier export` would say it.
pub fn export_all(data: &Path, to: &Path) -> Result<(), Failure> {
    export_from(|_| data.to_owned(), to)
}

/// Writes all of them, each from the data directory of its service, into a directory that must not exist yet.
///
/// # Errors
/// [`Failure`], as `dossier export` would say it.
pub fn export_from(data_of: impl Fn(Origin) -> PathBuf, to: &Path) -> Result<(), Failure> {
    fs::create_dir_all(to).map_err(|error| Failure::disk(to, &error))?;
    let watch = Offline::open(&data_of(Origin::Audit))?;
    let mut keys = KeyFile::default();
    for origin in Origin::ALL {
        let own = Offline::open(&data_of(origin))?;
        let journal = own.journal(origin)?;
        write(&journal, &to.join(origin.name()))?;
        keys.logs.push(journal.keys());
        if let Some(copy) = watch.copy(origin)? {
            write(&copy, &to.join("copies").join(origin.name()))?;
        }
    }
    write_keys(&to.join(KEYS_FILE), &keys)
}

fn write(journal: &Journal, to: &Path) -> Result<(), Failure> {
    export(journal, to, |_| {}).map(drop).map_err(|error| Failure::damaged(error.to_string()))
}
