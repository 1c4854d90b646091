//! Where exports lie.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use dossier_proto::Origin;

use super::KEYS_FILE;
use crate::Failure;

/// The exports below a directory, each in a folder named after its service; or one alone.
#[derive(Debug)]
pub struct Exports {
    /// Where each is.
    pub folders: BTreeMap<Origin, PathBuf>,
    /// The file with keys that came with them, if there is one.
    pub keys: Option<PathBuf>,
}

impl Exports {
    /// Looks for exports.
    ///
    /// # Errors
    /// [`Failure`]: there is none.
    pub fn find(directory: &Path) -> Result<Self, Failure> {
        let is_export = |folder: &Path| folder.join("manifest.txt").exists();
        let named = |origin: Origin| (origin, directory.join(origin.name()));
        let mut folders: BTreeMap<_, _> =
            Origin::ALL.into_iter().map(named).filter(|(_, folder)| is_export(folder)).collect();
        let mut near = vec![directory.join(KEYS_FILE)];
        if folders.is_empty() && is_export(directory) {
            let whole = directory.canonicalize().map_err(|error| Failure::disk(directory, &error))?;
            let origin = whole.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse().ok());
            let origin = origin.ok_or_else(|| {
                Failure::not_there(format!("{}: the folder of an export is named after its service", whole.display()))
            })?;
            near.extend(whole.parent().map(|parent| parent.join(KEYS_FILE)));
            folders.insert(origin, whole);
        }
        if folders.is_empty() {
            return Err(Failure::not_there(format!(
                "{} holds no export: there is no manifest.txt in it, nor in a folder named after a service. \
                 For a data directory write `dossier verify --data {0}`",
                directory.display()
            )));
        }
        Ok(Self { folders, keys: near.into_iter().find(|file| file.exists()) })
    }
}
