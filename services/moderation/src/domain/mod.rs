//! What moderation decides: pure functions over positions and facts, never over contents.

mod claims;
mod command;
mod decide;
mod evolve;
mod limits;
mod reached;
mod refusal;
mod stages;
mod standing;
mod state;
mod steps;
#[cfg(test)]
pub(crate) mod tests;

use dossier_engine::{Context, Decider, Decision, Errand};
use dossier_proto::{Digest, Event, Micros, Origin, Payload};

pub use command::{Approval, Command, Confirmation, CorrectedWords, SubmittedWords};
pub(crate) use decide::may_designate;
pub(crate) use limits::is_note_number;
pub use limits::{
    ASSIGNED_LEASE, AWAITED, BY_OPERATOR, CHECKLIST_MAX, COMMENTS_MAX, CORRECTED_FIELDS_MAX, ERASED_CONTENTS_MAX,
    ERASURE_REASONS, FIELD_BYTES_MAX, HELD_COMMENTS_MAX, HOLD_MAX, LANGUAGE_BYTES_MAX, LEASE, PUBLISH_AHEAD_MAX,
    REQUESTED_CHANGES_MAX,
};
pub use refusal::{Invalid, Refusal};
pub use stages::{Chair, Need, Opinion, Passing, Stage, Verdict};
pub use standing::{Standing, Turn, UnknownStanding, UnknownTurn};
pub use state::{
    AdoptedRegistry, Change, ChangeState, Claim, Correction, Edition, Ended, Ending, Entry, HeldTime, Hold, Leaving,
    Left, Moment, Request, RequestKind, Review, State, TypeRules,
};

use crate::policy;

/// The decider of this service.
#[derive(Debug, Clone, Copy)]
pub struct Moderation;

impl Decider for Moderation {
    type Command = Command;
    type State = State;
    type Refusal = Refusal;

    const ORIGIN: Origin = Origin::Moderation;
    const RULES: u32 = 1;

    fn decide(state: &State, command: &Command, context: &Context) -> Result<Decision, Refusal> {
        decide::decide(state, command, context)
    }

    fn evolve(state: &mut State, event: &Event, beside: Option<&Event>) {
        evolve::evolve(state, event, beside);
    }

    fn command_of(events: &[Event]) -> Option<Command> {
        Command::of(events.first()?)
    }

    fn refused(command: &Command, refusal: &Refusal) -> Option<Payload> {
        refusal::recorded(command, refusal)
    }

    fn refusal_of(event: &Event) -> Option<Refusal> {
        refusal::read(event)
    }

    fn concerns(state: &State, foreign: &Event) -> bool {
        policy::concerns(state, foreign)
    }

    fn react(_: &State, foreign: &Event) -> Vec<Errand<Command>> {
        policy::react(foreign)
    }

    fn next_due(state: &State) -> Option<Micros> {
        let first = [state.leases.first(), state.holds.first()].into_iter().flatten().min();
        first.map(|(moment, _)| *moment)
    }

    fn due(state: &State, now: Micros) -> Vec<Errand<Command>> {
        decide::due(state, now)
    }

    fn registry(state: &State) -> Option<Digest> {
        state.registry.as_ref().map(|registry| registry.digest)
    }
}
