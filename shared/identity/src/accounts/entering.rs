//! Coming in: by a link, or with a password.
//!
//! Where something can be guessed it is counted before anything is looked at ([`super::gates`]), and as much is done for an address that
//! nobody has as for one that somebody has: one hash, and then the same answer.

use std::{net::IpAddr, sync::Arc};

use dossier_proto::{Micros, SubjectId};

use super::{
    Accounts, AccountsError, Authenticated, Crowded, LinkKind, LinkSecret, PasswordFault, TokenId, TokenText, address,
    holder::Holder,
    link::KeyedDigest,
    password::{HashingError, StoredPassword, Typed},
    person,
    posting::TYPED_ADDRESS_MAX,
    record::{Account, StoredToken, TokenKind},
    token::ShownBy,
};

/// How long somebody is signed in: a working day.
pub const SESSION_LASTS: i64 = 12 * 60 * 60 * Micros::SECOND;
/// What a session is called in the list of tokens.
const SESSION: &str = "session";

/// Somebody came in.
#[derive(Debug)]
pub struct Entered {
    /// The person.
    pub subject: SubjectId,
    /// What they call with from now on.
    pub token: TokenText,
    /// Until when.
    pub expires: Micros,
}

/// Why somebody did not come in.
#[derive(Debug, thiserror::Error)]
pub enum EnteringFailure {
    /// Not a secret that was sent last to anybody.
    #[error(
        "this link is not known here, or a newer one was sent after it; look for the newest mail, or ask for another link"
    )]
    UnknownLink,
    /// It was used.
    #[error(
        "this link was used already, and works once; sign in with the password that was chosen, or ask for a new one"
    )]
    UsedLink,
    /// Its time is over.
    #[error("this link has expired; ask whoever invited you, or for a new password, to get another one")]
    ExpiredLink,
    /// The account is shut.
    #[error("the account of this link is shut")]
    Shut,
    /// The password is none that is taken.
    #[error(transparent)]
    Password(#[from] PasswordFault),
    /// Nobody has this address, or not this password.
    #[error("nobody has this address with this password; if you forgot it, ask for a new one")]
    Wrong,
    /// Too many attempts.
    #[error("there were too many attempts; repeat this later, or ask for a new password")]
    TooMany {
        /// After so many seconds one is admitted again.
        seconds: u32,
    },
    /// Too many people at this moment.
    #[error(transparent)]
    Crowded(#[from] Crowded),
    /// The disk, the vault or the machine fails.
    #[error(transparent)]
    Accounts(#[from] AccountsError),
    /// A password could not be hashed.
    #[error("{0}")]
    Broken(String),
}

impl From<HashingError> for EnteringFailure {
    fn from(error: HashingError) -> Self {
        match error {
            HashingError::Crowded(crowded) => Self::Crowded(crowded),
            HashingError::Accounts(error) => Self::Accounts(error),
            HashingError::Broken(error) => Self::Broken(error),
        }
    }
}

impl Accounts {
    /// Chooses the password of the account that a link belongs to, ends the link and all sessions, and signs in. A link works once.
    ///
    /// # Errors
    /// [`EnteringFailure`]; the link still works unless it says otherwise.
    pub async fn enter_by_link(
        self: &Arc<Self>,
        kind: LinkKind,
        secret: &str,
        password: &str,
        source: Option<IpAddr>,
        now: Micros,
    ) -> Result<Entered, EnteringFailure> {
        self.by_link_as(ShownBy::Program, (kind, secret), password, source, now).await
    }

    /// The same on a page: the session is for a cookie, and no program can call with it.
    ///
    /// # Errors
    /// As [`Self::enter_by_link`].
    pub async fn enter_by_link_on_a_page(
        self: &Arc<Self>,
        kind: LinkKind,
        secret: &str,
        password: &str,
        source: Option<IpAddr>,
        now: Micros,
    ) -> Result<Entered, EnteringFailure> {
        self.by_link_as(ShownBy::Browser, (kind, secret), password, source, now).await
    }

    async fn by_link_as(
        self: &Arc<Self>,
        by: ShownBy,
        (kind, secret): (LinkKind, &str),
        password: &str,
        source: Option<IpAddr>,
        now: Micros,
    ) -> Result<Entered, EnteringFailure> {
        let holder = self.holder()?;
        let found = secret.parse::<LinkSecret>().ok().filter(|secret| secret.kind() == kind);
        let digest = found.map(|secret| holder.links.digest(secret.expose()));
        let account = match digest.ok_or(EnteringFailure::UnknownLink).and_then(|digest| holder.by_link(&digest, now)) {
            Ok(account) => account,
            // A secret cannot be guessed; how often somebody tries is limited all the same, as with tokens.
            Err(failure) => return Err(self.count_link(failure, source, now)),
        };
        let typed = Typed::of(password).ok_or(PasswordFault::TooLong)?;
        let subject = account.subject;
        let (name, mail) = self.name_and_mail(account).await?;
        typed.judge(name.as_deref(), mail.as_deref())?;
        let kept = holder.passwords.keep(typed).await?;
        let accounts = Arc::clone(self);
        off_thread(move || {
            let holder = accounts.holder()?;
            // Looked at again where nobody else changes it: of two who use it at once one is told that it was used.
            let again = digest.map(|digest| move |holder: &Holder| holder.by_link(&digest, now).map(drop));
            holder.enter(by, subject, now, again, |account| {
                account.password = Some(kept);
                account.end_sessions(None, now);
                // Either link lets its owner in; what is left of the other one must not.
                account.end_links(now);
            })
        })
        .await
    }

    /// What nobody's password may be made of. Each is a read of the vault, so it is done off the async threads.
    async fn name_and_mail(
        self: &Arc<Self>,
        account: Account,
    ) -> Result<(Option<String>, Option<String>), EnteringFailure> {
        let accounts = Arc::clone(self);
        off_thread(move || {
            let vault = &accounts.holder()?.vault;
            Ok((person::name(vault, &account), person::mail(vault, &account)))
        })
        .await
    }

    fn count_link(&self, failure: EnteringFailure, source: Option<IpAddr>, now: Micros) -> EnteringFailure {
        let mut throttle = self.throttle.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let wait = throttle.count(source.map(super::network), now);
        wait.map_or(failure, |seconds| EnteringFailure::TooMany { seconds })
    }

    /// Signs in.
    ///
    /// # Errors
    /// [`EnteringFailure::Wrong`] is the answer to a wrong password, an unknown address, and an account that is shut or has no
    /// password, and takes as long for each.
    pub async fn sign_in(
        self: &Arc<Self>,
        mail: &str,
        password: &str,
        source: Option<IpAddr>,
        now: Micros,
    ) -> Result<Entered, EnteringFailure> {
        self.sign_in_as(ShownBy::Program, mail, password, source, now).await
    }

    /// The same on a page: the session is for a cookie, and no program can call with it.
    ///
    /// # Errors
    /// As [`Self::sign_in`].
    pub async fn sign_in_on_a_page(
        self: &Arc<Self>,
        mail: &str,
        password: &str,
        source: Option<IpAddr>,
        now: Micros,
    ) -> Result<Entered, EnteringFailure> {
        self.sign_in_as(ShownBy::Browser, mail, password, source, now).await
    }

    async fn sign_in_as(
        self: &Arc<Self>,
        by: ShownBy,
        mail: &str,
        password: &str,
        source: Option<IpAddr>,
        now: Micros,
    ) -> Result<Entered, EnteringFailure> {
        let holder = self.holder()?;
        // Neither says anything about anybody.
        let typed = Typed::of(password).filter(|_| mail.len() <= TYPED_ADDRESS_MAX).ok_or(EnteringFailure::Wrong)?;
        let address = holder.mails.digest(&address::folded(mail));
        if let Some(seconds) = self.gates().attempt(address, source, now) {
            return Err(EnteringFailure::TooMany { seconds });
        }
        let account = holder.at(mail).and_then(|subject| holder.active(subject).ok());
        let stored = account.as_ref().and_then(|account| account.password.clone());
        let is_right = holder.passwords.is(stored.clone(), typed).await?;
        let (Some(account), true) = (account, is_right) else { return Err(EnteringFailure::Wrong) };
        self.gates().was_right(address, source);
        let (accounts, subject) = (Arc::clone(self), account.subject);
        off_thread(move || accounts.holder()?.enter(by, subject, now, Some(still_has(subject, stored)), |_| {})).await
    }

    /// A session in a browser for whoever's token this is: an operator issued it, and nobody was asked for a password. A demonstration lets people step
    /// into the shoes of others so; a registry lets nobody. Blocks on the disk.
    ///
    /// # Errors
    /// [`EnteringFailure::Wrong`] when the token is nobody's any more.
    pub fn enter_by_token(&self, token: &str, now: Micros) -> Result<Entered, EnteringFailure> {
        let known = self.authenticate(token, None, now).map_err(|_| EnteringFailure::Wrong)?;
        let nothing_more = None::<fn(&Holder) -> Result<(), EnteringFailure>>;
        self.holder()?.enter(ShownBy::Browser, known.subject, now, nothing_more, |_| {})
    }

    /// Changes one's own password. All sessions end but the one that asks, and so do all links that were sent.
    ///
    /// # Errors
    /// [`EnteringFailure`]; [`EnteringFailure::Wrong`] when the old one is wrong.
    pub async fn change_password(
        self: &Arc<Self>,
        caller: &Authenticated,
        old: &str,
        new: &str,
        source: Option<IpAddr>,
        now: Micros,
    ) -> Result<(), EnteringFailure> {
        let holder = self.holder()?;
        let account = holder.active(caller.subject)?;
        let stored = account.password.clone();
        let (name, mail) = self.name_and_mail(account).await?;
        // Counted with the attempts to sign in: a stolen session must not be a way to guess.
        let address = holder.mails.digest(&address::folded(mail.as_deref().unwrap_or_default()));
        if let Some(seconds) = self.gates().attempt(address, source, now) {
            return Err(EnteringFailure::TooMany { seconds });
        }
        let old = Typed::of(old).ok_or(EnteringFailure::Wrong)?;
        if !holder.passwords.is(stored.clone(), old).await? {
            return Err(EnteringFailure::Wrong);
        }
        self.gates().was_right(address, source);
        let new = Typed::of(new).ok_or(PasswordFault::TooLong)?;
        new.judge(name.as_deref(), mail.as_deref())?;
        let kept = holder.passwords.keep(new).await?;
        let (accounts, subject, session) = (Arc::clone(self), caller.subject, caller.token);
        off_thread(move || {
            let holder = accounts.holder()?;
            still_has(subject, stored)(holder)?;
            Ok(holder.change(subject, |account| {
                account.password = Some(kept);
                account.end_sessions(Some(session), now);
                // Whoever had a link could set yet another password with it.
                account.end_links(now);
                Ok(())
            })?)
        })
        .await
    }

    /// Ends one session, or all of a person. Tokens that an operator issued stay. Blocks on the disk; repeating it is harmless.
    ///
    /// # Errors
    /// [`AccountsError`]: an unknown person, or the disk fails.
    pub fn sign_out(&self, subject: SubjectId, session: Option<TokenId>, now: Micros) -> Result<(), AccountsError> {
        match session {
            Some(session) => self.holder()?.revoke_token(subject, session, now),
            None => self.holder()?.change_any(subject, |account| {
                account.end_sessions(None, now);
                Ok(())
            }),
        }
    }

    /// Whether somebody may send another invitation. After how many seconds, if not.
    ///
    /// # Errors
    /// [`EnteringFailure::TooMany`].
    pub fn count_invitation(&self, by: SubjectId, now: Micros) -> Result<(), EnteringFailure> {
        self.gates().invite(by, now).map_or(Ok(()), |seconds| Err(EnteringFailure::TooMany { seconds }))
    }
}

/// Whether the password that was right is still the one: it may have been changed while it was hashed.
fn still_has(
    subject: SubjectId,
    stored: Option<StoredPassword>,
) -> impl FnOnce(&Holder) -> Result<(), EnteringFailure> {
    move |holder| {
        let now_stored = holder.active(subject).map_err(|_| EnteringFailure::Wrong)?.password;
        if now_stored == stored { Ok(()) } else { Err(EnteringFailure::Wrong) }
    }
}

async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, EnteringFailure> + Send + 'static,
) -> Result<T, EnteringFailure> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(EnteringFailure::Broken(format!("the work on an account broke off: {error}"))))
}

impl Holder {
    /// The account whose link has this secret, if it works.
    fn by_link(&self, digest: &KeyedDigest, now: Micros) -> Result<Account, EnteringFailure> {
        let (subject, kind) = self.known().linked(digest).ok_or(EnteringFailure::UnknownLink)?;
        let account = self.account(subject)?;
        let link = *account.link(kind).ok_or(EnteringFailure::UnknownLink)?;
        if !account.is_open() {
            return Err(EnteringFailure::Shut);
        }
        if link.used.is_some() {
            return Err(EnteringFailure::UsedLink);
        }
        if link.expires <= now {
            return Err(EnteringFailure::ExpiredLink);
        }
        Ok(account)
    }

    /// Issues a session, after a last look that nobody can come between, and one change of the account.
    fn enter(
        &self,
        by: ShownBy,
        subject: SubjectId,
        now: Micros,
        last_look: Option<impl FnOnce(&Self) -> Result<(), EnteringFailure>>,
        change: impl FnOnce(&mut Account),
    ) -> Result<Entered, EnteringFailure> {
        let token = TokenText::generate(by)?;
        let expires = Micros(now.0.saturating_add(SESSION_LASTS));
        let directory = self.lock();
        last_look.map_or(Ok(()), |look| look(self))?;
        let mut account = self.active(subject)?;
        change(&mut account);
        account.make_room_for_a_session(now)?;
        let label = person::seal_label(&self.vault, account.key, subject, SESSION)?;
        account.tokens.push(StoredToken {
            hash: self.pepper.hash(&token),
            kind: TokenKind::Session,
            label: Some(label),
            body: None,
            issued: now,
            expires: Some(expires),
            revoked: None,
        });
        account.entered = Some(now);
        self.store(&directory, account)?;
        Ok(Entered { subject, token, expires })
    }
}
