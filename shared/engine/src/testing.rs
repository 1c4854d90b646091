//! The test kit of deciders: a [`Story`] is a journal in memory with nothing of the world in it.
//!
//! Every step is checked behind the scenes, so each test of a service is also a test of P10:
//! - what was recorded comes back as the command and the context it was decided in, and is decided again the same;
//! - refusals that are recorded come back too, and refusals that are not leave nothing;
//! - every event survives its bytes, and [`Story::replayed`] folds them all again.
//!
//! [`begin_epoch`] makes a journal that goes on after a loss. [`for_seeds`] runs random sequences and names the seed of the one that failed.

mod epochs;

use std::collections::BTreeMap;

use dossier_proto::{
    Actor, BodyCode, CommandId, CommandRef, Digest, EntryId, Event, EventId, Head, Micros, Origin, Payload, Place,
    must_understand, schema_of, v1,
};

pub use epochs::{EpochError, begin_epoch};

use crate::{Context, Decided, Decider, Decision, Errand, Record, Refusal};

/// When every story begins: 2026-01-01T00:00:00Z.
pub const BEGINNING: Micros = Micros(1_767_225_600 * Micros::SECOND);

/// A command and who asks it how.
#[derive(Debug, Clone)]
pub struct Ask<C> {
    command: C,
    actor: Actor,
    entry: Option<EntryId>,
    on_behalf_of: Option<BodyCode>,
    expected_version: Option<u64>,
    cause: Option<Place>,
}

impl<C> Ask<C> {
    /// `actor` asks for `command`; on nothing that exists yet, unless [`on`](Self::on) says so.
    pub fn by(actor: impl Into<Asker>, command: C) -> Self {
        Self { command, actor: actor.into().0, entry: None, on_behalf_of: None, expected_version: None, cause: None }
    }

    /// The same with its command changed.
    #[must_use]
    pub fn changed(mut self, change: impl FnOnce(&mut C)) -> Self {
        change(&mut self.command);
        self
    }

    /// The entry it concerns.
    #[must_use]
    pub fn on(self, entry: EntryId) -> Self {
        Self { entry: Some(entry), ..self }
    }

    /// The body it is filed for.
    #[must_use]
    pub fn on_behalf_of(self, body: BodyCode) -> Self {
        Self { on_behalf_of: Some(body), ..self }
    }

    /// The version the caller has seen.
    #[must_use]
    pub fn expecting(self, version: u64) -> Self {
        Self { expected_version: Some(version), ..self }
    }
}

/// Whoever can ask: an actor, or a person by the subject id alone.
#[derive(Debug, Clone, Copy)]
pub struct Asker(Actor);

impl From<Actor> for Asker {
    fn from(actor: Actor) -> Self {
        Self(actor)
    }
}

impl From<dossier_proto::SubjectId> for Asker {
    fn from(subject: dossier_proto::SubjectId) -> Self {
        Self(Actor::Person(subject))
    }
}

/// A journal in memory, its state, and a clock that only the test moves.
#[derive(Debug, Clone)]
pub struct Story<D: Decider> {
    state: D::State,
    log: Vec<(Event, Option<Event>)>,
    now: Micros,
    named: u128,
    elsewhere: BTreeMap<Origin, u64>,
}

impl<D: Decider> Default for Story<D> {
    fn default() -> Self {
        Self { state: D::State::default(), log: Vec::new(), now: BEGINNING, named: 0, elsewhere: BTreeMap::new() }
    }
}

impl<D: Decider> Story<D> {
    /// Nothing has happened yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What follows from everything so far.
    pub fn state(&self) -> &D::State {
        &self.state
    }

    /// Every event so far, with the foreign event beside each `Received`.
    pub fn log(&self) -> &[(Event, Option<Event>)] {
        &self.log
    }

    /// The moment at which the next thing happens, if nobody waits.
    pub fn now(&self) -> Micros {
        self.now
    }

    /// Asks for a decision.
    ///
    /// # Errors
    /// The refusal; if such refusals are recorded, its event is in the log.
    ///
    /// # Panics
    /// When a recorded decision does not come back as it was taken.
    pub fn ask(&mut self, ask: Ask<D::Command>) -> Result<Vec<Event>, D::Refusal> {
        let command = ask.command.clone();
        let context = self.context(ask);
        let before = self.state.clone();
        let decided = D::decide(&before, &command, &context);
        let (decision, outcome) = match &decided {
            Ok(decision) => (decision.clone(), Ok(())),
            Err(refusal) => (refused::<D>(&command, refusal, &context), Err(refusal.clone())),
        };
        let events = self.write(&decision, &context);
        if let Some(first) = events.first() {
            let again = D::command_of(&events).expect("the first event of a command carries the command");
            // A refusal keeps what it depends on; a decision keeps all.
            assert!(decided.is_err() || again == command, "the events carry {again:?} instead of {command:?}");
            assert_eq!(Context::of(first), context, "the context that the first event carries");
            assert_eq!(D::decide(&before, &again, &Context::of(first)), decided, "decided again (P10)");
        }
        if let (Err(refusal), Some(first)) = (&outcome, events.first()) {
            assert_eq!(D::refusal_of(first).as_ref(), Some(refusal), "the refusal that the event carries");
        }
        outcome.map(|()| events)
    }

    /// Asks for what must succeed.
    ///
    /// # Panics
    /// When it is refused.
    pub fn given(&mut self, ask: Ask<D::Command>) -> Vec<Event> {
        self.ask(ask).unwrap_or_else(|refusal| panic!("this should have been decided: {refusal}"))
    }

    /// Something happens in another service and is heard of here. Returns it as the other service recorded it.
    ///
    /// # Panics
    /// When a reaction of the service is refused by itself.
    pub fn hear(&mut self, by: Actor, origin: Origin, entry: Option<EntryId>, payload: Payload) -> Event {
        let sequence = self.elsewhere.entry(origin).or_default();
        let place = Place { origin, epoch: 0, sequence: *sequence };
        *sequence += 1;
        let foreign = survived(
            &self.event(Facts { place, actor: by, entry, part_version: 0, command: None, cause: None }, payload),
        );
        self.receive(&foreign);
        foreign
    }

    /// An event of another service arrives, once more if it has been here before.
    ///
    /// # Panics
    /// When a reaction of the service is refused by itself.
    pub fn receive(&mut self, foreign: &Event) {
        if !D::concerns(&self.state, foreign) {
            return;
        }
        let place = self.next_place();
        let payload = Payload::Received(v1::Received {
            place: Some(foreign.head.place.into()),
            hash: dossier_proto::hash_of(&foreign.encode()).to_vec(),
        });
        let cause = Some(foreign.head.place);
        let actor = Actor::Service(D::ORIGIN);
        let facts = Facts { place, actor, entry: foreign.head.entry, part_version: 0, command: None, cause };
        let received = self.event(facts, payload);
        self.fold(received, Some(foreign.clone()));
        for Errand { command, entry } in D::react(&self.state, foreign) {
            let outcome = self.ask(Ask { command, actor, entry, on_behalf_of: None, expected_version: None, cause });
            outcome.unwrap_or_else(|refusal| panic!("a reaction to {place} was refused: {refusal}"));
        }
    }

    /// Time passes, and what is due is done by the system.
    ///
    /// # Panics
    /// When something due is announced too late, is refused, or stays due after it was done.
    pub fn wait(&mut self, micros: i64) {
        self.now = self.now.plus(micros);
        for _ in 0..1_000 {
            let due = D::due(&self.state, self.now);
            if due.is_empty() {
                return;
            }
            let announced = D::next_due(&self.state).is_some_and(|moment| moment <= self.now);
            assert!(announced, "{} errands are due, and next_due does not say so", due.len());
            for Errand { command, entry } in due {
                let actor = Actor::System(D::ORIGIN);
                let ask = Ask { command, actor, entry, on_behalf_of: None, expected_version: None, cause: None };
                self.given(ask);
            }
        }
        panic!("what is due stays due, however often it is done");
    }

    /// The state as a fold over the bytes of all events, and over its own bytes: both must give the same.
    ///
    /// # Panics
    /// When they do not.
    pub fn replayed(&self) -> D::State {
        let mut state = D::State::default();
        for (event, beside) in &self.log {
            D::evolve(&mut state, &survived(event), beside.as_ref().map(survived).as_ref());
        }
        let bytes = postcard::to_stdvec(&state).expect("a state can be written");
        let read: D::State = postcard::from_bytes(&bytes).expect("a state can be read back");
        assert_eq!(postcard::to_stdvec(&read).expect("a state can be written"), bytes, "the state's bytes");
        assert_eq!(read, state, "the state read back from its bytes");
        assert_eq!(state, self.state, "the state folded again from the journal (P2)");
        state
    }

    fn context(&mut self, ask: Ask<D::Command>) -> Context {
        Context {
            now: self.now,
            actor: ask.actor,
            entry: ask.entry,
            on_behalf_of: ask.on_behalf_of,
            fresh: self.name(),
            place: self.next_place(),
            expected_version: ask.expected_version,
            cause: ask.cause,
            rules: D::RULES,
            registry: D::registry(&self.state),
        }
    }

    fn write(&mut self, decision: &Decision, context: &Context) -> Vec<Event> {
        assert!(decision.events.len() <= 64, "a command leads to at most 64 events");
        let mut written = Vec::new();
        for (index, decided) in decision.events.iter().enumerate() {
            let index = u32::try_from(index).expect("at most 64");
            let Decided { entry, part_version, payload } = decided.clone();
            let command = CommandRef {
                id: CommandId([7; 16]),
                request_digest: Digest([8; 32]),
                index,
                expected_version: context.expected_version.filter(|_| index == 0),
            };
            let place = self.next_place();
            let actor = context.actor;
            let facts = Facts { place, actor, entry, part_version, command: Some(command), cause: context.cause };
            let mut event = self.event(facts, payload);
            event.head.id = EventId((u128::from_be_bytes(context.fresh.0) + u128::from(index)).to_be_bytes());
            event.head.on_behalf_of.clone_from(&context.on_behalf_of);
            event.head.authority = decision.authority;
            event.head.registry = context.registry;
            self.fold(event.clone(), None);
            written.push(event);
        }
        written
    }

    fn fold(&mut self, event: Event, beside: Option<Event>) {
        assert_eq!(survived(&event), event, "an event survives its bytes");
        D::evolve(&mut self.state, &event, beside.as_ref());
        self.log.push((event, beside));
    }

    fn event(&mut self, facts: Facts, payload: Payload) -> Event {
        let recorded_at = self.now;
        self.now = self.now.plus(1);
        let head = Head {
            id: self.name(),
            place: facts.place,
            schema: schema_of(&payload),
            must_understand: must_understand(&payload),
            entry: facts.entry,
            part_version: facts.part_version,
            recorded_at,
            wall: recorded_at,
            actor: facts.actor,
            on_behalf_of: None,
            authority: None,
            command: facts.command,
            cause: facts.cause,
            rules: D::RULES,
            registry: D::registry(&self.state),
            correlation: None,
        };
        Event { head, payload: Some(payload) }
    }

    fn next_place(&self) -> Place {
        Place { origin: D::ORIGIN, epoch: 0, sequence: self.log.len() as u64 }
    }

    /// Names in the manner of ULIDs: milliseconds first. 64 apart, so that the events of one command fit between; and those
    /// of one service are no other's, where several stories meet.
    fn name(&mut self) -> EventId {
        self.named += 64;
        let milliseconds = u128::try_from(self.now.0 / 1_000).expect("stories happen after 1970");
        let service = (D::ORIGIN as u128) << 72;
        EventId(((milliseconds << 80) + service + self.named).to_be_bytes())
    }
}

/// What differs between the envelopes of events.
#[derive(Clone, Copy)]
struct Facts {
    place: Place,
    actor: Actor,
    entry: Option<EntryId>,
    part_version: u64,
    command: Option<CommandRef>,
    cause: Option<Place>,
}

/// What a refusal leaves in the journal: one event, or nothing.
fn refused<D: Decider>(command: &D::Command, refusal: &D::Refusal, context: &Context) -> Decision {
    match refusal.facts().record {
        Record::Not => Decision::NOTHING,
        Record::Kept => {
            let payload = D::refused(command, refusal).expect("a refusal that is kept has an event");
            Decision::one(None, Decided { entry: context.entry, part_version: 0, payload })
        }
    }
}

/// An event after it was written and read.
fn survived(event: &Event) -> Event {
    Event::decode(&event.encode()).expect("what was written can be read")
}

/// Where random tests get their choices from: SplitMix64, so that a seed gives the same run everywhere.
/// (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014.)
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// The dice of this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Any number.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is at least 1.
    pub fn below(&mut self, end: u64) -> u64 {
        self.roll() % end
    }

    /// Whether something with a chance of one in `chances` happens.
    pub fn one_in(&mut self, chances: u64) -> bool {
        self.below(chances) == 0
    }

    /// One of them.
    ///
    /// # Panics
    /// When there are none.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let index = usize::try_from(self.below(from.len() as u64)).expect("an index of a slice");
        &from[index]
    }
}

/// Runs `test` with the seeds from 0 to `count`, or with the one in `DOSSIER_SEED` alone. A failure names its seed.
///
/// # Panics
/// When the test does.
pub fn for_seeds(count: u64, test: impl Fn(&mut Dice)) {
    struct Running(u64);
    impl Drop for Running {
        #[allow(clippy::print_stderr)] // a test kit: this is where a person looks
        fn drop(&mut self) {
            if std::thread::panicking() {
                eprintln!("failed with DOSSIER_SEED={}", self.0);
            }
        }
    }
    let only = std::env::var("DOSSIER_SEED").ok().map(|seed| seed.parse().expect("DOSSIER_SEED is a number"));
    for seed in only.map_or(0..count, |seed: u64| seed..seed + 1) {
        let _running = Running(seed);
        test(&mut Dice::new(seed));
    }
}
