//! What publishers decide on editions that wait for their time.

use dossier_engine::{Context, Decided, Decision};
use dossier_identity::Role;
use dossier_proto::{Authority, EntryId, Micros, Payload, v1};

use super::{publisher_of, publishing::next_edition, same_version};
use crate::domain::{Deed, PublicationRefusal, Scheduled, State};

/// An edition waits ten years at the longest: longer than any review cycle, and a mistyped year is found.
pub const WAIT_DAYS_MAX: i64 = 3_653;

/// Sets another moment: never before the one that the approval names.
pub(super) fn reschedule(
    state: &State,
    command: &v1::Reschedule,
    context: &Context,
) -> Result<Decision, PublicationRefusal> {
    let (id, scheduled, authority) = what_waits(state, Deed::Reschedule, context)?;
    let (at, now) = (Micros(command.at), context.now);
    if at <= now {
        return Err(PublicationRefusal::PastMoment);
    }
    not_before(scheduled, at)?;
    let latest = now.plus(WAIT_DAYS_MAX * Micros::DAY);
    if at > latest {
        return Err(PublicationRefusal::TooFar { latest });
    }
    if command.reason.is_none() {
        return Err(PublicationRefusal::ExplanationMissing { deed: Deed::Reschedule });
    }
    if at == scheduled.at {
        return Ok(Decision::NOTHING);
    }
    let rescheduled =
        v1::EditionRescheduled { command: Some(command.clone()), approved: Some(scheduled.waiting.at.into()) };
    let part_version = state.entries.get(&id).map_or(0, |entry| entry.version);
    let decided = Decided { entry: Some(id), part_version, payload: Payload::EditionRescheduled(rescheduled) };
    Ok(Decision::one(Some(authority), decided))
}

/// Publishes what waits, where the moment of the approval has passed: it waits only because a publisher let it.
pub(super) fn publish_now(
    state: &State,
    command: v1::PublishNow,
    context: &Context,
) -> Result<Decision, PublicationRefusal> {
    let (_, scheduled, authority) = what_waits(state, Deed::PublishNow, context)?;
    not_before(scheduled, context.now)?;
    let waiting = &scheduled.waiting;
    match next_edition(state, waiting, context.now) {
        Ok(next) => Ok(Decision::one(Some(authority), next.published(waiting, Some(command)))),
        Err(declined) => Err(PublicationRefusal::Unpublishable { code: declined.code }),
    }
}

/// What waits of the entry, for those who may know: whoever is no publisher at all hears that, and not what waits.
fn what_waits<'a>(
    state: &'a State,
    deed: Deed,
    context: &Context,
) -> Result<(EntryId, &'a Scheduled, Authority), PublicationRefusal> {
    let person = context.person().ok_or(PublicationRefusal::nobody(deed))?;
    let holds = state.designations.holds(person, Role::Publisher, context.now);
    holds.map_err(|missing| PublicationRefusal::lacking(deed, &missing, missing.because()))?;
    let id = context.entry.ok_or(PublicationRefusal::NotFound)?;
    let scheduled = state.schedule.get(id).ok_or(PublicationRefusal::NotScheduled)?;
    let body = scheduled.waiting.body().ok_or(PublicationRefusal::NotScheduled)?;
    let authority = publisher_of(state, deed, (&body, &scheduled.waiting.edition.record_type), context)?;
    same_version(scheduled.version(), context)?;
    Ok((id, scheduled, authority))
}

fn not_before(scheduled: &Scheduled, at: Micros) -> Result<(), PublicationRefusal> {
    let until = scheduled.not_before();
    if at < until {
        return Err(PublicationRefusal::Embargo { until, because: scheduled.waiting.at });
    }
    Ok(())
}
