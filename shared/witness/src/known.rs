//! The logs that a witness was given, by a way that it trusts.

use dossier_proof::{
    Checkpoint, KeyFile, SignedCheckpoint,
    history::{HistoryError, KeyHistory},
    keyfile::{KeyFileError, MAX_KEY_FILE_BYTES},
    tree::TreeHead,
};

/// The longest file of keys.
pub const KEYS_BYTES_MAX: usize = MAX_KEY_FILE_BYTES;

/// Logs by name, and what each signs with: a key after another, each for one stretch of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownLogs(KeyFile);

impl From<KeyFile> for KnownLogs {
    fn from(keys: KeyFile) -> Self {
        Self(keys)
    }
}

/// Why a file of keys cannot be used. Final.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KnownLogsError {
    /// It is no such file.
    #[error(transparent)]
    Form(#[from] KeyFileError),
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
    /// The key that signs there has not signed it.
    #[error(
        "it is not signed by the log: {0}. If the log has taken another key, get its keys anew, by a way that you trust"
    )]
    NotSigned(HistoryError),
}

/// A checkpoint that a known log has signed. Only [`KnownLogs::believe`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Believed {
    signed: SignedCheckpoint,
}

impl KnownLogs {
    /// Reads a file of verifier keys, as installations publish it. Keys of cosigners are no log's, and left.
    ///
    /// # Errors
    /// [`KnownLogsError`] says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, KnownLogsError> {
        let file: KeyFile = text.parse()?;
        if file.logs.is_empty() { Err(KnownLogsError::Empty) } else { Ok(Self(file)) }
    }

    /// The names of the logs: what their keys are called.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.logs.iter().map(KeyHistory::log)
    }

    /// What each log signs with, as far as is known.
    pub fn histories(&self) -> &[KeyHistory] {
        &self.0.logs
    }

    /// Takes later keys of a log that is known: what leads to them was proven to the caller. Whether it was news; a history that says anything else
    /// of what is known is none.
    pub fn take(&mut self, history: KeyHistory) -> bool {
        let Some(known) = self.0.logs.iter_mut().find(|known| known.log() == history.log()) else { return false };
        let is_news = known.agrees_with(&history) && history.turns().len() > known.turns().len();
        if is_news {
            *known = history;
        }
        is_news
    }

    /// The keys of the log that an origin line speaks of. A log of one life is called as its key; Dossier's have an epoch behind it.
    fn history(&self, origin: &str) -> Option<&KeyHistory> {
        let named = |history: &&KeyHistory| history.log() == origin || epoch_of(origin, history.log()).is_some();
        self.0.logs.iter().find(named)
    }

    /// The name of the log that an origin line speaks of.
    pub fn name_of(&self, origin: &str) -> Option<&str> {
        self.history(origin).map(KeyHistory::log)
    }

    /// The checkpoint, if a log that is known here has signed it, with the key that it signs with there.
    ///
    /// # Errors
    /// [`NotBelieved`].
    pub fn believe(&self, signed: SignedCheckpoint) -> Result<Believed, NotBelieved> {
        let origin = &signed.unverified().origin;
        let history = self.history(origin).ok_or_else(|| NotBelieved::Unknown(origin.clone()))?;
        let verified = if history.log() == origin {
            signed.verify(history.current()).map(drop).map_err(HistoryError::Checkpoint)
        } else {
            history.verify(&signed).map(drop)
        };
        verified.map_err(NotBelieved::NotSigned)?;
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
