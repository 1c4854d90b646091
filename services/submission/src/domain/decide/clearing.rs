//! National clearance: the publishing authority of a state lets a submission go to moderation, or gives it back. Moderation
//! hears of neither but through the `Submitted` that follows a clearance (P13).

use dossier_engine::{Decided, Decision};
use dossier_proto::{Digest, Payload, Place, v1};

use super::{
    Matter, hash_of,
    submitting::{check_base, check_readable},
};
use crate::domain::{Refusal, Workflow};

/// What awaits clearance.
struct Waiting {
    asked: Place,
    words: Digest,
}

/// The order matters: a refusal that is recorded must not depend on the words, which it does not keep.
pub(super) fn clear(
    matter: &Matter<'_>,
    clear: &v1::Clear,
    asked: Option<&v1::ClearanceAsked>,
) -> Result<Decision, Refusal> {
    let Waiting { asked: place, words } = waiting(matter, &clear.digest)?;
    let asked = asked.filter(|asked| hash_of(*asked) == words);
    let asked = asked.ok_or(Refusal::Malformed("the words are not those that await clearance"))?;
    let submit = asked.command.as_ref().ok_or(Refusal::Malformed("what awaits clearance is no submission"))?;
    check_base(matter, submit)?;
    let digest = Digest::try_from(submit.digest.as_slice()).map_err(|_| Refusal::Malformed("there is no digest"))?;
    check_readable(matter, digest, place)?;
    let Workflow::AwaitingClearance { submitter, .. } = matter.entry.workflow else { return Err(matter.wrong_state()) };
    let cleared = Payload::Cleared(v1::Cleared { command: Some(clear.clone()), asked: Some(place.into()) });
    let submitted = Payload::Submitted(v1::Submitted {
        command: asked.command.clone(),
        content: asked.content.clone(),
        record_type: asked.record_type.clone(),
        body: asked.body.clone(),
        original_language: asked.original_language.clone(),
        lineage: asked.lineage.clone(),
        base_edition: asked.base_edition,
        round: asked.round,
        clearance_asked: Some(place.into()),
        submitter: submitter.to_vec(),
    });
    let part_version = matter.entry.version;
    let event = |payload| Decided { entry: Some(matter.id), part_version, payload };
    Ok(Decision { authority: matter.authority, events: vec![event(cleared), event(submitted)] })
}

pub(super) fn give_back(matter: &Matter<'_>, give_back: &v1::ReturnToBody) -> Result<Decision, Refusal> {
    let Waiting { asked, .. } = waiting(matter, &give_back.digest)?;
    if give_back.reason.is_none() {
        return Err(Refusal::Malformed("there is no reason"));
    }
    let command = Some(give_back.clone());
    Ok(matter.asks(Payload::ClearanceReturned(v1::ClearanceReturned { command, asked: Some(asked.into()) })))
}

/// What awaits the decision of the caller, who has read it (P5) and did not ask for it.
fn waiting(matter: &Matter<'_>, digest: &[u8]) -> Result<Waiting, Refusal> {
    let Workflow::AwaitingClearance { asked, submitter, words, .. } = matter.entry.workflow else {
        return Err(matter.wrong_state());
    };
    matter.check_version()?;
    if matter.context.person() == Some(submitter) {
        return Err(Refusal::OwnSubmission { because: asked });
    }
    let named = Digest::try_from(digest).map_err(|_| Refusal::Malformed("there is no digest"))?;
    let current = matter.entry.working.digest;
    if named != current {
        return Err(Refusal::DigestMismatch { current });
    }
    Ok(Waiting { asked, words })
}
