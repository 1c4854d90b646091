//! An account for somebody who is invited, and what they wish about it.

use super::{
    Accounts, AccountsError, Language, Wanted, address,
    holder::Holder,
    link::{Link, LinkKind},
    person,
    record::Account,
    reservation::Reservation,
};
use std::fmt;

use dossier_proto::{Micros, SubjectId};
use dossier_vault::Kind;

/// Whether an account was made, or there was one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made {
    /// It is new, and nobody can enter yet.
    Now,
    /// Somebody with this address had one.
    Before,
}

/// Whose account it is that an invitation is for. As long as this is held nobody removes the account.
#[derive(Debug)]
pub struct Invited {
    /// The person. Of somebody who had an account it is the id of that, whose first half says when it was made.
    pub subject: SubjectId,
    /// Not told to whoever invites; whoever looks at the id can still see it.
    pub made: Made,
    _reserved: Reservation,
}

/// How it stands with the invitation of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Invitation {
    /// When its mail was last asked for; none when it was taken back, or there never was one.
    pub asked: Option<Micros>,
    /// Until when the link works that was sent last.
    pub expires: Option<Micros>,
    /// When that was taken over by a mail server, or shown by an operator.
    pub sent: Option<Micros>,
    /// When the person last signed in.
    pub entered: Option<Micros>,
}

/// One's own account.
#[derive(Clone, PartialEq, Eq)]
pub struct OwnAccount {
    /// The name.
    pub name: String,
    /// The address, if one was given.
    pub mail: Option<String>,
    /// What letters are written in.
    pub language: Language,
    /// Which letters are wanted by mail.
    pub wanted: Wanted,
}

/// What somebody says about their own account; what is `None` stays as it is.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Wishes {
    /// Their name.
    pub name: Option<String>,
    /// What letters to them are written in.
    pub language: Option<Language>,
    /// Which letters they want.
    pub wanted: Option<Wanted>,
}

/// A name is for those who may see it, not for logs.
impl fmt::Debug for Wishes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wishes")
            .field("name", &self.name.as_ref().map(|_| "…"))
            .field("language", &self.language)
            .field("wanted", &self.wanted)
            .finish()
    }
}

impl Accounts {
    /// The account of whoever has this address, or a new one with this id and name. Nobody can enter a new one, and nothing is sent, before
    /// [`Self::invite`].
    ///
    /// # Errors
    /// [`AccountsError`]: a name or an address that is none, an account that is shut, or the disk or the vault fails.
    pub fn find_or_make(
        &self,
        id: SubjectId,
        name: &str,
        mail: &str,
        language: Language,
        now: Micros,
    ) -> Result<Invited, AccountsError> {
        self.holder()?.find_or_make(id, name, mail, language, now)
    }

    /// Checks what an invitation says of a person, without looking whether anybody is known by it.
    ///
    /// # Errors
    /// [`AccountsError::Text`].
    pub fn check_invitee(name: &str, mail: &str) -> Result<(), AccountsError> {
        person::checked_name(name)?;
        address::checked(mail)?;
        Ok(())
    }

    /// Where an invitation of somebody goes; `None` for who has no address, is shut out, erased or unknown here. Reads the vault.
    pub fn invited_address(&self, subject: SubjectId) -> Option<String> {
        let holder = self.holder().ok()?;
        person::mail(&holder.vault, &holder.active(subject).ok()?)
    }

    /// The form of an address in which two are compared: how its owner writes it makes no difference.
    pub fn folded_address(mail: &str) -> String {
        address::folded(mail)
    }

    /// An invitation came to nothing: removes its account as [`Self::remove_unused`] does.
    ///
    /// # Errors
    /// As there.
    pub fn give_up(&self, invited: Invited) -> Result<(), AccountsError> {
        let subject = invited.subject;
        drop(invited);
        self.remove_unused(subject)
    }

    /// Whose accounts were made before this moment for an invitation and never had a link. Where the journal designates them the mail is
    /// still to be asked for; of the others a crash, or a caller who went, left nothing but this.
    pub fn only_proposed(&self, before: Micros) -> Vec<SubjectId> {
        let Ok(holder) = self.holder() else { return Vec::new() };
        let known = holder.known();
        let left = known.accounts.values().filter(|account| account.created < before && account.is_only_proposed());
        left.map(|account| account.subject).collect()
    }

    /// Removes an account that was made for an invitation that came to nothing. What else there is stays: who was made by an operator,
    /// whoever had a token, a password or a link, and on whom somebody else is deciding now ([`Invited`]).
    ///
    /// # Errors
    /// [`AccountsError`]: the disk or the vault fails.
    pub fn remove_unused(&self, subject: SubjectId) -> Result<(), AccountsError> {
        self.holder()?.remove_unused(subject)
    }

    /// Has an invitation sent: a new link, and the old one is dead at once. Who has a password already gets word instead of a link.
    ///
    /// # Errors
    /// [`AccountsError`]: an unknown, disabled or erased person, nobody's address, or the disk fails.
    pub fn invite(&self, subject: SubjectId, now: Micros) -> Result<(), AccountsError> {
        let holder = self.holder()?;
        holder.change(subject, |account| {
            if account.mail.is_none() {
                return Err(AccountsError::NoAddress(subject));
            }
            account.invitation = Some(Link::asked(LinkKind::Invitation, now));
            Ok(())
        })
    }

    /// Takes an invitation back: its link is dead, and none is sent.
    ///
    /// # Errors
    /// [`AccountsError`]: an unknown person, or the disk fails.
    pub fn take_back_invitation(&self, subject: SubjectId) -> Result<(), AccountsError> {
        self.holder()?.change_any(subject, |account| {
            account.invitation = None;
            Ok(())
        })
    }

    /// What somebody reads of their own account; `None` when nobody has this id here, or they were erased. Reads the vault.
    pub fn own(&self, subject: SubjectId) -> Option<OwnAccount> {
        let holder = self.holder().ok()?;
        let account = holder.account(subject).ok()?;
        Some(OwnAccount {
            name: person::name(&holder.vault, &account)?,
            mail: person::mail(&holder.vault, &account),
            language: account.language,
            wanted: account.wanted,
        })
    }

    /// How it stands with the invitation of an account; `None` when nobody has this id here.
    pub fn invitation_of(&self, subject: SubjectId) -> Option<Invitation> {
        let account = self.holder().ok()?.account(subject).ok()?;
        let invitation = account.invitation.filter(|link| !link.is_proposed());
        Some(Invitation {
            asked: invitation.map(|link| link.asked),
            expires: invitation.map(|link| link.expires),
            sent: invitation.and_then(|link| link.sent),
            entered: account.entered,
        })
    }

    /// Changes what somebody says about themselves.
    ///
    /// # Errors
    /// [`AccountsError`]: a name that is none, an unknown, disabled or erased person, or the disk or the vault fails.
    pub fn wish(&self, subject: SubjectId, wishes: &Wishes) -> Result<(), AccountsError> {
        let holder = self.holder()?;
        let name = wishes.name.as_deref().map(person::checked_name).transpose()?;
        holder.change(subject, |account| {
            if let Some(name) = name {
                account.name = Some(person::seal_name(&holder.vault, account.key, subject, name)?);
            }
            account.language = wishes.language.unwrap_or(account.language);
            account.wanted = wishes.wanted.unwrap_or(account.wanted);
            Ok(())
        })
    }
}

impl Holder {
    fn find_or_make(
        &self,
        subject: SubjectId,
        name: &str,
        mail: &str,
        language: Language,
        now: Micros,
    ) -> Result<Invited, AccountsError> {
        let (name, mail) = (person::checked_name(name)?, address::checked(mail)?);
        let directory = self.lock();
        if let Some(subject) = self.at(mail) {
            self.active(subject)?;
            return Ok(self.reserved(subject, Made::Before));
        }
        if self.known().accounts.contains_key(&subject) {
            return Err(AccountsError::IdTaken(subject));
        }
        let key = self.vault.fresh(Kind::Person)?;
        let account = Account {
            name: Some(person::seal_name(&self.vault, key, subject, name)?),
            mail: Some(person::seal_mail(&self.vault, key, subject, mail)?),
            language,
            invitation: Some(Link::proposed(now)),
            ..Account::new(subject, key, now)
        };
        self.store(&directory, account)?;
        Ok(self.reserved(subject, Made::Now))
    }

    /// Called by who holds the directory: nobody looks whether it is reserved, and removes it, in between.
    fn reserved(&self, subject: SubjectId, made: Made) -> Invited {
        Invited { subject, made, _reserved: self.reservations.reserve(subject) }
    }

    fn remove_unused(&self, subject: SubjectId) -> Result<(), AccountsError> {
        let directory = self.lock();
        let Some(account) = self.known().accounts.get(&subject).cloned() else { return Ok(()) };
        if !account.is_only_proposed() || self.reservations.is_reserved(subject) {
            return Ok(());
        }
        // The file first: a key without a file opens nothing, and a file whose key was erased is an erased person at the next start.
        self.remove(&directory, subject)?;
        self.vault.erase(account.key)?;
        Ok(())
    }
}
