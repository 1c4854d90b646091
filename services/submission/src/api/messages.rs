//! What the others have told the body.

use dossier_proto::{EntryId, Payload, v1};
use dossier_vault::Purpose;
use dossier_web::{Answer, PlaceShown, moment};

use super::{MessageDocument, assembling};
use crate::{
    office::Office,
    policy::is_for_the_body,
    views::{Happened, Moment},
};

/// How many messages a document shows: the latest. The whole is in the history.
const MESSAGES_MAX: usize = 20;

/// The latest messages, the oldest first.
pub(super) fn all(office: &Office, id: EntryId, timeline: &[Moment]) -> Answer<Vec<MessageDocument>> {
    let told: Vec<&Moment> = timeline.iter().filter(|moment| is_message(moment.what)).collect();
    let latest = told.len().saturating_sub(MESSAGES_MAX);
    let mut messages = Vec::new();
    for moment in &told[latest..] {
        messages.extend(of_moment(office, id, moment)?);
    }
    let latest = messages.len().saturating_sub(MESSAGES_MAX);
    Ok(messages.split_off(latest))
}

const fn is_message(what: Happened) -> bool {
    use Happened as H;
    matches!(
        what,
        H::Commented { .. }
            | H::ChangesRequested { .. }
            | H::ClearanceReturned
            | H::Held
            | H::Refused
            | H::MarkedDuplicate
            | H::RequestTooLate
            | H::PublicationDeclined
            | H::Corrected
            | H::Suspended
            | H::Reinstated
            | H::Superseded
            | H::Retracted
    )
}

fn of_moment(office: &Office, id: EntryId, moment: &Moment) -> Answer<Vec<MessageDocument>> {
    let Some(payload) = assembling::payload(office, moment)? else { return Ok(Vec::new()) };
    let comments = match &payload {
        Payload::CommentMade(made) => made.command.as_slice(),
        Payload::ReviewFinished(v1::ReviewFinished { command: Some(command) }) => command.comments.as_slice(),
        Payload::ChangesRequested(v1::ChangesRequested { command: Some(command), .. }) => command.comments.as_slice(),
        _ => return Ok(vec![message(office, id, moment, payload)?]),
    };
    let said = comments.iter().filter(|comment| is_for_the_body(Some(comment)));
    said.map(|comment| of_comment(office, id, moment, comment)).collect()
}

fn of_comment(office: &Office, id: EntryId, moment: &Moment, comment: &v1::Comment) -> Answer<MessageDocument> {
    let named = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Ok(MessageDocument {
        kind: "comment".to_owned(),
        text: assembling::text(office, id, Purpose::Comment, comment.text.as_ref())?,
        field: named(&comment.field),
        language: named(&comment.language),
        ..empty(moment)
    })
}

fn message(office: &Office, id: EntryId, moment: &Moment, payload: Payload) -> Answer<MessageDocument> {
    let reason = |sealed: Option<&v1::Sealed>| assembling::text(office, id, Purpose::Reason, sealed);
    let mut message = empty(moment);
    match payload {
        Payload::EntryRefused(v1::EntryRefused { command: Some(refuse), .. }) => {
            message.text = reason(refuse.reason.as_ref())?;
            message.code = Some(refuse.code);
        }
        Payload::ClearanceReturned(v1::ClearanceReturned { command: Some(returned), .. }) => {
            message.text = reason(returned.reason.as_ref())?;
        }
        Payload::ReviewHeld(v1::ReviewHeld { command: Some(hold) }) => {
            message.text = reason(hold.reason.as_ref())?;
            message.code = Some(hold.awaited);
        }
        Payload::MarkedDuplicate(marked) => {
            message.text = reason(marked.command.and_then(|command| command.reason).as_ref())?;
            message.number = Some(marked.number);
        }
        Payload::CorrectionConfirmed(confirmed) => {
            message.text = reason(confirmed.reason.as_ref())?;
            message.fields = confirmed.fields;
        }
        Payload::RequestTooLate(late) => message.because = late.ended.as_ref().and_then(shown),
        Payload::PublicationDeclined(declined) => {
            message.because = declined.refusal.as_ref().and_then(|refusal| refusal.because.as_ref()).and_then(shown);
            message.code = declined.refusal.map(|refusal| refusal.code);
        }
        Payload::EntrySuspended(suspended) => message.code = suspended.command.map(|command| command.reason),
        Payload::EntrySuperseded(superseded) => {
            message.code = superseded.command.map(|command| command.reason);
            message.number = Some(superseded.number);
        }
        Payload::EntryRetracted(retracted) => message.code = retracted.command.map(|command| command.reason),
        _ => {}
    }
    Ok(message)
}

fn empty(moment: &Moment) -> MessageDocument {
    MessageDocument {
        kind: moment.what.key().to_owned(),
        at: moment::written(moment.at),
        by: moment.by.role().to_owned(),
        place: moment.source.into(),
        code: None,
        text: None,
        field: None,
        language: None,
        fields: Vec::new(),
        number: None,
        because: None,
    }
}

fn shown(place: &v1::Place) -> Option<PlaceShown> {
    dossier_proto::Place::try_from(place).ok().map(Into::into)
}
