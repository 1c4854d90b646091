//! What is answered to each question.

use std::sync::Arc;

use bytes::Bytes;
use dossier_proto::{Origin, peek};

use super::Counter;
use crate::{
    ANSWER_BYTES_MAX, Batch, KEYS_PER_REQUEST_MAX, KeyRefusal, Position, Question, ReadLimits, Source,
    TURNS_PER_ANSWER,
    nats::{
        names::Topic,
        signed::Asked,
        wire::{self, AboutSignatures, Answer, REPLAY_BYTES_MAX, WireError},
    },
};

impl Counter {
    pub(super) async fn answer(&self, asked: &Asked) -> Answer {
        let answered = match asked.body() {
            Ok(body) => self.answer_to(asked.topic(), asked.asker(), body).await,
            Err(error) => Err(error),
        };
        answered.unwrap_or_else(|error| Answer::failed(&format!("the question is not one: {error}")))
    }

    async fn answer_to(&self, topic: Topic, asker: Origin, body: Bytes) -> Result<Answer, WireError> {
        match topic {
            Topic::Replay => self.replay(body).await,
            Topic::Checkpoint => self.checkpoint(body).await,
            Topic::Keys => self.keys(asker, body).await,
            Topic::Question(question) => Ok(self.question(asker, question, body).await),
        }
    }

    async fn replay(&self, body: Bytes) -> Result<Answer, WireError> {
        let (from, limits) = wire::decode_replay_request(body)?;
        let source = Arc::clone(&self.source);
        Ok(blocking(move || replay(&*source, from, limits).unwrap_or_else(|reason| Answer::failed(&reason))).await)
    }

    async fn checkpoint(&self, body: Bytes) -> Result<Answer, WireError> {
        let about = wire::decode_checkpoint_request(body)?;
        let source = Arc::clone(&self.source);
        let answered = move || -> Result<Answer, String> {
            Ok(match about {
                AboutSignatures::Newest => Answer::Checkpoint(source.checkpoint()?),
                AboutSignatures::At(at) => source.checkpoint_at(at)?.map_or(Answer::NotThere, Answer::Checkpoint),
                AboutSignatures::Turns(from) => Answer::Turns(source.key_turns(from, TURNS_PER_ANSWER)?),
            })
        };
        Ok(blocking(move || answered().unwrap_or_else(|reason| Answer::failed(&reason))).await)
    }

    async fn keys(&self, asker: Origin, body: Bytes) -> Result<Answer, WireError> {
        let keys = wire::decode_keys_request(body)?;
        if keys.len() > KEYS_PER_REQUEST_MAX {
            let refusal = KeyRefusal::TooMany { asked: keys.len(), max: KEYS_PER_REQUEST_MAX };
            return Ok(Answer::KeysRefused(refusal));
        }
        let desk = Arc::clone(&self.desk);
        Ok(blocking(move || match desk.grant(asker, &keys) {
            Ok(granted) => Answer::Keys(granted),
            Err(refusal) => Answer::KeysRefused(refusal),
        })
        .await)
    }

    async fn question(&self, asker: Origin, question: Question, body: Bytes) -> Answer {
        let Some(answerer) = &self.answerer else { return Answer::failed("it answers no questions") };
        if body.len() > wire::QUESTION_BYTES_MAX {
            return Answer::failed(&format!("a question of {} bytes", body.len()));
        }
        match answerer.answer(asker, question, body).await {
            Ok(body) if body.len() <= ANSWER_BYTES_MAX => Answer::Body(body),
            Ok(body) => Answer::failed(&format!("the answer would have {} bytes", body.len())),
            Err(reason) => Answer::failed(&reason),
        }
    }
}

/// Journals and keys are read from disk; the runtime's threads must not wait for that.
async fn blocking(answer: impl FnOnce() -> Answer + Send + 'static) -> Answer {
    tokio::task::spawn_blocking(answer).await.unwrap_or_else(|_panicked| Answer::failed("the reading failed"))
}

/// Events from a position on, as many as fit, with the signature of exactly their end.
fn replay(source: &dyn Source, from: Position, limits: ReadLimits) -> Result<Answer, String> {
    let mut events = source.read(from, limits)?;
    trim(&mut events);
    let Some(last) = events.last() else { return Ok(Answer::NotThere) };
    // What cannot be placed cannot be signed for; the asker sees that.
    let Ok(last) = peek(last) else {
        return Ok(Answer::Replay(Batch { events, checkpoints: Vec::new() }, from));
    };
    let next = Position { epoch: last.epoch, sequence: last.sequence + 1 };
    let checkpoints = source.checkpoint_at(next)?.into_iter().collect();
    Ok(Answer::Replay(Batch { events, checkpoints }, next))
}

/// A source may bring one event more than the bytes that were asked for.
fn trim(events: &mut Vec<Bytes>) {
    let mut bytes = 0;
    let fitting = events.iter().take_while(|event| {
        bytes += event.len();
        bytes <= REPLAY_BYTES_MAX
    });
    let fitting = fitting.count().max(1);
    events.truncate(fitting);
}
