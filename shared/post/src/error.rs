//! What can go wrong, and whether trying again is of use.

use std::path::PathBuf;

/// Why a mail was not handed over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// The server was not reached, or the line broke before it answered. Also when it broke after the last byte: then nobody knows.
    #[error("the mail server {server} was not reached: {reason}. It is tried again")]
    Unreachable {
        /// Which one, with its port.
        server: String,
        /// What came instead of an answer.
        reason: String,
    },
    /// The server is there and does not deal with us: it does not take our name, our password, our sender or our encryption. No mail can
    /// help that; an operator can.
    #[error(
        "the mail server {server} does not take mail from here: {said}. Look at [mail] in the configuration; it is tried again"
    )]
    Unwelcome {
        /// Which one, with its port.
        server: String,
        /// What it said.
        said: String,
    },
    /// The server says "not now" (4xx).
    #[error("the mail server {server} does not take this mail now ({code}): {said}. It is tried again")]
    Postponed {
        /// Which one, with its port.
        server: String,
        /// Its code.
        code: u16,
        /// What it said.
        said: String,
    },
    /// The server will never take this mail (5xx).
    #[error(
        "the mail server {server} refuses this mail for good ({code}): {said}. Look whether the person's address is right"
    )]
    Refused {
        /// Which one, with its port.
        server: String,
        /// Its code.
        code: u16,
        /// What it said.
        said: String,
    },
    /// It cannot be a mail at all: no server was asked.
    #[error("no mail can be made of it: {0}")]
    Unsendable(String),
}

impl MailError {
    /// Whether this mail will never be accepted, however often it is tried.
    pub const fn is_final(&self) -> bool {
        matches!(self, Self::Refused { .. } | Self::Unsendable(_))
    }

    /// Whether it is the server's, not this mail's: the next mail would fare no better.
    pub const fn is_of_the_server(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Unwelcome { .. })
    }
}

/// Why a configuration leads to no mail server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailSettingsError {
    /// A key says what cannot be.
    #[error("mail.{key}: {what}")]
    Key {
        /// The key within `[mail]`.
        key: &'static str,
        /// What to write there.
        what: String,
    },
    /// A file that is named cannot be read.
    #[error("mail.{key}: {}: {reason}", file.display())]
    File {
        /// The key within `[mail]`.
        key: &'static str,
        /// The file.
        file: PathBuf,
        /// Why not.
        reason: String,
    },
}
