//! Decides each command.

mod checklist;
mod correction;
mod decision;
mod designation;
mod erasure;
mod lifecycle;
mod opinion;
mod registry;
mod seat;
mod telling;
mod waiting;
mod work;

pub(crate) use designation::may_designate;
use dossier_engine::{Context, Decided, Decision, Errand};
use dossier_proto::{Actor, Micros, Origin, Payload, v1};

use super::{Command, Entry, Refusal, State, limits::DUE_MAX};

type Answer = Result<Decision, Refusal>;

pub(super) fn decide(state: &State, command: &Command, context: &Context) -> Answer {
    match command {
        Command::OpenReview(open) => lifecycle::open(state, *open, context),
        Command::AnswerRequest(answer) => lifecycle::answer(state, *answer, context),
        Command::Claim(claim) => work::claim(state, *claim, context),
        Command::Release(release) => work::release(state, *release, context),
        Command::Assign(assign) => work::assign(state, assign, context),
        Command::Comment(comment) => work::comment(state, comment, context),
        Command::FinishReview(finish) => work::finish(state, finish, context),
        Command::SettleChange(settle) => work::settle(state, settle, context),
        Command::Hold(hold) => waiting::hold(state, hold, context),
        Command::Resume(resume) => waiting::resume(state, *resume, context),
        Command::DeclareConflict(declare) => waiting::declare_conflict(state, declare, context),
        Command::RequestChanges(request) => decision::request_changes(state, request, context),
        Command::Approve(approval) => opinion::approve(state, approval, context),
        Command::Object(object) => opinion::object(state, object, context),
        Command::Refuse(refuse) => decision::refuse(state, refuse, context),
        Command::MarkDuplicate(mark) => decision::mark_duplicate(state, mark, context),
        Command::ProposeCorrection(propose) => correction::propose(state, propose, context),
        Command::ConfirmCorrection(confirmation) => correction::confirm(state, confirmation, context),
        Command::RejectCorrection(reject) => correction::reject(state, reject, context),
        Command::GrantDesignation(grant) => designation::grant(state, grant, context),
        Command::InvitePerson(invite) => designation::invite(state, invite, context),
        Command::RevokeDesignation(revoke) => designation::revoke(state, revoke, context),
        Command::RecordLetters(record) => telling::record(record, context),
        Command::ReadInbox(read) => telling::read(state, *read, context),
        Command::OrderErasure(order) => erasure::order(state, order, context),
        Command::ConfirmErasure(confirm) => erasure::confirm(state, confirm, context),
        Command::AdoptRegistry(adopt) => registry::adopt(state, adopt, context),
    }
}

/// What is due at `now`: claims that are over, and reviews that go on.
pub(super) fn due(state: &State, now: Micros) -> Vec<Errand<Command>> {
    let over = state.leases.iter().take_while(|(until, _)| *until <= now);
    let over = over.map(|(_, entry)| Errand { command: Command::Release(v1::Release {}), entry: Some(*entry) });
    let going_on = state.holds.iter().take_while(|(until, _)| *until <= now);
    let going_on = going_on.map(|(_, entry)| Errand { command: Command::Resume(v1::Resume {}), entry: Some(*entry) });
    over.chain(going_on).take(DUE_MAX).collect()
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
