//! Files that entries were read from, each under seal in a file of its own, durable before the event that names it.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use dossier_engine::fresh_id;
use dossier_proto::{Digest, EntryId, v1};
use prost::Message;

/// The directory `attachments/` of the service. It is kept with the journal; nothing else has a copy.
#[derive(Debug, Clone)]
pub struct Attachments {
    directory: PathBuf,
}

/// A file that an entry was read from, as it lies on disk.
#[derive(Debug)]
pub struct SourceFile {
    path: PathBuf,
    /// What stands in it; none where that is no sealed file.
    pub sealed: Option<v1::Sealed>,
}

impl Attachments {
    /// In this directory, which is made when the first file comes.
    pub fn new(directory: PathBuf) -> Self {
        Self { directory }
    }

    /// Keeps a file. It is on disk, whole and under its name, when this returns; repeating it is harmless, and so is keeping
    /// it twice at once: each is written apart, and one of them stands whole.
    ///
    /// # Errors
    /// When the disk refuses or is full; then nothing stands under the name.
    pub fn keep(&self, entry: EntryId, digest: Digest, sealed: &v1::Sealed) -> io::Result<()> {
        self.make_directory()?;
        let place = self.place(entry, digest);
        let half = self.directory.join(format!("{entry}-{digest}.{}.half", fresh_id()));
        if let Err(error) = write(&half, &sealed.encode_to_vec()).and_then(|()| fs::rename(&half, &place)) {
            // A disk that is full is not filled further; what cannot be removed either goes with the entry.
            drop(fs::remove_file(&half));
            return Err(error);
        }
        File::open(&self.directory)?.sync_all()
    }

    /// Makes the directory, durably: a file in a directory that a loss of power takes away is lost with it.
    fn make_directory(&self) -> io::Result<()> {
        match fs::create_dir(&self.directory) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
            Err(error) => return Err(error),
        }
        self.directory.parent().map_or(Ok(()), |above| File::open(above)?.sync_all())
    }

    /// Reads a file back; none when there is none.
    ///
    /// # Errors
    /// When the disk refuses, or what stands there is not what was kept.
    pub fn read(&self, entry: EntryId, digest: Digest) -> io::Result<Option<v1::Sealed>> {
        match fs::read(self.place(entry, digest)) {
            Ok(bytes) => {
                let sealed = v1::Sealed::decode(bytes.as_slice());
                sealed.map(Some).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The files that an entry was read from, half-written ones too.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn of_entry(&self, entry: EntryId) -> io::Result<Vec<SourceFile>> {
        let beginning = format!("{entry}-");
        let mut found = Vec::new();
        for path in self.named(|name| name.starts_with(&beginning))? {
            let sealed = match fs::read(&path) {
                Ok(bytes) => v1::Sealed::decode(bytes.as_slice()).ok(),
                // Half written a moment ago, and under its whole name by now.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            found.push(SourceFile { path, sealed });
        }
        Ok(found)
    }

    /// Removes what is kept under this digest beside any entry, half-written too, durably.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn remove_everywhere(&self, digest: Digest) -> io::Result<()> {
        let name_of = format!("-{digest}");
        for path in self.named(|name| name.contains(&name_of))? {
            self.remove(&SourceFile { path, sealed: None })?;
        }
        Ok(())
    }

    fn named(&self, is_meant: impl Fn(&str) -> bool) -> io::Result<Vec<PathBuf>> {
        let files = match fs::read_dir(&self.directory) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            files => files?,
        };
        let mut found = Vec::new();
        for file in files {
            let path = file?.path();
            if path.file_name().and_then(|name| name.to_str()).is_some_and(&is_meant) {
                found.push(path);
            }
        }
        Ok(found)
    }

    /// Removes such a file, durably.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn remove(&self, file: &SourceFile) -> io::Result<()> {
        match fs::remove_file(&file.path) {
            Ok(()) => File::open(&self.directory)?.sync_all(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn place(&self, entry: EntryId, digest: Digest) -> PathBuf {
        self.directory.join(format!("{entry}-{digest}"))
    }
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests;
