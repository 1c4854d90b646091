//! Whether the stream is what the journal says, and what to do when it is not.

use std::sync::Arc;

use bytes::Bytes;

use super::{Carrier, Trouble};
use crate::{
    Position, ReadLimits,
    nats::{
        names::EPOCH_HEADER,
        stream::{self, ASKED_AT_ONCE, StoredMessage, StreamConfig, StreamError, StreamInfo},
    },
};

/// A stream that is made anew begins this many events before the journal's end: a consumer that was away for an hour of a busy
/// day finds what it missed, and 65 536 events of the mix (2 KB) are 128 MiB, some seconds of publishing. What is older is asked
/// of the origin.
pub const STREAM_EVENTS_MAX: u64 = 65_536;

/// What a comparison found.
#[derive(Debug, PartialEq, Eq)]
enum Standing {
    /// The stream's end is the journal's; it goes on here.
    True(Position),
    /// It is not, for this reason.
    False(&'static str),
}

impl Carrier {
    /// Makes the stream what the journal says, and gives the next event to publish.
    pub(super) async fn reconcile(&self, doubtful: Option<u64>) -> Result<(Position, StreamInfo), Trouble> {
        let head = self.head().await?;
        let Some(info) = stream::look(&self.connection, self.origin).await? else {
            return self.make_anew(head, "there is none").await;
        };
        let mut standing = self.compare(head, &info).await?;
        if let (Standing::True(next), Some(first)) = (&standing, doubtful)
            && !self.holds_ours(first, *next).await?
        {
            standing = Standing::False("it holds something foreign");
        }
        match standing {
            Standing::False(reason) => self.make_anew(head, reason).await,
            Standing::True(next) => match self.put_right(&info).await? {
                Some(info) => Ok((next, info)),
                None => self.make_anew(head, "its configuration cannot be changed back").await,
            },
        }
    }

    async fn compare(&self, head: Position, info: &StreamInfo) -> Result<Standing, Trouble> {
        let last = info.state.last_seq;
        let next = Position { sequence: last, ..head };
        if last > head.sequence {
            return Ok(Standing::False("it is longer than the journal"));
        }
        if head.sequence - last > STREAM_EVENTS_MAX {
            return Ok(Standing::False("its end is far behind the journal's"));
        }
        if info.state.messages == 0 {
            // What was in it is older than a week, or was purged. Whoever lacks that asks the origin; the next event has its number.
            return Ok(Standing::True(next));
        }
        let Some(stored) = stream::message(&self.connection, self.origin, last).await? else {
            return Ok(Standing::False("its last message is missing"));
        };
        let Some(sequence) = last.checked_sub(1) else { return Ok(Standing::False("its numbers begin with 0")) };
        let own = self.event(Position { sequence, ..head }).await?;
        Ok(judge(&stored, head.epoch, own.as_ref(), next))
    }

    /// Whether the messages from a number to the end are the journal's events. At most what was under way is compared: what was
    /// stored before was confirmed.
    async fn holds_ours(&self, first: u64, end: Position) -> Result<bool, Trouble> {
        let mut number = first.max(1);
        while number <= end.sequence {
            let until = (number + ASKED_AT_ONCE as u64).min(end.sequence + 1);
            let stored = stream::messages(&self.connection, self.origin, number..until).await?;
            let at = Position { sequence: number - 1, ..end };
            let source = Arc::clone(&self.source);
            let limits = ReadLimits { events_max: ASKED_AT_ONCE, bytes_max: usize::MAX };
            let own = blocking(move || source.read(at, limits)).await?;
            let is_ours = |(k, number): (usize, u64)| {
                let stored = stored.get(k).filter(|stored| stored.number == number && is_of(stored, end.epoch));
                stored.is_some_and(|stored| own.get(k) == Some(&stored.bytes))
            };
            if !(number..until).enumerate().all(is_ours) {
                return Ok(false);
            }
            number = until;
        }
        Ok(true)
    }

    /// The stream with the configuration it must have; nothing when that cannot be.
    async fn put_right(&self, info: &StreamInfo) -> Result<Option<StreamInfo>, Trouble> {
        let wanted = StreamConfig::wanted(self.origin, self.settings.replicas);
        if info.config == wanted {
            return Ok(Some(info.clone()));
        }
        tracing::warn!(origin = %self.origin, found = ?info.config, "somebody changed the stream's configuration; it is put right");
        match stream::update(&self.connection, self.origin, &wanted).await {
            Ok(updated) if updated.config == wanted => Ok(Some(updated)),
            Ok(_) | Err(StreamError::Refused { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn make_anew(&self, head: Position, reason: &str) -> Result<(Position, StreamInfo), Trouble> {
        tracing::warn!(origin = %self.origin, reason, "the stream is made anew");
        metrics::counter!("dossier_relay_recreated_total", "origin" => self.origin.name()).increment(1);
        let config = StreamConfig::wanted(self.origin, self.settings.replicas);
        let start = window_start(head);
        stream::delete(&self.connection, self.origin).await?;
        let info = stream::create(&self.connection, self.origin, &config, start + 1).await?;
        self.status.send_modify(|status| status.recreated += 1);
        Ok((Position { sequence: start, ..head }, info))
    }

    /// Where the journal ends.
    async fn head(&self) -> Result<Position, Trouble> {
        let source = Arc::clone(&self.source);
        let signed = blocking(move || source.checkpoint()).await?;
        let checkpoint = signed.unverified();
        let epoch = epoch_of(&checkpoint.origin)
            .ok_or_else(|| Trouble::Journal(format!("its checkpoint of {} names no epoch", checkpoint.origin)))?;
        Ok(Position { epoch, sequence: checkpoint.size })
    }

    /// The journal's event at a position.
    async fn event(&self, at: Position) -> Result<Option<Bytes>, Trouble> {
        let source = Arc::clone(&self.source);
        let limits = ReadLimits { events_max: 1, ..ReadLimits::default() };
        Ok(blocking(move || source.read(at, limits)).await?.into_iter().next())
    }
}

/// Journals are read from disk; the runtime's threads must not wait for that.
pub(super) async fn blocking<T: Send + 'static>(
    read: impl FnOnce() -> Result<T, String> + Send + 'static,
) -> Result<T, Trouble> {
    let read = tokio::task::spawn_blocking(read).await;
    read.unwrap_or_else(|_panicked| Err("the reading failed".to_owned())).map_err(Trouble::Journal)
}

fn window_start(head: Position) -> u64 {
    head.sequence.saturating_sub(STREAM_EVENTS_MAX)
}

/// The epoch of a log's name, `<log>/<epoch>`.
pub(crate) fn epoch_of(log: &str) -> Option<u32> {
    log.rsplit_once('/')?.1.parse().ok()
}

fn is_of(stored: &StoredMessage, epoch: u32) -> bool {
    stored.header(EPOCH_HEADER).and_then(|text| text.parse().ok()) == Some(epoch)
}

/// `own` is the journal's event at the place of the stream's last message.
fn judge(stored: &StoredMessage, epoch: u32, own: Option<&Bytes>, next: Position) -> Standing {
    if !is_of(stored, epoch) {
        return Standing::False("it is of another epoch");
    }
    match own {
        Some(own) if *own == stored.bytes => Standing::True(next),
        Some(_) => Standing::False("its last message is not the journal's event"),
        None => Standing::False("its last message is of an event the journal does not have"),
    }
}

#[cfg(test)]
mod tests;
