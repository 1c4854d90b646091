//! The people of an installation and the tokens they call with.
//!
//! An account says who somebody is; what they may do is in [`crate::Designations`]. One service keeps the accounts
//! ([`Accounts::open`]): the directory `accounts/` holds one small file an account; names and addresses in it are sealed
//! under the person's key in the vault, tokens are kept as keyed digests only. Erasing a person destroys that key: the
//! subject id stays, who it was does not. The others have a copy in memory ([`Accounts::mirrored`]), which they ask for
//! every second.
//!
//! One process has the directory at a time (a lock says so); others ask that one ([`door`]). Methods that write block on the
//! disk for some milliseconds: call them off the async threads. [`Accounts::authenticate`] and [`Accounts::name_of`] do not
//! touch it.

mod address;
mod contact;
mod copy;
mod directory;
pub mod door;
mod entering;
mod error;
mod forgetting;
mod gates;
mod giving_back;
mod holder;
mod inviting;
mod language;
mod link;
mod mirror;
mod operating;
mod password;
mod person;
mod posting;
mod record;
mod reservation;
#[cfg(test)]
mod tests;
mod throttle;
mod ticket;
mod token;

use std::{
    fmt,
    future::Future,
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
};

use dossier_proto::{BodyCode, Micros, SubjectId};
use zeroize::Zeroizing;

use crate::Caller;
use gates::Gates;
use holder::Holder;
use mirror::{Asked, Mirror};
use posting::AskedResets;
use throttle::{Rate, Throttle, network};

pub use contact::{Contact, UnknownWanted, Wanted};
pub use copy::{COPY_ANSWER_BYTES_MAX, CopyError, Names};
pub use entering::{Entered, EnteringFailure, SESSION_LASTS};
pub use error::{AccountsError, AuthenticationFailure};
pub use forgetting::NotForgotten;
pub use giving_back::WrittenCopy;
pub use inviting::{Invitation, Invited, Made, OwnAccount, Wishes};
pub use language::{Language, UnknownLanguage};
pub use link::{LinkKind, LinkSecret, NoSecret};
pub use mirror::{COPY_LASTS, PeopleNotHeard};
pub use password::{Crowded, PasswordFault};
pub use person::{Person, TokenSummary};
pub use posting::Posting;
pub use token::{TokenId, TokenText};

/// How many tokens one account may have. A person has one a device, a program one: under ten. Each takes about 500 bytes,
/// so a file stays below 64 KiB.
pub const TOKENS_MAX: usize = 100;

/// The people of an installation: kept here, or a copy of them.
pub struct Accounts {
    people: People,
    throttle: Mutex<Throttle<IpAddr>>,
    gates: Mutex<Gates>,
    resets: Mutex<AskedResets>,
}

enum People {
    Kept(Holder),
    Mirrored(Mirror),
}

/// Somebody whose token is valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authenticated {
    /// The person.
    pub subject: SubjectId,
    /// The one body the token is bound to; `None` when it is bound to none.
    pub body: Option<BodyCode>,
    /// The token, by its name.
    pub token: TokenId,
}

impl Authenticated {
    /// As who they act.
    pub const fn caller(&self) -> Caller {
        Caller::Person(self.subject)
    }
}

impl Accounts {
    /// A copy of accounts that another service keeps. Empty until [`Accounts::keep_copy`] was answered; nobody is known
    /// before that, and nobody turned away: [`AuthenticationFailure::NotHeard`].
    pub fn mirrored() -> Self {
        Self::of(People::Mirrored(Mirror::default()))
    }

    fn of(people: People) -> Self {
        Self {
            people,
            throttle: Mutex::new(Throttle::new(Rate::TOKENS)),
            gates: Mutex::new(Gates::new()),
            resets: Mutex::default(),
        }
    }

    fn gates(&self) -> MutexGuard<'_, Gates> {
        self.gates.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn asked_resets(&self) -> MutexGuard<'_, AskedResets> {
        self.resets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whose token this is, as far as is known at this moment. A failure counts against `source`; a valid token is never
    /// held back.
    ///
    /// # Errors
    /// [`AuthenticationFailure`]; [`AuthenticationFailure::TooMany`] once a source has failed too often.
    pub fn authenticate(
        &self,
        text: &str,
        source: Option<IpAddr>,
        now: Micros,
    ) -> Result<Authenticated, AuthenticationFailure> {
        let found = text.parse().map_err(|_| AuthenticationFailure::Malformed);
        let found = found.and_then(|text| self.look_up(&text, now));
        if let (Err(AuthenticationFailure::Unknown), People::Mirrored(mirror)) = (&found, &self.people) {
            mirror.wish();
        }
        found.map_err(|failure| self.count(failure, source, now))
    }

    /// The same for a caller who can wait: a token that a copy does not know may be new, so the holder is asked first. That
    /// takes some milliseconds, a second and a half at most; five times a second at most, for all who wait together.
    ///
    /// # Errors
    /// As [`Self::authenticate`]; [`AuthenticationFailure::NotHeard`] when the holder was asked and did not answer.
    pub async fn authenticate_asking(
        &self,
        text: &str,
        source: Option<IpAddr>,
        now: Micros,
    ) -> Result<Authenticated, AuthenticationFailure> {
        match text.parse() {
            Ok(text) => self.authenticate_visit(&text, source, now).await,
            Err(_) => Err(self.count(AuthenticationFailure::Malformed, source, now)),
        }
    }

    /// The same for what stands in a cookie ([`TokenText::in_cookie`]).
    ///
    /// # Errors
    /// As [`Self::authenticate_asking`].
    pub async fn authenticate_visit(
        &self,
        text: &TokenText,
        source: Option<IpAddr>,
        now: Micros,
    ) -> Result<Authenticated, AuthenticationFailure> {
        let mut found = self.look_up(text, now);
        if let (Err(AuthenticationFailure::Unknown), People::Mirrored(mirror)) = (&found, &self.people) {
            found = match mirror.ask_soon().await {
                Asked::Answered => self.look_up(text, now),
                Asked::Silent => Err(AuthenticationFailure::NotHeard),
            };
        }
        // Not before: a token that is only new is no failure, and is taken however many have failed where it comes from.
        found.map_err(|failure| self.count(failure, source, now))
    }

    fn count(&self, failure: AuthenticationFailure, source: Option<IpAddr>, now: Micros) -> AuthenticationFailure {
        // That nobody is known at the moment is no failure of the caller.
        if failure == AuthenticationFailure::NotHeard {
            return failure;
        }
        let mut throttle = self.throttle.lock().unwrap_or_else(PoisonError::into_inner);
        throttle.count(source.map(network), now).map_or(failure, |seconds| AuthenticationFailure::TooMany { seconds })
    }

    fn look_up(&self, text: &TokenText, now: Micros) -> Result<Authenticated, AuthenticationFailure> {
        let (token, ticket) = match &self.people {
            People::Kept(holder) => holder.ticket(text),
            People::Mirrored(mirror) => mirror.ticket(text).map_err(|_| AuthenticationFailure::NotHeard)?,
        };
        ticket.ok_or(AuthenticationFailure::Unknown)?.present(token, now)
    }

    /// The name of a person; `None` when unknown here, or erased.
    pub fn name_of(&self, subject: SubjectId) -> Option<String> {
        match &self.people {
            People::Kept(holder) => holder.name_of(subject),
            People::Mirrored(mirror) => mirror.name_of(subject),
        }
    }

    /// How somebody is written to; `None` for who has no address, is shut out, erased or unknown here, and wherever names are not
    /// given. Where the accounts are kept it reads the vault: call it off the async threads.
    pub fn contact_of(&self, subject: SubjectId) -> Option<Contact> {
        match &self.people {
            People::Kept(holder) => holder.contact_of(subject),
            People::Mirrored(mirror) => mirror.contact_of(subject),
        }
    }

    /// Whether it can be told who is calling: always, where the accounts are kept.
    ///
    /// # Errors
    /// [`PeopleNotHeard`], in words for an operator: what readiness shows.
    pub fn check(&self) -> Result<(), PeopleNotHeard> {
        match &self.people {
            People::Kept(_) => Ok(()),
            People::Mirrored(mirror) => mirror.check(),
        }
    }

    /// The holder's side of a copy: the answer to one question of [`Accounts::keep_copy`], of at most
    /// [`COPY_ANSWER_BYTES_MAX`]. Reads the vault when names are given: call it off the async threads.
    ///
    /// # Errors
    /// [`CopyError`]: not a question, or the accounts are not kept here.
    pub fn answer(&self, question: &[u8], names: Names) -> Result<Zeroizing<Vec<u8>>, CopyError> {
        match &self.people {
            People::Kept(holder) => holder.answer(question, names),
            People::Mirrored(_) => Err(CopyError::NotKeptHere),
        }
    }

    /// The mirror's side: asks the holder every second, and soon when somebody calls with a token that is not known here.
    /// `ask` carries one question and brings the answer, or says why there is none. Never returns where there is a copy;
    /// drop the future to stop. Returns at once where the accounts are kept.
    pub async fn keep_copy<F>(&self, ask: impl Fn(Vec<u8>) -> F)
    where
        F: Future<Output = Result<Vec<u8>, String>>,
    {
        match &self.people {
            People::Kept(_) => {}
            People::Mirrored(mirror) => mirror.keep(ask).await,
        }
    }
}

impl fmt::Debug for Accounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.people {
            People::Kept(holder) => write!(f, "Accounts({} kept)", holder.known().accounts.len()),
            People::Mirrored(mirror) => write!(f, "Accounts(a copy, {:?})", mirror.check()),
        }
    }
}
