//! An account for somebody who is invited, and what they wish about it.

use super::{
    Accounts, AccountsError, Language, Wanted, address,
    holder::Holder,
    link::{Link, LinkKind},
    person,
    record::Account,
};
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

/// Whose account it is that an invitation is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Invited {
    /// The person.
    pub subject: SubjectId,
    /// Not for whoever invites: it says whether an address is known here.
    pub made: Made,
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
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wishes {
    /// Their name.
    pub name: Option<String>,
    /// What letters to them are written in.
    pub language: Option<Language>,
    /// Which letters they want.
    pub wanted: Option<Wanted>,
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

    /// Removes an account that was made for an invitation that came to nothing. One that anybody could have used stays: it has a
    /// token, a password or a link.
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
        Some(Invitation {
            asked: account.invitation.map(|link| link.asked),
            expires: account.invitation.map(|link| link.expires),
            sent: account.invitation.and_then(|link| link.sent),
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
            return Ok(Invited { subject, made: Made::Before });
        }
        if self.known().accounts.contains_key(&subject) {
            return Err(AccountsError::IdTaken(subject));
        }
        let key = self.vault.fresh(Kind::Person)?;
        let account = Account {
            name: Some(person::seal_name(&self.vault, key, subject, name)?),
            mail: Some(person::seal_mail(&self.vault, key, subject, mail)?),
            language,
            ..Account::new(subject, key, now)
        };
        self.store(&directory, account)?;
        Ok(Invited { subject, made: Made::Now })
    }

    fn remove_unused(&self, subject: SubjectId) -> Result<(), AccountsError> {
        let directory = self.lock();
        let account = self.account(subject)?;
        let is_used = !account.tokens.is_empty()
            || account.password.is_some()
            || account.invitation.is_some()
            || account.reset.is_some()
            || account.entered.is_some();
        if is_used {
            return Ok(());
        }
        // The file first: a key without a file opens nothing, and a file whose key was erased is an erased person at the next start.
        self.remove(&directory, subject)?;
        self.vault.erase(account.key)?;
        Ok(())
    }
}
