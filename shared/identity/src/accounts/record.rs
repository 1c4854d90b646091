//! An account as it is known in memory; in its file it stands as [`file`] writes it.

mod file;

use dossier_proto::{BodyCode, KeyId, Micros, SubjectId};
use dossier_vault::Sealed;

use super::{
    AccountsError, Language, TOKENS_MAX, Wanted,
    link::{Link, LinkKind},
    password::StoredPassword,
    token::TokenHash,
};

/// Sessions that one account may have at once: a few devices, each signed in anew some times within twelve hours. The oldest makes
/// room for one more, so that nobody is kept out by their own forgotten ones; the rest of [`TOKENS_MAX`] is for tokens.
pub(super) const SESSIONS_MAX: usize = 20;

/// A person of the installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) subject: SubjectId,
    /// The key of everything sealed here.
    pub(super) key: KeyId,
    /// Gone once erased.
    pub(super) name: Option<Sealed>,
    pub(super) mail: Option<Sealed>,
    pub(super) created: Micros,
    pub(super) disabled: Option<Micros>,
    pub(super) erased: Option<Micros>,
    pub(super) tokens: Vec<StoredToken>,
    pub(super) language: Language,
    pub(super) wanted: Wanted,
    pub(super) password: Option<StoredPassword>,
    pub(super) invitation: Option<Link>,
    pub(super) reset: Option<Link>,
    /// When somebody last signed in here, or came in by an invitation.
    pub(super) entered: Option<Micros>,
}

/// How a token came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// Issued by an operator, for a program or a person.
    Issued,
    /// By signing in. Signing out everywhere, and another password, end it.
    Session,
}

/// What is kept of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StoredToken {
    pub(super) hash: TokenHash,
    pub(super) kind: TokenKind,
    pub(super) label: Option<Sealed>,
    pub(super) body: Option<BodyCode>,
    pub(super) issued: Micros,
    pub(super) expires: Option<Micros>,
    pub(super) revoked: Option<Micros>,
}

impl StoredToken {
    pub(super) fn has_expired(&self, now: Micros) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }

    fn has_ended(&self, now: Micros) -> bool {
        self.revoked.is_some() || self.has_expired(now)
    }
}

impl Account {
    /// Somebody new.
    pub(super) fn new(subject: SubjectId, key: KeyId, now: Micros) -> Self {
        Self {
            subject,
            key,
            name: None,
            mail: None,
            created: now,
            disabled: None,
            erased: None,
            tokens: Vec::new(),
            language: Language::default(),
            wanted: Wanted::default(),
            password: None,
            invitation: None,
            reset: None,
            entered: None,
        }
    }

    /// Lets the oldest ended token go when the account is full.
    pub(super) fn make_room_for_a_token(&mut self, now: Micros) -> Result<(), AccountsError> {
        if self.tokens.len() < TOKENS_MAX {
            return Ok(());
        }
        let ended = self.tokens.iter().position(|stored| stored.has_ended(now));
        self.tokens.remove(ended.ok_or(AccountsError::TooManyTokens)?);
        Ok(())
    }

    /// Lets sessions that are over go, and the oldest others when there are too many.
    pub(super) fn make_room_for_a_session(&mut self, now: Micros) -> Result<(), AccountsError> {
        let is_session = |stored: &StoredToken| stored.kind == TokenKind::Session;
        self.tokens.retain(|stored| !(is_session(stored) && stored.has_expired(now)));
        while self.tokens.iter().filter(|stored| is_session(stored)).count() >= SESSIONS_MAX {
            let oldest = self.tokens.iter().position(is_session);
            self.tokens.remove(oldest.ok_or(AccountsError::TooManyTokens)?);
        }
        self.make_room_for_a_token(now)
    }

    /// Ends all sessions but one, if it is named.
    pub(super) fn end_sessions(&mut self, but: Option<super::TokenId>, now: Micros) {
        let ended = |stored: &&mut StoredToken| stored.kind == TokenKind::Session && Some(stored.hash.id()) != but;
        for stored in self.tokens.iter_mut().filter(ended) {
            stored.revoked.get_or_insert(now);
        }
    }

    pub(super) const fn link(&self, kind: LinkKind) -> Option<&Link> {
        match kind {
            LinkKind::Invitation => self.invitation.as_ref(),
            LinkKind::Reset => self.reset.as_ref(),
        }
    }

    pub(super) const fn link_mut(&mut self, kind: LinkKind) -> &mut Option<Link> {
        match kind {
            LinkKind::Invitation => &mut self.invitation,
            LinkKind::Reset => &mut self.reset,
        }
    }

    /// Ends both links: either lets its owner in, and what is left of one must not when the other was used or the password changed.
    /// The word to somebody with a password that they were invited holds no link, and is still sent.
    pub(super) fn end_links(&mut self, now: Micros) {
        if let Some(reset) = &mut self.reset {
            reset.end(now);
        }
        if let Some(invitation) = self.invitation.as_mut().filter(|invitation| invitation.digest.is_some()) {
            invitation.end(now);
        }
    }

    /// Whether it was made for an invitation that nobody has decided on, and nobody could have used it.
    pub(super) fn is_only_proposed(&self) -> bool {
        self.is_open()
            && self.invitation.is_some_and(|link| link.is_proposed())
            && self.tokens.is_empty()
            && self.password.is_none()
            && self.reset.is_none()
            && self.entered.is_none()
    }

    /// Whether anybody can be let in.
    pub(super) const fn is_open(&self) -> bool {
        self.disabled.is_none() && self.erased.is_none()
    }

    /// The account without anything that leads to the person, or lets anybody in.
    pub(super) fn erase(self, now: Micros) -> Self {
        let bare = Self::new(self.subject, self.key, self.created);
        Self { disabled: self.disabled, erased: Some(now), ..bare }
    }
}

#[cfg(test)]
mod tests;
