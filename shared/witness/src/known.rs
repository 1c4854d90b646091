//! The logs that a witness was given, by a way that it trusts.

use std::collections::BTreeMap;

use dossier_proof::{
    Checkpoint, CosignerKey, SignedCheckpoint, VerifierKey, checkpoint::CheckpointVerifyError, tree::TreeHead,
};

/// A file of keys: a line of some 100 bytes each, with what is said about them.
pub const KEYS_BYTES_MAX: usize = 64 * 1024;

/// Logs by name, and what each signs with: several keys where one was replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownLogs(BTreeMap<String, Vec<VerifierKey>>);

/// Why a file of keys cannot be used. Final.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KnownLogsError {
    /// It is longer than such a file can be.
    #[error("it has {0} bytes; a file of keys has at most {KEYS_BYTES_MAX}")]
    TooLong(usize),
    /// A line is no key.
    #[error("line {line} is no verifier key (<name>+<id>+<key>)")]
    NoKey {
        /// Which one, from 1.
        line: usize,
    },
    /// It names no log.
    #[error("it holds no key of a log")]
    Empty,
}

/// Why a checkpoint is not believed. Final for these keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotBelieved {
    /// It is of a log that is not known here.
    #[error("nobody has given the key of the log {0:?}")]
    Unknown(String),
    /// None of the log's keys has signed it.
    #[error("it is not signed by the log: {0}")]
    NotSigned(CheckpointVerifyError),
}

/// A checkpoint that a known log has signed. Only [`KnownLogs::believe`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Believed {
    signed: SignedCheckpoint,
}

impl KnownLogs {
    /// Reads a file of verifier keys, a line each. Empty lines, those that begin with `#`, and keys of cosigners (which are no log's) are left.
    ///
    /// # Errors
    /// [`KnownLogsError`] says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, KnownLogsError> {
        if text.len() > KEYS_BYTES_MAX {
            return Err(KnownLogsError::TooLong(text.len()));
        }
        let mut logs: BTreeMap<String, Vec<VerifierKey>> = BTreeMap::new();
        for (number, line) in text.lines().map(str::trim).enumerate() {
            if line.is_empty() || line.starts_with('#') || CosignerKey::parse(line).is_ok() {
                continue;
            }
            let key = VerifierKey::parse(line).map_err(|_| KnownLogsError::NoKey { line: number + 1 })?;
            let keys = logs.entry(key.name().as_str().to_owned()).or_default();
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        if logs.is_empty() { Err(KnownLogsError::Empty) } else { Ok(Self(logs)) }
    }

    /// The names of the logs: what their keys are called.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The name of the log that an origin line speaks of. A log of one life is called as its key; Dossier's have an epoch behind it.
    pub fn name_of<'a>(&'a self, origin: &str) -> Option<&'a str> {
        let whole = self.0.get_key_value(origin);
        let found = whole.or_else(|| {
            let (name, _) = origin.rsplit_once('/')?;
            epoch_of(origin, name)?;
            self.0.get_key_value(name)
        });
        found.map(|(name, _)| name.as_str())
    }

    /// The keys of the log that an origin line speaks of.
    pub fn keys_of(&self, origin: &str) -> Option<&[VerifierKey]> {
        self.0.get(self.name_of(origin)?).map(Vec::as_slice)
    }

    /// The checkpoint, if a log that is known here has signed it.
    ///
    /// # Errors
    /// [`NotBelieved`].
    pub fn believe(&self, signed: SignedCheckpoint) -> Result<Believed, NotBelieved> {
        let origin = &signed.unverified().origin;
        let keys = self.keys_of(origin).ok_or_else(|| NotBelieved::Unknown(origin.clone()))?;
        signed.verify_from(origin, keys).map_err(NotBelieved::NotSigned)?;
        Ok(Believed { signed })
    }
}

/// The epoch in an origin line `<name>/<epoch>`, in its one spelling.
pub fn epoch_of(origin: &str, name: &str) -> Option<u32> {
    let text = origin.strip_prefix(name)?.strip_prefix('/')?;
    text.parse().ok().filter(|epoch: &u32| epoch.to_string() == text)
}

impl Believed {
    /// What its log says.
    pub fn checkpoint(&self) -> &Checkpoint {
        self.signed.unverified()
    }

    /// Size and root.
    pub fn head(&self) -> TreeHead {
        self.checkpoint().head()
    }

    /// The signed note.
    pub const fn signed(&self) -> &SignedCheckpoint {
        &self.signed
    }

    /// The signed note, with the signatures that stand on it.
    pub fn into_signed(self) -> SignedCheckpoint {
        self.signed
    }
}
