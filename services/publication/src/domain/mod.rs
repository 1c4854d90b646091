//! What publication decides, as pure functions. No clock, no words, no journal in here.

mod command;
mod decide;
mod evolve;
mod number;
mod refusal;
mod registry_rules;
mod state;
#[cfg(test)]
pub(crate) mod tests;

use dossier_engine::{Context, Decider, Decision, Errand};
use dossier_proto::{Digest, Event, Micros, Origin, Payload};

pub use command::Command;
pub use number::{NotANumber, PREFIX_CHARACTERS_MAX, PublicNumber};
pub use refusal::PublicationRefusal;
pub use registry_rules::{RegistryRules, Validity};
pub use state::{Entry, State, Waiting};

use crate::policy;

/// Publication's decider.
#[derive(Debug, Clone, Copy)]
pub enum Publication {}

impl Decider for Publication {
    type Command = Command;
    type State = State;
    type Refusal = PublicationRefusal;

    const ORIGIN: Origin = Origin::Publication;
    const RULES: u32 = 1;

    fn decide(state: &State, command: &Command, context: &Context) -> Result<Decision, PublicationRefusal> {
        decide::decide(state, command, context)
    }

    fn evolve(state: &mut State, event: &Event, beside: Option<&Event>) {
        evolve::evolve(state, event, beside);
    }

    fn command_of(events: &[Event]) -> Option<Command> {
        command::command_of(events.first()?)
    }

    fn refused(command: &Command, refusal: &PublicationRefusal) -> Option<Payload> {
        refusal::refused(command, refusal)
    }

    fn refusal_of(event: &Event) -> Option<PublicationRefusal> {
        refusal::refusal_of(event)
    }

    fn concerns(_state: &State, foreign: &Event) -> bool {
        policy::concerns(foreign)
    }

    fn react(_state: &State, foreign: &Event) -> Vec<Errand<Command>> {
        policy::react(foreign)
    }

    /// Nothing waits for a time yet: an approved content is published at once.
    fn next_due(_state: &State) -> Option<Micros> {
        None
    }

    fn due(_state: &State, _now: Micros) -> Vec<Errand<Command>> {
        Vec::new()
    }

    fn registry(state: &State) -> Option<Digest> {
        state.rules.as_ref().map(|rules| rules.digest)
    }
}
