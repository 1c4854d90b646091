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
    /// Somebody else listens where this one is to listen.
    PortTaken = 12,
    /// A log has signed two histories: a witness has the proof.
    Forked = 13,
    /// A log shows less than a witness has cosigned.
    LessThanBefore = 14,
}

impl Exit {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Failed,
        Self::Usage,
        Self::NotThere,
        Self::Refused,
        Self::Unreachable,
        Self::Disk,
        Self::Damaged,
        Self::NotProved,
        Self::Partly,
        Self::Clock,
        Self::Occupied,
        Self::PortTaken,
        Self::Forked,
        Self::LessThanBefore,
    ];

    /// Whether starting the same service again may end otherwise though nobody has done anything: a disk has room again, a broker
    /// answers. (Codes of commands that ask a server are not codes of a service.)
    pub const fn another_start_may_help(self) -> bool {
        match self {
            Self::Failed | Self::Refused | Self::Unreachable | Self::Disk | Self::NotProved | Self::Partly => true,
            // Of a single look of a witness, which is no service.
            Self::Forked | Self::LessThanBefore => true,
            Self::Usage | Self::NotThere | Self::Damaged | Self::Clock | Self::Occupied | Self::PortTaken => false,
        }
    }
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

    /// The same with a sentence more.
    #[must_use]
    pub fn adding(self, sentence: &str) -> Self {
        let text = self.text.trim_end_matches('.');
        Self { text: format!("{text}. {sentence}"), ..self }
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
            dossier_engine::EngineError::Erasure(_) => Self::new(Exit::Disk, error.to_string()),
            dossier_engine::EngineError::Thread(_) => Self::new(Exit::Failed, error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use dossier_journal::OpenErrorKind;

    use super::*;
    use crate::{
        cli::{EXIT_CODES, VERIFY_CODES},
        verification::Class,
    };

    const KINDS: [OpenErrorKind; 11] = [
        OpenErrorKind::Truncated,
        OpenErrorKind::RolledBack,
        OpenErrorKind::Damaged,
        OpenErrorKind::Forked,
        OpenErrorKind::Foreign,
        OpenErrorKind::AnchorLost,
        OpenErrorKind::SnapshotDiffers,
        OpenErrorKind::Busy,
        OpenErrorKind::StoreRefused,
        OpenErrorKind::Io,
        OpenErrorKind::Options,
    ];

    fn deploy(file: &str) -> String {
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy").join(file)).unwrap()
    }

    fn not_restarted(unit: &str) -> Vec<u8> {
        let text = deploy(unit);
        let line = text.lines().find_map(|line| line.strip_prefix("RestartPreventExitStatus=")).unwrap();
        line.split_whitespace().map(|code| code.parse().unwrap()).collect()
    }

    /// systemd would start again, for ever, what only a person can mend; and would leave alone what mends itself.
    #[test]
    fn what_another_start_does_not_mend_is_in_the_unit_and_in_the_table() {
        let mut terminal: Vec<u8> =
            Exit::ALL.into_iter().filter(|exit| !exit.another_start_may_help()).map(|exit| exit as u8).collect();
        terminal.extend(KINDS.into_iter().filter(|kind| !kind.is_retryable()).map(OpenErrorKind::exit_code));
        assert_eq!(not_restarted("systemd/dossier@.service"), terminal);
        for unit in ["systemd/dossier-front.service", "systemd/dossier-witness.service"] {
            for code in not_restarted(unit) {
                assert!(terminal.contains(&code), "{unit}: {code}");
            }
        }
        let table = deploy("README.md");
        for code in terminal {
            assert!(
                table.lines().any(|line| line.starts_with(&format!("| {code} |"))),
                "deploy/README.md has no row for {code}"
            );
        }
    }

    #[test]
    fn every_code_is_in_the_help() {
        let words: Vec<_> = EXIT_CODES.split(|c: char| !c.is_ascii_digit()).filter(|word| !word.is_empty()).collect();
        let codes = Exit::ALL.into_iter().map(|exit| exit as u8).chain(KINDS.into_iter().map(OpenErrorKind::exit_code));
        for code in codes {
            assert!(words.contains(&code.to_string().as_str()), "{code} is not in the help");
        }
    }

    /// The help, README's table and VERIFY.md name every kind of finding with its code, in the same words.
    #[test]
    fn every_kind_of_finding_is_in_the_help_and_in_the_tables() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let read = |file: &str| fs::read_to_string(here.join(file)).unwrap();
        let (readme, described) = (read("../../README.md"), read("VERIFY.md"));
        for class in Class::ALL {
            let (code, words) = (class.exit_code(), class.key().replace('-', " "));
            assert!(VERIFY_CODES.contains(&format!("{code} {words}")), "{code} {words} is not in the help");
            let row = format!("| {code} | {words} |");
            assert!(readme.lines().any(|line| line.starts_with(&row)), "README.md has no row {row}");
            assert!(described.lines().any(|line| line.starts_with(&row)), "VERIFY.md has no row {row}");
            let kinds = KINDS.into_iter().map(OpenErrorKind::exit_code).chain(Exit::ALL.map(|exit| exit as u8));
            assert!(!kinds.collect::<Vec<_>>().contains(&code), "{code} means something else too");
        }
    }
}
