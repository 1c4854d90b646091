//! What can go wrong, and whether trying again is of use.

use std::path::PathBuf;

use crate::Answer;

/// Why a mail was not handed over.
///
/// What a server said stands in it only where no recipient had been named: after that its words may repeat the address, which belongs in no
/// log, figure or warning ([`Answer`] has its numbers instead).
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
    /// The server refuses, and not because of the address: it relays nothing, blocks us, or wants no such text. An operator can help, or
    /// time; this mail waits, and the next one may fare better.
    #[error(
        "the mail server {server} turns a mail away ({answer}) and not because of its address: whether it relays mail from here, \
         or blocks it, its operator knows. It is tried again"
    )]
    TurnedAway {
        /// Which one, with its port.
        server: String,
        /// Its answer.
        answer: Answer,
    },
    /// The server says "not now" (4xx).
    #[error("the mail server {server} does not take this mail now ({answer}). It is tried again")]
    Postponed {
        /// Which one, with its port.
        server: String,
        /// Its answer.
        answer: Answer,
    },
    /// There is no such mailbox, or it takes nothing: this mail will never arrive.
    #[error(
        "the mail server {server} refuses this mail for good ({answer}). Look whether the person's address is right"
    )]
    Refused {
        /// Which one, with its port.
        server: String,
        /// Its answer.
        answer: Answer,
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

    /// Whether an operator has to hear of it when it lasts: the address is not what is wrong.
    pub const fn is_trouble(&self) -> bool {
        self.is_of_the_server() || matches!(self, Self::TurnedAway { .. })
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
