//! Answering a command again that took effect before.

use crate::{
    Decider, ExecuteError, Outcome, Receipt, Repeated,
    group::Answer,
    recorded::{Recorded, Records},
};

/// What was recorded of a command, as it was answered then: its events, or the refusal. What the receipt names is durable.
pub(crate) fn answer<D: Decider>(records: &Records, receipt: Receipt) -> Answer<D> {
    let read = |k: u32| records.get(receipt.epoch, receipt.first + u64::from(k));
    let events: Result<Vec<_>, _> = (0..receipt.count).map(|k| read(k).map(Recorded::into_event)).collect();
    let events = events.map_err(|error| {
        tracing::error!(%error, "a repeated command's events cannot be read");
        ExecuteError::Stopped
    })?;
    match events.first().and_then(D::refusal_of) {
        Some(refusal) => {
            let recorded = events.first().map(|event| event.head.place);
            Err(ExecuteError::Refused { refusal, recorded })
        }
        None => Ok(Outcome { events, repeated: Repeated::Yes }),
    }
}
