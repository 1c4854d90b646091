//! Reads one origin's events for one consumer: live ones as they come, and what is missing before them from the stream.

use std::{sync::Arc, time::Duration};

use dossier_proto::Origin;
use tokio::{sync::watch, time::Instant};

use super::{
    BrokerHealth, Connection,
    carried::{Carried, batch},
    direct::read_stream,
    live::{Found, Live},
};
use crate::{Batch, Position, ReadLimits};

/// A stream that had nothing is looked at again after so long, though nothing has come live: a copy that lags behind its leader may
/// have answered, or a subscription may have come to a node of a cluster a moment after an event.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// Reads one origin's events.
pub(crate) struct Reader {
    connection: Arc<Connection>,
    origin: Origin,
    health: watch::Receiver<BrokerHealth>,
    live: Option<Live>,
    /// Nothing between the last reading and what is live can have been missed, as long as the reader goes on here.
    level_at: Option<Position>,
    /// When the stream was looked at last.
    looked: Instant,
}

impl Reader {
    pub(crate) fn new(connection: Arc<Connection>, origin: Origin) -> Self {
        let health = connection.health();
        Self { connection, origin, health, live: None, level_at: None, looked: Instant::now() }
    }

    /// Waits until there is something from `from` on. May be dropped at any moment: what was taken and not returned is read
    /// again from the stream.
    pub(crate) async fn read(&mut self, from: Position, limits: ReadLimits) -> Result<Batch, String> {
        loop {
            self.look_at_link()?;
            if self.live.is_none() {
                // Subscribed first, read after: what is published in between comes twice rather than never.
                self.level_at = None;
                self.live = Some(Live::subscribe(&self.connection, self.origin).await?);
            }
            let Some(live) = self.live.as_ref() else { continue };
            let is_gap = match live.take(from, limits) {
                Found::Run(run) => {
                    self.level_at = after(&run);
                    return Ok(batch(run));
                }
                Found::Gap => true,
                Found::Nothing => false,
            };
            let is_old = self.looked.elapsed() >= LOOK_AGAIN;
            if is_gap || is_old || live.has_missed() || self.level_at != Some(from) {
                let stored = self.stored(from, limits).await?;
                if !stored.is_empty() {
                    return Ok(batch(stored));
                }
                if is_gap {
                    return Ok(batch(self.beyond_gap(from, limits)));
                }
                continue;
            }
            self.wait().await;
        }
    }

    /// The stream may have lost what is missing: the consumer sees the gap and asks the origin.
    fn beyond_gap(&mut self, from: Position, limits: ReadLimits) -> Vec<Carried> {
        self.level_at = None;
        self.live.as_ref().map(|live| live.take_after_gap(from, limits)).unwrap_or_default()
    }

    async fn stored(&mut self, from: Position, limits: ReadLimits) -> Result<Vec<Carried>, String> {
        self.looked = Instant::now();
        let stored =
            read_stream(&self.connection, self.origin, from, limits).await.map_err(|error| error.to_string())?;
        self.level_at = stored.is_empty().then_some(from);
        Ok(stored)
    }

    /// Without a connection nothing comes; after a new one, something may have been missed.
    fn look_at_link(&mut self) -> Result<(), String> {
        if self.health.has_changed().unwrap_or(false) {
            self.health.mark_unchanged();
            self.level_at = None;
        }
        if self.connection.is_up() {
            return Ok(());
        }
        self.level_at = None;
        Err("there is no connection to the broker".to_owned())
    }

    async fn wait(&mut self) {
        let Some(live) = self.live.as_ref() else { return };
        let mut health = self.health.clone();
        tokio::select! {
            () = live.news() => {}
            _ = health.changed() => {}
            () = tokio::time::sleep_until(self.looked + LOOK_AGAIN) => {}
        }
    }
}

fn after(run: &[Carried]) -> Option<Position> {
    run.last().map(|last| Position { sequence: last.at.sequence + 1, ..last.at })
}
