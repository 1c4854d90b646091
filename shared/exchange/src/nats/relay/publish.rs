//! Publishes a journal's events, many under way at once, each confirmed by the broker.

use std::{collections::VecDeque, convert::Infallible, time::Duration};

use async_nats::{HeaderMap, HeaderValue, Message, StatusCode, Subscriber};
use bytes::Bytes;
use dossier_proof::SignedCheckpoint;
use futures_util::StreamExt;
use serde::Deserialize;
use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};

use super::{
    Carrier, Trouble,
    feed::{Feed, Group},
};
use crate::{
    Position,
    nats::{
        BrokerHealth,
        carried::checkpoint_header,
        names::{self, CHECKPOINT_HEADER, EPOCH_HEADER, EXPECTED_HEADER},
        stream::{self, StreamConfig, StreamInfo},
    },
};

/// Events under way at once. The server takes 10 000 messages or 128 MiB of one stream before it refuses; a confirmation
/// comes back after some 100 µs on loopback and 10 ms between cities, so 4096 are 400 000 events a second there.
const UNDER_WAY_EVENTS_MAX: usize = 4096;
/// Bytes under way at once: sixteen of the largest events.
const UNDER_WAY_BYTES_MAX: usize = 8 * 1024 * 1024;
/// When nothing is confirmed for so long, the stream is compared again: it may be gone.
const CONFIRMATION_PATIENCE: Duration = Duration::from_secs(2);
/// How often the stream is looked at while nothing is under way: it may have been deleted, or configured otherwise.
const LOOK_EVERY: Duration = Duration::from_secs(3);
/// How often while something is: what is stored is confirmed, but that it can be read as it should be is not. After each new connection
/// all is compared anyway.
const LOOK_EVERY_UNDER_LOAD: Duration = Duration::from_secs(10);

/// The server's word on one publication.
#[derive(Debug, Deserialize)]
struct Confirmation {
    #[serde(default)]
    seq: u64,
    #[serde(default)]
    error: Option<Refusal>,
}

#[derive(Debug, Deserialize)]
struct Refusal {
    #[serde(default)]
    description: String,
}

/// What was published and not confirmed yet, oldest first.
#[derive(Debug)]
struct UnderWay {
    events: VecDeque<(u64, usize)>,
    bytes: usize,
    /// When something was last confirmed, or first published after nothing was under way.
    moved: Instant,
}

impl UnderWay {
    fn new() -> Self {
        Self { events: VecDeque::new(), bytes: 0, moved: Instant::now() }
    }

    fn has_room(&self) -> bool {
        self.events.len() < UNDER_WAY_EVENTS_MAX && self.bytes < UNDER_WAY_BYTES_MAX
    }

    fn look_every(&self) -> Duration {
        if self.events.is_empty() { LOOK_EVERY } else { LOOK_EVERY_UNDER_LOAD }
    }

    fn put(&mut self, number: u64, bytes: usize) {
        if self.events.is_empty() {
            self.moved = Instant::now();
        }
        self.events.push_back((number, bytes));
        self.bytes += bytes;
    }

    /// Confirmations come in the order of publication.
    fn confirm(&mut self, confirmed: u64) -> Result<(), Trouble> {
        match self.events.pop_front() {
            Some((number, bytes)) if number == confirmed => {
                self.bytes -= bytes;
                self.moved = Instant::now();
                Ok(())
            }
            _ => Err(Trouble::NotStored { number: confirmed, reason: "it is not the one that was awaited".to_owned() }),
        }
    }
}

/// One run of publishing, from a comparison to the next.
struct Run<'a> {
    carrier: &'a Carrier,
    epoch: u32,
    /// Number of the stream's last message after everything under way is stored.
    last: u64,
    under_way: UnderWay,
    /// When the stream was looked at last.
    looked: Instant,
    /// Where confirmations come; another for each run, so that those of a former run are not taken for ours.
    inbox: String,
}

impl Carrier {
    /// Publishes from a position on, until something is wrong.
    pub(super) async fn publish(&self, from: Position, info: &StreamInfo) -> Result<Infallible, Trouble> {
        let inbox = format!("{}.broker.{}", names::inbox(self.origin), ulid::Ulid::generate());
        let confirmations = self.connection.client().subscribe(format!("{inbox}.relay.*")).await;
        let confirmations = confirmations.map_err(|error| Trouble::Unsendable(error.to_string()))?;
        let feed = Feed::from(std::sync::Arc::clone(&self.source), from);
        let run = Run {
            carrier: self,
            epoch: from.epoch,
            last: from.sequence,
            under_way: UnderWay::new(),
            looked: Instant::now(),
            inbox,
        };
        run.go(feed, confirmations, &info.created).await
    }
}

impl Run<'_> {
    async fn go(mut self, mut feed: Feed, mut confirmations: Subscriber, created: &str) -> Result<Infallible, Trouble> {
        let mut health = self.carrier.connection.health();
        let since = health.borrow().since;
        loop {
            let late = self.under_way.moved + CONFIRMATION_PATIENCE;
            let look = self.looked + self.under_way.look_every();
            tokio::select! {
                biased;
                () = lost(&mut health, since) => return Err(Trouble::Lost),
                // Before what is always ready under load.
                () = sleep_until(look) => self.look(created).await?,
                confirmation = confirmations.next() => self.confirmed(confirmation)?,
                group = feed.next(), if self.under_way.has_room() => self.send(group?).await?,
                () = sleep_until(late), if !self.under_way.events.is_empty() => return Err(Trouble::Unconfirmed),
            }
        }
    }

    /// Sends a group; the last event carries the signature of everything up to it.
    async fn send(&mut self, group: Group) -> Result<(), Trouble> {
        let count = group.events.len();
        for (k, event) in group.events.into_iter().enumerate() {
            let signed = if k + 1 == count { group.checkpoint.as_ref() } else { None };
            self.send_one(event, signed).await?;
        }
        Ok(())
    }

    async fn send_one(&mut self, event: Bytes, signed: Option<&SignedCheckpoint>) -> Result<(), Trouble> {
        let origin = self.carrier.origin;
        let entry = dossier_proto::peek(&event).ok().and_then(|event| event.entry);
        let mut headers = HeaderMap::new();
        headers.insert(EPOCH_HEADER, HeaderValue::from(self.epoch as usize));
        headers.insert(EXPECTED_HEADER, HeaderValue::from(self.last));
        if let Some(signed) = signed {
            headers.insert(CHECKPOINT_HEADER, checkpoint_header(signed).as_str());
        }
        self.last += 1;
        self.under_way.put(self.last, event.len());
        let reply = format!("{}.relay.{}", self.inbox, self.last);
        let subject = names::event_subject(origin, entry);
        let sent =
            self.carrier.connection.client().publish_with_reply_and_headers(subject, reply, headers, event).await;
        sent.map_err(|error| Trouble::Unsendable(error.to_string()))
    }

    fn confirmed(&mut self, message: Option<Message>) -> Result<(), Trouble> {
        let Some(message) = message else { return Err(Trouble::Lost) };
        let number = message.subject.rsplit('.').next().and_then(|number| number.parse().ok()).unwrap_or_default();
        let refused = |reason: String| Trouble::NotStored { number, reason };
        if message.status == Some(StatusCode::NO_RESPONDERS) {
            return Err(refused("there is no stream".to_owned()));
        }
        let confirmation: Confirmation =
            serde_json::from_slice(&message.payload).map_err(|error| refused(error.to_string()))?;
        if let Some(error) = confirmation.error {
            return Err(refused(error.description));
        }
        if confirmation.seq != number {
            return Err(refused(format!("it was stored as message {}", confirmation.seq)));
        }
        self.under_way.confirm(number)?;
        let stored = Position { epoch: self.epoch, sequence: number };
        self.carrier.status.send_modify(|status| status.stored = stored);
        metrics::counter!("dossier_relay_events_total", "origin" => self.carrier.origin.name()).increment(1);
        Ok(())
    }

    /// Whether the stream is still as we left it. What is under way is confirmed a moment later.
    async fn look(&mut self, created: &str) -> Result<(), Trouble> {
        let (origin, replicas) = (self.carrier.origin, self.carrier.settings.replicas);
        let stored = self.under_way.events.front().map_or(self.last, |(number, _)| number - 1);
        let info = stream::look(&self.carrier.connection, origin).await?;
        self.looked = Instant::now();
        let is_as_left = info.is_some_and(|info| {
            info.created == created
                && info.config == StreamConfig::wanted(origin, replicas)
                && (stored..=self.last).contains(&info.state.last_seq)
        });
        if is_as_left { Ok(()) } else { Err(Trouble::Disturbed) }
    }
}

/// Returns when the connection is another than the one of `since`, or none.
async fn lost(health: &mut watch::Receiver<BrokerHealth>, since: Instant) {
    // The sender lives in the connection, which the relay holds.
    let _ = health.wait_for(|health| !health.is_connected() || health.since != since).await;
}

#[cfg(test)]
mod tests;
