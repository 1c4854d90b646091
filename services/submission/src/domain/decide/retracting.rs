//! Asking for the retraction of the public edition. A publisher decides; where the type asks for clearance, the publishing
//! authority of the state stands behind it first.

use dossier_engine::{Context, Decision};
use dossier_proto::{Payload, Place, v1};

use super::{Matter, hash_of};
use crate::domain::{Proposed, Public, Refusal, State};

/// A publishing authority asks at once; a contributor proposes, where the type asks for clearance.
pub(super) fn ask(state: &State, context: &Context, ask: &v1::AskRetraction) -> Result<Decision, Refusal> {
    let (matter, is_cleared) = match Matter::cleared_by(state, context) {
        Ok(matter) => (matter, true),
        Err(Refusal::NoDesignation { .. }) => {
            let matter = Matter::written_by(state, context)?;
            let facts = &matter.entry.facts;
            let is_cleared = !state.clearance.is_needed(&facts.body, &facts.record_type);
            (matter, is_cleared)
        }
        Err(refusal) => return Err(refusal),
    };
    matter.check_version()?;
    if ask.reason.is_none() {
        return Err(Refusal::Malformed("there is no reason"));
    }
    let public = edition(&matter)?;
    if let Some((asked, _)) = public.retraction_asked {
        return Err(Refusal::AskedAlready { asked });
    }
    let (command, edition) = (Some(ask.clone()), public.edition);
    if is_cleared {
        return Ok(matter.asks(Payload::RetractionAsked(v1::RetractionAsked { command, edition })));
    }
    match &public.retraction_proposed {
        Some(proposed) => Err(Refusal::AskedAlready { asked: proposed.place }),
        None => Ok(matter.asks(Payload::RetractionProposed(v1::RetractionProposed { command, edition }))),
    }
}

/// Lets a proposed retraction go to publication.
pub(super) fn clear(
    matter: &Matter<'_>,
    clear: &v1::ClearRetraction,
    reason: Option<&v1::Sealed>,
) -> Result<Decision, Refusal> {
    let public = edition(matter)?;
    let proposed = proposed(public, clear.proposed.as_ref())?;
    if matter.context.person() == Some(proposed.by) {
        return Err(Refusal::OwnSubmission { because: proposed.place });
    }
    let reason = reason.filter(|reason| hash_of(*reason) == proposed.reason);
    let reason = reason.ok_or(Refusal::Malformed("the reason is not the one that was proposed"))?;
    Ok(matter.asks(Payload::RetractionCleared(v1::RetractionCleared {
        command: Some(*clear),
        edition: public.edition,
        reason: Some(reason.clone()),
    })))
}

/// Does not let it go: the edition stays as it is, and the body is told why.
pub(super) fn return_to_body(matter: &Matter<'_>, command: &v1::ReturnRetraction) -> Result<Decision, Refusal> {
    let public = edition(matter)?;
    proposed(public, command.proposed.as_ref())?;
    if command.reason.is_none() {
        return Err(Refusal::Malformed("there is no reason"));
    }
    Ok(matter.asks(Payload::RetractionReturned(v1::RetractionReturned {
        command: Some(command.clone()),
        edition: public.edition,
    })))
}

/// What was proposed, if it is what the caller names.
fn proposed<'a>(public: &'a Public, named: Option<&v1::Place>) -> Result<&'a Proposed, Refusal> {
    let named = named.and_then(|place| Place::try_from(place).ok());
    public.retraction_proposed.as_ref().filter(|proposed| Some(proposed.place) == named).ok_or(Refusal::NotProposed)
}

fn edition<'a>(matter: &Matter<'a>) -> Result<&'a Public, Refusal> {
    let entry = matter.entry;
    entry.public.as_ref().filter(|_| entry.has_edition()).ok_or_else(|| matter.wrong_state())
}
