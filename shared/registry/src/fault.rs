//! What is wrong with a registry, said so that a registrar can mend it.

use std::fmt;

use serde::Serialize;

/// One thing wrong with a registry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct RegistryFault {
    /// The file, relative to the folder of the registry.
    pub file: String,
    /// The key in it, such as `fields.title.labels`; empty when the whole file is meant.
    pub key: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub mend: String,
}

impl RegistryFault {
    /// A fault.
    pub fn new(
        file: impl Into<String>,
        key: impl Into<String>,
        message: impl Into<String>,
        mend: impl Into<String>,
    ) -> Self {
        Self { file: file.into(), key: key.into(), message: message.into(), mend: mend.into() }
    }
}

impl fmt::Display for RegistryFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, key, message, mend } = self;
        if key.is_empty() {
            write!(f, "{file}: {message} {mend}")
        } else {
            write!(f, "{file}: {key}: {message} {mend}")
        }
    }
}

impl std::error::Error for RegistryFault {}

/// Bytes are not those of a registry this program can use.
#[derive(Debug, thiserror::Error)]
pub enum RegistryBytesError {
    /// Longer than [`crate::Registry::BYTES_MAX`].
    #[error("the registry has {found} bytes; at most {} travel in an event", crate::Registry::BYTES_MAX)]
    TooLarge {
        /// How many there are.
        found: usize,
    },
    /// Not the JSON of a registry: damaged, or written by a newer program with keys unknown to this one.
    #[error("the bytes are not a registry this program knows: {0}; a newer program may have written them")]
    Shape(#[from] serde_json::Error),
    /// Not canonical, so that the digest of the bytes is not the digest of what they say.
    #[error("the registry is not in canonical form (RFC 8785); take the bytes from Registry::bytes")]
    NotCanonical,
    /// Of a shape that only a newer program knows.
    #[error("the registry has shape number {found}, this program knows up to {}; use a newer program", crate::FORMAT)]
    Newer {
        /// The number of its shape.
        found: u32,
    },
    /// It contradicts itself.
    #[error("the registry has {} faults, the first: {}", .0.len(), .0.first().map(ToString::to_string).unwrap_or_default())]
    Faults(Vec<RegistryFault>),
}
