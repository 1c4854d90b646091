//! A second instance of the same service finds the first. Two of one service would write two histories under one name.
//!
//! An instance that starts says that it is there; whoever is established answers. When two start at the same moment, or find each
//! other after a partition, the one that began first stays. What they say is signed and answers what the other one asked (`claim`):
//! whoever carries it, or has the service's key to the broker alone, cannot end a service.
//!
//! Who is cut off cannot be found. So an instance works for [`TENURE_LASTS`] after its own words came through the broker last, and not
//! longer; then it has to begin anew, as one of whom nobody knows. And whoever may be the copy of such a one listens longer than that
//! before it begins ([`Listening::UntilAnyOtherHasShut`]).

mod claim;
mod desk;
mod voice;

use std::{sync::Arc, time::Duration};

use dossier_journal::Signers;
use dossier_proto::Origin;
use tokio::sync::watch;
use ulid::Ulid;

use self::{claim::Instance, desk::Desk, voice::Voice};
use super::{Connection, task::Task};
use crate::Moment;

/// So long an instance works whose words do not come through the broker any more. It speaks every two seconds, so four of its
/// words in a row may be lost. As long as what is known of rights may be old (DESIGN section 9).
pub const TENURE_LASTS: Duration = Duration::from_secs(10);
/// One on the same continent answers within the first quarter of this, and is asked four times.
const USUALLY: Duration = Duration::from_secs(1);
/// When this one was not connected a moment ago, the other one may not have been either: it connects again within half a second of the
/// broker's return, notices within two that a broker does not greet, and is asked every quarter of a second.
const AFTER_ABSENCE: Duration = Duration::from_secs(3);
/// Longer than [`TENURE_LASTS`], by what may be under way to the disk meanwhile and by what two clocks differ in that time.
const LONGER_THAN_A_TENURE: Duration = Duration::from_secs(12);

/// How long an instance that starts listens for others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listening {
    /// It goes on where it ended itself: a second, or three after the broker was away.
    Usual,
    /// Another one like it may be at work, and cut off: until that one has stopped deciding by itself.
    UntilAnyOtherHasShut,
}

impl Listening {
    fn window(self, connection: &Connection) -> Duration {
        match self {
            Self::UntilAnyOtherHasShut => LONGER_THAN_A_TENURE,
            Self::Usual if connection.health().borrow().was_away_lately() => AFTER_ABSENCE,
            Self::Usual => USUALLY,
        }
    }
}

/// Why this instance must not work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PresenceError {
    /// Another instance is there.
    #[error(
        "another instance of {origin} is at work since {}: on this data directory or on a copy of it. Two of them never work together: end one. \
         (Another installation needs another broker, or keys of its own there)", in_words(*.began)
    )]
    Occupied {
        /// Which service.
        origin: Origin,
        /// When the other began, seconds since 1970.
        began: u64,
    },
    /// The broker does not answer.
    #[error("the broker cannot be asked for other instances: {0}")]
    Unreachable(String),
}

/// A moment as a calendar and a clock have it, in UTC.
fn in_words(seconds: u64) -> String {
    let moment = i64::try_from(seconds).ok().and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    moment.map_or_else(|| format!("{seconds} s since 1970"), |moment| moment.to_string())
}

/// Whether it is certain that no other instance is at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tenure {
    /// Grows each time the instance had been cut off for longer than [`TENURE_LASTS`] and began anew: another one may have been at work
    /// in between, and what it wrote has to be looked for.
    pub number: u32,
    /// When what came through the broker last was said: so long ago nobody else was there. Nothing while that is not certain.
    pub as_of: Option<Moment>,
}

/// This instance is the one. Kept as long as the service works.
#[derive(Debug)]
pub struct Presence {
    lost: watch::Receiver<Option<PresenceError>>,
    tenure: watch::Receiver<Tenure>,
    _task: Task,
}

impl Presence {
    /// Finds out whether another instance of the connection's service is at work, and if none is, says from now on that
    /// this one is. `signers` are the service's own: what it signs its checkpoints with.
    ///
    /// # Errors
    /// [`PresenceError`].
    pub async fn take(
        connection: Arc<Connection>,
        signers: impl Into<Signers>,
        listening: Listening,
    ) -> Result<Self, PresenceError> {
        let window = listening.window(&connection);
        let instance = Instance { id: Ulid::generate(), established: false };
        let mut desk = Desk::open(connection, Voice::new(signers.into(), instance)).await?;
        let as_of = desk.listen_for(window).await?;
        let (tell_tenure, tenure) = watch::channel(Tenure { number: 1, as_of: Some(as_of) });
        let (sender, lost) = watch::channel(None);
        let task = Task::spawn(async move {
            if let Some(error) = desk.hold(&tell_tenure).await {
                tracing::error!(%error, "this instance must stop");
                sender.send_replace(Some(error));
            }
        });
        Ok(Self { lost, tenure, _task: task })
    }

    /// Whether another instance of the connection's service is found at once. Takes no place.
    ///
    /// # Errors
    /// [`PresenceError`].
    pub async fn look(connection: Arc<Connection>, signers: impl Into<Signers>) -> Result<(), PresenceError> {
        let window = Listening::Usual.window(&connection);
        let instance = Instance { id: Ulid::generate(), established: false };
        Desk::open(connection, Voice::new(signers.into(), instance)).await?.listen_for(window).await.map(drop)
    }

    /// As of when nobody else is at work, from now on.
    #[must_use]
    pub fn tenure(&self) -> watch::Receiver<Tenure> {
        self.tenure.clone()
    }

    /// Returns when another instance turns out to be at work that stays: this one must stop.
    pub async fn lost(&self) -> PresenceError {
        let mut lost = self.lost.clone();
        loop {
            if let Some(error) = lost.borrow_and_update().clone() {
                return error;
            }
            if lost.changed().await.is_err() {
                // Nobody listens any more: the connection was closed, and nothing more can be found out.
                return std::future::pending().await;
            }
        }
    }
}
