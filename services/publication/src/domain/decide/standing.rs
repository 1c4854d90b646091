//! What publishers decide on published entries: suspend, reinstate, supersede, retract or leave as it is.

use dossier_engine::{Context, Decided, Decision};
use dossier_proto::{Authority, EntryId, Payload, Place, v1};

use super::{listed, publisher_of, publishing::declined_with, same_version};
use crate::domain::{Deed, NoSuccessor, PublicationRefusal, ReasonUse, State, Withheld, state::Entry};

/// A published entry that its publisher decides on.
struct Subject<'a> {
    id: EntryId,
    entry: &'a Entry,
    authority: Authority,
}

impl Subject<'_> {
    fn decided(&self, payload: Payload) -> Decided {
        Decided { entry: Some(self.id), part_version: self.entry.version + 1, payload }
    }
}

/// The entry, if the caller may decide on it, it is not retracted, and it is as the caller read it.
fn subject<'a>(state: &'a State, deed: Deed, context: &Context) -> Result<Subject<'a>, PublicationRefusal> {
    let found = context.entry.and_then(|id| state.entries.get(&id).map(|entry| (id, entry)));
    let (id, entry) = found.ok_or(PublicationRefusal::NotFound)?;
    let authority = publisher_of(state, deed, (&entry.body, &entry.record_type), context)?;
    if let Some(because) = entry.retracted() {
        return Err(PublicationRefusal::AlreadyRetracted { because });
    }
    same_version(entry.version, context)?;
    Ok(Subject { id, entry, authority })
}

fn explained(deed: Deed, explanation: Option<&v1::Sealed>) -> Result<(), PublicationRefusal> {
    explanation.map(|_| ()).ok_or(PublicationRefusal::ExplanationMissing { deed })
}

pub(super) fn suspend(
    state: &State,
    command: &v1::SuspendEntry,
    context: &Context,
) -> Result<Decision, PublicationRefusal> {
    let subject = subject(state, Deed::Suspend, context)?;
    if let Some(Withheld::Suspended(because)) = subject.entry.withheld {
        return Err(PublicationRefusal::IsSuspended { because });
    }
    listed(state, ReasonUse::Suspend, &command.reason, context.now)?;
    explained(Deed::Suspend, command.explanation.as_ref())?;
    let suspended = v1::EntrySuspended { command: Some(command.clone()), edition: subject.entry.edition };
    Ok(Decision::one(Some(subject.authority), subject.decided(Payload::EntrySuspended(suspended))))
}

pub(super) fn reinstate(
    state: &State,
    command: &v1::ReinstateEntry,
    context: &Context,
) -> Result<Decision, PublicationRefusal> {
    let subject = subject(state, Deed::Reinstate, context)?;
    if subject.entry.suspended().is_none() {
        return Err(PublicationRefusal::NotSuspended);
    }
    explained(Deed::Reinstate, command.explanation.as_ref())?;
    let reinstated = v1::EntryReinstated { command: Some(command.clone()), edition: subject.entry.edition };
    Ok(Decision::one(Some(subject.authority), subject.decided(Payload::EntryReinstated(reinstated))))
}

/// Points readers on. Nobody is pointed in a circle: an entry that is superseded itself never stands in the place of another.
pub(super) fn supersede(
    state: &State,
    command: &v1::SupersedeEntry,
    context: &Context,
) -> Result<Decision, PublicationRefusal> {
    let subject = subject(state, Deed::Supersede, context)?;
    if let Some(Withheld::Suspended(because)) = subject.entry.withheld {
        return Err(PublicationRefusal::IsSuspended { because });
    }
    if let Some(successor) = subject.entry.successor {
        return Err(PublicationRefusal::AlreadySuperseded { because: successor.said });
    }
    let number =
        successor(state, subject.id, &command.superseded_by).map_err(|why| PublicationRefusal::NoSuccessor { why })?;
    listed(state, ReasonUse::Supersede, &command.reason, context.now)?;
    explained(Deed::Supersede, command.explanation.as_ref())?;
    let edition = subject.entry.edition;
    let superseded = v1::EntrySuperseded { command: Some(command.clone()), edition, number };
    let first = subject.decided(Payload::EntrySuperseded(superseded));
    Ok(with_what_waits(state, &subject, first, context))
}

/// The number of the entry that is to stand in the place of this one.
fn successor(state: &State, id: EntryId, named: &[u8]) -> Result<String, NoSuccessor> {
    let named = EntryId::try_from(named).map_err(|_| NoSuccessor::Unknown)?;
    if named == id {
        return Err(NoSuccessor::Itself);
    }
    let entry = state.entries.get(&named).ok_or(NoSuccessor::Unknown)?;
    match (entry.withheld, entry.successor) {
        (Some(_), _) => Err(NoSuccessor::Withheld),
        (None, Some(_)) => Err(NoSuccessor::Superseded),
        (None, None) => Ok(entry.number.to_string()),
    }
}

pub(super) fn retract(
    state: &State,
    command: &v1::RetractEntry,
    context: &Context,
) -> Result<Decision, PublicationRefusal> {
    let subject = subject(state, Deed::Retract, context)?;
    listed(state, ReasonUse::Retract, &command.reason, context.now)?;
    explained(Deed::Retract, command.explanation.as_ref())?;
    let retracted = v1::EntryRetracted { command: Some(command.clone()), edition: subject.entry.edition };
    let first = subject.decided(Payload::EntryRetracted(retracted));
    Ok(with_what_waits(state, &subject, first, context))
}

/// Leaves the entry as it is. What everybody reads stays, and so does its version.
pub(super) fn decline(
    state: &State,
    command: &v1::DeclineRetraction,
    context: &Context,
) -> Result<Decision, PublicationRefusal> {
    let subject = subject(state, Deed::DeclineRetraction, context)?;
    let named = command.asked.as_ref().and_then(|place| Place::try_from(place).ok());
    if named.is_none() || named != subject.entry.asked {
        return Err(PublicationRefusal::NotAsked);
    }
    explained(Deed::DeclineRetraction, command.reason.as_ref())?;
    let Entry { edition, version, .. } = *subject.entry;
    let payload = Payload::RetractionDeclined(v1::RetractionDeclined { command: Some(command.clone()), edition });
    let declined = Decided { entry: Some(subject.id), part_version: version, payload };
    Ok(Decision::one(Some(subject.authority), declined))
}

/// What ends an entry ends what waits of it.
fn with_what_waits(state: &State, subject: &Subject<'_>, first: Decided, context: &Context) -> Decision {
    let declined = declined_with(state, subject.id, subject.entry, context, first.part_version);
    let events = std::iter::once(first).chain(declined).collect();
    Decision { authority: Some(subject.authority), events }
}
