//! What can go wrong with accounts, and what to do about it.

use std::{io, path::PathBuf};

use dossier_proto::SubjectId;
use dossier_vault::{KeyError, SealError, VaultError};

use super::{TOKENS_MAX, TokenId};

/// An account cannot be read or changed. Only [`AccountsError::InUse`] passes by itself.
#[derive(Debug, thiserror::Error)]
pub enum AccountsError {
    /// Another process has the directory.
    #[error(
        "the accounts in {} are open in another process that takes no commands now; repeat in a moment, or stop it first",
        directory.display()
    )]
    InUse {
        /// The directory.
        directory: PathBuf,
    },
    /// Another service keeps the accounts; here is a copy.
    #[error("the accounts are kept by the moderation service; change them there, in its data directory")]
    KeptElsewhere,
    /// The disk refused something.
    #[error("{what} {}: {source}", path.display())]
    Disk {
        /// What was tried.
        what: &'static str,
        /// Where.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A file is not an account.
    #[error("the account file {} cannot be read ({reason}); restore that one file from a backup", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A text is not what it should be.
    #[error("{what} takes {form}")]
    Text {
        /// Which text.
        what: &'static str,
        /// What it takes.
        form: &'static str,
    },
    /// Nobody has this id here.
    #[error("nobody here has the subject id {0}; see the list of accounts")]
    UnknownSubject(SubjectId),
    /// The account is disabled or erased.
    #[error("the account of {0} is disabled or erased; it gets neither token nor link")]
    Ended(SubjectId),
    /// The person has no such token.
    #[error("there is no token {0}; see the list of tokens")]
    UnknownToken(TokenId),
    /// The text belongs to somebody else.
    #[error("this token belongs to another account; take another text")]
    TokenTaken,
    /// The account has no address to write to.
    #[error("the account of {0} has no mail address, so nothing can be sent to it")]
    NoAddress(SubjectId),
    /// Somebody has this id already.
    #[error("somebody has the subject id {0} already")]
    IdTaken(SubjectId),
    /// Somebody else has this address.
    #[error("another account has this mail address; see the list of accounts")]
    AddressTaken,
    /// The account has all the tokens it may have, and all are valid.
    #[error("the account has {TOKENS_MAX} valid tokens; revoke one first")]
    TooManyTokens,
    /// The vault failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The person's key cannot be used.
    #[error("the key of this person cannot be used: {0}")]
    Key(#[source] KeyError),
    /// The operating system gives no random bytes.
    #[error("the operating system gives no random bytes: {0}")]
    Random(#[from] getrandom::Error),
}

impl From<SealError> for AccountsError {
    fn from(error: SealError) -> Self {
        match error {
            SealError::Key(KeyError::Vault(error)) => Self::Vault(error),
            SealError::Key(error) => Self::Key(error),
            // Names, addresses and labels are limited long before this.
            SealError::TooLong { .. } => Self::Text { what: "a text of an account", form: "at most 254 characters" },
        }
    }
}

impl AccountsError {
    /// Whether trying again later can help without anybody doing anything.
    pub const fn is_retryable(&self) -> bool {
        matches!(self, Self::InUse { .. })
    }
}

/// Why a token is not taken. Told to whoever sent it: who has a token that ended may know that it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AuthenticationFailure {
    /// Not a token at all.
    #[error("this is not a token; a token begins with dsr_")]
    Malformed,
    /// Nobody's token.
    #[error("this token is not known here")]
    Unknown,
    /// Its time is over.
    #[error("this token has expired; ask for a new one")]
    Expired,
    /// It was revoked.
    #[error("this token was revoked; ask for a new one")]
    Revoked,
    /// Its account is shut.
    #[error("the account of this token is shut")]
    Disabled,
    /// It cannot be told: the accounts are kept by another service, which was not heard. Not the caller's failure; it passes.
    #[error("the accounts were not heard from the service that keeps them")]
    NotHeard,
    /// Too many failures from the same place.
    #[error("too many attempts have failed from where you call; a valid token is still taken")]
    TooMany {
        /// After so many seconds the next failure is answered as one.
        seconds: u32,
    },
}
