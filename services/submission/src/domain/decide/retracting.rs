//! Asking for the retraction of the public edition. A publisher decides; where the type asks for clearance, the publishing
//! authority of the state stands behind it first.

use dossier_engine::{Context, Decision};
use dossier_proto::{Payload, Place, v1};

use super::{Matter, hash_of};
use crate::domain::{Public, Refusal, State};

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
    let named = clear.proposed.as_ref().and_then(|place| Place::try_from(place).ok());
    let public = edition(matter)?;
    let proposed = public.retraction_proposed.as_ref().filter(|proposed| Some(proposed.place) == named);
    let proposed = proposed.ok_or(Refusal::NotProposed)?;
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

fn edition<'a>(matter: &Matter<'a>) -> Result<&'a Public, Refusal> {
    let entry = matter.entry;
    entry.public.as_ref().filter(|_| entry.has_edition()).ok_or_else(|| matter.wrong_state())
}
