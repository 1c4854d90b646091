//! Answers what others ask of this service: its events again, its checkpoints, its keys, and other questions.

mod answers;

use std::sync::Arc;

use async_nats::{Message, Subscriber};
use dossier_proto::Origin;
use futures_util::{StreamExt, stream::select_all};
use tokio::task::JoinSet;

use super::{
    Connection,
    names::{self, Answering, Topic},
    task::Task,
    wire::Answer,
};
use crate::{Answerer, KeyDesk, Source};

/// Questions that are answered at once: of three askers, each with a reading, a checkpoint, keys and a question under way, and
/// some more. Each may hold an answer of 768 KiB: 24 MiB.
const ANSWERING_MAX: usize = 32;

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
}

impl Desks {
    /// Begins to answer for the connection's service: events and checkpoints from `source`, keys from `desk`, and
    /// other questions by `answerer`.
    ///
    /// # Errors
    /// [`DesksError`] when the client cannot listen.
    pub async fn open(
        connection: Arc<Connection>,
        source: Arc<dyn Source>,
        desk: Arc<dyn KeyDesk>,
        answerer: Option<Arc<dyn Answerer>>,
    ) -> Result<Self, DesksError> {
        let mut subscriptions = Vec::new();
        for subject in Topic::all_asked_of(connection.origin()) {
            let subscription = connection.client().subscribe(subject).await;
            subscriptions.push(subscription.map_err(|error| DesksError(error.to_string()))?);
        }
        let counter = Counter { connection, source, desk, answerer };
        Ok(Self { _task: Task::spawn(counter.serve(subscriptions)) })
    }
}

impl Counter {
    async fn serve(self, subscriptions: Vec<Subscriber>) {
        let mut questions = select_all(subscriptions);
        let mut answering = JoinSet::new();
        loop {
            tokio::select! {
                question = questions.next() => {
                    let Some(question) = question else { return };
                    if answering.len() < ANSWERING_MAX {
                        answering.spawn(self.clone().attend(question));
                    } else {
                        self.turn_away(question).await;
                    }
                }
                Some(_) = answering.join_next() => {}
            }
        }
    }

    async fn attend(self, question: Message) {
        let Some((topic, asker)) = Topic::of_subject(&question.subject) else { return };
        let Some(reply) = self.reply_of(&question, asker) else { return };
        let answer = self.answer(topic, asker, question.payload).await;
        self.send(reply, answer).await;
    }

    /// Too many at once: said at once, so that the asker does not wait in vain.
    async fn turn_away(&self, question: Message) {
        let Some((_, asker)) = Topic::of_subject(&question.subject) else { return };
        let Some(reply) = self.reply_of(&question, asker) else { return };
        metrics::counter!("dossier_desk_turned_away_total", "asker" => asker.name()).increment(1);
        self.send(reply, Answer::failed("too many questions at once; ask again")).await;
    }

    /// Answers go to where the server leads back to the one question (each service has an account of its own), or, where all
    /// share one account, into the part of the asker's inbox that is kept for this service; and nowhere else.
    fn reply_of(&self, question: &Message, asker: Origin) -> Option<String> {
        let reply = question.reply.as_ref()?;
        let own = Answering::Service(self.connection.origin()).name();
        let is_led_back = reply.starts_with(names::LED_BACK);
        (is_led_back || reply.starts_with(&format!("{}.{own}.", names::inbox(asker)))).then(|| reply.to_string())
    }

    async fn send(&self, reply: String, answer: Answer) {
        let sent = self.connection.client().publish(reply, answer.encode()).await;
        if let Err(error) = sent {
            tracing::warn!(origin = %self.connection.origin(), %error, "an answer could not be sent");
        }
    }
}
