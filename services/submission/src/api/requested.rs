//! The changes that were requested, with the answers and with what became of them.

use dossier_proto::{EntryId, Payload, v1};
use dossier_vault::Purpose;
use dossier_web::Answer;

use super::{RequestedChangeDocument, assembling};
use crate::{
    domain::{Entry, Workflow},
    office::Office,
    views::{Happened, Moment},
};

/// A request for changes, and the submission that answers it.
struct Request {
    round: u32,
    items: Vec<v1::RequestedChange>,
    answered: bool,
    answers: Vec<v1::Answer>,
}

/// The items of the latest request, and those of earlier ones that were opened again.
pub(super) fn all(
    office: &Office,
    id: EntryId,
    entry: &Entry,
    timeline: &[Moment],
) -> Answer<Vec<RequestedChangeDocument>> {
    let requests = requests(office, entry, timeline)?;
    let settled = settled(office, timeline)?;
    let latest = requests.last().map_or(0, |request| request.round);
    let mut shown = Vec::new();
    for request in &requests {
        for item in &request.items {
            let last = settled.iter().rev().find(|one| (one.round, one.item) == (request.round, item.item));
            let is_open_again = last.is_some_and(|one| one.outcome() == v1::settle_change::Outcome::Reopened);
            if request.round == latest || is_open_again {
                shown.push(document(office, id, request, item, last)?);
            }
        }
    }
    Ok(shown)
}

/// Every request with its round. While the answers await clearance they are shown as they will be given.
fn requests(office: &Office, entry: &Entry, timeline: &[Moment]) -> Answer<Vec<Request>> {
    let mut requests: Vec<Request> = Vec::new();
    let mut round = 0;
    let mut asked = None;
    for moment in timeline {
        match moment.what {
            Happened::Submitted { round: now, .. } => {
                round = now;
                let open = requests.last_mut().filter(|request| !request.answered);
                if let (Some(request), Some(Payload::Submitted(one))) = (open, assembling::payload(office, moment)?) {
                    request.answers = one.command.map(|command| command.answers).unwrap_or_default();
                    request.answered = true;
                }
            }
            Happened::ClearanceAsked { .. } => asked = Some(moment),
            Happened::ChangesRequested { .. } => {
                if let Some(Payload::ChangesRequested(one)) = assembling::payload(office, moment)? {
                    let items = one.command.map(|command| command.items).unwrap_or_default();
                    requests.push(Request { round, items, answered: false, answers: Vec::new() });
                }
            }
            _ => {}
        }
    }
    let is_waiting = matches!(entry.workflow, Workflow::AwaitingClearance { .. });
    if let (Some(request), Some(moment)) =
        (requests.last_mut().filter(|one| !one.answered), asked.filter(|_| is_waiting))
        && let Some(Payload::ClearanceAsked(one)) = assembling::payload(office, moment)?
    {
        request.answers = one.command.map(|command| command.answers).unwrap_or_default();
    }
    Ok(requests)
}

/// What moderation said of the answers.
fn settled(office: &Office, timeline: &[Moment]) -> Answer<Vec<v1::SettleChange>> {
    let mut settled = Vec::new();
    for moment in timeline.iter().filter(|moment| moment.what == Happened::ChangeSettled) {
        if let Some(Payload::ChangeSettled(one)) = assembling::payload(office, moment)? {
            settled.extend(one.command);
        }
    }
    Ok(settled)
}

fn document(
    office: &Office,
    id: EntryId,
    request: &Request,
    item: &v1::RequestedChange,
    settled: Option<&v1::SettleChange>,
) -> Answer<RequestedChangeDocument> {
    let text = |purpose, sealed: Option<&v1::Sealed>| assembling::text(office, id, purpose, sealed);
    let answer = request.answers.iter().find(|answer| answer.item == item.item).and_then(|answer| answer.text.as_ref());
    let outcome = settled.and_then(|one| match one.outcome() {
        v1::settle_change::Outcome::Accepted => Some("accepted"),
        v1::settle_change::Outcome::Reopened => Some("reopened"),
        v1::settle_change::Outcome::Unspecified => None,
    });
    Ok(RequestedChangeDocument {
        item: item.item,
        round: request.round,
        field: item.field.clone(),
        language: (!item.language.is_empty()).then(|| item.language.clone()),
        quote: text(Purpose::Quote, item.quote.as_ref())?,
        text: text(Purpose::RequestedChange, item.text.as_ref())?,
        answer: text(Purpose::Answer, answer)?,
        answered: request.answered,
        settled: outcome.map(str::to_owned),
        settled_text: text(Purpose::RequestedChange, settled.and_then(|one| one.text.as_ref()))?,
    })
}
