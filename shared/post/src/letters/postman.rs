//! The postman: takes what is due out of a service's inboxes to the mail server, and has it recorded how each ended.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
    time::{Duration, Instant},
};

use dossier_proto::{Micros, Origin, SubjectId, v1};
use futures_util::future::BoxFuture;
use tokio::task::{Id, JoinError, JoinSet};

use super::{Due, DueAt, LetterId, MAIL_AGE_MAX, MailTrouble, marks::ENDS_MAX, round::Round};
use crate::{Accepted, Mail, MailError, MailServer};

/// How often it is looked whether something is due. People do not wait for mail by the second.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Letters under way together, each to somebody else: servers admit ten lines and more from one address.
const AT_ONCE: usize = 4;
/// How often it is looked how old the oldest is, and what is remembered in vain: that is a walk past everything that is due.
const MEASURE_EVERY: Duration = Duration::from_secs(10);
/// Letters looked at in one go: 500 of 200 bytes are copied within some 50 us, and only so long others wait for the view. A walk past the
/// most that can be due, 120 000, is 240 of these, between which the thread does other things.
const SOME: usize = 500;

/// What a letter is as a mail.
#[derive(Debug)]
pub enum Composed {
    /// This.
    Mail(Box<Mail>),
    /// None, as things stand: the person has no address, wants no such mail, or may not read of it any more.
    None,
    /// It cannot be told yet, and why, in words for an operator: no name and nothing of a record may stand in them.
    NotYet(String),
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
    /// How many letters are due. Asked twice a second: to be answered without counting.
    fn due(&self) -> usize;
    /// The oldest letters that are due, from behind `after` on; at most so many.
    fn some(&self, after: Option<DueAt>, most: usize) -> Vec<(DueAt, Due)>;
    /// Makes a letter into a mail. Rights are looked at now. Reads the disk.
    fn compose(&self, due: &Due) -> Composed;
    /// Records how letters ended. Answers whether it is recorded.
    fn record(&self, ends: Vec<v1::LetterEnd>) -> BoxFuture<'_, bool>;
}

/// Takes letters to the server for as long as it is polled.
pub async fn deliver<L: Letterbox>(letterbox: Arc<L>, server: MailServer, trouble: MailTrouble) {
    let mut postman = Postman::new(letterbox, server, trouble);
    let mut tick = tokio::time::interval(LOOK_EVERY);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = tick.tick() => {}
            Some(done) = postman.bag.join_next_with_id() => postman.came_back(done),
        }
        while let Some(done) = postman.bag.try_join_next_with_id() {
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
    bag: JoinSet<Answered>,
    /// Which those are: known here, so that a panic on the way takes neither the letter nor the person with it.
    errands: HashMap<Id, Errand>,
    /// To whom.
    busy: BTreeSet<SubjectId>,
    /// What has ended and is not recorded yet.
    ended: Vec<v1::LetterEnd>,
    /// When it was measured last.
    measured: Option<Instant>,
}

/// A letter that is taken to the server.
#[derive(Clone, Copy)]
struct Errand {
    due: Due,
    attempts: u32,
}

enum Answered {
    Sent(Result<Accepted, MailError>),
    NoMail,
    NotYet(String),
}

impl<L: Letterbox> Postman<L> {
    fn new(letterbox: Arc<L>, server: MailServer, trouble: MailTrouble) -> Self {
        Self {
            round: Round::new(server.first_retry()),
            letterbox,
            server,
            trouble,
            bag: JoinSet::new(),
            errands: HashMap::new(),
            busy: BTreeSet::new(),
            ended: Vec::new(),
            measured: None,
        }
    }

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
        self.measure().await;
        if !self.letterbox.may_send() || self.ended.len() >= ENDS_MAX {
            return;
        }
        if self.letterbox.mailed_since().is_none() {
            // From now on, and not what was told before somebody had a mail server.
            self.letterbox.record(Vec::new()).await;
            return;
        }
        if self.round.may_ask(Instant::now()) {
            self.pick().await.into_iter().for_each(|due| self.take(due));
        }
    }

    /// The oldest letters that may go now, one for each person; and the end of those that are of no use any more.
    async fn pick(&mut self) -> Vec<Due> {
        let room = AT_ONCE.saturating_sub(self.bag.len());
        let (mut picked, mut after) = (Vec::new(), None);
        loop {
            let some = self.letterbox.some(after, SOME);
            for (_, due) in &some {
                if picked.len() >= room || self.ended.len() >= ENDS_MAX {
                    return picked;
                }
                picked.extend(self.may_go(due).then_some(*due));
            }
            match some.last() {
                Some((at, _)) if some.len() >= SOME => after = Some(*at),
                _ => return picked,
            }
            tokio::task::yield_now().await;
        }
    }

    /// Whether it goes now; then its person is busy. What is too old ends.
    fn may_go(&mut self, due: &Due) -> bool {
        let letter = due.letter.id;
        if self.letterbox.now().0.saturating_sub(due.letter.at.0) > MAIL_AGE_MAX {
            if let Some(attempts) = self.round.give_up(letter) {
                self.end(letter, v1::LetterOutcome::GivenUp, attempts);
            }
            return false;
        }
        self.round.is_ready(letter, Instant::now()) && self.busy.insert(due.subject)
    }

    fn take(&mut self, due: Due) {
        let (letterbox, server) = (Arc::clone(&self.letterbox), self.server.clone());
        self.send_off(due, async move {
            match tokio::task::spawn_blocking(move || letterbox.compose(&due)).await {
                Ok(Composed::Mail(mail)) => Answered::Sent(server.send(&mail).await),
                Ok(Composed::None) => Answered::NoMail,
                Ok(Composed::NotYet(why)) => Answered::NotYet(why),
                Err(_) => Answered::NotYet("making it a mail has failed at a fault of ours".to_owned()),
            }
        });
    }

    fn send_off(&mut self, due: Due, way: impl Future<Output = Answered> + Send + 'static) {
        let attempts = self.round.begin(due.letter.id);
        let id = self.bag.spawn(way).id();
        self.errands.insert(id, Errand { due, attempts });
    }

    fn came_back(&mut self, done: Result<(Id, Answered), JoinError>) {
        let id = done.as_ref().map_or_else(JoinError::id, |(id, _)| *id);
        let Some(Errand { due, attempts }) = self.errands.remove(&id) else { return };
        self.busy.remove(&due.subject);
        let (letter, now) = (due.letter.id, Instant::now());
        match done.map(|(_, answer)| answer) {
            Ok(Answered::Sent(Ok(_))) => {
                self.trouble.over();
                self.round.server_is_there();
                self.count("accepted");
                self.end(letter, v1::LetterOutcome::Accepted, attempts);
            }
            Ok(Answered::Sent(Err(error))) => self.was_not_sent(Errand { due, attempts }, &error),
            Ok(Answered::NoMail) => self.round.set_aside(letter, now),
            Ok(Answered::NotYet(why)) => {
                tracing::warn!(%letter, attempts, why, "a letter cannot be sent yet; it is tried again");
                self.round.postpone(letter, now);
            }
            // Nobody aborts one.
            Err(_) => {
                tracing::error!(%letter, attempts, "sending a letter has failed at a fault of ours; it is tried again");
                self.round.postpone(letter, now);
            }
        }
    }

    fn was_not_sent(&mut self, errand: Errand, error: &MailError) {
        let Errand { due, attempts } = errand;
        let (letter, now) = (due.letter.id, Instant::now());
        self.trouble.note(error);
        if error.is_final() {
            tracing::warn!(%letter, subject = %due.subject, %error, "a letter was refused");
            self.count("refused");
            return self.end(letter, v1::LetterOutcome::Refused, attempts);
        }
        tracing::info!(%letter, attempts, %error, "a letter was not taken");
        self.count("failed");
        if error.is_of_the_server() {
            self.round.server_is_away(letter, now);
        } else {
            self.round.server_is_there();
            self.round.postpone(letter, now);
        }
    }

    fn end(&mut self, letter: LetterId, outcome: v1::LetterOutcome, attempts: u32) {
        self.ended.push(v1::LetterEnd { letter: letter.0.to_vec(), outcome: outcome.into(), attempts });
    }

    fn count(&self, outcome: &'static str) {
        metrics::counter!("dossier_letters_total", "origin" => self.letterbox.origin().name(), "outcome" => outcome)
            .increment(1);
    }

    /// What waits to go out. Letters to people who have no address, or want none, wait for nothing.
    async fn measure(&mut self) {
        let labels = [("origin", self.letterbox.origin().name())];
        let waiting = self.letterbox.due().saturating_sub(self.round.aside());
        metrics::gauge!("dossier_letters_waiting", &labels).set(waiting as f64);
        metrics::gauge!("dossier_mail_failing_seconds", &labels).set(self.trouble.seconds());
        if self.measured.is_some_and(|last| last.elapsed() < MEASURE_EVERY) {
            return;
        }
        let oldest = self.look_through().await;
        let age = oldest.map_or(0, |oldest| self.letterbox.now().0.saturating_sub(oldest.0).max(0));
        metrics::gauge!("dossier_letters_oldest_age_seconds", &labels).set(age as f64 / Micros::SECOND as f64);
        self.measured = Some(Instant::now());
    }

    /// When the oldest happened that waits for something. What is not due any more is forgotten.
    async fn look_through(&mut self) -> Option<Micros> {
        let (mut due, mut oldest, mut after) = (BTreeSet::new(), None, None);
        loop {
            let some = self.letterbox.some(after, SOME);
            for (_, one) in &some {
                due.extend(self.round.knows(one.letter.id).then_some(one.letter.id));
                if oldest.is_none() && !self.round.is_aside(one.letter.id) {
                    oldest = Some(one.letter.at);
                }
            }
            let is_through = some.len() < SOME || (oldest.is_some() && due.len() == self.round.len());
            let Some((at, _)) = some.last().filter(|_| !is_through) else { break };
            after = Some(*at);
            tokio::task::yield_now().await;
        }
        self.round.keep_only(|letter| due.contains(&letter));
        oldest
    }
}

#[cfg(test)]
mod tests;
