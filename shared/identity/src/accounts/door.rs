//! Where an operator's command finds the process that has the accounts open, so that a token is revoked, and a person
//! forgotten, without stopping anything.
//!
//! It is a socket in the directory of the accounts, for the owner of that directory alone; who may write the directory could
//! as well change the files. One line of JSON asks ([`Request`]), one line answers ([`Reply`]). There is one writer as
//! before: the process that has the directory open.

mod client;
mod server;

use dossier_proto::{BodyCode, Micros, SubjectId};
use serde::{Deserialize, Serialize};

use super::{Accounts, AccountsError, LinkKind, Person, TokenId, TokenSummary};

pub use client::{Visit, knock};
pub use server::Door;

/// The socket's name in the directory of the accounts.
const SOCKET: &str = "door";
/// A request: a name of 200 characters and an address, escaped, are below 3 KiB.
const REQUEST_BYTES_MAX: u64 = 16 * 1024;
/// People in one answer.
const PEOPLE_MAX: usize = 100;
/// An answer: 100 people with a name, and 100 tokens of 300 bytes each, are 3.2 MB.
const REPLY_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// What an operator asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Request {
    /// An account for a person.
    Create {
        /// Their name.
        name: String,
        /// Their address.
        mail: Option<String>,
    },
    /// An account for the first administrator, and the designation that moderation records for it.
    CreateAdministrator {
        /// Their name.
        name: String,
        /// Their address.
        mail: Option<String>,
    },
    /// A token.
    IssueToken {
        /// Whose.
        subject: SubjectId,
        /// What it is for.
        label: String,
        /// The one body it is bound to.
        body: Option<BodyCode>,
        /// When it ends.
        expires: Option<Micros>,
    },
    /// The end of a token.
    RevokeToken {
        /// Whose.
        subject: SubjectId,
        /// Which.
        token: TokenId,
    },
    /// An invitation's mail, with a new link.
    Invite {
        /// Whom.
        subject: SubjectId,
    },
    /// A link that an operator hands over.
    HandOutLink {
        /// To whom.
        subject: SubjectId,
        /// For what.
        kind: Handed,
    },
    /// Shuts an account.
    Disable {
        /// Whose.
        subject: SubjectId,
    },
    /// Opens an account that was shut.
    Enable {
        /// Whose.
        subject: SubjectId,
    },
    /// Forgets a person.
    Erase {
        /// Whom.
        subject: SubjectId,
    },
    /// Some of the people, with their tokens, in the order of their subject ids.
    People {
        /// Behind whom.
        behind: Option<SubjectId>,
    },
}

/// For what a link is handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Handed {
    /// To come in for the first time.
    Invitation,
    /// For a forgotten password.
    Reset,
}

impl From<Handed> for LinkKind {
    fn from(handed: Handed) -> Self {
        match handed {
            Handed::Invitation => Self::Invitation,
            Handed::Reset => Self::Reset,
        }
    }
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reply {
    /// It is done, durably.
    Done,
    /// An account was made.
    Created {
        /// The id by which the log knows the person.
        subject: SubjectId,
    },
    /// A token was issued. It is shown once, here.
    Issued {
        /// Its text.
        token: String,
    },
    /// A link was made. It is shown once, here.
    Link {
        /// Its secret.
        secret: String,
        /// Until when it works.
        expires: Micros,
    },
    /// Some of the people.
    People {
        /// The people.
        people: Vec<Listed>,
        /// Whether there are more behind the last one.
        more: bool,
    },
    /// Nothing was done.
    Refused {
        /// Of which kind the reason is.
        kind: RefusalKind,
        /// The reason, in words for the operator.
        reason: String,
    },
}

/// A person and their tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// The person.
    pub person: Person,
    /// Their tokens, ended ones included.
    pub tokens: Vec<TokenSummary>,
}

/// Why nothing was done, as far as a program has to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefusalKind {
    /// What was asked for is not of the right form.
    Usage,
    /// There is no such person or token.
    NotThere,
    /// The disk failed.
    Disk,
    /// A file or a key is damaged.
    Damaged,
    /// It cannot be done at this moment, and passes.
    NotNow,
    /// Anything else.
    Failed,
}

/// Does what is asked, where the accounts are kept. Blocks on the disk. Who is the first administrator stands in moderation's journal, and not
/// here: whoever has that open does [`Request::CreateAdministrator`] itself.
pub fn carry_out(accounts: &Accounts, request: Request, now: Micros) -> Reply {
    let done = |outcome: Result<(), AccountsError>| outcome.map(|()| Reply::Done);
    let outcome = match request {
        Request::Create { name, mail } => {
            accounts.create(&name, mail.as_deref(), now).map(|subject| Reply::Created { subject })
        }
        Request::CreateAdministrator { .. } => return Reply::no_journal(),
        Request::IssueToken { subject, label, body, expires } => accounts
            .issue_token(subject, &label, body, expires, now)
            .map(|token| Reply::Issued { token: token.expose().to_owned() }),
        Request::RevokeToken { subject, token } => done(accounts.revoke_token(subject, token, now)),
        Request::Invite { subject } => done(accounts.invite(subject, now)),
        Request::HandOutLink { subject, kind } => accounts
            .hand_out_link(subject, kind.into(), now)
            .map(|(secret, expires)| Reply::Link { secret: secret.expose().to_owned(), expires }),
        Request::Disable { subject } => done(accounts.disable(subject, now)),
        Request::Enable { subject } => done(accounts.enable(subject)),
        Request::Erase { subject } => done(accounts.erase_person(subject, now)),
        Request::People { behind } => people(accounts, behind),
    };
    outcome.unwrap_or_else(|error| Reply::refused(&error))
}

fn people(accounts: &Accounts, behind: Option<SubjectId>) -> Result<Reply, AccountsError> {
    let mut behind = accounts.holder()?.people_behind(behind, PEOPLE_MAX + 1);
    let more = behind.len() > PEOPLE_MAX;
    behind.truncate(PEOPLE_MAX);
    let people = behind.into_iter().map(|(person, tokens)| Listed { person, tokens }).collect();
    Ok(Reply::People { people, more })
}

impl Reply {
    /// Nothing was done, because of this.
    pub fn refused(error: &AccountsError) -> Self {
        Self::Refused { kind: RefusalKind::of(error), reason: error.to_string() }
    }

    fn no_journal() -> Self {
        let reason = "the process that has the accounts open does not have moderation's journal, where an administrator is designated";
        Self::Refused { kind: RefusalKind::Failed, reason: reason.to_owned() }
    }
}

impl RefusalKind {
    /// The kind of an error.
    pub const fn of(error: &AccountsError) -> Self {
        match error {
            AccountsError::Text { .. } => Self::Usage,
            AccountsError::UnknownSubject(_) | AccountsError::UnknownToken(_) => Self::NotThere,
            AccountsError::Disk { .. } => Self::Disk,
            AccountsError::Damaged { .. } | AccountsError::Key(_) => Self::Damaged,
            AccountsError::InUse { .. }
            | AccountsError::KeptElsewhere
            | AccountsError::Ended(_)
            | AccountsError::TokenTaken
            | AccountsError::AddressTaken
            | AccountsError::IdTaken(_)
            | AccountsError::NoAddress(_)
            | AccountsError::TooManyTokens
            | AccountsError::Vault(_)
            | AccountsError::Random(_) => Self::Failed,
        }
    }
}

/// The socket by a name that is short enough for one: the operating system takes 107 bytes, and a directory may have more.
fn address(directory: &std::fs::File, name: &str) -> std::path::PathBuf {
    use std::os::fd::AsRawFd;
    std::path::PathBuf::from(format!("/proc/self/fd/{}/{name}", directory.as_raw_fd()))
}
