//! A consumer's side: what it reads, and what it asks.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use dossier_proof::{LogProof, SignedCheckpoint};
use dossier_proto::{KeyId, Origin};
use dossier_vault::GrantedKey;
use futures_util::{FutureExt, future::BoxFuture};

use super::{
    Connection,
    names::{Answering, Topic},
    reader::Reader,
    signed::Asked,
    wire::{self, AboutSignatures, Answer, QUESTION_BYTES_MAX},
};
use crate::{
    Batch, KEYS_PER_REQUEST_MAX, KeyRefusal, KeyRing, Position, Question, ReadLimits, Transport, TransportError,
};

type SharedReader = Arc<tokio::sync::Mutex<Reader>>;

/// The transport of one consumer over NATS. Answers are those of who was asked, to this question (see `signed`); what they say, and
/// what is read, the follower judges.
pub struct NatsTransport {
    connection: Arc<Connection>,
    keys: KeyRing,
    readers: Mutex<BTreeMap<Origin, SharedReader>>,
}

impl NatsTransport {
    /// The transport of the service whose connection this is; `keys` is what each service signs with, as far as this one
    /// knows. Who is not among them is not asked: nobody would know who answers.
    #[must_use]
    pub fn new(connection: Arc<Connection>, keys: impl Into<KeyRing>) -> Arc<Self> {
        Arc::new(Self { connection, keys: keys.into(), readers: Mutex::default() })
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
        let verifier = self.keys.current(holder).ok_or_else(|| silent(holder, &"its verifier key is not known"))?;
        let asked = Asked::new(topic, holder, asker, body).map_err(|error| silent(holder, &error))?;
        let signed = self.call(&asked, holder).await?;
        let answer = match asked.open(signed.clone(), &verifier) {
            Ok(answer) => answer,
            Err(error) => {
                // It may have taken another key since it was heard last. Where it does not say so, the answer is nobody's that is known.
                let _ = self.keys.catch_up(self, holder).await;
                let newer = self.keys.current(holder).filter(|newer| *newer != verifier);
                let opened = newer.and_then(|newer| asked.open(signed, &newer).ok());
                opened.ok_or_else(|| not_its_own(holder, &error))?
            }
        };
        Answer::decode(answer, asker).map_err(|error| silent(holder, &error))
    }

    async fn call(&self, asked: &Asked, holder: Origin) -> Result<Bytes, TransportError> {
        let subject = asked.topic().subject(holder, asked.asker());
        let answering = self.connection.calls().ask(subject, Answering::Service(holder), asked.bytes());
        Ok(answering.await.map_err(|error| silent(holder, &error))?.payload)
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
            match self
                .question(origin, Topic::Checkpoint, wire::encode_checkpoint_request(AboutSignatures::Newest))
                .await?
            {
                Answer::Checkpoint(signed) => Ok(signed),
                other => Err(odd(origin, other)),
            }
        }
        .boxed()
    }

    fn checkpoint_at(&self, origin: Origin, at: Position) -> BoxFuture<'_, Result<SignedCheckpoint, TransportError>> {
        async move {
            match self
                .question(origin, Topic::Checkpoint, wire::encode_checkpoint_request(AboutSignatures::At(at)))
                .await?
            {
                Answer::Checkpoint(signed) => Ok(signed),
                Answer::NotThere => Err(TransportError::NotThere { origin, position: at }),
                other => Err(odd(origin, other)),
            }
        }
        .boxed()
    }

    fn key_turns(&self, origin: Origin, from: usize) -> BoxFuture<'_, Result<Vec<LogProof>, TransportError>> {
        async move {
            let body = wire::encode_checkpoint_request(AboutSignatures::Turns(from));
            let asker = self.connection.origin();
            if !Topic::Checkpoint.is_asked(origin, asker) {
                return Err(silent(origin, &"it is never asked"));
            }
            let asked = Asked::new(Topic::Checkpoint, origin, asker, body).map_err(|error| silent(origin, &error))?;
            let answer = Asked::carried(self.call(&asked, origin).await?).map_err(|error| silent(origin, &error))?;
            match Answer::decode(answer, asker).map_err(|error| silent(origin, &error))? {
                Answer::Turns(proofs) => Ok(proofs),
                // Of a version that knows one key for ever.
                Answer::Checkpoint(_) => Ok(Vec::new()),
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
