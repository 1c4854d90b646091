//! A decider with as little in it as possible, and what is needed to run it.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use dossier_engine::{
    Clock, Context, Decided, Decider, Decision, Engine, EngineSettings, Errand, Record, Refusal, RefusalFacts, Request,
    View, command_id, fresh_id,
};
use dossier_proof::SigningKey;
use dossier_proto::{
    Actor, Digest, EntryId, Event, Micros, Origin, Payload, SubjectId,
    v1::{self, submission_refused::Attempted},
};
use serde::{Deserialize, Serialize};

/// Starts things, bumps them, lets them expire.
pub(crate) struct Toy;

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ToyCommand {
    /// Starts a thing with a name of this length.
    Start(usize),
    /// Bumps it.
    Bump,
    /// Is always refused, on record.
    Forbidden,
    /// Is always refused, and not recorded.
    Nonsense,
    /// Ends it (the system).
    Expire,
    /// Changes nothing.
    Rest,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct ToyState {
    pub(crate) things: BTreeMap<EntryId, u64>,
    pub(crate) deadlines: BTreeMap<EntryId, Micros>,
    pub(crate) received: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ToyRefusal {
    #[error("that is forbidden")]
    Forbidden,
    #[error("that makes no sense")]
    Nonsense,
    #[error("it is at another version")]
    Version,
}

impl Refusal for ToyRefusal {
    fn facts(&self) -> RefusalFacts {
        let (code, record) = match self {
            Self::Forbidden => ("no-designation", Record::Kept),
            Self::Nonsense => ("nonsense", Record::Not),
            Self::Version => ("version-mismatch", Record::Not),
        };
        RefusalFacts { code, because: None, current_digest: None, record }
    }
}

/// A thing expires an hour after it was last bumped.
const LIFE: i64 = 3_600 * Micros::SECOND;

impl Decider for Toy {
    type Command = ToyCommand;
    type State = ToyState;
    type Refusal = ToyRefusal;
    const ORIGIN: Origin = Origin::Submission;
    const RULES: u32 = 1;

    fn decide(state: &ToyState, command: &ToyCommand, context: &Context) -> Result<Decision, ToyRefusal> {
        let entry = context.entry;
        let version = entry.and_then(|entry| state.things.get(&entry)).copied().unwrap_or_default();
        if context.expected_version.is_some_and(|expected| expected != version) {
            return Err(ToyRefusal::Version);
        }
        let one = |entry, part_version, payload| Ok(Decision::one(None, Decided { entry, part_version, payload }));
        match command {
            ToyCommand::Start(length) => {
                let command = v1::StartDraft { record_type: "x".repeat(*length), ..Default::default() };
                let started = Payload::DraftStarted(v1::DraftStarted { command: Some(command) });
                one(Some(context.fresh_entry()), 1, started)
            }
            ToyCommand::Bump => {
                let saved = v1::DraftSaved { command: Some(v1::SaveDraft::default()) };
                one(entry, version + 1, Payload::DraftSaved(saved))
            }
            ToyCommand::Expire => {
                one(entry, version + 1, Payload::Expired(v1::Expired { command: Some(v1::Expire {}) }))
            }
            ToyCommand::Forbidden => Err(ToyRefusal::Forbidden),
            ToyCommand::Nonsense => Err(ToyRefusal::Nonsense),
            ToyCommand::Rest => Ok(Decision::NOTHING),
        }
    }

    fn evolve(state: &mut ToyState, event: &Event, _beside: Option<&Event>) {
        let Some(payload) = &event.payload else { return };
        if matches!(payload, Payload::Received(_)) {
            state.received += 1;
            return;
        }
        let Some(entry) = event.head.entry else { return };
        if matches!(payload, Payload::DraftStarted(_) | Payload::DraftSaved(_) | Payload::Expired(_)) {
            state.things.insert(entry, event.head.part_version);
        }
        match payload {
            Payload::DraftStarted(_) | Payload::DraftSaved(_) => {
                state.deadlines.insert(entry, event.head.recorded_at.plus(LIFE));
            }
            Payload::Expired(_) => {
                state.deadlines.remove(&entry);
            }
            _ => {}
        }
    }

    fn command_of(events: &[Event]) -> Option<ToyCommand> {
        match events.first()?.payload.as_ref()? {
            Payload::DraftStarted(started) => Some(ToyCommand::Start(started.command.as_ref()?.record_type.len())),
            Payload::DraftSaved(_) => Some(ToyCommand::Bump),
            Payload::Expired(_) => Some(ToyCommand::Expire),
            Payload::SubmissionRefused(_) => Some(ToyCommand::Forbidden),
            _ => None,
        }
    }

    fn refused(_command: &ToyCommand, refusal: &ToyRefusal) -> Option<Payload> {
        let facts = refusal.facts();
        Some(Payload::SubmissionRefused(v1::SubmissionRefused {
            attempted: Some(Attempted::AskRecall(v1::AskRecall {})),
            refusal: Some(v1::Refusal { code: facts.code.to_owned(), ..Default::default() }),
        }))
    }

    fn refusal_of(event: &Event) -> Option<ToyRefusal> {
        matches!(event.payload, Some(Payload::SubmissionRefused(_))).then_some(ToyRefusal::Forbidden)
    }

    fn concerns(_state: &ToyState, foreign: &Event) -> bool {
        matches!(foreign.payload, Some(Payload::ReviewOpened(_)))
    }

    fn react(_state: &ToyState, foreign: &Event) -> Vec<Errand<ToyCommand>> {
        vec![Errand { command: ToyCommand::Bump, entry: foreign.head.entry }]
    }

    fn next_due(state: &ToyState) -> Option<Micros> {
        state.deadlines.values().min().copied()
    }

    fn due(state: &ToyState, now: Micros) -> Vec<Errand<ToyCommand>> {
        let due = state.deadlines.iter().filter(|(_, deadline)| **deadline <= now);
        due.map(|(entry, _)| Errand { command: ToyCommand::Expire, entry: Some(*entry) }).collect()
    }

    fn registry(_state: &ToyState) -> Option<Digest> {
        None
    }
}

/// Counts what it is shown.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct ToyView {
    pub(crate) shown: u64,
    pub(crate) versions: BTreeMap<EntryId, u64>,
}

impl View for ToyView {
    fn apply(&mut self, event: &Event, _beside: Option<&Event>) {
        self.shown += 1;
        if let Some(entry) = event.head.entry.filter(|_| event.head.part_version > 0) {
            self.versions.insert(entry, event.head.part_version);
        }
    }
}

/// A clock that the test moves.
pub(crate) struct ToyClock(AtomicI64);

pub(crate) const NOON: Micros = Micros(1_767_268_800_000_000);

impl ToyClock {
    pub(crate) fn at(moment: Micros) -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(moment.0)))
    }

    pub(crate) fn set(&self, moment: Micros) {
        self.0.store(moment.0, Ordering::SeqCst);
    }
}

impl Clock for ToyClock {
    fn now(&self) -> Micros {
        Micros(self.0.load(Ordering::SeqCst))
    }
}

pub(crate) type ToyEngine = Engine<Toy, ToyView>;

pub(crate) fn settings(directory: &Path, clock: Arc<ToyClock>) -> EngineSettings {
    let signer = SigningKey::from_seed("toy/submission", &[7; 32]).unwrap();
    EngineSettings::new(directory, "toy/submission", signer, clock)
}

pub(crate) fn open(directory: &Path) -> ToyEngine {
    Engine::open(settings(directory, ToyClock::at(NOON))).unwrap()
}

pub(crate) const ALDER: SubjectId = SubjectId([1; 16]);

/// A request by Alder under an idempotency key.
pub(crate) fn request(key: &str, command: ToyCommand) -> Request<ToyCommand> {
    Request {
        command,
        entry: None,
        actor: Actor::Person(ALDER),
        on_behalf_of: None,
        fresh: fresh_id(),
        expected_version: None,
        command_id: command_id(ALDER.as_bytes(), key.as_bytes()),
        request_digest: Digest([9; 32]),
        correlation: None,
    }
}
