//! A consumer's side: what it reads, and what it asks.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use dossier_proof::{SignedCheckpoint, VerifierKey};
use dossier_proto::{KeyId, Origin};
use dossier_vault::GrantedKey;
use futures_util::{FutureExt, future::BoxFuture};

use super::{
    Connection,
    names::{Answering, Topic},
    reader::Reader,
    signed::Asked,
    wire::{self, Answer, QUESTION_BYTES_MAX},
};
use crate::{Batch, KEYS_PER_REQUEST_MAX, KeyRefusal, Position, Question, ReadLimits, Transport, TransportError};

type SharedReader = Arc<tokio::sync::Mutex<Reader>>;

/// The transport of one consumer over NATS. Answers are those of who was asked, to this question (see `signed`); what they say, and
/// what is read, the follower judges.
pub struct NatsTransport {
    connection: Arc<Connection>,
    verifiers: BTreeMap<Origin, VerifierKey>,
    readers: Mutex<BTreeMap<Origin, SharedReader>>,
}

impl NatsTransport {
    /// The transport of the service whose connection this is; `verifiers` is what each service signs with. Who is not among them
    /// is not asked: nobody would know who answers.
    #[must_use]
    pub fn new(connection: Arc<Connection>, verifiers: BTreeMap<Origin, VerifierKey>) -> Arc<Self> {
        Arc::new(Self { connection, verifiers, readers: Mutex::default() })
    }

    fn reader(&self, origin: Origin) -> SharedReader {
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = || Arc::new(tokio::sync::Mutex::new(Reader::new(Arc::clone(&self.connection), origin)));
        Arc::clone(readers.entry(origin).or_insert_with(fresh))
    }

    async fn question(&self, holder: Origin, topic: Topic, body: Bytes) -> Result<Answer, TransportError> {
        let asker = self.connection.origin();
        // The broker would not carry it, and count it as a refusal.
        if !topic.is_asked(holder, asker) {
            return Err(silent(holder, &format!("{asker} never asks {holder} for {}", topic.name())));
        }
        let verifier = self.verifiers.get(&holder).ok_or_else(|| silent(holder, &"its verifier key is not known"))?;
        let asked = Asked::new(topic, holder, asker, body).map_err(|error| silent(holder, &error))?;
        let answering =
            self.connection.calls().ask(topic.subject(holder, asker), Answering::Service(holder), asked.bytes());
        let message = answering.await.map_err(|error| silent(holder, &error))?;
        let answer = asked.open(message.payload, verifier).map_err(|error| not_its_own(holder, &error))?;
        Answer::decode(answer, asker).map_err(|error| silent(holder, &error))
    }
}

fn silent(origin: Origin, reason: &dyn std::fmt::Display) -> TransportError {
    TransportError::Silent { origin, reason: reason.to_string() }
}

/// Somebody speaks in the holder's place, or the keys of the two are not of one deployment.
fn not_its_own(origin: Origin, reason: &dyn std::fmt::Display) -> TransportError {
    metrics::counter!("dossier_answers_not_signed_total", "holder" => origin.name()).increment(1);
    tracing::warn!(%origin, %reason, "an answer was not believed");
    TransportError::NotItsOwn { origin, reason: reason.to_string() }
}

/// An answer that does not belong to the question.
fn odd(origin: Origin, answer: Answer) -> TransportError {
    match answer {
        Answer::Failed(reason) => silent(origin, &reason),
        _ => silent(origin, &"it answered something that was not asked"),
    }
}

impl Transport for NatsTransport {
    fn read(&self, origin: Origin, from: Position, limits: ReadLimits) -> BoxFuture<'_, Result<Batch, TransportError>> {
        async move {
            let reader = self.reader(origin);
            let mut reader = reader.lock().await;
            reader.read(from, limits).await.map_err(|reason| silent(origin, &reason))
        }
        .boxed()
    }

    fn replay(
        &self,
        origin: Origin,
        from: Position,
        limits: ReadLimits,
    ) -> BoxFuture<'_, Result<Batch, TransportError>> {
        async move {
            let body = wire::encode_replay_request(from, limits);
            match self.question(origin, Topic::Replay, body).await? {
                Answer::Replay(batch, _next) if batch.events.len() <= limits.events_max.max(1) => Ok(batch),
                Answer::NotThere => Err(TransportError::NotThere { origin, position: from }),
                other => Err(odd(origin, other)),
            }
        }
        .boxed()
    }

    fn checkpoint(&self, origin: Origin) -> BoxFuture<'_, Result<SignedCheckpoint, TransportError>> {
        async move {
            match self.question(origin, Topic::Checkpoint, wire::encode_checkpoint_request(None)).await? {
                Answer::Checkpoint(signed) => Ok(signed),
                other => Err(odd(origin, other)),
            }
        }
        .boxed()
    }

    fn checkpoint_at(&self, origin: Origin, at: Position) -> BoxFuture<'_, Result<SignedCheckpoint, TransportError>> {
        async move {
            match self.question(origin, Topic::Checkpoint, wire::encode_checkpoint_request(Some(at))).await? {
                Answer::Checkpoint(signed) => Ok(signed),
                Answer::NotThere => Err(TransportError::NotThere { origin, position: at }),
                other => Err(odd(origin, other)),
            }
        }
        .boxed()
    }

    fn ask_keys(
        &self,
        holder: Origin,
        keys: Vec<KeyId>,
    ) -> BoxFuture<'_, Result<Result<Vec<GrantedKey>, KeyRefusal>, TransportError>> {
        async move {
            if keys.len() > KEYS_PER_REQUEST_MAX {
                return Ok(Err(KeyRefusal::TooMany { asked: keys.len(), max: KEYS_PER_REQUEST_MAX }));
            }
            match self.question(holder, Topic::Keys, wire::encode_keys_request(&keys)).await? {
                Answer::Keys(granted) => Ok(Ok(granted)),
                Answer::KeysRefused(refusal) => Ok(Err(refusal)),
                other => Err(odd(holder, other)),
            }
        }
        .boxed()
    }

    fn ask(&self, holder: Origin, question: Question, body: Bytes) -> BoxFuture<'_, Result<Bytes, TransportError>> {
        async move {
            if body.len() > QUESTION_BYTES_MAX {
                let reason = format!("a question of {} bytes; at most {QUESTION_BYTES_MAX} are sent", body.len());
                return Err(silent(holder, &reason));
            }
            match self.question(holder, Topic::Question(question), body).await? {
                Answer::Body(body) => Ok(body),
                other => Err(odd(holder, other)),
            }
        }
        .boxed()
    }
}
