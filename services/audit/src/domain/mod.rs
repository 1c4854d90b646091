//! What the audit service decides: who may read, and which findings are new. Pure functions.

mod command;
mod decide;
mod evolve;
mod finding;
mod finding_words;
mod limits;
mod refusal;
mod state;
#[cfg(test)]
pub(crate) mod tests;

use dossier_engine::{Context, Decider, Decision, Errand};
use dossier_proto::{Digest, Event, Micros, Origin, Payload};

pub use command::Command;
pub(crate) use decide::known;
pub use finding::{Finding, FindingKind};
pub(crate) use finding_words::{ANOTHER_HISTORY, BEHIND, CONTENT_DIFFERS, NO_SUCH_DESIGNATION, NOT_READABLE};
pub use limits::{EVENTS_PER_READING_MAX, FINDINGS_MAX};
pub use refusal::AuditRefusal;
pub use state::{KnownFinding, State};

use crate::policy;

/// The decider of this service.
#[derive(Debug, Clone, Copy)]
pub enum Audit {}

impl Decider for Audit {
    type Command = Command;
    type State = State;
    type Refusal = AuditRefusal;

    const ORIGIN: Origin = Origin::Audit;
    const RULES: u32 = 1;

    fn decide(state: &State, command: &Command, context: &Context) -> Result<Decision, AuditRefusal> {
        decide::decide(state, command, context)
    }

    fn evolve(state: &mut State, event: &Event, beside: Option<&Event>) {
        evolve::evolve(state, event, beside);
    }

    fn command_of(events: &[Event]) -> Option<Command> {
        Command::of(events.first()?)
    }

    fn refused(command: &Command, refusal: &AuditRefusal) -> Option<Payload> {
        refusal::recorded(command, refusal)
    }

    fn refusal_of(event: &Event) -> Option<AuditRefusal> {
        refusal::read(event)
    }

    fn concerns(_state: &State, foreign: &Event) -> bool {
        policy::concerns(foreign)
    }

    fn react(_state: &State, _foreign: &Event) -> Vec<Errand<Command>> {
        // The audit service never writes into the workflow, and findings are reported by the system, not in reaction.
        Vec::new()
    }

    fn next_due(_state: &State) -> Option<Micros> {
        None
    }

    fn due(_state: &State, _now: Micros) -> Vec<Errand<Command>> {
        Vec::new()
    }

    fn registry(state: &State) -> Option<Digest> {
        state.registry
    }
}
