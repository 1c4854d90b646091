//! What publication decides, as pure functions. No clock, no words, no journal in here.

mod command;
mod decide;
mod evolve;
mod number;
mod refusal;
mod registry_rules;
mod schedule;
mod state;
#[cfg(test)]
pub(crate) mod tests;
mod waiting;

use dossier_engine::{Context, Decider, Decision, Errand};
use dossier_proto::{Digest, Event, Micros, Origin, Payload};

pub use command::Command;
pub use decide::WAIT_DAYS_MAX;
pub use number::{NotANumber, PREFIX_CHARACTERS_MAX, PublicNumber};
pub use refusal::{Deed, NoSuccessor, PublicationRefusal};
pub use registry_rules::{ListedReason, ReasonUse, RegistryRules, Validity};
pub use schedule::{Schedule, Scheduled};
pub use state::{Entry, Standing, State, Successor, Withheld};
pub use waiting::Waiting;

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

    fn next_due(state: &State) -> Option<Micros> {
        state.schedule.next()
    }

    fn due(state: &State, now: Micros) -> Vec<Errand<Command>> {
        policy::due(state, now)
    }

    fn registry(state: &State) -> Option<Digest> {
        state.rules.as_ref().map(|rules| rules.digest)
    }
}
