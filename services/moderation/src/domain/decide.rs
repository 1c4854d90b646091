//! Decides each command.

mod decision;
mod designation;
mod lifecycle;
mod registry;
mod seat;
mod work;

use dossier_engine::{Context, Decided, Decision, Errand};
use dossier_proto::{Actor, Micros, Origin, Payload};

use super::{Command, Entry, Refusal, State, limits::DUE_MAX};

type Answer = Result<Decision, Refusal>;

pub(super) fn decide(state: &State, command: &Command, context: &Context) -> Answer {
    match command {
        Command::OpenReview(open) => lifecycle::open(state, *open, context),
        Command::AnswerRequest(answer) => lifecycle::answer(state, *answer, context),
        Command::Claim(claim) => work::claim(state, *claim, context),
        Command::Release(release) => work::release(state, *release, context),
        Command::Comment(comment) => work::comment(state, comment, context),
        Command::RequestChanges(request) => decision::request_changes(state, request, context),
        Command::Approve(approval) => decision::approve(state, approval, context),
        Command::Refuse(refuse) => decision::refuse(state, refuse, context),
        Command::GrantDesignation(grant) => designation::grant(state, grant, context),
        Command::RevokeDesignation(revoke) => designation::revoke(state, revoke, context),
        Command::AdoptRegistry(adopt) => registry::adopt(state, adopt, context),
    }
}

/// The claims that are over at `now`.
pub(super) fn leases_over(state: &State, now: Micros) -> Vec<Errand<Command>> {
    let over = state.leases.iter().take_while(|(until, _)| *until <= now).take(DUE_MAX);
    over.map(|(_, entry)| Errand { command: Command::Release(Default::default()), entry: Some(*entry) }).collect()
}

/// One event on the review of the entry the command is about.
fn on_review(entry: &Entry, context: &Context, payload: Payload) -> Decided {
    Decided { entry: context.entry, part_version: entry.version + 1, payload }
}

/// One event that concerns no entry.
fn apart(payload: Payload) -> Decided {
    Decided { entry: None, part_version: 0, payload }
}

/// Whether this service itself asks: by a reaction, or because something is due.
fn is_own(context: &Context) -> bool {
    matches!(context.actor, Actor::Service(Origin::Moderation) | Actor::System(Origin::Moderation))
}
