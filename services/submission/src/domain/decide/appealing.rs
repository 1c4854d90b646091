//! What a body may say against a decision: appeal against a refusal, object to an editorial correction.

use dossier_engine::Decision;
use dossier_proto::{Payload, v1};

use super::Matter;
use crate::domain::{Corrected, Refusal, Workflow};

/// One appeal against each refusal: another moderator decides on the same submission.
pub(super) fn appeal(matter: &Matter<'_>, appeal: &v1::AskAppeal) -> Result<Decision, Refusal> {
    let entry = matter.entry;
    matter.check_version()?;
    if appeal.reason.is_none() {
        return Err(Refusal::Malformed("there is no reason"));
    }
    let Workflow::Refused { refused, submitted } = entry.workflow else { return Err(matter.wrong_state()) };
    if let Some(before) = entry.appealed.filter(|before| before.submitted == submitted) {
        return Err(Refusal::AppealedAlready { appeal: before.appeal });
    }
    Ok(matter.asks(Payload::AppealAsked(v1::AppealAsked {
        command: Some(appeal.clone()),
        refused: Some(refused.into()),
        submitted: Some(submitted.into()),
    })))
}

/// The correction stays public; the objection is on record, and moderation hears it.
pub(super) fn object(matter: &Matter<'_>, object: &v1::ObjectToCorrection) -> Result<Decision, Refusal> {
    let entry = matter.entry;
    matter.check_version()?;
    if object.reason.is_none() {
        return Err(Refusal::Malformed("there is no reason"));
    }
    let Some(public) = entry.public.as_ref().filter(|_| entry.has_edition()) else { return Err(matter.wrong_state()) };
    match public.corrected {
        None => Err(Refusal::NoCorrection),
        Some(Corrected { objected: Some(asked), .. }) => Err(Refusal::AskedAlready { asked }),
        Some(Corrected { objected: None, .. }) => {
            let command = Some(object.clone());
            Ok(matter.asks(Payload::CorrectionObjected(v1::CorrectionObjected { command, edition: public.edition })))
        }
    }
}
