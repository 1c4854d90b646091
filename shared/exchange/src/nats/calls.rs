//! Questions under way, and their answers. The client has requests of its own, but their inbox does not say who answers
//! (see `deploy/nats.conf`), they bring one message each, and those that are given up stay in memory.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_nats::{Client, Message, StatusCode, connection::State};
use bytes::Bytes;
use dossier_proto::Origin;
use futures_util::StreamExt;
use tokio::{
    sync::mpsc,
    time::{Instant, timeout_at},
};

use super::{
    names::{self, Answering},
    task::Task,
};

/// Who does not answer within this is silent.
pub(crate) const PATIENCE: Duration = Duration::from_secs(2);
/// Messages that may wait for one question: a batch of direct gets has at most 512, and its end.
const ANSWERS_MAX: usize = 1024;
/// Bytes of one answer: what the broker carries at most.
const ANSWER_BYTES: usize = 1024 * 1024;
/// Questions under way at once: four readers, a relay, and whatever a service asks by itself are some twenty.
const CALLS_MAX: usize = 1024;

type Pending = Arc<Mutex<HashMap<u64, Waiting>>>;

/// Who waits for answers, and how many bytes of them may still come.
struct Waiting {
    answers: mpsc::Sender<Message>,
    room: usize,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CallError {
    #[error("there is no connection to the broker")]
    Offline,
    #[error("nobody there listens")]
    NobodyListens,
    #[error("no answer within {} s", PATIENCE.as_secs())]
    Late,
    #[error("more came than was asked for")]
    TooLarge,
    #[error("{CALLS_MAX} questions are under way already")]
    TooMany,
    #[error("the client refuses to send it: {0}")]
    Unsendable(String),
}

/// Asks, and hands out the answers.
pub(crate) struct Calls {
    client: Client,
    asker: Origin,
    /// Makes this connection's part of the inbox its own: another instance of the service may be connected too.
    nonce: String,
    pending: Pending,
    next: AtomicU64,
    _pump: Task,
}

/// A question under way. Dropped, it is forgotten.
pub(crate) struct Call {
    id: u64,
    answers: mpsc::Receiver<Message>,
    pending: Pending,
}

impl Calls {
    pub(crate) async fn start(client: Client, asker: Origin) -> Result<Self, String> {
        let nonce = ulid::Ulid::generate().to_string();
        let pending = Pending::default();
        let mut answers = client
            .subscribe(format!("{}.*.{nonce}.*", names::inbox(asker)))
            .await
            .map_err(|error| format!("no inbox: {error}"))?;
        let open = Arc::clone(&pending);
        let pump = Task::spawn(async move {
            while let Some(message) = answers.next().await {
                hand_out(&open, message);
            }
        });
        Ok(Self { client, asker, nonce, pending, next: AtomicU64::new(0), _pump: pump })
    }

    /// Asks, and gives the first answer.
    pub(crate) async fn ask(&self, subject: String, answering: Answering, body: Bytes) -> Result<Message, CallError> {
        let deadline = Instant::now() + PATIENCE;
        let mut call = self.begin(subject, answering, body, 0).await?;
        call.answer(deadline).await
    }

    /// Asks; answers are taken from the call one by one. Of answers besides the last one, so many bytes are taken at most.
    pub(crate) async fn begin(
        &self,
        subject: String,
        answering: Answering,
        body: Bytes,
        bytes_max: usize,
    ) -> Result<Call, CallError> {
        // What is sent while there is no connection would go out much later, when nobody waits for the answer.
        if self.client.connection_state() != State::Connected {
            return Err(CallError::Offline);
        }
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let (sender, answers) = mpsc::channel(ANSWERS_MAX);
        {
            let mut pending = lock(&self.pending);
            if pending.len() >= CALLS_MAX {
                return Err(CallError::TooMany);
            }
            pending.insert(id, Waiting { answers: sender, room: bytes_max.saturating_add(ANSWER_BYTES) });
        }
        let call = Call { id, answers, pending: Arc::clone(&self.pending) };
        let reply = format!("{}.{}.{}.{id}", names::inbox(self.asker), answering.name(), self.nonce);
        let sending = self.client.publish_with_reply(subject, reply, body);
        match timeout_at(Instant::now() + PATIENCE, sending).await {
            Ok(Ok(())) => Ok(call),
            Ok(Err(error)) => Err(CallError::Unsendable(error.to_string())),
            Err(_elapsed) => Err(CallError::Late),
        }
    }
}

impl Call {
    /// The next answer.
    pub(crate) async fn answer(&mut self, deadline: Instant) -> Result<Message, CallError> {
        let message = match timeout_at(deadline, self.answers.recv()).await {
            Ok(Some(message)) => message,
            // Nobody hands out any more: see `hand_out`.
            Ok(None) => return Err(CallError::TooLarge),
            Err(_elapsed) => return Err(CallError::Late),
        };
        if message.status == Some(StatusCode::NO_RESPONDERS) {
            return Err(CallError::NobodyListens);
        }
        Ok(message)
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        lock(&self.pending).remove(&self.id);
    }
}

fn lock(pending: &Pending) -> MutexGuard<'_, HashMap<u64, Waiting>> {
    pending.lock().unwrap_or_else(PoisonError::into_inner)
}

fn hand_out(pending: &Pending, message: Message) {
    let Some(id) = message.subject.rsplit('.').next().and_then(|id| id.parse::<u64>().ok()) else { return };
    let mut pending = lock(pending);
    let Some(waiting) = pending.get_mut(&id) else { return };
    let room = waiting.room.checked_sub(message.length);
    // Whoever is sent more than was asked for keeps what came before and loses the rest.
    match room.map(|room| (room, waiting.answers.try_send(message))) {
        Some((room, Ok(()))) => waiting.room = room,
        _ => drop(pending.remove(&id)),
    }
}

#[cfg(test)]
mod tests;
