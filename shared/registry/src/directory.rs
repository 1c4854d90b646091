//! Reading the files of a registry from a folder. Nothing is understood here: see `source`.

use std::{fs, path::Path};

use crate::{RegistryFault, source::SourceFile};

/// Bytes of a file: four times the 60 KiB of the table of countries, the longest there is.
const FILE_BYTES_MAX: u64 = 256 * 1024;
/// Files of a registry: the default has thirty.
const FILES_MAX: usize = 512;
/// The folders of a registry; there is nothing deeper.
const FOLDERS: [&str; 3] = ["types", "vocabularies", "notices"];

/// Reads every file of the folder, sorted by path; texts for people (`*.md`) and hidden files are left out.
///
/// # Errors
/// Whatever cannot be read, is too large, or is a folder a registry does not have.
pub(crate) fn read(root: &Path) -> Result<Vec<SourceFile>, Vec<RegistryFault>> {
    let mut reading = Reading { files: Vec::new(), faults: Vec::new() };
    reading.folder(root, "");
    reading.files.sort_by(|one, other| one.path.cmp(&other.path));
    if reading.faults.is_empty() { Ok(reading.files) } else { Err(reading.faults) }
}

struct Reading {
    files: Vec<SourceFile>,
    faults: Vec<RegistryFault>,
}

impl Reading {
    fn folder(&mut self, folder: &Path, prefix: &str) {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => {
                return self.fault(prefix, &format!("The folder {} cannot be read: {error}.", folder.display()));
            }
        };
        for entry in entries {
            match entry {
                Ok(entry) => self.entry(&entry, prefix),
                Err(error) => self.fault(prefix, &format!("The folder cannot be read to its end: {error}.")),
            }
        }
    }

    fn entry(&mut self, entry: &fs::DirEntry, prefix: &str) {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') || name.ends_with(".md") {
            return;
        }
        let path = format!("{prefix}{name}");
        let is_folder = entry.path().is_dir();
        if is_folder && prefix.is_empty() && FOLDERS.contains(&name.as_str()) {
            return self.folder(&entry.path(), &format!("{name}/"));
        }
        if is_folder {
            return self.fault(&path, "A registry has no such folder.");
        }
        if self.files.len() >= FILES_MAX {
            return self.fault(&path, &format!("There are more than {FILES_MAX} files."));
        }
        match read_text(&entry.path()) {
            Ok(text) => self.files.push(SourceFile { path, text }),
            Err(message) => self.fault(&path, &message),
        }
    }

    fn fault(&mut self, path: &str, message: &str) {
        let mend = "Give the folder of a registry, as deploy/registry is one.";
        self.faults.push(RegistryFault::new(path.trim_end_matches('/'), "", message, mend));
    }
}

fn read_text(path: &Path) -> Result<String, String> {
    let size = fs::metadata(path).map_err(|error| format!("The file cannot be read: {error}."))?.len();
    if size > FILE_BYTES_MAX {
        return Err(format!("The file has {size} bytes; at most {FILE_BYTES_MAX} are read."));
    }
    fs::read_to_string(path).map_err(|error| format!("The file cannot be read: {error}."))
}
