//! The conversation of instances, over the broker.

use std::{sync::Arc, time::Duration};

use async_nats::{Message, Subscriber};
use futures_util::StreamExt;
use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};

use super::{
    AFTER_ABSENCE, PresenceError, TENURE_LASTS, Tenure,
    claim::Nonce,
    voice::{Heard, Voice},
};
use crate::{
    Moment,
    nats::{Connection, names},
};

/// How often an instance that starts says so: one whose connection is being made again hears it a moment later.
const STARTING_EVERY: Duration = Duration::from_millis(250);
/// How often an established instance says that it is there.
const ESTABLISHED_EVERY: Duration = Duration::from_secs(2);
/// Whoever asks is answered at once, and many not more often than this.
const ANSWER_EVERY: Duration = Duration::from_millis(50);
/// An instance that starts and does not hear itself for so long hears nobody.
const DEAF_AFTER: Duration = Duration::from_secs(1);
/// How often it is told in the log that somebody who is none speaks as an instance.
const TOLD_EVERY: Duration = Duration::from_secs(60);

/// One instance at the broker.
pub(super) struct Desk {
    connection: Arc<Connection>,
    voice: Voice,
    words: Subscriber,
    spoke: Instant,
    told: Option<Instant>,
    /// The time it listens, while it begins anew.
    anew: Option<Stretch>,
}

/// A time in which an instance hears itself, over one connection: whoever else is there hears it, and is heard.
#[derive(Clone, Copy)]
struct Stretch {
    since: Instant,
    connected_since: Instant,
    heard: Instant,
}

impl Stretch {
    fn begin(connection: &Connection) -> Self {
        let now = Instant::now();
        Self { since: now, connected_since: connection.health().borrow().since, heard: now }
    }

    fn is_unbroken(self, connection: &Connection) -> bool {
        connection.health().borrow().since == self.connected_since && self.heard.elapsed() < DEAF_AFTER
    }
}

impl Desk {
    pub(super) async fn open(connection: Arc<Connection>, voice: Voice) -> Result<Self, PresenceError> {
        if !connection.is_up() || !connection.health().borrow().is_connected() {
            return Err(PresenceError::Unreachable("there is no connection".to_owned()));
        }
        let subject = names::presence(connection.origin());
        let words = connection.client().subscribe(subject).await.map_err(|error| unreachable(&error))?;
        Ok(Self { connection, voice, words, spoke: Instant::now(), told: None, anew: None })
    }

    /// Says that it is there, and listens for so long, without a gap. Gives the moment at which it said what came through last.
    pub(super) async fn listen_for(&mut self, window: Duration) -> Result<Moment, PresenceError> {
        let (mut stretch, mut as_of) = (Stretch::begin(&self.connection), None);
        self.speak().await?;
        loop {
            let speaks_next = self.speaks_next();
            tokio::select! {
                word = self.words.next() => {
                    let word = word.ok_or_else(|| PresenceError::Unreachable("the connection was closed".to_owned()))?;
                    if let Some(said) = self.hear(&word)? {
                        (as_of, stretch.heard) = (Some(said), Instant::now());
                    }
                }
                () = sleep_until(speaks_next) => {
                    if !stretch.is_unbroken(&self.connection) {
                        break;
                    }
                    self.speak().await?;
                }
                () = sleep_until(stretch.since + window) => break,
            }
        }
        let as_of = as_of.filter(|_| stretch.is_unbroken(&self.connection));
        as_of.ok_or_else(|| PresenceError::Unreachable("it does not carry what is said".to_owned()))
    }

    /// Answers those who start, and says from time to time that it is there. Ends when this instance has to go.
    pub(super) async fn hold(mut self, tenure: &watch::Sender<Tenure>) -> Option<PresenceError> {
        self.voice.instance.established = true;
        loop {
            let speaks_next = self.speaks_next();
            tokio::select! {
                word = self.words.next() => match self.hear(&word?) {
                    Ok(Some(said)) => self.came_through(said, tenure),
                    Ok(None) => {}
                    Err(error) => return Some(error),
                },
                () = sleep_until(speaks_next) => {
                    self.notice_absence(tenure);
                    self.spoke = Instant::now();
                    if self.connection.is_up() {
                        // What cannot be said now is said again in a while.
                        drop(self.speak().await);
                    }
                }
            }
        }
    }

    /// What was said at this moment came through the broker: whoever else is there has heard it.
    fn came_through(&mut self, said: Moment, tenure: &watch::Sender<Tenure>) {
        self.notice_absence(tenure);
        if self.voice.instance.established {
            tenure.send_modify(|tenure| tenure.as_of = Some(said));
            return;
        }
        let unbroken = self.anew.filter(|stretch| stretch.is_unbroken(&self.connection));
        let stretch = unbroken.unwrap_or_else(|| Stretch::begin(&self.connection));
        self.anew = Some(Stretch { heard: Instant::now(), ..stretch });
        if stretch.since.elapsed() >= AFTER_ABSENCE {
            tracing::info!(origin = %self.connection.origin(), "no other instance has turned up; this one works again");
            self.anew = None;
            self.voice.instance.established = true;
            tenure.send_modify(|tenure| *tenure = Tenure { number: tenure.number + 1, as_of: Some(said) });
        }
    }

    /// One that was cut off for long begins anew: another one may be at work by now.
    fn notice_absence(&mut self, tenure: &watch::Sender<Tenure>) {
        let as_of = tenure.borrow().as_of;
        let absent = as_of.map(|as_of| Moment::now().since(as_of)).filter(|absent| *absent > TENURE_LASTS);
        if let Some(absent) = absent {
            tracing::warn!(
                origin = %self.connection.origin(), ?absent,
                "the broker has not carried what this instance says; nothing is decided until it is certain that no other is at work"
            );
            self.voice.instance.established = false;
            tenure.send_modify(|tenure| tenure.as_of = None);
        }
    }

    fn speaks_next(&self) -> Instant {
        let pause = match self.voice.instance.established {
            _ if self.voice.has_to_answer() => ANSWER_EVERY,
            true => ESTABLISHED_EVERY,
            false => STARTING_EVERY,
        };
        self.spoke + pause
    }

    /// Says that it is there. Everybody who is there too hears it on the same subject, this instance included.
    async fn speak(&mut self) -> Result<(), PresenceError> {
        let asks = Nonce::fresh().ok_or_else(|| unreachable(&"the operating system gives no random bytes"))?;
        self.spoke = Instant::now();
        let words = self.voice.speak(asks, Moment::now());
        let subject = names::presence(self.connection.origin());
        self.connection.client().publish(subject, words).await.map_err(|error| unreachable(&error))
    }

    /// When it said what it hears now, if these are its own words.
    ///
    /// # Errors
    /// [`PresenceError::Occupied`]: another one is there, and stays.
    fn hear(&mut self, message: &Message) -> Result<Option<Moment>, PresenceError> {
        let origin = self.connection.origin();
        match self.voice.hear(&message.payload, Moment::now()) {
            Ok(Heard::Own(said)) => Ok(Some(said)),
            Ok(Heard::Other(other)) if self.voice.instance.yields_to(other) => {
                Err(PresenceError::Occupied { origin, began: other.id.timestamp_ms() / 1000 })
            }
            Ok(Heard::Other(_) | Heard::Perhaps | Heard::Old) => Ok(None),
            Err(reason) => {
                self.tell(reason);
                Ok(None)
            }
        }
    }

    /// Somebody speaks in the service's place who has its key to the broker, and not the key it signs with.
    fn tell(&mut self, reason: &str) {
        let origin = self.connection.origin();
        metrics::counter!("dossier_presence_not_believed_total", "origin" => origin.name()).increment(1);
        if self.told.is_none_or(|told| told.elapsed() > TOLD_EVERY) {
            self.told = Some(Instant::now());
            tracing::warn!(%origin, reason, "somebody speaks as an instance of this service who is none; it is not believed");
        }
    }
}

fn unreachable(error: &dyn std::fmt::Display) -> PresenceError {
    PresenceError::Unreachable(error.to_string())
}
