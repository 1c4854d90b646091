//! All places that an event names.

use dossier_proto::{Event, Payload, Place, v1};

/// Calls `change` with each place an event names: where it stands, causes, rights, and those in its payload.
pub(crate) fn change_places(event: &mut Event, change: &dyn Fn(Place) -> Place) {
    let head = &mut event.head;
    head.place = change(head.place);
    head.cause = head.cause.map(change);
    if let Some(authority) = &mut head.authority {
        authority.granted = change(authority.granted);
    }
    let Some(payload) = &mut event.payload else { return };
    for place in in_payload(payload) {
        if let Ok(old) = Place::try_from(&*place) {
            *place = change(old).into();
        }
    }
}

fn in_payload(payload: &mut Payload) -> Vec<&mut v1::Place> {
    match payload {
        Payload::Received(received) => received.place.iter_mut().collect(),
        Payload::Submitted(submitted) => {
            submitted.lineage.iter_mut().filter_map(|author| author.written.as_mut()).collect()
        }
        Payload::RecallAsked(asked) => asked.submitted.iter_mut().collect(),
        Payload::WithdrawalAsked(asked) => asked.submitted.iter_mut().collect(),
        Payload::ReviewOpened(opened) => {
            opened.command.iter_mut().filter_map(|command| command.submitted.as_mut()).collect()
        }
        Payload::ChangesRequested(ended) => ended.submitted.iter_mut().collect(),
        Payload::EntryRefused(ended) => ended.submitted.iter_mut().collect(),
        Payload::Approved(approved) => {
            let steps = approved.steps.iter_mut().filter_map(|step| step.place.as_mut());
            approved.submitted.iter_mut().chain(steps).collect()
        }
        Payload::RecallGranted(granted) => asked(&mut granted.command).chain(&mut granted.submitted).collect(),
        Payload::WithdrawalGranted(granted) => asked(&mut granted.command).chain(&mut granted.submitted).collect(),
        Payload::RequestTooLate(late) => asked(&mut late.command).chain(&mut late.ended).collect(),
        Payload::EditionPublished(published) => {
            let steps = published.steps.iter_mut().filter_map(|step| step.place.as_mut());
            approved(&mut published.command).chain(steps).collect()
        }
        Payload::PublicationDeclined(declined) => approved(&mut declined.command).collect(),
        Payload::ModerationRefused(refused) => because(&mut refused.refusal).collect(),
        Payload::SubmissionRefused(refused) => because(&mut refused.refusal).collect(),
        Payload::PublicationRefused(refused) => because(&mut refused.refusal).collect(),
        Payload::AuditRefused(refused) => because(&mut refused.refusal).collect(),
        _ => Vec::new(),
    }
}

fn asked(command: &mut Option<v1::AnswerRequest>) -> impl Iterator<Item = &mut v1::Place> {
    command.iter_mut().filter_map(|command| command.asked.as_mut())
}

fn approved(command: &mut Option<v1::PublishEdition>) -> impl Iterator<Item = &mut v1::Place> {
    command.iter_mut().filter_map(|command| command.approved.as_mut())
}

fn because(refusal: &mut Option<v1::Refusal>) -> impl Iterator<Item = &mut v1::Place> {
    refusal.iter_mut().filter_map(|refusal| refusal.because.as_mut())
}
