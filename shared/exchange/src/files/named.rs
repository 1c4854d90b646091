//! The files that events name.

use std::collections::BTreeMap;

use dossier_proto::{Digest, EntryId, KeyId, v1};
use dossier_vault::files::Kept;
use serde::{Deserialize, Serialize};

/// A file that an event names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedFile {
    /// The entry it is attached to.
    pub entry: EntryId,
    /// Its name.
    pub digest: Digest,
    /// The key that opens it.
    pub key: KeyId,
    /// How many bytes it has.
    pub bytes: u64,
    /// Of what kind it is.
    pub media_type: String,
}

impl NamedFile {
    /// As a content names it; `None` when it names none.
    pub fn of(entry: EntryId, file: &v1::AttachedFile) -> Option<Self> {
        Some(Self {
            entry,
            digest: Digest::try_from(file.digest.as_slice()).ok()?,
            key: KeyId::try_from(file.key_id.as_slice()).ok()?,
            bytes: file.bytes,
            media_type: file.media_type.clone(),
        })
    }

    /// What a store keeps of it.
    pub fn kept(&self) -> Kept {
        Kept { digest: self.digest, key: self.key, bytes: self.bytes, media_type: self.media_type.clone() }
    }
}

/// The files that events have named so far, each once, in the order of their first naming.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedFiles {
    named: Vec<NamedFile>,
    /// Where those of an entry stand: 64 of them at most, by what submission takes in.
    of: BTreeMap<EntryId, Vec<usize>>,
}

impl NamedFiles {
    /// The files that a content of the entry names.
    pub fn of_content(entry: EntryId, files: &[v1::AttachedFile]) -> impl Iterator<Item = NamedFile> {
        files.iter().filter_map(move |file| NamedFile::of(entry, file))
    }

    /// A content of the entry names these.
    pub fn take(&mut self, entry: EntryId, content: Option<&v1::Content>) {
        let files = content.map(|content| content.files.as_slice()).unwrap_or_default();
        for file in Self::of_content(entry, files) {
            if self.file(entry, file.digest).is_none() {
                self.of.entry(entry).or_default().push(self.named.len());
                self.named.push(file);
            }
        }
    }

    /// The files of an entry.
    pub fn of(&self, entry: EntryId) -> impl Iterator<Item = &NamedFile> {
        self.of.get(&entry).into_iter().flatten().filter_map(|at| self.named.get(*at))
    }

    /// A file of an entry.
    pub fn file(&self, entry: EntryId, digest: Digest) -> Option<&NamedFile> {
        self.of(entry).find(|file| file.digest == digest)
    }

    /// What was named after the first `count`, at most so many.
    pub fn after(&self, count: usize, at_most: usize) -> &[NamedFile] {
        let later = self.named.get(count..).unwrap_or_default();
        &later[..later.len().min(at_most)]
    }
}
