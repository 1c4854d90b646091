//! The decisions: publish, schedule, decline; suspend, reinstate, supersede, retract or leave as it is.

mod publishing;
mod standing;
mod timing;

use dossier_engine::{
    Context, Decision,
    erasure::{self, NoConfirmation},
};
use dossier_identity::Role;
use dossier_proto::{Authority, BodyCode, Micros, Origin, v1};

use super::{Command, Deed, PublicationRefusal, ReasonUse, State};

pub use timing::WAIT_DAYS_MAX;

/// Decides a command; see [`dossier_engine::Decider::decide`].
pub(super) fn decide(state: &State, command: &Command, context: &Context) -> Result<Decision, PublicationRefusal> {
    match command {
        Command::Publish(command) => publishing::publish(state, command, context),
        Command::Reschedule(command) => timing::reschedule(state, command, context),
        Command::PublishNow(command) => timing::publish_now(state, *command, context),
        Command::Suspend(command) => standing::suspend(state, command, context),
        Command::Reinstate(command) => standing::reinstate(state, command, context),
        Command::Supersede(command) => standing::supersede(state, command, context),
        Command::Retract(command) => standing::retract(state, command, context),
        Command::DeclineRetraction(command) => standing::decline(state, command, context),
        Command::ConfirmErasure(command) => erased(state, command, context),
    }
}

/// What was ordered to be destroyed is: what everybody reads of the entry has changed.
fn erased(state: &State, command: &v1::ConfirmErasure, context: &Context) -> Result<Decision, PublicationRefusal> {
    let version = context.entry.and_then(|id| state.entries.get(&id)).map_or(0, |entry| entry.version + 1);
    let confirmed = erasure::confirm(&state.erasures, command, context, Origin::Publication, version);
    confirmed.map_err(|why| match why {
        NoConfirmation::WrongActor => PublicationRefusal::SystemOnly,
        NoConfirmation::NoOrder => PublicationRefusal::NotFound,
    })
}

/// The designation by which the caller decides on entries of this body and type.
fn publisher_of(
    state: &State,
    deed: Deed,
    (body, record_type): (&BodyCode, &str),
    context: &Context,
) -> Result<Authority, PublicationRefusal> {
    let person = context.person().ok_or(PublicationRefusal::nobody(deed))?;
    state
        .designations
        .entitled(person, Role::Publisher, Some(body), Some(record_type), context.now)
        .map_err(|missing| PublicationRefusal::lacking(deed, &missing, missing.because()))
}

fn same_version(current: u64, context: &Context) -> Result<(), PublicationRefusal> {
    match context.expected_version {
        Some(expected) if expected != current => Err(PublicationRefusal::VersionMismatch { current }),
        _ => Ok(()),
    }
}

fn listed(state: &State, used: ReasonUse, code: &str, now: Micros) -> Result<(), PublicationRefusal> {
    let rules = state.rules.as_ref();
    if rules.is_some_and(|rules| rules.admits(code, used, now)) {
        return Ok(());
    }
    let known = rules.map(|rules| rules.reasons_at(used, now).join(", ")).unwrap_or_default();
    Err(PublicationRefusal::UnknownCode { deed: used.into(), code: code.chars().take(64).collect(), known })
}
