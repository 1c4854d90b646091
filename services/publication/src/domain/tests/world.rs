//! A journal in memory with the decider over it, and events of the other services to feed it with.

mod payloads;

use dossier_engine::{Context, Decider};
use dossier_identity::Role;
use dossier_proto::{
    Actor, CommandId, CommandRef, Digest, EntryId, Event, EventId, Head, Micros, Origin, Payload, Place, SubjectId, v1,
};

pub(crate) use payloads::*;

use crate::domain::{Command, Publication, PublicationRefusal, State};

/// 2026-01-12T00:00:00Z.
pub(crate) const START: Micros = Micros(1_768_176_000_000_000);
pub(crate) const PUBLISHER: SubjectId = SubjectId([1; 16]);
pub(crate) const STRANGER: SubjectId = SubjectId([2; 16]);

/// A registry with two types that share nothing, one reason in force, one that ended, one for suspensions only, one for supersessions
/// only.
pub(crate) const REGISTRY: &str = r#"{"format":1,"types":[{"key":"event","number_prefix":"EVT"},
  {"key":"pledge","number_prefix":"PLE"}],"retractions":[{"key":"published-in-error","for":["retract"]},
  {"key":"old-reason","for":["retract","suspend","supersede"],"valid_to":"2025-12-31"},{"key":"court-order","for":["suspend"]},
  {"key":"merged","for":["supersede"]}]}"#;

/// A journal in memory.
pub(crate) struct World {
    pub(crate) state: State,
    pub(crate) journal: Vec<(Event, Option<Event>)>,
    pub(crate) now: Micros,
    foreign: u64,
    events: u64,
}

impl World {
    /// Nothing has happened.
    pub(crate) fn empty() -> Self {
        Self { state: State::default(), journal: Vec::new(), now: START, foreign: 0, events: 0 }
    }

    /// A registry is in force and there is a publisher.
    pub(crate) fn ready() -> Self {
        let mut world = Self::empty();
        world.receive(None, adopted(REGISTRY));
        world.receive(None, granted(PUBLISHER, Role::Publisher, "", &[]));
        world
    }

    /// A foreign event comes in; what publication does about it comes back.
    pub(crate) fn receive(&mut self, entry: Option<EntryId>, payload: Payload) -> Vec<Event> {
        let foreign = self.foreign_event(entry, payload);
        self.receive_event(&foreign)
    }

    pub(crate) fn receive_event(&mut self, foreign: &Event) -> Vec<Event> {
        if !Publication::concerns(&self.state, foreign) {
            return Vec::new();
        }
        let received = v1::Received { place: Some(foreign.head.place.into()), hash: vec![0; 32] };
        let mut head = self.head(Actor::Service(Origin::Publication), foreign.head.entry);
        head.cause = Some(foreign.head.place);
        self.write(Event { head, payload: Some(Payload::Received(received)) }, Some(foreign.clone()));
        let errands = Publication::react(&self.state, foreign);
        let mut events = Vec::new();
        for errand in errands {
            let mut context = self.context(Actor::System(Origin::Publication), errand.entry);
            context.cause = Some(foreign.head.place);
            events.extend(self.decide(&errand.command, &context).expect("the system is not refused"));
        }
        events
    }

    /// Time passes, and what is due is done by the system.
    pub(crate) fn wait(&mut self, micros: i64) -> Vec<Event> {
        self.now = self.now.plus(micros);
        let mut events = Vec::new();
        for _ in 0..1_000 {
            let due = Publication::due(&self.state, self.now);
            if due.is_empty() {
                return events;
            }
            assert!(due.len() <= 256, "{} at a time", due.len());
            assert!(Publication::next_due(&self.state).is_some_and(|at| at <= self.now), "next_due says so");
            for errand in due {
                let context = self.context(Actor::System(Origin::Publication), errand.entry);
                events.extend(self.decide(&errand.command, &context).expect("the system is not refused"));
            }
        }
        panic!("what is due stays due, however often it is done");
    }

    /// Somebody asks for something.
    pub(crate) fn ask(
        &mut self,
        who: SubjectId,
        entry: EntryId,
        command: &Command,
        expected: Option<u64>,
    ) -> Result<Vec<Event>, PublicationRefusal> {
        let mut context = self.context(Actor::Person(who), Some(entry));
        context.expected_version = expected;
        self.decide(command, &context)
    }

    /// Somebody asks for a retraction.
    pub(crate) fn retract(
        &mut self,
        who: SubjectId,
        entry: EntryId,
        reason: &str,
        expected: Option<u64>,
    ) -> Result<Vec<Event>, PublicationRefusal> {
        self.ask(who, entry, &retraction(reason), expected)
    }

    /// Decides, writes what was decided (recorded refusals too), and checks that it could be decided again from what
    /// was written (P10).
    pub(crate) fn decide(&mut self, command: &Command, context: &Context) -> Result<Vec<Event>, PublicationRefusal> {
        let before = self.state.clone();
        let decided = Publication::decide(&before, command, context);
        let (payloads, authority) = match &decided {
            Ok(decision) => (decision.events.clone(), decision.authority),
            Err(refusal) => {
                let Some(payload) = Publication::refused(command, refusal) else { return Err(refusal.clone()) };
                let recorded = dossier_engine::Decided { entry: context.entry, part_version: 0, payload };
                (vec![recorded], None)
            }
        };
        let mut events = Vec::new();
        for (index, one) in payloads.into_iter().enumerate() {
            let mut head = self.head(context.actor, one.entry);
            head.part_version = one.part_version;
            head.authority = authority;
            head.cause = context.cause;
            head.command = Some(CommandRef {
                id: CommandId([3; 16]),
                request_digest: Digest([4; 32]),
                index: u32::try_from(index).unwrap(),
                expected_version: context.expected_version.filter(|_| index == 0),
            });
            events.push(self.write(Event { head, payload: Some(one.payload) }, None));
        }
        if let Some(first) = events.first() {
            assert_eq!(Publication::command_of(&events).as_ref(), Some(command));
            let again = Publication::decide(&before, command, &Context::of(first));
            assert_eq!(again, decided, "decided again from what was written");
            assert_eq!(Publication::refusal_of(first), decided.as_ref().err().cloned());
        }
        decided.map(|_| events)
    }

    pub(crate) fn context(&self, actor: Actor, entry: Option<EntryId>) -> Context {
        let head = self.head(actor, entry);
        Context {
            now: head.recorded_at,
            actor,
            entry,
            on_behalf_of: None,
            fresh: head.id,
            place: head.place,
            expected_version: None,
            cause: None,
            rules: Publication::RULES,
            registry: head.registry,
        }
    }

    /// An event of another service, as it would stand in that service's journal.
    pub(crate) fn foreign_event(&mut self, entry: Option<EntryId>, payload: Payload) -> Event {
        let origin = match payload {
            Payload::RetractionAsked(_) | Payload::RetractionCleared(_) | Payload::Submitted(_) => Origin::Submission,
            _ => Origin::Moderation,
        };
        let sequence = self.foreign;
        self.foreign += 1;
        let mut head = self.head(Actor::Service(origin), entry);
        head.place = Place { origin, epoch: 0, sequence };
        head.id = EventId([sequence.to_be_bytes(), [7; 8]].concat().try_into().unwrap());
        Event { head, payload: Some(payload) }
    }

    fn head(&self, actor: Actor, entry: Option<EntryId>) -> Head {
        let sequence = self.events;
        Head {
            id: EventId([sequence.to_be_bytes(), [5; 8]].concat().try_into().unwrap()),
            place: Place { origin: Origin::Publication, epoch: 0, sequence },
            schema: 1,
            must_understand: true,
            entry,
            part_version: 0,
            recorded_at: self.now,
            wall: self.now,
            actor,
            on_behalf_of: None,
            authority: None,
            command: None,
            cause: None,
            rules: Publication::RULES,
            registry: Publication::registry(&self.state),
            correlation: None,
        }
    }

    /// Writes an event: through its bytes, as a journal does.
    fn write(&mut self, event: Event, beside: Option<Event>) -> Event {
        let through = |event: &Event| Event::decode(&event.encode()).expect("an event comes back from its bytes");
        assert_eq!(through(&event), event);
        Publication::evolve(&mut self.state, &event, beside.as_ref());
        self.journal.push((event.clone(), beside));
        self.events += 1;
        self.now = self.now.plus(1);
        event
    }
}

/// The one edition that was published.
pub(crate) fn edition_of(events: &[Event]) -> &v1::EditionPublished {
    match events {
        [Event { payload: Some(Payload::EditionPublished(published)), .. }] => published,
        other => panic!("no edition: {other:?}"),
    }
}

/// The one refusal with which an approval was declined.
pub(crate) fn declined(events: &[Event]) -> &v1::Refusal {
    match events {
        [Event { payload: Some(Payload::PublicationDeclined(declined)), .. }] => declined.refusal.as_ref().unwrap(),
        other => panic!("not declined: {other:?}"),
    }
}
