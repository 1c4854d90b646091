//! What submission decides: drafts, what is submitted, what the body asks for. Pure: no clock, no words, no disk.

mod clearance;
mod command;
mod decide;
mod evolve;
mod heard;
mod lineage;
mod refusal;
mod requested;
mod rights;
mod state;
#[cfg(test)]
mod tests;
mod turn;
mod workflow;

use dossier_engine::{Context, Decider, Decision, Errand, RefusalFacts};
use dossier_proto::{Digest, Event, Micros, Origin, Payload};

pub use clearance::{ClearanceRules, Uncleared};
pub use command::Command;
pub use lineage::{FieldNames, Lineage, Written};
pub use refusal::Refusal;
pub use requested::OpenItems;
pub use state::{
    Appealed, Base, Corrected, Entry, EntryFacts, Proposed, Public, Revision, Standing, State, Superseded,
};
pub use turn::{Holder, Move, Next, Turn};
pub use workflow::{Asked, Asking, Held, Patience, WorkState, Workflow};

use crate::policy;

/// Days after changes were requested, or clearance was asked for, until the entry returns to draft: a quarter less the week in which the last
/// reminder is due (90 − 7).
pub const EXPIRY_DAYS: i64 = 83;

/// After so many days with the move the body, or its publishing authority, is reminded, each time once.
pub const REMINDER_DAYS: [u32; 4] = [7, 30, 60, 76];

/// Fields one command may name. A record type has 30 today; 64 leaves room, and 64 × 66 bytes = 4 KiB of an event.
pub const FIELDS_MAX: usize = 64;

/// People who may write on one entry. `Submitted` lists them all: 64 authors × (30 fields × 16 bytes + 40) = 33 KiB,
/// half of what an event may have besides its content.
pub const AUTHORS_MAX: usize = 64;

/// How far ahead a body may ask that nothing be public: five years, longer than any cycle of reports.
pub const EMBARGO_DAYS_MAX: i64 = 1_826;

/// How many entries one call of `due` names.
const DUE_MAX: usize = 256;

/// The decider of the submission service.
#[derive(Debug, Clone, Copy)]
pub struct Submission;

impl Decider for Submission {
    type Command = Command;
    type State = State;
    type Refusal = Refusal;

    const ORIGIN: Origin = Origin::Submission;
    const RULES: u32 = 1;

    fn decide(state: &State, command: &Command, context: &Context) -> Result<Decision, Refusal> {
        decide::decide(state, command, context)
    }

    fn evolve(state: &mut State, event: &Event, beside: Option<&Event>) {
        evolve::evolve(state, event, beside);
    }

    fn command_of(events: &[Event]) -> Option<Command> {
        command::command_of(events)
    }

    fn refused(command: &Command, refusal: &Refusal) -> Option<Payload> {
        refusal::refused(command, refusal)
    }

    fn refusal_of(event: &Event) -> Option<Refusal> {
        refusal::refusal_of(event)
    }

    fn concerns(state: &State, foreign: &Event) -> bool {
        policy::concerns(state, foreign)
    }

    fn react(state: &State, foreign: &Event) -> Vec<Errand<Command>> {
        policy::react(state, foreign)
    }

    fn next_due(state: &State) -> Option<Micros> {
        state.next_expiry().into_iter().chain(state.next_reminder()).min()
    }

    fn due(state: &State, now: Micros) -> Vec<Errand<Command>> {
        let expired = state.expired_at(now).map(|entry| Errand { command: Command::Expire, entry: Some(entry) });
        let reminders = state
            .reminders_at(now)
            .map(|(entry, remind)| Errand { command: Command::Remind(remind), entry: Some(entry) });
        expired.chain(reminders).take(DUE_MAX).collect()
    }

    fn registry(state: &State) -> Option<Digest> {
        state.registry
    }
}

/// The facts of a refusal, for the doors.
pub fn facts(refusal: &Refusal) -> RefusalFacts {
    dossier_engine::Refusal::facts(refusal)
}
