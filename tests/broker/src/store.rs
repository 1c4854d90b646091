//! What a test does to the files of JetStream.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::Broker;

impl Broker {
    /// Deletes everything JetStream kept. The server may be running or not.
    ///
    /// # Panics
    /// When the files cannot be deleted.
    pub fn delete_store(&self) {
        let store = self.store();
        match fs::remove_dir_all(&store) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                panic!("{} cannot be deleted: {error}", store.display())
            }
            _ => {}
        }
    }

    /// Copies the store aside. Best done while the server is stopped; gives the copy's place.
    ///
    /// # Panics
    /// When it cannot be copied.
    #[must_use]
    pub fn copy_store(&self, name: &str) -> PathBuf {
        let copy = self.directory().join(name);
        copy_tree(&self.store(), &copy).unwrap_or_else(|error| panic!("the store cannot be copied: {error}"));
        copy
    }

    /// Puts a copy back in place of the store. To be done while the server is stopped.
    ///
    /// # Panics
    /// When the server runs, or the files cannot be written.
    pub fn restore_store(&self, copy: &Path) {
        assert!(self.process().is_none(), "the server must not run while its store is exchanged");
        self.delete_store();
        copy_tree(copy, &self.store()).unwrap_or_else(|error| panic!("the store cannot be put back: {error}"));
    }

    /// The files that hold a stream's messages, oldest first.
    ///
    /// # Panics
    /// When the store cannot be read.
    #[must_use]
    pub fn block_files(&self, stream: &str) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let wanted = Path::new(stream).join("msgs");
        walk(&self.store(), &mut |path| {
            let is_block = path.extension().is_some_and(|extension| extension == "blk");
            if is_block && path.parent().is_some_and(|folder| folder.ends_with(&wanted)) {
                found.push(path.to_owned());
            }
        })
        .unwrap_or_else(|error| panic!("the store cannot be read: {error}"));
        found.sort_by_key(|path| path.file_stem().and_then(|stem| stem.to_str()?.parse::<u64>().ok()));
        found
    }
}

fn walk(folder: &Path, each: &mut dyn FnMut(&Path)) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            walk(&entry.path(), each)?;
        } else {
            each(&entry.path());
        }
    }
    Ok(())
}

fn copy_tree(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_tree(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
