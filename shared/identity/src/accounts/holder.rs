//! The accounts where they are kept: on disk and in memory, open in one process.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::Bound,
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard},
};

use dossier_proto::{BodyCode, Micros, SubjectId};
use dossier_vault::{Holding, Kind, MasterKey, Vault};
use ulid::Ulid;

use super::{
    AccountsError, Contact, Person, TokenId, TokenSummary, TokenText, address,
    copy::Version,
    directory::Directory,
    link::{Keyed, KeyedDigest, LinkKind},
    password::Hashing,
    person,
    record::{Account, StoredToken, TokenKind},
    reservation::Reservations,
    ticket::Ticket,
    token::{Pepper, TokenHash},
};

/// The directory, open.
pub(super) struct Holder {
    pub(super) vault: Vault,
    pub(super) pepper: Pepper,
    pub(super) links: Keyed,
    pub(super) mails: Keyed,
    pub(super) passwords: Hashing,
    /// Whoever writes holds this from reading the account to having it on disk and in memory.
    pub(super) directory: Mutex<Directory>,
    /// Whose accounts somebody is deciding on at this moment.
    pub(super) reservations: Reservations,
    known: RwLock<Known>,
}

/// What is on disk, in memory.
pub(super) struct Known {
    pub(super) accounts: BTreeMap<SubjectId, Account>,
    /// By a keyed digest: how long a look-up takes tells nothing about a token.
    holders: HashMap<TokenHash, SubjectId>,
    /// Whose link it is that was sent last, by a keyed digest of its secret.
    linked: HashMap<KeyedDigest, (SubjectId, LinkKind)>,
    /// Whose address it is, by a keyed digest of its folded form; of several, who had it first.
    addressed: BTreeMap<SubjectId, KeyedDigest>,
    at_address: HashMap<KeyedDigest, BTreeSet<SubjectId>>,
    /// Of all this: another one after every change.
    pub(super) version: Version,
}

impl Holder {
    pub(super) fn open(directory: &Path, vault: Vault, master: &MasterKey) -> Result<Self, AccountsError> {
        let directory = Directory::open(directory)?;
        let mut known = Known::empty()?;
        let mails = Keyed::for_mails(master);
        for account in directory.load()? {
            let account = settle(account, &directory, &vault)?;
            let address = address_of(&vault, &mails, &account);
            known.put(account, address);
        }
        Ok(Self {
            vault,
            pepper: Pepper::of(master),
            links: Keyed::for_links(master),
            mails,
            passwords: Hashing::new(master),
            directory: Mutex::new(directory),
            reservations: Reservations::default(),
            known: RwLock::new(known),
        })
    }

    pub(super) fn create(&self, name: &str, mail: Option<&str>, now: Micros) -> Result<SubjectId, AccountsError> {
        let name = person::checked_name(name)?;
        let mail = mail.map(address::checked).transpose()?;
        let subject = SubjectId::from(Ulid::generate());
        let directory = self.lock();
        if mail.is_some_and(|mail| self.at(mail).is_some()) {
            return Err(AccountsError::AddressTaken);
        }
        // Durable before the file that needs it.
        let key = self.vault.fresh(Kind::Person)?;
        let account = Account {
            name: Some(person::seal_name(&self.vault, key, subject, name)?),
            mail: mail.map(|mail| person::seal_mail(&self.vault, key, subject, mail)).transpose()?,
            ..Account::new(subject, key, now)
        };
        self.store(&directory, account)?;
        Ok(subject)
    }

    /// Whose address this is; of several whose it is, who had it first.
    pub(super) fn at(&self, mail: &str) -> Option<SubjectId> {
        let digest = self.mails.digest(&address::folded(mail));
        self.known().at_address.get(&digest).and_then(|subjects| subjects.first().copied())
    }

    pub(super) fn keep_token(
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
        let directory = self.lock();
        match self.known().holders.get(&hash) {
            Some(holder) if *holder != subject => return Err(AccountsError::TokenTaken),
            Some(_) => return Ok(hash.id()),
            None => {}
        }
        let mut account = self.active(subject)?;
        account.make_room_for_a_token(now)?;
        let label = person::seal_label(&self.vault, account.key, subject, label)?;
        let kind = TokenKind::Issued;
        account.tokens.push(StoredToken { hash, kind, label: Some(label), body, issued: now, expires, revoked: None });
        self.store(&directory, account)?;
        Ok(hash.id())
    }

    pub(super) fn revoke_token(&self, subject: SubjectId, token: TokenId, now: Micros) -> Result<(), AccountsError> {
        let directory = self.lock();
        let mut account = self.account(subject)?;
        let found = account.tokens.iter_mut().find(|stored| stored.hash.id() == token);
        let stored = found.ok_or(AccountsError::UnknownToken(token))?;
        if stored.revoked.is_some() {
            return Ok(());
        }
        stored.revoked = Some(now);
        self.store(&directory, account)
    }

    pub(super) fn set_disabled(&self, subject: SubjectId, disabled: Option<Micros>) -> Result<(), AccountsError> {
        let directory = self.lock();
        let mut account = self.account(subject)?;
        account.disabled = disabled;
        self.store(&directory, account)
    }

    pub(super) fn erase_person(&self, subject: SubjectId, now: Micros) -> Result<(), AccountsError> {
        let directory = self.lock();
        let account = self.account(subject)?;
        let key = account.key;
        if account.erased.is_none() {
            // First on record, so that a crash before the key is gone is finished at the next start.
            self.store(&directory, account.erase(now))?;
        }
        self.vault.erase(key)?;
        Ok(())
    }

    pub(super) fn ticket(&self, text: &TokenText) -> (TokenId, Option<Ticket>) {
        let hash = self.pepper.hash(text);
        let known = self.known();
        let account = known.holders.get(&hash).and_then(|subject| known.accounts.get(subject));
        let ticket = account.and_then(|account| Ticket::of(account, &hash));
        (hash.id(), ticket)
    }

    pub(super) fn name_of(&self, subject: SubjectId) -> Option<String> {
        // The lock is not held while the vault is read.
        person::name(&self.vault, &self.account(subject).ok()?)
    }

    pub(super) fn contact_of(&self, subject: SubjectId) -> Option<Contact> {
        person::contact_for_letters(&self.vault, &self.account(subject).ok()?)
    }

    pub(super) fn people(&self) -> Vec<Person> {
        self.known().accounts.values().map(|account| person::of(&self.vault, account)).collect()
    }

    /// The people behind one, and their tokens.
    pub(super) fn people_behind(&self, behind: Option<SubjectId>, max: usize) -> Vec<(Person, Vec<TokenSummary>)> {
        let from = behind.map_or(Bound::Unbounded, Bound::Excluded);
        let known = self.known();
        let there = known.accounts.range((from, Bound::Unbounded)).take(max);
        there.map(|(_, account)| (person::of(&self.vault, account), person::tokens(&self.vault, account))).collect()
    }

    pub(super) fn tokens_of(&self, subject: SubjectId) -> Result<Vec<TokenSummary>, AccountsError> {
        self.account(subject).map(|account| person::tokens(&self.vault, &account))
    }

    pub(super) fn known(&self) -> RwLockReadGuard<'_, Known> {
        // A panic while it was held cannot leave it half changed: one account is put at a time.
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn account(&self, subject: SubjectId) -> Result<Account, AccountsError> {
        self.known().accounts.get(&subject).cloned().ok_or(AccountsError::UnknownSubject(subject))
    }

    pub(super) fn active(&self, subject: SubjectId) -> Result<Account, AccountsError> {
        let account = self.account(subject)?;
        if account.is_open() { Ok(account) } else { Err(AccountsError::Ended(subject)) }
    }

    /// Whoever changes something holds this.
    /// Whether there is an account, erased ones included.
    pub(super) fn is_known(&self, subject: SubjectId) -> bool {
        self.known().accounts.contains_key(&subject)
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Directory> {
        self.directory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes an account that is open to somebody. Nothing is written when nothing changes.
    pub(super) fn change(
        &self,
        subject: SubjectId,
        change: impl FnOnce(&mut Account) -> Result<(), AccountsError>,
    ) -> Result<(), AccountsError> {
        self.change_if(subject, Self::active, change)
    }

    /// Changes an account, a shut one too.
    pub(super) fn change_any(
        &self,
        subject: SubjectId,
        change: impl FnOnce(&mut Account) -> Result<(), AccountsError>,
    ) -> Result<(), AccountsError> {
        self.change_if(subject, Self::account, change)
    }

    fn change_if(
        &self,
        subject: SubjectId,
        find: impl FnOnce(&Self, SubjectId) -> Result<Account, AccountsError>,
        change: impl FnOnce(&mut Account) -> Result<(), AccountsError>,
    ) -> Result<(), AccountsError> {
        let directory = self.lock();
        let before = find(self, subject)?;
        let mut account = before.clone();
        change(&mut account)?;
        if account == before { Ok(()) } else { self.store(&directory, account) }
    }

    /// From the disk first, then from memory.
    pub(super) fn remove(&self, directory: &Directory, subject: SubjectId) -> Result<(), AccountsError> {
        directory.remove(subject)?;
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.forget(subject);
        known.version = known.version.next();
        Ok(())
    }

    /// On disk first, then in memory.
    pub(super) fn store(&self, directory: &Directory, account: Account) -> Result<(), AccountsError> {
        directory.write(&account)?;
        let address = address_of(&self.vault, &self.mails, &account);
        self.known.write().unwrap_or_else(PoisonError::into_inner).put(account, address);
        Ok(())
    }
}

fn address_of(vault: &Vault, mails: &Keyed, account: &Account) -> Option<KeyedDigest> {
    person::mail(vault, account).map(|mail| mails.digest(&address::folded(&mail)))
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
    fn empty() -> Result<Self, AccountsError> {
        Ok(Self {
            accounts: BTreeMap::new(),
            holders: HashMap::new(),
            linked: HashMap::new(),
            addressed: BTreeMap::new(),
            at_address: HashMap::new(),
            version: Version::first()?,
        })
    }

    /// Whose link it is that has this secret.
    pub(super) fn linked(&self, digest: &KeyedDigest) -> Option<(SubjectId, LinkKind)> {
        self.linked.get(digest).copied()
    }

    fn put(&mut self, account: Account, address: Option<KeyedDigest>) {
        self.forget(account.subject);
        let subject = account.subject;
        self.holders.extend(account.tokens.iter().map(|stored| (stored.hash, subject)));
        for kind in [LinkKind::Invitation, LinkKind::Reset] {
            let digest = account.link(kind).and_then(|link| link.digest);
            self.linked.extend(digest.map(|digest| (digest, (subject, kind))));
        }
        if let Some(address) = address {
            self.addressed.insert(subject, address);
            self.at_address.entry(address).or_default().insert(subject);
        }
        self.accounts.insert(subject, account);
        self.version = self.version.next();
    }

    fn forget(&mut self, subject: SubjectId) {
        if let Some(former) = self.accounts.remove(&subject) {
            for stored in &former.tokens {
                self.holders.remove(&stored.hash);
            }
            for kind in [LinkKind::Invitation, LinkKind::Reset] {
                let digest = former.link(kind).and_then(|link| link.digest);
                digest.and_then(|digest| self.linked.remove(&digest));
            }
        }
        let address = self.addressed.remove(&subject);
        if let Some(address) = address
            && let Some(subjects) = self.at_address.get_mut(&address)
        {
            subjects.remove(&subject);
            if subjects.is_empty() {
                self.at_address.remove(&address);
            }
        }
    }
}
