//! Looks at a line to the broker: for readiness and figures.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use dossier_exchange::nats::{RelayState, RelayStatus};
use dossier_journal::Journal;
use dossier_web::observe::Readiness;
use tokio::{task::JoinSet, time::Instant};

use super::{line::Line, room::Room};

/// How long events may lie in the journal without being in the stream: ten times what a busy broker takes.
const BEHIND_MAX: Duration = Duration::from_secs(5);
/// How often it is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// A line to the broker, as an operator looks at it.
#[derive(Clone)]
pub(super) struct BrokerWatch {
    room: &'static str,
    line: Arc<Line>,
    journal: Journal,
    /// Since when the stream has not had all of the journal, and how far it was then.
    behind: Arc<Mutex<Option<(Instant, u64)>>>,
}

impl BrokerWatch {
    pub(super) fn of(room: &Room, line: Arc<Line>) -> Self {
        Self { room: room.origin.name(), line, journal: room.journal().clone(), behind: Arc::default() }
    }

    /// Adds what has to be so: the broker is there and refuses nothing, and the stream has what the journal has.
    pub(super) fn checks(&self, readiness: Readiness) -> Readiness {
        let (health, relay, room) = (self.line.health(), self.clone(), self.room);
        readiness
            .check("broker", move || health.borrow().complaint().map_or(Ok(()), |said| Err(format!("{room}: {said}"))))
            .check("relay", move || relay.relayed().map_err(|said| format!("{room}: {said}")))
    }

    /// Measures from now on.
    pub(super) fn measure(&self, tasks: &mut JoinSet<()>) {
        let watch = self.clone();
        tasks.spawn(async move {
            let mut tick = tokio::time::interval(LOOK_EVERY);
            loop {
                tick.tick().await;
                watch.record();
            }
        });
    }

    fn record(&self) {
        let labels = [("origin", self.room)];
        let connected = self.line.health().borrow().is_connected();
        metrics::gauge!("dossier_broker_connected", &labels).set(f64::from(u8::from(connected)));
        let Some(status) = self.line.relay() else { return };
        let status = status.borrow().clone();
        let lag = self.lag(&status);
        metrics::gauge!("dossier_relay_lag_events", &labels).set(lag as f64);
        metrics::gauge!("dossier_relay_recreated", &labels).set(status.recreated as f64);
        self.note(lag, status.stored.sequence);
    }

    /// Events of the journal that are not in the stream by the broker's confirmation.
    fn lag(&self, status: &RelayStatus) -> u64 {
        let head = self.journal.head();
        if status.stored.epoch == head.epoch { head.size.saturating_sub(status.stored.sequence) } else { head.size }
    }

    /// A stream that grows is not behind, however far there is to go.
    fn note(&self, lag: u64, stored: u64) {
        let mut behind = self.behind.lock().unwrap_or_else(PoisonError::into_inner);
        *behind = match *behind {
            _ if lag == 0 => None,
            Some((since, then)) if then == stored => Some((since, then)),
            _ => Some((Instant::now(), stored)),
        };
    }

    fn relayed(&self) -> Result<(), String> {
        let Some(status) = self.line.relay() else { return Err("it has not begun".to_owned()) };
        let status = status.borrow().clone();
        let lag = self.lag(&status);
        if let RelayState::Failing(reason) = &status.state {
            return Err(format!("not in the stream yet: {}; {reason}", events(lag)));
        }
        let behind = *self.behind.lock().unwrap_or_else(PoisonError::into_inner);
        match behind.map(|(since, _)| since.elapsed()) {
            Some(waited) if lag > 0 && waited > BEHIND_MAX => {
                Err(format!("not in the stream for {} s: {}", waited.as_secs(), events(lag)))
            }
            _ => Ok(()),
        }
    }
}

fn events(count: u64) -> String {
    if count == 1 { "1 event".to_owned() } else { format!("{count} events") }
}
