//! Exports of a data directory that nothing has open: the four journals as `dossier export` writes them, and beside them the
//! audit service's three copies in the same form.
//!
//! ```text
//! TO/verifier-keys.txt                     the verifier keys
//! TO/<service>/                   an export of each journal
//! TO/copies/<service>/            an export of audit's copy of it
//! ```

use std::{fs, path::Path};

use dossier::{
    Failure,
    offline::Offline,
    verification::{KEYS_FILE, write_keys},
};
use dossier_journal::{Journal, export::export};
use dossier_proto::Origin;

/// Writes all of them into a directory that must not exist yet.
///
/// # Errors
/// [`Failure`], as `dossier export` would say it.
pub fn export_all(data: &Path, to: &Path) -> Result<(), Failure> {
    let offline = Offline::open(data)?;
    fs::create_dir_all(to).map_err(|error| Failure::disk(to, &error))?;
    let mut keys = Vec::new();
    for origin in Origin::ALL {
        write(&offline.journal(origin)?, &to.join(origin.name()))?;
        keys.push(offline.secrets().verifier(origin));
        if let Some(copy) = offline.copy(origin)? {
            write(&copy, &to.join("copies").join(origin.name()))?;
        }
    }
    write_keys(&to.join(KEYS_FILE), &keys)
}

fn write(journal: &Journal, to: &Path) -> Result<(), Failure> {
    export(journal, to, |_| {}).map(drop).map_err(|error| Failure::damaged(error.to_string()))
}
