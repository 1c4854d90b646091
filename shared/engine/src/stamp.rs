//! Gives decided events their envelopes: pure arithmetic over places, times and ids.

use dossier_proto::{
    Authority, CommandRef, Digest, Event, EventId, Head, Micros, Payload, Place, must_understand, schema_of,
};

use crate::{Context, Decided, decider::Decision};

/// Where the next event stands, and when the last one was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Edge {
    /// The next event's place.
    pub(crate) next: Place,
    /// When the last event was recorded.
    pub(crate) last: Micros,
}

impl Edge {
    /// The moment at which something is recorded now: never before what precedes or caused it, so that a trail sorted
    /// by it respects causality.
    pub(crate) fn moment(&self, wall: Micros, cause: Option<Micros>) -> Micros {
        let after_cause = cause.map_or(Micros(i64::MIN), |cause| cause.plus(1));
        wall.max(self.last.plus(1)).max(after_cause)
    }

    fn step(&mut self) -> Place {
        let place = self.next;
        self.next.sequence += 1;
        place
    }
}

/// What all events of one command have in common.
#[derive(Debug, Clone)]
pub(crate) struct Stamp {
    /// The inputs of the decision.
    pub(crate) context: Context,
    /// What the clock said.
    pub(crate) wall: Micros,
    /// The command: id and request digest.
    pub(crate) command: CommandRef,
    /// One errand through all services.
    pub(crate) correlation: Option<EventId>,
}

impl Stamp {
    /// The events of a decision, in their envelopes.
    pub(crate) fn events(&self, decision: Decision, edge: &mut Edge) -> Vec<Event> {
        let Decision { authority, events } = decision;
        events.into_iter().zip(0..).map(|(decided, index)| self.event(decided, authority, index, edge)).collect()
    }

    fn event(&self, decided: Decided, authority: Option<Authority>, index: u32, edge: &mut Edge) -> Event {
        let context = &self.context;
        let recorded_at = context.now.plus(i64::from(index));
        edge.last = recorded_at;
        let first = index == 0;
        let id = nth_id(context.fresh, index);
        let command =
            CommandRef { index, expected_version: context.expected_version.filter(|_| first), ..self.command };
        let head = Head {
            id,
            place: edge.step(),
            schema: schema_of(&decided.payload),
            must_understand: must_understand(&decided.payload),
            entry: decided.entry,
            part_version: decided.part_version,
            recorded_at,
            wall: self.wall,
            actor: context.actor,
            on_behalf_of: context.on_behalf_of.clone(),
            authority,
            command: Some(command),
            cause: context.cause,
            rules: context.rules,
            registry: context.registry,
            correlation: Some(self.correlation.unwrap_or(context.fresh)),
        };
        Event { head, payload: Some(decided.payload) }
    }
}

/// The id of the k-th event of a command: the first one's, counted on.
pub(crate) fn nth_id(first: EventId, k: u32) -> EventId {
    EventId(u128::from_be_bytes(first.0).wrapping_add(u128::from(k)).to_be_bytes())
}

/// What is needed to write that a foreign event was received.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reception {
    pub(crate) id: EventId,
    pub(crate) wall: Micros,
    pub(crate) rules: u32,
    pub(crate) registry: Option<Digest>,
    pub(crate) hash: Digest,
}

impl Reception {
    /// The own event that says so.
    pub(crate) fn event(self, foreign: &Event, edge: &mut Edge) -> Event {
        let recorded_at = edge.moment(self.wall, Some(foreign.head.recorded_at));
        edge.last = recorded_at;
        let place = edge.step();
        let payload = Payload::Received(dossier_proto::v1::Received {
            place: Some(foreign.head.place.into()),
            hash: self.hash.to_vec(),
        });
        let head = Head {
            id: self.id,
            place,
            schema: schema_of(&payload),
            must_understand: must_understand(&payload),
            entry: foreign.head.entry,
            part_version: 0,
            recorded_at,
            wall: self.wall,
            actor: dossier_proto::Actor::Service(place.origin),
            on_behalf_of: None,
            authority: None,
            command: None,
            cause: Some(foreign.head.place),
            rules: self.rules,
            registry: self.registry,
            correlation: foreign.head.correlation.or(Some(foreign.head.id)),
        };
        Event { head, payload: Some(payload) }
    }
}

/// The first event of an epoch that goes on after a loss.
pub(crate) fn epoch_started(edge: &mut Edge, former: dossier_journal::Head, wall: Micros, id: EventId) -> Event {
    let payload = Payload::EpochStarted(dossier_proto::v1::EpochStarted {
        former_epoch: former.epoch,
        known_size: former.size,
        known_root: former.root.as_bytes().to_vec(),
    });
    unasked(edge, payload, wall, id)
}

/// The journal takes another key.
pub(crate) fn key_rotated(edge: &mut Edge, former: String, verifier: String, wall: Micros, id: EventId) -> Event {
    unasked(edge, Payload::KeyRotated(dossier_proto::v1::KeyRotated { former, verifier }), wall, id)
}

/// An event of the journal itself, which nobody's command asked for.
fn unasked(edge: &mut Edge, payload: Payload, wall: Micros, id: EventId) -> Event {
    let recorded_at = edge.moment(wall, None);
    edge.last = recorded_at;
    let place = edge.step();
    let head = Head {
        id,
        place,
        schema: schema_of(&payload),
        must_understand: must_understand(&payload),
        entry: None,
        part_version: 0,
        recorded_at,
        wall,
        actor: dossier_proto::Actor::System(place.origin),
        on_behalf_of: None,
        authority: None,
        command: None,
        cause: None,
        rules: 0,
        registry: None,
        correlation: None,
    };
    Event { head, payload: Some(payload) }
}
