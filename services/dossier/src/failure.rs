//! What a command says when it did not do what was asked: what happened, where, what to do; and an exit code.

use std::{fmt, path::Path};

use dossier_journal::{OpenError, OpenErrorKind};

/// Exit codes, stable. 0 is success; 80 to 90 are journals that were not opened, by
/// [`dossier_journal::OpenErrorKind::exit_code`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Something else.
    Failed = 1,
    /// The command line is not understood.
    Usage = 2,
    /// What is named does not exist.
    NotThere = 3,
    /// The server refused: no right, another digest, another state.
    Refused = 4,
    /// The server does not answer.
    Unreachable = 5,
    /// The disk or the file system.
    Disk = 6,
    /// Something on disk is damaged.
    Damaged = 7,
    /// What was verified does not hold.
    NotProved = 8,
    /// Some of several things were done, not all.
    Partly = 9,
    /// A clock is behind the journal.
    Clock = 10,
    /// Another instance of the same service is at work.
    Occupied = 11,
}

/// Why a command did not do what was asked.
#[derive(Debug)]
pub struct Failure {
    code: u8,
    text: String,
}

impl Failure {
    /// With an exit code and a sentence for a person.
    pub fn new(exit: Exit, text: impl Into<String>) -> Self {
        Self { code: exit as u8, text: text.into() }
    }

    /// What is named does not exist.
    pub fn not_there(text: impl Into<String>) -> Self {
        Self::new(Exit::NotThere, text)
    }

    /// Something on disk is damaged.
    pub fn damaged(text: impl Into<String>) -> Self {
        Self::new(Exit::Damaged, text)
    }

    /// With a code that is known as a number.
    pub(crate) fn with_code(code: u8, text: impl Into<String>) -> Self {
        Self { code, text: text.into() }
    }

    /// Another process has it open.
    pub fn busy(text: impl Into<String>) -> Self {
        Self { code: OpenErrorKind::Busy.exit_code(), text: text.into() }
    }

    /// The disk or the file system failed at `path`.
    pub fn disk(path: &Path, error: &dyn fmt::Display) -> Self {
        Self::new(
            Exit::Disk,
            format!(
                "{}: {error}. Check that the path is right, the disk is not full, and you may write there",
                path.display()
            ),
        )
    }

    /// The audit service's copies could not be opened.
    pub fn from_copies(error: &dossier_audit::CopiesError) -> Self {
        match error {
            dossier_audit::CopiesError::Open { source, .. } => {
                Self { code: source.kind().exit_code(), text: error.to_string() }
            }
            _ => Self::damaged(error.to_string()),
        }
    }

    /// The process's exit code.
    pub fn exit_code(&self) -> u8 {
        self.code
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Failure {}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        Self { code: error.kind().exit_code(), text: error.to_string() }
    }
}

impl From<dossier_vault::MasterKeyError> for Failure {
    fn from(error: dossier_vault::MasterKeyError) -> Self {
        Self::damaged(error.to_string())
    }
}

impl From<dossier_vault::VaultError> for Failure {
    fn from(error: dossier_vault::VaultError) -> Self {
        use dossier_vault::VaultError;
        match error {
            VaultError::Locked { .. } => Self::busy(error.to_string()),
            VaultError::Disk { .. } | VaultError::Stopped { .. } => Self::new(Exit::Disk, error.to_string()),
            _ => Self::damaged(error.to_string()),
        }
    }
}

impl From<dossier_engine::EngineError> for Failure {
    fn from(error: dossier_engine::EngineError) -> Self {
        match error {
            dossier_engine::EngineError::Journal(error) => error.into(),
            dossier_engine::EngineError::ClockBehind { .. } => Self::new(Exit::Clock, error.to_string()),
            dossier_engine::EngineError::Event { .. } => Self::damaged(error.to_string()),
            dossier_engine::EngineError::Thread(_) => Self::new(Exit::Failed, error.to_string()),
        }
    }
}
