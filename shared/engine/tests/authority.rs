//! A service that has not heard moderation for ten seconds decides nothing for persons, and goes on by itself.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod toy;

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use dossier_engine::{
    AUTHORITY_LASTS, AuthorityGate, AuthorityNotHeard, Engine, EngineInbox, EngineSettings, ExecuteError, Repeated,
};
use dossier_exchange::{Delivered, Delivery, Inbox, InboxError, Moment, Tally};
use dossier_proto::{
    Actor, Digest, Event, EventId, Head, Micros, Origin, Payload, Place, must_understand, schema_of, v1,
};
use dossier_vault::{MasterKey, Vault};
use toy::{NOON, ToyClock, ToyCommand, ToyEngine, request, settings};

/// A clock that the test moves, and when moderation was heard by it.
#[derive(Clone)]
struct Ear {
    base: Moment,
    millis: Arc<AtomicU64>,
    heard: Arc<AtomicU64>,
    has_heard: Arc<AtomicBool>,
}

impl Ear {
    fn new() -> Self {
        Self { base: Moment::now(), millis: Arc::default(), heard: Arc::default(), has_heard: Arc::default() }
    }

    fn gate(&self) -> AuthorityGate {
        let clock = self.clone();
        let gate = AuthorityGate::hearing_by(move || clock.base.plus(Duration::from_millis(clock.now())));
        let ear = self.clone();
        gate.attend(move || {
            let heard = ear.base.plus(Duration::from_millis(ear.heard.load(Ordering::SeqCst)));
            ear.has_heard.load(Ordering::SeqCst).then_some(heard)
        });
        gate
    }

    fn now(&self) -> u64 {
        self.millis.load(Ordering::SeqCst)
    }

    fn pass(&self, millis: u64) {
        self.millis.fetch_add(millis, Ordering::SeqCst);
    }

    fn hear(&self) {
        self.heard.store(self.now(), Ordering::SeqCst);
        self.has_heard.store(true, Ordering::SeqCst);
    }
}

fn open_with(directory: &Path, gate: AuthorityGate, clock: Arc<ToyClock>) -> ToyEngine {
    Engine::open(EngineSettings { authority: gate, ..settings(directory, clock) }).unwrap()
}

fn open(directory: &Path, gate: AuthorityGate) -> ToyEngine {
    open_with(directory, gate, ToyClock::at(NOON))
}

fn lasts() -> u64 {
    u64::try_from(AUTHORITY_LASTS.as_millis()).unwrap()
}

#[tokio::test]
async fn commands_of_persons_wait_for_moderation_and_go_on_by_themselves() {
    let directory = tempfile::tempdir().unwrap();
    let ear = Ear::new();
    let gate = ear.gate();
    let engine = open(directory.path(), gate.clone());
    let ask = async |key: &str| engine.execute(request(key, ToyCommand::Start(3))).await;

    assert_eq!(ask("early").await.unwrap_err(), ExecuteError::AuthorityNotHeard);
    assert_eq!(gate.check(), Err(AuthorityNotHeard::Never));
    assert_eq!(engine.admits_persons(), Err(ExecuteError::AuthorityNotHeard));
    ear.hear();
    assert_eq!(engine.admits_persons(), Ok(()));
    assert_eq!(
        ask("early").await.unwrap().repeated,
        Repeated::No,
        "the same request under the same key is decided now"
    );
    ear.pass(lasts());
    assert!(ask("just in time").await.is_ok() && gate.check().is_ok());
    ear.pass(1);
    let size = engine.journal().head().size;
    assert_eq!(ask("late").await.unwrap_err(), ExecuteError::AuthorityNotHeard);
    // Also what would be refused on record: nothing is decided.
    let forbidden = engine.execute(request("forbidden", ToyCommand::Forbidden)).await;
    assert_eq!(forbidden.unwrap_err(), ExecuteError::AuthorityNotHeard);
    assert_eq!(engine.journal().head().size, size, "nothing is recorded of it");
    let said = gate.check().unwrap_err().to_string();
    assert!(said.contains("10 seconds ago") && said.contains("not heard"), "{said}");
    ear.hear();
    assert_eq!(ask("late").await.unwrap().repeated, Repeated::No);
    assert!(gate.check().is_ok());
}

#[tokio::test]
async fn what_was_recorded_is_answered_whether_moderation_is_heard_or_not() {
    let directory = tempfile::tempdir().unwrap();
    let ear = Ear::new();
    ear.hear();
    let engine = open(directory.path(), ear.gate());
    let done = engine.execute(request("one", ToyCommand::Start(3))).await.unwrap();
    let refused = engine.execute(request("two", ToyCommand::Forbidden)).await.unwrap_err();
    ear.pass(2 * lasts());
    let again = engine.execute(request("one", ToyCommand::Start(3))).await.unwrap();
    assert_eq!((again.repeated, &again.events), (Repeated::Yes, &done.events));
    assert_eq!(engine.execute(request("two", ToyCommand::Forbidden)).await.unwrap_err(), refused);
    let mut other = request("one", ToyCommand::Start(4));
    other.request_digest = Digest([8; 32]);
    assert_eq!(engine.execute(other).await.unwrap_err(), ExecuteError::KeyReused);
}

#[tokio::test]
async fn the_system_its_timers_and_what_others_wrote_go_on() {
    let directory = tempfile::tempdir().unwrap();
    let (ear, clock) = (Ear::new(), ToyClock::at(NOON));
    let gate = ear.gate();
    let engine = open_with(directory.path(), gate.clone(), Arc::clone(&clock));
    assert!(gate.check().is_err());
    for (key, actor) in [("a", Actor::System(Origin::Submission)), ("b", Actor::Service(Origin::Submission))] {
        let mut start = request(key, ToyCommand::Start(3));
        start.actor = actor;
        assert_eq!(engine.execute(start).await.unwrap().events.len(), 1, "{actor:?}");
    }
    clock.set(NOON.plus(3_601 * Micros::SECOND));
    assert!(engine.fire_due().await);
    engine.digests().await.unwrap();
    assert_eq!(engine.journal().head().size, 4, "both expired");

    let master = MasterKey::create_or_read(directory.path().join("master.key")).unwrap();
    let vault = Vault::open_unthreaded(directory.path().join("keys"), &master).unwrap();
    let inbox = EngineInbox::new(engine.clone(), vault, |_event| Vec::new());
    inbox.deliver(delivery()).await.unwrap();
    assert_eq!(engine.journal().head().size, 6, "the reception and what follows from it");
    assert!(gate.check().is_err(), "all that while it was shut");
}

fn delivery() -> Delivery {
    let payload = Payload::ReviewOpened(v1::ReviewOpened::default());
    let head = Head {
        id: EventId([1; 16]),
        place: Place { origin: Origin::Moderation, epoch: 0, sequence: 0 },
        schema: schema_of(&payload),
        must_understand: must_understand(&payload),
        entry: None,
        part_version: 0,
        recorded_at: NOON,
        wall: NOON,
        actor: Actor::Service(Origin::Moderation),
        on_behalf_of: None,
        authority: None,
        command: None,
        cause: None,
        rules: 1,
        registry: None,
        correlation: None,
    };
    let event = Event { head, payload: Some(payload) };
    let bytes = bytes::Bytes::from(event.encode());
    let mut resume = Tally::start(Origin::Moderation);
    resume.add(&bytes);
    Delivery { origin: Origin::Moderation, events: vec![Delivered { bytes, event }], resume }
}

/// A command may wait in the queue: what counts is the moment at which it is decided, so the thread that decides looks.
#[tokio::test]
async fn it_is_looked_at_where_the_command_is_decided() {
    let directory = tempfile::tempdir().unwrap();
    let looked_by = Arc::new(std::sync::Mutex::new(Vec::new()));
    let lookers = Arc::clone(&looked_by);
    let gate = AuthorityGate::hearing_by(move || {
        lookers.lock().unwrap().push(std::thread::current().name().map(ToOwned::to_owned));
        Moment::now()
    });
    gate.attend(|| Some(Moment::now()));
    let engine = open(directory.path(), gate);
    engine.execute(request("one", ToyCommand::Start(3))).await.unwrap();
    assert_eq!(*looked_by.lock().unwrap(), [Some("submission-decide".to_owned())]);
}

#[test]
fn a_gate_is_attended_once_and_one_that_is_always_open_never() {
    let ear = Ear::new();
    let gate = ear.gate();
    gate.attend(|| Some(Moment::now()));
    assert_eq!(gate.check(), Err(AuthorityNotHeard::Never), "the second one does not count");
    assert!(AuthorityGate::open().check().is_ok());
    assert!(AuthorityGate::hearing().check().is_err(), "until somebody follows moderation");
}

/// The machine slept, or was stopped and does not know it: what was heard before is old, whichever of the clocks says so.
#[test]
fn a_machine_that_slept_has_heard_nothing_meanwhile() {
    const HEARD: Moment = Moment::new(Duration::from_secs(500), NOON);
    let after =
        |running: u64, wall: i64| Moment::new(Duration::from_secs(500 + running), NOON.plus(wall * Micros::SECOND));
    let gate_at = |now: Moment| {
        let gate = AuthorityGate::hearing_by(move || now);
        gate.attend(|| Some(HEARD));
        gate.check()
    };
    let long_ago = |seconds| Err(AuthorityNotHeard::LongAgo(Duration::from_secs(seconds)));
    assert_eq!(gate_at(after(2, 2)), Ok(()));
    assert_eq!(gate_at(after(3_600, 2)), long_ago(3_600), "the time of day was not put right");
    assert_eq!(gate_at(after(2, 3_600)), long_ago(3_600), "its clocks stood still");
    assert_eq!(gate_at(after(2, -3_600)), Ok(()), "somebody put the time of day back: no time went by for that");
}

/// Whoever was cut off may have been replaced: nothing at all is written until it is certain that nobody was.
#[tokio::test]
async fn a_service_that_may_not_be_alone_writes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let (ear, place, clock) = (Ear::new(), Ear::new(), ToyClock::at(NOON));
    ear.hear();
    let gate = ear.gate();
    let (alone, now) = (place.clone(), ear.clone());
    gate.keep_place(move || {
        let heard = now.base.plus(Duration::from_millis(alone.heard.load(Ordering::SeqCst)));
        alone.has_heard.load(Ordering::SeqCst).then_some(heard)
    });
    let engine = open_with(directory.path(), gate.clone(), Arc::clone(&clock));
    let master = MasterKey::create_or_read(directory.path().join("master.key")).unwrap();
    let vault = Vault::open_unthreaded(directory.path().join("keys"), &master).unwrap();
    let inbox = EngineInbox::new(engine.clone(), vault, |_event| Vec::new());
    let mut start = request("system", ToyCommand::Start(3));
    start.actor = Actor::System(Origin::Submission);

    assert_eq!(gate.check(), Err(AuthorityNotHeard::PerhapsNotAlone), "not before its place was taken");
    place.hear();
    assert!(gate.check().is_ok());
    assert!(engine.execute(start.clone()).await.is_ok());
    assert!(engine.execute(request("before", ToyCommand::Start(3))).await.is_ok());
    ear.pass(lasts() + 1);
    ear.hear();
    clock.set(NOON.plus(3_601 * Micros::SECOND));
    assert_eq!(gate.check(), Err(AuthorityNotHeard::PerhapsNotAlone), "moderation is heard, and that is not enough");
    let answered = engine.execute(request("before", ToyCommand::Start(3))).await;
    assert_eq!(answered.unwrap().repeated, Repeated::Yes, "what was answered is answered");
    (start.command_id, start.fresh) = (request("another", ToyCommand::Start(3)).command_id, dossier_engine::fresh_id());
    assert_eq!(engine.execute(start.clone()).await.unwrap_err(), ExecuteError::AuthorityNotHeard);
    assert_eq!(
        engine.execute(request("person", ToyCommand::Start(3))).await.unwrap_err(),
        ExecuteError::AuthorityNotHeard
    );
    assert!(engine.fire_due().await, "it goes on, and nothing fires");
    assert_eq!(inbox.deliver(delivery()).await, Err(InboxError::Busy), "it comes again");
    engine.digests().await.unwrap();
    assert_eq!(engine.journal().head().size, 2, "the first two commands alone");

    place.heard.store(ear.now(), Ordering::SeqCst);
    assert!(engine.execute(start).await.is_ok());
    assert!(engine.fire_due().await);
    inbox.deliver(delivery()).await.unwrap();
    assert!(engine.journal().head().size > 5, "all of it happens now");
}
