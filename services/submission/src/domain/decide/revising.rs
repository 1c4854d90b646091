//! What a body may do about its public edition: revise it, ask for its retraction.

use dossier_engine::Decision;
use dossier_proto::{Payload, v1};

use super::Matter;
use crate::domain::{Refusal, Workflow};

/// Opens a revision; the public edition stays. When one is open on an edition that is not the current one any more,
/// opens it again on the current one: the words stay, the base moves.
pub(super) fn open(matter: &Matter<'_>) -> Result<Decision, Refusal> {
    let entry = matter.entry;
    matter.check_version()?;
    let Some(public) = entry.public.as_ref().filter(|_| entry.is_public()) else {
        return Err(matter.wrong_state());
    };
    match entry.workflow {
        Workflow::Published | Workflow::Refused { .. } => {}
        Workflow::Draft | Workflow::ChangesRequested { .. } if entry.base_is_outdated() => {}
        Workflow::Draft | Workflow::ChangesRequested { .. } => return Ok(Decision::NOTHING),
        _ => return Err(matter.wrong_state()),
    }
    let payload = Payload::RevisionOpened(v1::RevisionOpened {
        command: Some(v1::OpenRevision {}),
        base_edition: public.edition,
        base_revision: public.revision.number,
        base_digest: public.revision.digest.to_vec(),
    });
    Ok(matter.one(entry.version + 1, payload))
}

pub(super) fn ask_retraction(matter: &Matter<'_>, ask: &v1::AskRetraction) -> Result<Decision, Refusal> {
    let entry = matter.entry;
    matter.check_version()?;
    if ask.reason.is_none() {
        return Err(Refusal::Malformed("there is no reason"));
    }
    let Some(public) = entry.public.as_ref().filter(|_| entry.is_public()) else {
        return Err(matter.wrong_state());
    };
    if let Some((asked, _)) = public.retraction_asked {
        return Err(Refusal::AskedAlready { asked });
    }
    let command = Some(ask.clone());
    Ok(matter.asks(Payload::RetractionAsked(v1::RetractionAsked { command, edition: public.edition })))
}
