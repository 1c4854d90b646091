//! Turns one job into events, without I/O: what the deciding thread does for each job of a group.

use std::sync::Arc;

use bytes::Bytes;
use dossier_exchange::{Clock, Delivered, Delivery};
use dossier_proto::{
    Actor, CommandId, CommandRef, Digest, EVENT_BYTES_MAX, Event, EventId, Micros, Payload, Place, hash_of,
};

use crate::{
    AuthorityGate, Context, Decided, Decider, Decision, Errand, ExecuteError, Record, Refusal, Request, command_id,
    fold::Memory,
    fresh_id,
    ledger::Receipt,
    refusals::RefusalRate,
    stamp::{Edge, Reception, Stamp},
};

/// One event of a group, ready to be written.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    pub(crate) bytes: Bytes,
    pub(crate) event: Event,
    /// The foreign event that a `Received` stands for.
    pub(crate) beside: Option<Delivered>,
}

/// How a command fared. The answer waits until the group is durable.
pub(crate) enum Fate<R: std::error::Error> {
    /// It took effect: its events are these, of the group.
    Done(std::ops::Range<usize>),
    /// It had taken effect before.
    Repeat(Receipt),
    /// It took none.
    Not(ExecuteError<R>),
}

/// Decides: state, edge and clock.
pub(crate) struct Deciding<D: Decider> {
    pub(crate) memory: Memory<D::State>,
    pub(crate) edge: Edge,
    clock: Arc<dyn Clock>,
    authority: AuthorityGate,
    rate: RefusalRate,
}

/// A command on its way through the decider.
struct Order<'a, C> {
    command: &'a C,
    context: Context,
    stamp_command: CommandRef,
    correlation: Option<EventId>,
    wall: Micros,
}

impl<D: Decider> Deciding<D> {
    pub(crate) fn new(memory: Memory<D::State>, edge: Edge, clock: Arc<dyn Clock>, authority: AuthorityGate) -> Self {
        memory.fold.ledger.prepare();
        Self { memory, edge, clock, authority, rate: RefusalRate::default() }
    }

    /// Decides a caller's command and adds its events to the group.
    pub(crate) fn execute(&mut self, request: &Request<D::Command>, group: &mut Vec<Written>) -> Fate<D::Refusal> {
        if let Some(receipt) = self.memory.fold.ledger.find(request.command_id) {
            if receipt.request_digest == request.request_digest {
                return Fate::Repeat(receipt);
            }
            return Fate::Not(ExecuteError::KeyReused);
        }
        // Here and not before queueing: what matters is what is known when it is decided.
        let heard = match request.actor.person() {
            Some(_) => self.authority.check(),
            None => self.authority.is_alone(),
        };
        if heard.is_err() {
            metrics::counter!("dossier_authority_not_heard_total", "origin" => D::ORIGIN.name()).increment(1);
            return Fate::Not(ExecuteError::AuthorityNotHeard);
        }
        let wall = self.clock.now();
        let order = Order {
            command: &request.command,
            context: Context {
                now: self.edge.moment(wall, None),
                actor: request.actor,
                entry: request.entry,
                on_behalf_of: request.on_behalf_of.clone(),
                fresh: request.fresh,
                place: self.edge.next,
                expected_version: request.expected_version,
                cause: None,
                rules: D::RULES,
                registry: D::registry(&self.memory.fold.state),
            },
            stamp_command: CommandRef {
                id: request.command_id,
                request_digest: request.request_digest,
                index: 0,
                expected_version: None,
            },
            correlation: request.correlation,
            wall,
        };
        self.decide(&order, group)
    }

    /// Acts upon foreign events; those that were acted upon before, and those that concern nobody here, are left.
    pub(crate) fn receive(&mut self, delivery: Delivery, group: &mut Vec<Written>) {
        for delivered in delivery.events {
            self.receive_one(delivered, group);
        }
        self.memory.intake.reach(&delivery.resume);
    }

    fn receive_one(&mut self, delivered: Delivered, group: &mut Vec<Written>) {
        let foreign = delivered.event.clone();
        let state = &self.memory.fold.state;
        if self.memory.intake.has(foreign.head.place) || !D::concerns(state, &foreign) {
            return;
        }
        let reception = Reception {
            id: fresh_id(),
            wall: self.clock.now(),
            rules: D::RULES,
            registry: D::registry(state),
            hash: hash_of(&delivered.bytes),
        };
        let event = reception.event(&foreign, &mut self.edge);
        let bytes = Bytes::from(event.encode());
        self.write(Written { bytes, event, beside: Some(delivered) }, group);
        for (errand, k) in D::react(&self.memory.fold.state, &foreign).into_iter().zip(0_u32..) {
            let name = command_id(D::ORIGIN.name().as_bytes(), format!("{} reacts {k}", foreign.head.place).as_bytes());
            self.run_errand(&errand, Actor::Service(D::ORIGIN), name, Some(&foreign), group);
        }
    }

    /// Decides what is due. Returns whether anything was written.
    pub(crate) fn run_due(&mut self, group: &mut Vec<Written>) {
        let now = self.edge.moment(self.clock.now(), None);
        for errand in D::due(&self.memory.fold.state, now) {
            let name = command_id(D::ORIGIN.name().as_bytes(), &fresh_id().0);
            self.run_errand(&errand, Actor::System(D::ORIGIN), name, None, group);
        }
    }

    fn run_errand(
        &mut self,
        errand: &Errand<D::Command>,
        actor: Actor,
        name: CommandId,
        foreign: Option<&Event>,
        group: &mut Vec<Written>,
    ) {
        let wall = self.clock.now();
        let order = Order {
            command: &errand.command,
            context: Context {
                now: self.edge.moment(wall, foreign.map(|event| event.head.recorded_at)),
                actor,
                entry: errand.entry,
                on_behalf_of: None,
                fresh: fresh_id(),
                place: self.edge.next,
                expected_version: None,
                cause: foreign.map(|event| event.head.place),
                rules: D::RULES,
                registry: D::registry(&self.memory.fold.state),
            },
            stamp_command: CommandRef { id: name, request_digest: Digest([0; 32]), index: 0, expected_version: None },
            correlation: foreign.map(|event| event.head.correlation.unwrap_or(event.head.id)),
            wall,
        };
        if let Fate::Not(error) = self.decide(&order, group) {
            // An errand that is refused is a fault of ours: a policy asked for what the decider does not allow.
            tracing::error!(command = ?errand.command, %error, "an errand was refused");
            metrics::counter!("dossier_errands_refused_total", "origin" => D::ORIGIN.name()).increment(1);
        }
    }

    fn decide(&mut self, order: &Order<'_, D::Command>, group: &mut Vec<Written>) -> Fate<D::Refusal> {
        match D::decide(&self.memory.fold.state, order.command, &order.context) {
            Ok(decision) => match self.record(order, decision, group) {
                Ok(range) => Fate::Done(range),
                Err(error) => Fate::Not(error),
            },
            Err(refusal) => {
                let recorded = self.record_refusal(order, &refusal, group);
                Fate::Not(ExecuteError::Refused { refusal, recorded })
            }
        }
    }

    /// Writes the events of a decision, all or none.
    fn record(
        &mut self,
        order: &Order<'_, D::Command>,
        decision: Decision,
        group: &mut Vec<Written>,
    ) -> Result<std::ops::Range<usize>, ExecuteError<D::Refusal>> {
        let stamp = Stamp {
            context: order.context.clone(),
            wall: order.wall,
            command: order.stamp_command,
            correlation: order.correlation,
        };
        let mut edge = self.edge;
        let events = stamp.events(decision, &mut edge);
        let written: Vec<_> = events
            .into_iter()
            .map(|event| Written { bytes: Bytes::from(event.encode()), event, beside: None })
            .collect();
        if let Some(large) = written.iter().find(|written| written.bytes.len() > EVENT_BYTES_MAX) {
            return Err(ExecuteError::TooLarge { found: large.bytes.len(), max: EVENT_BYTES_MAX });
        }
        self.edge = edge;
        let start = group.len();
        for one in written {
            self.write(one, group);
        }
        Ok(start..group.len())
    }

    fn record_refusal(
        &mut self,
        order: &Order<'_, D::Command>,
        refusal: &D::Refusal,
        group: &mut Vec<Written>,
    ) -> Option<Place> {
        let facts = refusal.facts();
        metrics::counter!("dossier_refusals_total", "origin" => D::ORIGIN.name(), "code" => facts.code).increment(1);
        if facts.record == Record::Not || !self.rate.admits(order.context.actor, facts.code, order.context.now) {
            return None;
        }
        let payload: Payload = D::refused(order.command, refusal)?;
        let decided = Decided { entry: order.context.entry, part_version: 0, payload };
        let range = self.record(order, Decision::one(None, decided), group).ok()?;
        group.get(range.start).map(|written| written.event.head.place)
    }

    fn write(&mut self, written: Written, group: &mut Vec<Written>) {
        let beside = written.beside.as_ref().map(|delivered| &delivered.event);
        self.memory.apply::<D>(&written.event, beside);
        group.push(written);
    }
}
