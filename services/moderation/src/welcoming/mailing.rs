//! Taking links to the mail server.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use dossier_identity::accounts::{AccountsError, LinkKind, Posting};
use dossier_post::{Mail, MailServer, letters::MailTrouble};
use dossier_proto::{Micros, SubjectId};
use dossier_web::extract::wall_clock;
use sha2::{Digest as _, Sha256};
use tokio::{task::JoinSet, time::Instant};

use super::{catch_up, words};
use crate::api::Desk;

/// How often it is looked whether something is to be sent.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Mails under way at once: each has a line of its own.
const AT_ONCE: usize = 4;
/// The longest wait before another attempt. A link for a forgotten password works for an hour.
const WAIT_MAX: Duration = Duration::from_secs(15 * 60);

type Which = (SubjectId, LinkKind);

/// Sends what is to be sent, for as long as it is polled. Returns at once where no mail server is configured.
/// What is wrong with the server is told in `trouble`.
pub(crate) async fn send(desk: Arc<Desk>, trouble: MailTrouble) {
    let Some(server) = desk.post.server.clone() else {
        tracing::info!(
            "no mail server is configured: invitations are handed over by an operator (dossier account invite)"
        );
        return;
    };
    let mut round =
        Round { desk, server, trouble, attempts: BTreeMap::new(), under_way: JoinSet::new(), busy: BTreeSet::new() };
    let mut tick = tokio::time::interval(LOOK_EVERY);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut has_caught_up = false;
    loop {
        tokio::select! {
            _ = tick.tick() => {}
            Some(ended) = round.under_way.join_next() => round.ended(ended),
        }
        // Not from a service of which another instance may be at work, nor from one that is still starting.
        if round.desk.engine.admits_persons().is_err() {
            continue;
        }
        if !has_caught_up {
            let desk = Arc::clone(&round.desk);
            has_caught_up = tokio::task::spawn_blocking(move || catch_up(&desk)).await.is_ok();
        }
        round.look().await;
    }
}

struct Round {
    desk: Arc<Desk>,
    server: MailServer,
    trouble: MailTrouble,
    /// How often each was tried in vain, and when it is tried again.
    attempts: BTreeMap<Which, (u32, Instant)>,
    under_way: JoinSet<(Which, Outcome)>,
    busy: BTreeSet<SubjectId>,
}

/// How an attempt ended.
enum Outcome {
    /// There is nothing to be sent any more, or it was taken over, or refused for good.
    Settled,
    /// It is tried again.
    Again,
}

impl Round {
    fn ended(&mut self, ended: Result<(Which, Outcome), tokio::task::JoinError>) {
        let Ok((which, outcome)) = ended else {
            // A panic is told where every panic is; whose mail it was is not known, so all are looked at again.
            self.busy.clear();
            return;
        };
        self.busy.remove(&which.0);
        match outcome {
            Outcome::Settled => {
                self.attempts.remove(&which);
            }
            Outcome::Again => {
                let tried = self.attempts.get(&which).map_or(0, |(tried, _)| *tried);
                let wait = self.server.first_retry().saturating_mul(1 << tried.min(16)).min(WAIT_MAX);
                self.attempts.insert(which, (tried.saturating_add(1), Instant::now() + wait));
            }
        }
    }

    async fn look(&mut self) {
        let desk = Arc::clone(&self.desk);
        let found = tokio::task::spawn_blocking(move || {
            let now = wall_clock();
            if let Err(error) = desk.accounts.look_up_resets(now) {
                tracing::error!(%error, "who forgot their password could not be looked up; it is tried again");
            }
            desk.accounts.to_be_sent(now)
        });
        let Ok(waiting) = found.await else { return };
        self.attempts.retain(|which, _| waiting.contains(which));
        let now = Instant::now();
        for which in waiting {
            let is_due = self.attempts.get(&which).is_none_or(|(_, next)| *next <= now);
            if self.under_way.len() >= AT_ONCE {
                return;
            }
            // One mail at a time to one person: the next one would take the first one's link away.
            if is_due && self.busy.insert(which.0) {
                let (desk, server, trouble) = (Arc::clone(&self.desk), self.server.clone(), self.trouble.clone());
                self.under_way.spawn(async move { (which, attempt(&desk, &server, &trouble, which).await) });
            }
        }
    }
}

/// Makes a mail and hands it over.
async fn attempt(desk: &Arc<Desk>, server: &MailServer, trouble: &MailTrouble, (subject, kind): Which) -> Outcome {
    let making = Arc::clone(desk);
    let made = tokio::task::spawn_blocking(move || {
        let prepared = making.accounts.prepare(subject, kind, wall_clock())?;
        Ok::<_, AccountsError>(prepared.map(|posting| (mail_of(&making, &posting), posting)))
    });
    let (mail, posting) = match made.await {
        Ok(Ok(Some(made))) => made,
        Ok(Ok(None)) => return Outcome::Settled,
        Ok(Err(AccountsError::Ended(_) | AccountsError::UnknownSubject(_))) => return Outcome::Settled,
        Ok(Err(error)) => {
            tracing::error!(%subject, %error, "a link could not be made; it is tried again");
            return Outcome::Again;
        }
        Err(_) => return Outcome::Again,
    };
    let sent = server.send(&mail).await;
    match &sent {
        Ok(_) => trouble.over(),
        Err(error) => trouble.note(error),
    }
    let kept = Arc::clone(desk);
    let (outcome, keep): (_, Box<dyn FnOnce() -> Result<(), AccountsError> + Send>) = match sent {
        Ok(_) => {
            tracing::info!(%subject, kind = name(kind), "mail was taken over by the mail server");
            (Outcome::Settled, Box::new(move || kept.accounts.was_sent(&posting, wall_clock())))
        }
        Err(error) if error.is_final() => {
            tracing::error!(%subject, kind = name(kind), %error, "a mail is refused for good");
            (Outcome::Settled, Box::new(move || kept.accounts.cannot_be_sent(&posting)))
        }
        Err(error) => {
            tracing::warn!(%subject, kind = name(kind), %error, "a mail was not sent; it is tried again");
            return Outcome::Again;
        }
    };
    match tokio::task::spawn_blocking(keep).await {
        Ok(Ok(())) => outcome,
        Ok(Err(error)) => {
            tracing::error!(%subject, %error, "it could not be kept that a mail was sent; it may come twice");
            Outcome::Again
        }
        Err(_) => Outcome::Again,
    }
}

const fn name(kind: LinkKind) -> &'static str {
    match kind {
        LinkKind::Invitation => "invitation",
        LinkKind::Reset => "password-reset",
    }
}

fn mail_of(desk: &Desk, posting: &Posting) -> Mail {
    let (subject, text) = words::letter(desk, posting);
    Mail {
        to: posting.contact.mail.clone(),
        name: posting.contact.name.clone(),
        language: posting.contact.language.code(),
        subject,
        text,
        id: id(posting),
        date_micros: posting.expires.0.saturating_sub(posting.kind.lasts()),
    }
}

/// Another one for each attempt: each holds another link, so none is the repetition of another.
fn id(posting: &Posting) -> [u8; 16] {
    let Micros(expires) = posting.expires;
    let mut hash = Sha256::new();
    hash.update(b"dossier/link");
    hash.update(posting.subject.0);
    hash.update(name(posting.kind));
    hash.update(expires.to_be_bytes());
    let [id, _] = *<[u8; 32]>::from(hash.finalize()).as_chunks::<16>().0 else {
        unreachable!("32 bytes are two of 16")
    };
    id
}
