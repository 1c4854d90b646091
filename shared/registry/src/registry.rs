//! The registry in force: a checked document with its bytes, its digest, and answers to questions about it.

use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, LazyLock},
};

use dossier_proto::{Digest, Micros};
use sha2::{Digest as _, Sha256};

use crate::{
    Day, Document, Labels, Language, RegistryBytesError, RegistryFault, Shown,
    check::check,
    directory,
    model::{ChecklistItem, Notice, Places, Reason, RecordType, Term, Vocabulary, Waiting, Words},
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
    /// # Errors
    /// When they are not, byte by byte, the canonical form of a registry without faults.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, RegistryBytesError> {
        if bytes.len() > Self::BYTES_MAX {
            return Err(RegistryBytesError::TooLarge { found: bytes.len() });
        }
        let document: Document = serde_json::from_slice(bytes)?;
        if canonical(&document) != bytes {
            return Err(RegistryBytesError::NotCanonical);
        }
        let registry = Self::from_document(document).map_err(RegistryBytesError::Faults)?;
        if registry.bytes() != bytes { Err(RegistryBytesError::NotCanonical) } else { Ok(registry) }
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

    /// The version, as its registrar counts.
    pub fn version(&self) -> &str {
        &self.inner.document.version
    }

    /// What it is called.
    pub fn name(&self) -> &Labels {
        &self.inner.document.name
    }

    /// Everything it says.
    pub fn document(&self) -> &Document {
        &self.inner.document
    }

    /// The languages of records, in the order of display.
    pub const fn languages(&self) -> [Language; 6] {
        Language::ALL
    }

    /// The record types, by key.
    pub fn types(&self) -> &[RecordType] {
        &self.inner.document.types
    }

    /// The record type with this key.
    pub fn record_type(&self, key: &str) -> Option<&RecordType> {
        self.types().iter().find(|one| one.key == key)
    }

    /// The vocabulary with this key.
    pub fn vocabulary(&self, key: &str) -> Option<&Vocabulary> {
        let (at, _) = self.inner.terms.get(key)?;
        self.inner.document.vocabularies.get(*at)
    }

    /// The term of a vocabulary, in force or not.
    pub fn any_term(&self, vocabulary: &str, key: &str) -> Option<&Term> {
        let (_, terms) = self.inner.terms.get(vocabulary)?;
        self.vocabulary(vocabulary)?.terms.get(*terms.get(key)?)
    }

    /// The term of a vocabulary, if it is in force at that moment.
    pub fn term(&self, vocabulary: &str, key: &str, at: Micros) -> Option<&Term> {
        self.any_term(vocabulary, key).filter(|term| term.is_in_force(Day::of(at)))
    }

    /// The terms of a vocabulary that may be chosen at that moment, in the order of display.
    pub fn terms_at(&self, vocabulary: &str, at: Micros) -> impl Iterator<Item = &Term> {
        let terms = self.vocabulary(vocabulary).map(|one| one.terms.as_slice()).unwrap_or_default();
        terms.iter().filter(move |term| term.is_in_force(Day::of(at)))
    }

    /// How a term is shown: its name at that moment in the vocabulary's pattern. A term or vocabulary that no longer
    /// exists shows its key plainly, so that old content can always be read.
    pub fn term_label(&self, vocabulary: &str, key: &str, language: Language, at: Micros) -> Shown {
        let (Some(list), Some(term)) = (self.vocabulary(vocabulary), self.any_term(vocabulary, key)) else {
            return Shown::plain(key);
        };
        let name = self.label(term.labels_on(Day::of(at)), key, language);
        // The pattern is taken in the language of the name, so that one line is in one language.
        let pattern = name.language.and_then(|found| list.shown_as.best(found));
        let Some((_, pattern)) = pattern else { return name };
        let code = term.code.as_deref().unwrap_or(&term.key);
        Shown { text: pattern.replace("{code}", code).replace("{label}", &name.text), language: name.language }
    }

    /// A label in this language, else in English, else in whatever language there is, else the key.
    pub fn label(&self, labels: &Labels, key: &str, language: Language) -> Shown {
        labels.show(language, key)
    }

    /// Why an entry may be refused, in order.
    pub fn refusals(&self) -> &[Reason] {
        &self.inner.document.refusals
    }

    /// The refusal with this code.
    pub fn refusal(&self, code: &str) -> Option<&Reason> {
        self.refusals().iter().find(|reason| reason.key == code)
    }

    /// Why an edition may be suspended or retracted, in order.
    pub fn retractions(&self) -> &[Reason] {
        &self.inner.document.retractions
    }

    /// The reason to suspend or retract with this code.
    pub fn retraction(&self, code: &str) -> Option<&Reason> {
        self.retractions().iter().find(|reason| reason.key == code)
    }

    /// What a moderator answers before deciding on an entry of this type, at that moment.
    pub fn checklist(&self, record_type: &str, at: Micros) -> impl Iterator<Item = &ChecklistItem> {
        let day = Day::of(at);
        self.inner.document.checklist.iter().filter(move |item| {
            crate::day::in_force(item.valid_from, item.valid_to, day)
                && (item.types.is_empty() || item.types.iter().any(|one| one == record_type))
        })
    }

    /// The notices, in force or not.
    pub fn notices(&self) -> &[Notice] {
        &self.inner.document.notices
    }

    /// The notice with this key.
    pub fn notice(&self, key: &str) -> Option<&Notice> {
        self.notices().iter().find(|notice| notice.key == key)
    }

    /// Places known by name.
    pub fn places(&self) -> &Places {
        &self.inner.document.places
    }

    /// Words for values.
    pub fn words(&self) -> &Words {
        &self.inner.document.words
    }

    /// How long an entry may wait for its contributor.
    pub fn waiting(&self) -> &Waiting {
        &self.inner.document.waiting
    }
}

/// Canonical JSON of a document.
fn canonical(document: &Document) -> Vec<u8> {
    // Strings, whole numbers, booleans, lists, and maps with string keys: none of them can fail to be written.
    serde_json_canonicalizer::to_vec(document).expect("a document has only string keys and finite numbers")
}
