//! The people of an installation and the tokens they call with.
//!
//! An account says who somebody is; what they may do is in [`crate::Designations`]. The directory `accounts/` holds one
//! small file an account; names and addresses in it are sealed under the person's key in the vault, tokens are kept as
//! keyed digests only. Erasing a person destroys that key: the subject id stays, who it was does not.
//!
//! One process has the directory at a time (a lock says so). Methods that write block on the disk for some
//! milliseconds: call them off the async threads. [`Accounts::authenticate`] and [`Accounts::name_of`] do not touch it.

mod directory;
mod error;
mod person;
mod record;
#[cfg(test)]
mod tests;
mod throttle;
mod token;

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    net::IpAddr,
    path::Path,
    sync::{Mutex, PoisonError, RwLock},
};

use dossier_proto::{BodyCode, Micros, SubjectId};
use dossier_vault::{Holding, Kind, MasterKey, Vault};
use ulid::Ulid;

use crate::Caller;
use directory::Directory;
use record::{Account, StoredToken};
use throttle::Throttle;
use token::{Pepper, TokenHash};

pub use error::{AccountsError, AuthenticationFailure};
pub use person::{Person, TokenSummary};
pub use token::{TokenId, TokenText};

/// How many tokens one account may have. A person has one a device, a program one: under ten. Each takes about 500 bytes,
/// so a file stays below 64 KiB.
pub const TOKENS_MAX: usize = 100;

/// The people of an installation, open in one process.
pub struct Accounts {
    vault: Vault,
    pepper: Pepper,
    /// Whoever writes holds this from reading the account to having it on disk and in memory.
    directory: Mutex<Directory>,
    known: RwLock<Known>,
    throttle: Mutex<Throttle>,
}

/// What is on disk, in memory.
#[derive(Default)]
struct Known {
    accounts: BTreeMap<SubjectId, Account>,
    /// By a keyed digest: how long a look-up takes tells nothing about a token.
    holders: HashMap<TokenHash, SubjectId>,
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
    /// Opens the directory, or makes one. Finishes an erasure that a crash interrupted, and removes half-written files.
    ///
    /// # Errors
    /// [`AccountsError`]: in use by another process, a damaged file, the disk or the vault fails.
    pub fn open(directory: impl AsRef<Path>, vault: Vault, master: &MasterKey) -> Result<Self, AccountsError> {
        let directory = Directory::open(directory.as_ref())?;
        let mut known = Known::default();
        for account in directory.load()? {
            known.put(settle(account, &directory, &vault)?);
        }
        Ok(Self {
            vault,
            pepper: Pepper::of(master),
            directory: Mutex::new(directory),
            known: RwLock::new(known),
            throttle: Mutex::new(Throttle::default()),
        })
    }

    /// Makes an account for a person. Durable when this returns.
    ///
    /// # Errors
    /// [`AccountsError`]: a name or an address that is none, or the disk or the vault fails.
    pub fn create(&self, name: &str, mail: Option<&str>, now: Micros) -> Result<SubjectId, AccountsError> {
        let name = person::checked_name(name)?;
        let mail = mail.map(person::checked_mail).transpose()?;
        let subject = SubjectId::from(Ulid::generate());
        // Durable before the file that needs it.
        let key = self.vault.fresh(Kind::Person)?;
        let account = Account {
            subject,
            key,
            name: Some(person::seal_name(&self.vault, key, subject, name)?),
            mail: mail.map(|mail| person::seal_mail(&self.vault, key, subject, mail)).transpose()?,
            created: now,
            disabled: None,
            erased: None,
            tokens: Vec::new(),
        };
        let directory = self.directory.lock().unwrap_or_else(PoisonError::into_inner);
        self.store(&directory, account)?;
        Ok(subject)
    }

    /// Issues a token. It is shown once, here: only its keyed digest is kept.
    ///
    /// # Errors
    /// [`AccountsError`]: an unknown, disabled or erased person, too many tokens, or the disk or the vault fails.
    pub fn issue_token(
        &self,
        subject: SubjectId,
        label: &str,
        body: Option<BodyCode>,
        expires: Option<Micros>,
        now: Micros,
    ) -> Result<TokenText, AccountsError> {
        let text = TokenText::generate()?;
        self.keep_token(subject, label, body, expires, &text, now)?;
        Ok(text)
    }

    /// Admits a token whose text is known beforehand: for demonstrations, never for a real installation. Repeating it
    /// for the same person changes nothing.
    ///
    /// # Errors
    /// As [`Self::issue_token`]; also when the text is no token, or is the token of somebody else.
    pub fn issue_fixed_token(
        &self,
        subject: SubjectId,
        label: &str,
        body: Option<BodyCode>,
        text: &TokenText,
        now: Micros,
    ) -> Result<TokenId, AccountsError> {
        self.keep_token(subject, label, body, None, text, now)
    }

    fn keep_token(
        &self,
        subject: SubjectId,
        label: &str,
        body: Option<BodyCode>,
        expires: Option<Micros>,
        text: &TokenText,
        now: Micros,
    ) -> Result<TokenId, AccountsError> {
        let label = person::checked_label(label)?;
        let hash = self.pepper.hash(text);
        let directory = self.directory.lock().unwrap_or_else(PoisonError::into_inner);
        match self.known().holders.get(&hash) {
            Some(holder) if *holder != subject => return Err(AccountsError::TokenTaken),
            Some(_) => return Ok(hash.id()),
            None => {}
        }
        let mut account = self.active(subject)?;
        account.make_room_for_a_token(now)?;
        let label = person::seal_label(&self.vault, account.key, subject, label)?;
        account.tokens.push(StoredToken { hash, label: Some(label), body, issued: now, expires, revoked: None });
        self.store(&directory, account)?;
        Ok(hash.id())
    }

    /// Revokes a token. Durable when this returns; repeating it changes nothing.
    ///
    /// # Errors
    /// [`AccountsError`]: no such token, or the disk fails.
    pub fn revoke_token(&self, subject: SubjectId, token: TokenId, now: Micros) -> Result<(), AccountsError> {
        let directory = self.directory.lock().unwrap_or_else(PoisonError::into_inner);
        let mut account = self.account(subject)?;
        let found = account.tokens.iter_mut().find(|stored| stored.hash.id() == token);
        let stored = found.ok_or(AccountsError::UnknownToken(token))?;
        if stored.revoked.is_some() {
            return Ok(());
        }
        stored.revoked = Some(now);
        self.store(&directory, account)
    }

    /// Shuts an account: its tokens are refused until [`Self::enable`]. Durable when this returns.
    ///
    /// # Errors
    /// [`AccountsError`]: an unknown person, or the disk fails.
    pub fn disable(&self, subject: SubjectId, now: Micros) -> Result<(), AccountsError> {
        self.set_disabled(subject, Some(now))
    }

    /// Opens an account that was shut.
    ///
    /// # Errors
    /// As [`Self::disable`].
    pub fn enable(&self, subject: SubjectId) -> Result<(), AccountsError> {
        self.set_disabled(subject, None)
    }

    fn set_disabled(&self, subject: SubjectId, disabled: Option<Micros>) -> Result<(), AccountsError> {
        let directory = self.directory.lock().unwrap_or_else(PoisonError::into_inner);
        let mut account = self.account(subject)?;
        account.disabled = disabled;
        self.store(&directory, account)
    }

    /// Forgets who somebody is: the account ends, its tokens go, and the key of the name is destroyed. The subject id
    /// stays in the log, and stands for nobody known from then on. Repeating it is harmless.
    ///
    /// # Errors
    /// [`AccountsError`]: an unknown person, or the disk or the vault fails; then repeat it, or start again, which
    /// finishes it.
    pub fn erase_person(&self, subject: SubjectId, now: Micros) -> Result<(), AccountsError> {
        let directory = self.directory.lock().unwrap_or_else(PoisonError::into_inner);
        let account = self.account(subject)?;
        let key = account.key;
        if account.erased.is_none() {
            // First on record, so that a crash before the key is gone is finished at the next start.
            self.store(&directory, account.erase(now))?;
        }
        self.vault.erase(key)?;
        Ok(())
    }

    /// Whose token this is. A failure counts against `source`; a valid token is never held back.
    ///
    /// # Errors
    /// [`AuthenticationFailure`]; [`AuthenticationFailure::TooMany`] once a source has failed too often.
    pub fn authenticate(
        &self,
        text: &str,
        source: Option<IpAddr>,
        now: Micros,
    ) -> Result<Authenticated, AuthenticationFailure> {
        self.look_up(text, now).map_err(|failure| {
            let mut throttle = self.throttle.lock().unwrap_or_else(PoisonError::into_inner);
            throttle.count_failure(source, now).map_or(failure, |seconds| AuthenticationFailure::TooMany { seconds })
        })
    }

    fn look_up(&self, text: &str, now: Micros) -> Result<Authenticated, AuthenticationFailure> {
        let text: TokenText = text.parse().map_err(|_| AuthenticationFailure::Malformed)?;
        let hash = self.pepper.hash(&text);
        let known = self.known();
        let account = known.holders.get(&hash).and_then(|subject| known.accounts.get(subject));
        let account = account.ok_or(AuthenticationFailure::Unknown)?;
        let stored = account.tokens.iter().find(|stored| stored.hash == hash);
        let stored = stored.ok_or(AuthenticationFailure::Unknown)?;
        if stored.revoked.is_some() {
            return Err(AuthenticationFailure::Revoked);
        }
        if stored.has_expired(now) {
            return Err(AuthenticationFailure::Expired);
        }
        if account.disabled.is_some() || account.erased.is_some() {
            return Err(AuthenticationFailure::Disabled);
        }
        Ok(Authenticated { subject: account.subject, body: stored.body.clone(), token: hash.id() })
    }

    /// The name of a person; `None` when unknown here, or erased.
    pub fn name_of(&self, subject: SubjectId) -> Option<String> {
        let known = self.known();
        known.accounts.get(&subject).and_then(|account| person::name(&self.vault, account))
    }

    /// Everybody who has an account, erased ones included (without their names), in the order they were made.
    pub fn people(&self) -> Vec<Person> {
        self.known().accounts.values().map(|account| person::of(&self.vault, account)).collect()
    }

    /// The tokens of a person, ended ones included.
    ///
    /// # Errors
    /// [`AccountsError::UnknownSubject`].
    pub fn tokens_of(&self, subject: SubjectId) -> Result<Vec<TokenSummary>, AccountsError> {
        self.account(subject).map(|account| person::tokens(&self.vault, &account))
    }

    fn known(&self) -> std::sync::RwLockReadGuard<'_, Known> {
        // A panic while it was held cannot leave it half changed: one account is put at a time.
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn account(&self, subject: SubjectId) -> Result<Account, AccountsError> {
        self.known().accounts.get(&subject).cloned().ok_or(AccountsError::UnknownSubject(subject))
    }

    fn active(&self, subject: SubjectId) -> Result<Account, AccountsError> {
        let account = self.account(subject)?;
        if account.disabled.is_some() || account.erased.is_some() {
            return Err(AccountsError::Ended(subject));
        }
        Ok(account)
    }

    /// On disk first, then in memory.
    fn store(&self, directory: &Directory, account: Account) -> Result<(), AccountsError> {
        directory.write(&account)?;
        self.known.write().unwrap_or_else(PoisonError::into_inner).put(account);
        Ok(())
    }
}

/// Finishes an erasure of which only one half is there. Record and key can differ after a crash (record first), and
/// after somebody put a file back from a backup: then the key says that the person is erased, and the moment is not
/// known any more (it stands in the log).
fn settle(account: Account, directory: &Directory, vault: &Vault) -> Result<Account, AccountsError> {
    match (account.erased, vault.holding(account.key)) {
        (Some(_), Holding::Live) => {
            vault.erase(account.key)?;
            Ok(account)
        }
        (None, Holding::Erased) => {
            let created = account.created;
            let erased = account.erase(created);
            directory.write(&erased)?;
            Ok(erased)
        }
        _ => Ok(account),
    }
}

impl Known {
    fn put(&mut self, account: Account) {
        let subject = account.subject;
        if let Some(former) = self.accounts.get(&subject) {
            for stored in &former.tokens {
                self.holders.remove(&stored.hash);
            }
        }
        self.holders.extend(account.tokens.iter().map(|stored| (stored.hash, subject)));
        self.accounts.insert(subject, account);
    }
}

impl fmt::Debug for Accounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Accounts").field("accounts", &self.known().accounts.len()).finish_non_exhaustive()
    }
}
