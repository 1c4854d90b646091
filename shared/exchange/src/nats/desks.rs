//! Answers what others ask of this service: its events again, its checkpoints, its keys, and other questions.

mod answers;

use std::sync::Arc;

use async_nats::{Message, Subscriber};
use dossier_journal::Signers;
use dossier_proto::Origin;
use futures_util::{StreamExt, stream::select_all};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinSet,
};

use super::{
    Connection,
    names::{self, Answering, Topic},
    signed::Asked,
    task::Task,
    wire::Answer,
};
use crate::{Answerer, KeyDesk, Source};

/// Questions of one asker that are answered at once: a reading, a checkpoint, keys and a question are under way by themselves, and as much
/// again after a start; and two parts of files. Each may hold an answer of 768 KiB: 7.5 MiB for an asker, 22.5 MiB for the three that
/// there are. Whoever asks more takes nobody else's place.
const PLACES_OF_AN_ASKER: usize = 10;

/// Why questions cannot be answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("questions cannot be listened to: {0}")]
pub struct DesksError(String);

/// Answers questions until dropped.
#[derive(Debug)]
pub struct Desks {
    _task: Task,
}

/// Who knows the answers.
#[derive(Clone)]
struct Counter {
    connection: Arc<Connection>,
    source: Arc<dyn Source>,
    desk: Arc<dyn KeyDesk>,
    answerer: Option<Arc<dyn Answerer>>,
    signers: Signers,
}

/// A place of an asker, taken as long as it is kept.
type Place = OwnedSemaphorePermit;

/// The places of each asker.
struct Places([(Origin, Arc<Semaphore>); Origin::ALL.len()]);

impl Places {
    fn new() -> Self {
        Self(Origin::ALL.map(|asker| (asker, Arc::new(Semaphore::new(PLACES_OF_AN_ASKER)))))
    }

    fn take(&self, asker: Origin) -> Option<Place> {
        let (_, places) = self.0.iter().find(|(of, _)| *of == asker)?;
        Arc::clone(places).try_acquire_owned().ok()
    }
}

impl Desks {
    /// Begins to answer for the connection's service: events and checkpoints from `source`, keys from `desk`, and
    /// other questions by `answerer`. Answers are signed with the present one of
    /// `signers`, which also sign the service's checkpoints.
    ///
    /// # Errors
    /// [`DesksError`] when the client cannot listen.
    pub async fn open(
        connection: Arc<Connection>,
        source: Arc<dyn Source>,
        desk: Arc<dyn KeyDesk>,
        answerer: Option<Arc<dyn Answerer>>,
        signers: impl Into<Signers>,
    ) -> Result<Self, DesksError> {
        let mut subscriptions = Vec::new();
        for subject in Topic::all_asked_of(connection.origin()) {
            let subscription = connection.client().subscribe(subject).await;
            subscriptions.push(subscription.map_err(|error| DesksError(error.to_string()))?);
        }
        let counter = Counter { connection, source, desk, answerer, signers: signers.into() };
        Ok(Self { _task: Task::spawn(counter.serve(subscriptions)) })
    }
}

impl Counter {
    async fn serve(self, subscriptions: Vec<Subscriber>) {
        let mut questions = select_all(subscriptions);
        let (mut answering, places) = (JoinSet::new(), Places::new());
        loop {
            tokio::select! {
                question = questions.next() => {
                    let Some(question) = question else { return };
                    // Who asks is in the subject, where the broker's permissions have checked it.
                    let Some((topic, asker)) = Topic::of_subject(&question.subject) else { continue };
                    let Some(reply) = self.reply_of(&question, asker) else { continue };
                    let asked = Asked::received(topic, self.connection.origin(), asker, question.payload);
                    match places.take(asker) {
                        Some(place) => drop(answering.spawn(self.clone().attend(place, asked, reply))),
                        None => self.turn_away(&asked, reply).await,
                    }
                }
                Some(_) = answering.join_next() => {}
            }
        }
    }

    async fn attend(self, place: Place, asked: Asked, reply: String) {
        let answer = self.answer(&asked).await;
        self.send(&asked, reply, answer).await;
        drop(place);
    }

    /// Too many at once: said at once, so that the asker does not wait in vain.
    async fn turn_away(&self, asked: &Asked, reply: String) {
        metrics::counter!("dossier_desk_turned_away_total", "asker" => asked.asker().name()).increment(1);
        self.send(asked, reply, Answer::failed("too many questions at once; ask again")).await;
    }

    /// Answers go to where the server leads back to the one question (each service has an account of its own), or, where all
    /// share one account, into the part of the asker's inbox that is kept for this service; and nowhere else.
    fn reply_of(&self, question: &Message, asker: Origin) -> Option<String> {
        let reply = question.reply.as_ref()?;
        let own = Answering::Service(self.connection.origin()).name();
        let is_led_back = reply.starts_with(names::LED_BACK);
        (is_led_back || reply.starts_with(&format!("{}.{own}.", names::inbox(asker)))).then(|| reply.to_string())
    }

    /// Every answer is signed, those that say nothing too: who asks believes no others.
    async fn send(&self, asked: &Asked, reply: String, answer: Answer) {
        let sent = self.connection.client().publish(reply, asked.sign(answer.encode(), &self.signers.current())).await;
        if let Err(error) = sent {
            tracing::warn!(origin = %self.connection.origin(), %error, "an answer could not be sent");
        }
    }
}
