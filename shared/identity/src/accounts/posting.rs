//! Links on their way by mail: which are to be sent, each attempt with a secret of its own, and never again once one was taken over.

use std::collections::VecDeque;

use dossier_proto::{Micros, SubjectId};
use zeroize::Zeroizing;

use super::{
    Accounts, AccountsError, Contact, LinkKind, LinkSecret, address,
    entering::EnteringFailure,
    link::{KeyedDigest, Link},
    person,
};

/// Forgotten passwords that wait to be looked up: 256 × 1 KiB.
const ASKED_MAX: usize = 256;
/// Bytes of an address that somebody types: 254 characters of 4 bytes.
pub(super) const TYPED_ADDRESS_MAX: usize = 1_016;

/// Addresses for which somebody said that they forgot the password; nobody has looked yet whether anybody has them.
#[derive(Default)]
pub(super) struct AskedResets(VecDeque<Zeroizing<String>>);

/// A mail that is to be sent now.
#[derive(Debug)]
pub struct Posting {
    /// To whom.
    pub subject: SubjectId,
    /// Where, and in which language.
    pub contact: Contact,
    /// What it is about.
    pub kind: LinkKind,
    /// What the link holds. None for who is invited and has a password already: they sign in as they always do.
    pub secret: Option<LinkSecret>,
    /// Until when it works.
    pub expires: Micros,
    /// When it was asked for.
    pub asked: Micros,
    digest: Option<KeyedDigest>,
}

impl Accounts {
    /// Somebody says that they forgot the password of the account with this address. Nothing is looked up here, so that nothing can
    /// be told from the answer or its time; [`Self::look_up_resets`] does.
    ///
    /// # Errors
    /// [`EnteringFailure::TooMany`] for a source that asks too often; [`EnteringFailure::Crowded`] when too many wait.
    pub fn ask_reset(&self, mail: &str, source: Option<std::net::IpAddr>, now: Micros) -> Result<(), EnteringFailure> {
        if let Some(seconds) = self.gates().ask_reset(source, now) {
            return Err(EnteringFailure::TooMany { seconds });
        }
        if mail.len() > TYPED_ADDRESS_MAX {
            return Ok(());
        }
        let mut asked = self.asked_resets();
        if asked.0.len() >= ASKED_MAX {
            return Err(super::Crowded.into());
        }
        asked.0.push_back(Zeroizing::new(mail.to_owned()));
        Ok(())
    }

    /// Looks up for whom a password was forgotten, and has links sent to them. Blocks on the disk.
    ///
    /// # Errors
    /// [`AccountsError`]: the disk fails; who waits goes on waiting.
    pub fn look_up_resets(&self, now: Micros) -> Result<(), AccountsError> {
        let holder = self.holder()?;
        loop {
            let Some(mail) = self.asked_resets().0.front().cloned() else { return Ok(()) };
            let may = self.gates().may_write_to(holder.mails.digest(&address::folded(&mail)), now);
            if let Some(subject) = holder.at(&mail).filter(|_| may) {
                match holder.change(subject, |account| {
                    account.reset = Some(Link::asked(LinkKind::Reset, now));
                    Ok(())
                }) {
                    Ok(()) | Err(AccountsError::Ended(_)) => {}
                    Err(error) => return Err(error),
                }
            }
            self.asked_resets().0.pop_front();
        }
    }

    /// Which links are to be sent, in the order in which they were asked for.
    pub fn to_be_sent(&self, now: Micros) -> Vec<(SubjectId, LinkKind)> {
        let Ok(holder) = self.holder() else { return Vec::new() };
        let known = holder.known();
        let open = known.accounts.values().filter(|account| account.is_open());
        let mut waiting: Vec<_> = open
            .flat_map(|account| [LinkKind::Reset, LinkKind::Invitation].map(|kind| (account, kind)))
            .filter_map(|(account, kind)| {
                let link = account.link(kind).filter(|link| link.send_until.is_some_and(|until| now < until))?;
                Some((link.asked, account.subject, kind))
            })
            .collect();
        waiting.sort_unstable();
        waiting.into_iter().map(|(_, subject, kind)| (subject, kind)).collect()
    }

    /// Makes a new secret for a link that is to be sent: its digest is durable when this returns, and what was sent before works no
    /// more. `None` when it is not to be sent any more.
    ///
    /// # Errors
    /// [`AccountsError`]: an unknown person, no random bytes, or the disk fails.
    pub fn prepare(&self, subject: SubjectId, kind: LinkKind, now: Micros) -> Result<Option<Posting>, AccountsError> {
        let holder = self.holder()?;
        let mut prepared = None;
        let secret = LinkSecret::generate(kind)?;
        holder.change(subject, |account| {
            let contact = person::contact(&holder.vault, account);
            let has_password = account.password.is_some();
            let Some(link) = account.link_mut(kind).as_mut() else { return Ok(()) };
            let (Some(contact), true) = (contact, link.send_until.is_some_and(|until| now < until)) else {
                return Ok(());
            };
            let secret = match kind {
                LinkKind::Invitation if has_password => None,
                LinkKind::Invitation | LinkKind::Reset => Some(secret),
            };
            link.digest = secret.as_ref().map(|secret| holder.links.digest(secret.expose()));
            link.expires = Micros(now.0.saturating_add(kind.lasts()));
            let (digest, expires, asked) = (link.digest, link.expires, link.asked);
            prepared = Some(Posting { subject, contact, kind, secret, expires, asked, digest });
            Ok(())
        })?;
        Ok(prepared)
    }

    /// A mail server took a mail over: it is not sent again. If the link was asked for anew meanwhile, that one still is.
    ///
    /// # Errors
    /// [`AccountsError`]: the disk fails.
    pub fn was_sent(&self, posting: &Posting, now: Micros) -> Result<(), AccountsError> {
        self.change_sent(posting, |link| {
            link.send_until = None;
            link.sent = Some(now);
        })
    }

    /// A mail server refused a mail for good: it is not tried again.
    ///
    /// # Errors
    /// [`AccountsError`]: the disk fails.
    pub fn cannot_be_sent(&self, posting: &Posting) -> Result<(), AccountsError> {
        self.change_sent(posting, |link| link.send_until = None)
    }

    fn change_sent(&self, posting: &Posting, change: impl FnOnce(&mut Link)) -> Result<(), AccountsError> {
        let changed = self.holder()?.change(posting.subject, |account| {
            let same = |link: &&mut Link| link.asked == posting.asked && link.digest == posting.digest;
            if let Some(link) = account.link_mut(posting.kind).as_mut().filter(same) {
                change(link);
            }
            Ok(())
        });
        match changed {
            // Erased or shut meanwhile: nothing is sent any more.
            Err(AccountsError::Ended(_) | AccountsError::UnknownSubject(_)) => Ok(()),
            changed => changed,
        }
    }

    /// A link for an operator to hand over by another way than mail; none is sent for it any more. For who has a password too.
    ///
    /// # Errors
    /// [`AccountsError`]: an unknown, disabled or erased person, no random bytes, or the disk fails.
    pub fn hand_out_link(
        &self,
        subject: SubjectId,
        kind: LinkKind,
        now: Micros,
    ) -> Result<(LinkSecret, Micros), AccountsError> {
        let holder = self.holder()?;
        let secret = LinkSecret::generate(kind)?;
        let mut link = Link::asked(kind, now);
        link.digest = Some(holder.links.digest(secret.expose()));
        link.send_until = None;
        link.sent = Some(now);
        holder.change(subject, |account| {
            *account.link_mut(kind) = Some(link);
            Ok(())
        })?;
        Ok((secret, link.expires))
    }
}
