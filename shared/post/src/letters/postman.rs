//! The postman: takes what is due out of a service's inboxes to the mail server, and has it recorded how each ended.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use dossier_proto::{Micros, Origin, SubjectId, v1};
use futures_util::future::BoxFuture;
use tokio::task::JoinSet;

use super::{Due, LetterId, MAIL_AGE_MAX, marks::ENDS_MAX, round::Round};
use crate::{Accepted, Mail, MailError, MailServer};

/// How often it is looked whether something is due. People do not wait for mail by the second.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Letters under way together, each to somebody else: servers admit ten lines and more from one address.
const AT_ONCE: usize = 4;
/// A server that refuses for so long is told to the operator; before that it may be starting anew.
const TOLD_AFTER: Duration = Duration::from_secs(15 * 60);

/// What a letter is as a mail.
#[derive(Debug)]
pub enum Composed {
    /// This.
    Mail(Box<Mail>),
    /// None, as things stand: the person has no address, wants no such mail, or may not read of it any more.
    None,
    /// It cannot be told yet: people were not heard of, or a key has not come.
    NotYet,
}

/// What a postman needs of a service.
pub trait Letterbox: Send + Sync + 'static {
    /// The service.
    fn origin(&self) -> Origin;
    /// The time of day.
    fn now(&self) -> Micros;
    /// Whether letters may go out now: not from a service of which another instance may be at work.
    fn may_send(&self) -> bool;
    /// Since when letters go out by mail.
    fn mailed_since(&self) -> Option<Micros>;
    /// Shows everything that is due, the oldest first, until told to stop ("no").
    fn look(&self, at: &mut dyn FnMut(&Due) -> bool);
    /// Makes a letter into a mail. Rights are looked at now. Reads the disk.
    fn compose(&self, due: &Due) -> Composed;
    /// Records how letters ended. Answers whether it is recorded.
    fn record(&self, ends: Vec<v1::LetterEnd>) -> BoxFuture<'_, bool>;
}

/// Since when the mail server does not take what it is brought, and what it says: for readiness and figures.
#[derive(Debug, Clone, Default)]
pub struct MailTrouble(Arc<Mutex<Option<(Instant, String)>>>);

impl MailTrouble {
    fn note(&self, error: &MailError) {
        let mut trouble = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let since = trouble.as_ref().map_or_else(Instant::now, |(since, _)| *since);
        *trouble = Some((since, error.to_string()));
    }

    fn over(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn seconds(&self) -> f64 {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .as_ref()
            .map_or(0.0, |(since, _)| since.elapsed().as_secs_f64())
    }

    /// What is wrong, in words for an operator, once it has been so for a quarter of an hour. Nothing else depends on mail: a service
    /// that cannot send any is as ready as before.
    pub fn words(&self) -> Option<String> {
        let trouble = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, said) = trouble.as_ref().filter(|(since, _)| since.elapsed() >= TOLD_AFTER)?;
        Some(format!("no mail has gone out for {} minutes: {said}", since.elapsed().as_secs() / 60))
    }
}

/// Takes letters to the server for as long as it is polled.
pub async fn deliver<L: Letterbox>(letterbox: Arc<L>, server: MailServer, trouble: MailTrouble) {
    let mut postman = Postman {
        round: Round::new(server.first_retry()),
        letterbox,
        server,
        trouble,
        bag: JoinSet::new(),
        busy: BTreeSet::new(),
        ended: Vec::new(),
    };
    let mut tick = tokio::time::interval(LOOK_EVERY);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = tick.tick() => {}
            Some(done) = postman.bag.join_next() => postman.came_back(done),
        }
        while let Some(done) = postman.bag.try_join_next() {
            postman.came_back(done);
        }
        postman.record().await;
        postman.set_out().await;
    }
}

struct Postman<L: Letterbox> {
    letterbox: Arc<L>,
    server: MailServer,
    trouble: MailTrouble,
    round: Round,
    /// Letters under way.
    bag: JoinSet<Errand>,
    /// To whom.
    busy: BTreeSet<SubjectId>,
    /// What has ended and is not recorded yet.
    ended: Vec<v1::LetterEnd>,
}

/// A letter that was taken to the server, and what came of it.
struct Errand {
    due: Due,
    attempts: u32,
    answer: Answered,
}

enum Answered {
    Sent(Result<Accepted, MailError>),
    NoMail,
    NotYet,
}

impl<L: Letterbox> Postman<L> {
    /// What is recorded is never sent again, so that is done before anything else.
    async fn record(&mut self) {
        while !self.ended.is_empty() {
            let some: Vec<_> = self.ended.iter().take(ENDS_MAX).cloned().collect();
            let count = some.len();
            if !self.letterbox.record(some).await {
                return;
            }
            for end in self.ended.drain(..count) {
                LetterId::read(&end.letter).into_iter().for_each(|letter| self.round.end(letter));
            }
        }
    }

    async fn set_out(&mut self) {
        self.measure();
        if !self.letterbox.may_send() || self.ended.len() >= ENDS_MAX {
            return;
        }
        if self.letterbox.mailed_since().is_none() {
            // From now on, and not what was told before somebody had a mail server.
            self.letterbox.record(Vec::new()).await;
            return;
        }
        if self.round.may_ask(Instant::now()) {
            self.pick().into_iter().for_each(|due| self.take(due));
        }
    }

    /// The oldest letters that may go now, one for each person; and the end of those that are of no use any more.
    fn pick(&mut self) -> Vec<Due> {
        let (now, today) = (Instant::now(), self.letterbox.now());
        let room = AT_ONCE.saturating_sub(self.bag.len());
        let (mut picked, mut known): (Vec<Due>, usize) = (Vec::new(), 0);
        let Self { letterbox, round, busy, ended, .. } = self;
        letterbox.look(&mut |due| {
            known += 1;
            let letter = due.letter.id;
            if today.0.saturating_sub(due.letter.at.0) > MAIL_AGE_MAX {
                if let Some(attempts) = round.give_up(letter) {
                    ended.push(v1::LetterEnd {
                        letter: letter.0.to_vec(),
                        outcome: v1::LetterOutcome::GivenUp.into(),
                        attempts,
                    });
                }
            } else if !busy.contains(&due.subject) && round.is_ready(letter, now) && picked.len() < room {
                busy.insert(due.subject);
                picked.push(*due);
            }
            picked.len() < room && ended.len() < ENDS_MAX
        });
        if picked.is_empty() && round.len() > known + ENDS_MAX {
            let mut due = BTreeSet::new();
            letterbox.look(&mut |one| {
                due.insert(one.letter.id);
                true
            });
            round.keep_only(|letter| due.contains(&letter));
        }
        picked
    }

    fn take(&mut self, due: Due) {
        let attempts = self.round.begin(due.letter.id);
        let (letterbox, server) = (Arc::clone(&self.letterbox), self.server.clone());
        self.bag.spawn(async move {
            let composed = tokio::task::spawn_blocking(move || letterbox.compose(&due)).await;
            let answer = match composed {
                Ok(Composed::Mail(mail)) => Answered::Sent(server.send(&mail).await),
                Ok(Composed::None) => Answered::NoMail,
                Ok(Composed::NotYet) | Err(_) => Answered::NotYet,
            };
            Errand { due, attempts, answer }
        });
    }

    fn came_back(&mut self, done: Result<Errand, tokio::task::JoinError>) {
        // Nobody aborts one, and a panic of ours is in the log already; its letter is tried again after a start.
        let Ok(Errand { due, attempts, answer }) = done else { return };
        self.busy.remove(&due.subject);
        let (letter, now) = (due.letter.id, Instant::now());
        let outcome = match answer {
            Answered::Sent(Ok(_)) => v1::LetterOutcome::Accepted,
            Answered::Sent(Err(error)) if error.is_final() => {
                tracing::warn!(letter = %letter, subject = %due.subject, %error, "a letter was refused");
                v1::LetterOutcome::Refused
            }
            Answered::Sent(Err(error)) => {
                tracing::info!(letter = %letter, attempts, %error, "a letter was not taken");
                self.count("failed");
                if error.is_of_the_server() {
                    self.trouble.note(&error);
                    self.round.server_is_away(letter, now);
                } else {
                    self.server_answered();
                    self.round.postpone(letter, now);
                }
                return;
            }
            Answered::NoMail => return self.round.set_aside(letter, now),
            Answered::NotYet => return self.round.postpone(letter, now),
        };
        self.server_answered();
        self.count(if outcome == v1::LetterOutcome::Accepted { "accepted" } else { "refused" });
        self.ended.push(v1::LetterEnd { letter: letter.0.to_vec(), outcome: outcome.into(), attempts });
    }

    fn server_answered(&mut self) {
        self.trouble.over();
        self.round.server_is_there();
    }

    fn count(&self, outcome: &'static str) {
        metrics::counter!("dossier_letters_total", "origin" => self.letterbox.origin().name(), "outcome" => outcome)
            .increment(1);
    }

    /// What waits to go out. Letters to people who have no address, or want none, wait for nothing.
    fn measure(&self) {
        let (mut waiting, mut oldest) = (0_usize, None);
        self.letterbox.look(&mut |due| {
            if !self.round.is_aside(due.letter.id) {
                waiting += 1;
                oldest = oldest.or(Some(due.letter.at));
            }
            true
        });
        let age = oldest.map_or(0, |oldest| self.letterbox.now().0.saturating_sub(oldest.0).max(0));
        let labels = [("origin", self.letterbox.origin().name())];
        metrics::gauge!("dossier_letters_waiting", &labels).set(waiting as f64);
        metrics::gauge!("dossier_letters_oldest_age_seconds", &labels).set(age as f64 / Micros::SECOND as f64);
        metrics::gauge!("dossier_mail_failing_seconds", &labels).set(self.trouble.seconds());
    }
}
