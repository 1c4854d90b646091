//! Where the services of a house meet: in the process, or over a broker.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc, time::Duration};

use dossier_engine::AuthorityGate;
use dossier_exchange::{Hub, Transport};
use dossier_proto::Origin;

use super::{
    answers::Answers,
    broker_watch::BrokerWatch,
    line::{BrokerSettings, Line},
    plot::Plot,
    room::Room,
};
use crate::Failure;

/// How long a house waits for its broker when it starts, and for each of its answers.
const BROKER_PATIENCE: Duration = Duration::from_secs(10);

/// How long it may take to find out whether a service is at work elsewhere: one that may be a copy listens for twelve seconds.
const OCCUPYING_PATIENCE: Duration = Duration::from_secs(20);

/// A broker for all four services of one process.
#[derive(Debug, Clone)]
pub struct HouseBroker {
    /// `nats://HOST:PORT` or `tls://HOST:PORT`.
    pub servers: Vec<String>,
    /// A directory as `dossier keys` makes it; without one the broker must admit anybody.
    pub keys: Option<PathBuf>,
}

impl HouseBroker {
    fn settings(&self, origin: Origin) -> BrokerSettings {
        let ca = self.keys.as_ref().map(|keys| keys.join("tls/ca.pem")).filter(|ca| ca.exists());
        let encrypted = self.servers.iter().any(|server| server.starts_with("tls://"));
        BrokerSettings {
            servers: self.servers.clone(),
            nkey: self.keys.as_ref().map(|keys| keys.join(origin.name()).join("nkey.seed")),
            ca: ca.filter(|_| encrypted),
            replicas: 1,
        }
    }
}

/// How services reach each other.
pub(super) enum Meeting {
    /// Everybody is in this process.
    InProcess(Arc<Hub>),
    /// Each has a line of its own.
    OverBroker(BTreeMap<Origin, Arc<Line>>),
}

impl Meeting {
    pub(super) fn in_process() -> Self {
        Self::InProcess(Hub::new())
    }

    /// Each service connects with its own key, and is the only one of its kind there.
    pub(super) async fn over(plot: &Plot, broker: &HouseBroker) -> Result<Self, Failure> {
        let mut lines = BTreeMap::new();
        for origin in Origin::ALL {
            let line = Line::open(plot, origin, &broker.settings(origin)).await?;
            line.connected(BROKER_PATIENCE).await?;
            line.within(OCCUPYING_PATIENCE, line.occupy()).await?;
            lines.insert(origin, Arc::new(line));
        }
        Ok(Self::OverBroker(lines))
    }

    fn line(&self, origin: Origin) -> Option<&Arc<Line>> {
        match self {
            Self::InProcess(_) => None,
            Self::OverBroker(lines) => Some(line(lines, origin)),
        }
    }

    /// What carries others' events to a service.
    pub(super) fn transport(&self, consumer: Origin) -> Arc<dyn Transport> {
        match self {
            Self::InProcess(hub) => hub.transport(consumer),
            Self::OverBroker(lines) => line(lines, consumer).transport(),
        }
    }

    /// Whether moderation may be out of hearing: what people may do is then not known well enough.
    pub(super) fn gate(&self, consumer: Origin) -> AuthorityGate {
        let Some(line) = self.line(consumer) else { return AuthorityGate::open() };
        let gate = AuthorityGate::hearing();
        gate.keep_place(line.alone());
        if consumer == Origin::Moderation {
            // It need not hear itself: it knows all of it, as long as no other instance of it writes.
            gate.attend(line.alone());
        }
        gate
    }

    /// Compares a journal with what the broker proves of it, before anything is written.
    pub(super) async fn compare(&self, room: &Room) -> Result<(), Failure> {
        let Some(line) = self.line(room.origin) else { return Ok(()) };
        let tenure = line.tenure();
        line.within(BROKER_PATIENCE, line.compare_with_stream(room)).await?;
        line.confirm(tenure);
        Ok(())
    }

    /// Lets a service in: from now on others read it and ask it.
    pub(super) async fn join(&self, room: &Room, answers: Answers) -> Result<(), Failure> {
        let answers = Arc::new(answers);
        match self {
            Self::InProcess(hub) => {
                hub.join(room.origin, room.source(), Arc::clone(&room.desk));
                hub.answer(room.origin, answers);
                Ok(())
            }
            Self::OverBroker(lines) => line(lines, room.origin).join(room, answers).await,
        }
    }

    /// The broker, as an operator looks at it, for a room.
    pub(super) fn watch(&self, room: &Room) -> Option<BrokerWatch> {
        self.line(room.origin).map(|line| BrokerWatch::of(room, Arc::clone(line)))
    }

    /// Keeps the services' places at the broker. Returns when one of them must end: another instance is at work, or was.
    pub(super) async fn keep(&self, rooms: &[Room]) -> Failure {
        match self {
            Self::InProcess(_) => std::future::pending().await,
            Self::OverBroker(lines) => {
                let kept = rooms.iter().map(|room| Box::pin(line(lines, room.origin).keep(room)));
                futures_util::future::select_all(kept).await.0
            }
        }
    }
}

fn line(lines: &BTreeMap<Origin, Arc<Line>>, origin: Origin) -> &Arc<Line> {
    lines.get(&origin).expect("`Meeting::over` makes a line for each origin")
}
