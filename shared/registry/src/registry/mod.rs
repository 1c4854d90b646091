//! The registry in force: a checked document with its bytes, its digest, and answers to questions about it.

mod queries;

use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, LazyLock},
};

use dossier_proto::Digest;
use sha2::{Digest as _, Sha256};

use crate::{
    Document, FORMAT, RegistryBytesError, RegistryFault,
    check::check,
    directory,
    model::Vocabulary,
    source::{SourceFile, assemble},
};

/// A registry without faults. Cheap to clone.
#[derive(Clone)]
pub struct Registry {
    inner: Arc<Inner>,
}

struct Inner {
    document: Document,
    bytes: Vec<u8>,
    digest: Digest,
    /// Vocabulary key → its place and the places of its terms by key.
    terms: HashMap<String, (usize, HashMap<String, usize>)>,
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Registry").field("version", &self.version()).field("digest", &self.digest()).finish()
    }
}

impl PartialEq for Registry {
    fn eq(&self, other: &Self) -> bool {
        self.digest() == other.digest()
    }
}

/// Path and text of every file of `deploy/registry`, listed by `build.rs`.
const EMBEDDED_FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/embedded_files.rs"));

impl Registry {
    /// 400 KiB: the bytes travel in the clear in one event of at most 512 KiB, and the envelope and the rest of the
    /// payload take less than a tenth of what is left.
    pub const BYTES_MAX: usize = 400 * 1024;

    /// The registry of `deploy/registry`, built into the program.
    pub fn embedded() -> Self {
        static EMBEDDED: LazyLock<Registry> = LazyLock::new(|| {
            let files: Vec<SourceFile> = EMBEDDED_FILES
                .iter()
                .map(|(path, text)| SourceFile { path: (*path).to_owned(), text: (*text).to_owned() })
                .collect();
            // The files are constants of the build; the test `embedded_registry_has_no_fault` reads them the same way.
            Registry::from_files(&files).expect("the embedded registry is checked by a test of this crate")
        });
        EMBEDDED.clone()
    }

    /// Reads and checks the registry in a folder.
    ///
    /// # Errors
    /// Everything that is wrong with it, at once: each fault with its file, its key, and what to do.
    pub fn from_directory(path: impl AsRef<Path>) -> Result<Self, Vec<RegistryFault>> {
        Self::from_files(&directory::read(path.as_ref())?)
    }

    /// Reads and checks the registry made of these files.
    ///
    /// # Errors
    /// As [`Registry::from_directory`].
    pub fn from_files(files: &[SourceFile]) -> Result<Self, Vec<RegistryFault>> {
        let document = assemble(files)?;
        Self::from_document(document)
    }

    /// Checks a document and makes it a registry.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn from_document(mut document: Document) -> Result<Self, Vec<RegistryFault>> {
        document.sort();
        let mut faults = check(&document);
        let bytes = canonical(&document);
        if bytes.len() > Self::BYTES_MAX {
            faults.push(RegistryFault::new(
                "registry.toml",
                "",
                format!(
                    "The whole registry has {} bytes; at most {} travel in an event.",
                    bytes.len(),
                    Self::BYTES_MAX
                ),
                "Shorten the longest vocabulary.",
            ));
        }
        if !faults.is_empty() {
            faults.sort();
            return Err(faults);
        }
        Ok(Self::from_checked(document, bytes))
    }

    /// Reads the bytes that [`Registry::bytes`] gave, perhaps long ago and elsewhere.
    ///
    /// Whether they are sound was checked when they were adopted ([`Registry::adoptable`]). It is not checked again: the check
    /// grows stricter with the years, and what was once in force is read for ever.
    ///
    /// # Errors
    /// When they are not, byte by byte, the canonical form of a registry of a shape this program knows.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, RegistryBytesError> {
        if bytes.len() > Self::BYTES_MAX {
            return Err(RegistryBytesError::TooLarge { found: bytes.len() });
        }
        let mut document: Document = serde_json::from_slice(bytes)?;
        if document.format > FORMAT {
            return Err(RegistryBytesError::Newer { found: document.format });
        }
        document.sort();
        let canonical = canonical(&document);
        if canonical != bytes {
            return Err(RegistryBytesError::NotCanonical);
        }
        Ok(Self::from_checked(document, canonical))
    }

    /// Reads a registry out of JSON that was parsed on its way, such as a server's answer.
    ///
    /// # Errors
    /// As [`Registry::from_bytes`].
    pub fn from_json(json: &serde_json::Value) -> Result<Self, RegistryBytesError> {
        Self::from_bytes(&serde_json_canonicalizer::to_vec(json)?)
    }

    /// Reads bytes that are to be put in force.
    ///
    /// # Errors
    /// As [`Registry::from_bytes`]; besides, everything that is wrong with what they say.
    pub fn adoptable(bytes: &[u8]) -> Result<Self, RegistryBytesError> {
        let registry = Self::from_bytes(bytes)?;
        Self::from_document(registry.document().clone()).map_err(RegistryBytesError::Faults)
    }

    fn from_checked(document: Document, bytes: Vec<u8>) -> Self {
        let digest = Digest(Sha256::digest(&bytes).into());
        let index_terms = |vocabulary: &Vocabulary| {
            vocabulary.terms.iter().enumerate().map(|(at, term)| (term.key.clone(), at)).collect()
        };
        let terms = document
            .vocabularies
            .iter()
            .enumerate()
            .map(|(at, vocabulary)| (vocabulary.key.clone(), (at, index_terms(vocabulary))))
            .collect();
        Self { inner: Arc::new(Inner { document, bytes, digest, terms }) }
    }

    /// The whole registry as canonical JSON (RFC 8785), at most [`Registry::BYTES_MAX`].
    pub fn bytes(&self) -> &[u8] {
        &self.inner.bytes
    }

    /// SHA-256 of [`Registry::bytes`]: how decisions name the registry they were made under.
    pub fn digest(&self) -> Digest {
        self.inner.digest
    }
}

/// Canonical JSON of a document.
fn canonical(document: &Document) -> Vec<u8> {
    // Strings, whole numbers, booleans, lists, and maps with string keys: none of them can fail to be written.
    serde_json_canonicalizer::to_vec(document).expect("a document has only string keys and finite numbers")
}
