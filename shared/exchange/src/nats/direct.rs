//! Reading from a stream without any state at the server: batched direct gets, as in
//! [ADR-31](https://github.com/nats-io/nats-architecture-and-design/blob/main/adr/ADR-31.md).

use async_nats::StatusCode;
use dossier_proto::Origin;
use tokio::time::Instant;

use super::{
    Connection,
    calls::{CallError, PATIENCE},
    carried::Carried,
    names::{self, Answering},
};
use crate::{Position, ReadLimits};

/// Messages that one request asks for.
const BATCH_MESSAGES_MAX: usize = 512;
/// Bytes that one request asks for.
const BATCH_BYTES_MAX: usize = 4 * 1024 * 1024;

/// What a stream holds from `from` on, in its order, some of it: events of that epoch, or of a later one from where the stream has
/// them. Empty when the stream has nothing there, or is not there itself.
pub(crate) async fn read_stream(
    connection: &Connection,
    origin: Origin,
    from: Position,
    limits: ReadLimits,
) -> Result<Vec<Carried>, CallError> {
    let found = messages_from(connection, origin, from.sequence.saturating_add(1), limits).await?;
    let of_later_epoch = found.first().is_some_and(|first| first.at.epoch > from.epoch && first.at.sequence > 0);
    let found = if of_later_epoch { messages_from(connection, origin, 1, limits).await? } else { found };
    Ok(found.into_iter().filter(|carried| carried.at >= from).collect())
}

/// Messages of a stream from a number on, from any of its copies. What is no event of ours is left out.
async fn messages_from(
    connection: &Connection,
    origin: Origin,
    number: u64,
    limits: ReadLimits,
) -> Result<Vec<Carried>, CallError> {
    let wanted = limits.events_max.clamp(1, BATCH_MESSAGES_MAX);
    let bytes = limits.bytes_max.clamp(1, BATCH_BYTES_MAX);
    let request = serde_json::json!({ "seq": number, "next_by_subj": ">", "batch": wanted, "max_bytes": bytes });
    let subject = names::direct_get(origin);
    // The call takes one message more than the bytes: the largest event always comes.
    let mut call = connection.calls().begin(subject, Answering::Broker, request.to_string().into(), bytes).await?;
    let mut found = Vec::new();
    // As many as were asked for, and the word that there are no more.
    for _ in 0..=wanted {
        // Each message may take the whole patience: a large one on a slow line does.
        match call.answer(Instant::now() + PATIENCE).await {
            Ok(message) if message.status.is_some_and(|status| status != StatusCode::OK) => return Ok(found),
            Ok(message) => found.extend(Carried::stored(&message)),
            Err(CallError::TooLarge) if !found.is_empty() => return Ok(found),
            // A server that has no such stream has nobody who listens there.
            Err(CallError::NobodyListens) => return Ok(found),
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}
