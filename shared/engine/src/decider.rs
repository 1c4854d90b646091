//! What a service decides, as pure functions: the heart of each service, with nothing of the world in it.

use std::fmt::Debug;

use dossier_proto::{
    Actor, Authority, BodyCode, Digest, EntryId, Event, EventId, Micros, Origin, Payload, Place, SubjectId,
};
use serde::{Serialize, de::DeserializeOwned};

/// Decides commands and folds events. Every function is pure: the same arguments give the same answer, on this
/// machine or on an auditor's, today or in ten years. There is no clock, no randomness and no content in here.
pub trait Decider: Send + Sync + 'static {
    /// What is asked.
    type Command: Clone + Debug + PartialEq + Send + Sync + 'static;
    /// What is needed to decide: positions and facts, never contents. Use ordered collections only: the digest of
    /// the state is taken over its bytes.
    type State: Default + Clone + Debug + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static;
    /// Why not.
    type Refusal: Refusal;

    /// The service whose journal this is.
    const ORIGIN: Origin;
    /// The rules that decide today. A changed rule is a branch chosen by [`Context::rules`]; old branches stay.
    const RULES: u32;

    /// Decides a command. The first event carries all its arguments.
    ///
    /// # Errors
    /// The refusal; [`Refusal::facts`] says whether it is recorded.
    fn decide(state: &Self::State, command: &Self::Command, context: &Context) -> Result<Decision, Self::Refusal>;

    /// Folds one event into the state. `beside` is the foreign event that a `Received` stands for. Must not fail:
    /// what it does not know changes nothing.
    fn evolve(state: &mut Self::State, event: &Event, beside: Option<&Event>);

    /// Rebuilds the command from its events (the first is enough). `None` when the first event opens no command of
    /// this service.
    fn command_of(events: &[Event]) -> Option<Self::Command>;

    /// The event that records this refusal, for the refusals that are recorded (see [`Refusal::facts`]).
    fn refused(command: &Self::Command, refusal: &Self::Refusal) -> Option<Payload>;

    /// Reads a recorded refusal back, so that a repeated command gets the answer it got.
    fn refusal_of(event: &Event) -> Option<Self::Refusal>;

    /// Whether a foreign event concerns this service at all. What does not is read, hashed and left.
    fn concerns(state: &Self::State, foreign: &Event) -> bool;

    /// What a received event makes the service do (`policy.rs`). Called after the event was folded.
    fn react(state: &Self::State, foreign: &Event) -> Vec<Errand<Self::Command>>;

    /// The earliest moment at which [`due`](Self::due) may have something.
    fn next_due(state: &Self::State) -> Option<Micros>;

    /// What is due at `now`, to be decided as commands of the system. At most 256 at a time; what it decides must
    /// remove the cause, or the same is due again.
    fn due(state: &Self::State, now: Micros) -> Vec<Errand<Self::Command>>;

    /// Digest of the registry in force; stamped on every event.
    fn registry(state: &Self::State) -> Option<Digest>;
}

/// A command that nobody called for in person: a reaction or something due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Errand<C> {
    /// What is to be decided.
    pub command: C,
    /// The entry it concerns.
    pub entry: Option<EntryId>,
}

/// Everything a decision may use besides state and command. The envelope of the first event holds all of it, so that
/// [`Context::of`] gives it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// When the decision is recorded.
    pub now: Micros,
    /// Who asks.
    pub actor: Actor,
    /// The entry concerned; none when the command creates one or concerns none.
    pub entry: Option<EntryId>,
    /// The body it is filed for by somebody else.
    pub on_behalf_of: Option<BodyCode>,
    /// The id of the first event, and of what it creates. The k-th event's id is this one plus k.
    pub fresh: EventId,
    /// Where the first event will stand.
    pub place: Place,
    /// The version the caller expects the draft, review or edition to have.
    pub expected_version: Option<u64>,
    /// The foreign event that led to this.
    pub cause: Option<Place>,
    /// Which rules decide.
    pub rules: u32,
    /// Digest of the registry in force.
    pub registry: Option<Digest>,
}

impl Context {
    /// The context in which the command was decided whose first event this is.
    pub fn of(first: &Event) -> Self {
        let head = &first.head;
        Self {
            now: head.recorded_at,
            actor: head.actor,
            entry: head.entry.filter(|entry| entry.0 != head.id.0),
            on_behalf_of: head.on_behalf_of.clone(),
            fresh: head.id,
            place: head.place,
            expected_version: head.command.and_then(|command| command.expected_version),
            cause: head.cause,
            rules: head.rules,
            registry: head.registry,
        }
    }

    /// The person who asks, when it is one.
    pub fn person(&self) -> Option<SubjectId> {
        self.actor.person()
    }

    /// The name of the entry that this command creates.
    pub fn fresh_entry(&self) -> EntryId {
        EntryId(self.fresh.0)
    }
}

/// What was decided.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The designation that entitled the actor.
    pub authority: Option<Authority>,
    /// What happened; at most 64 events. None at all is allowed: the command changes nothing.
    pub events: Vec<Decided>,
}

impl Decision {
    /// Nothing happens: what is asked for is already so.
    pub const NOTHING: Self = Self { authority: None, events: Vec::new() };

    /// One event.
    pub fn one(authority: Option<Authority>, event: Decided) -> Self {
        Self { authority, events: vec![event] }
    }
}

/// One event to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct Decided {
    /// The entry it concerns.
    pub entry: Option<EntryId>,
    /// The version of the draft, review or edition after it.
    pub part_version: u64,
    /// What happened.
    pub payload: Payload,
}

/// Why a command was refused.
pub trait Refusal: std::error::Error + Clone + PartialEq + Send + Sync + 'static {
    /// Its facts, as they are recorded and shown.
    fn facts(&self) -> RefusalFacts;
}

/// The facts of a refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusalFacts {
    /// A stable code, such as `digest-mismatch`.
    pub code: &'static str,
    /// The event that stands against it: the approval that came first, the save that makes the caller an author.
    pub because: Option<Place>,
    /// The digest that is in force, when the caller named another one.
    pub current_digest: Option<Digest>,
    /// Whether the refusal is written to the journal: refused decisions are (P5, P6, lacking authority), slips of the
    /// pen are not.
    pub record: Record,
}

/// Whether a refusal is written to the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Record {
    /// It is history.
    Kept,
    /// It is an answer and no more.
    Not,
}
