//! Puts the documents together: facts from the view, words from the journal.

use dossier_proto::{EntryId, Payload, v1};
use dossier_registry::{Fault, Grade, Language, Stage};
use dossier_vault::Purpose;
use dossier_web::{Answer, Part, PlaceShown, Problem, ProblemKind, Tag, moment};
use serde_json::{Value, json};

use super::{
    contents,
    document::{EntryDocument, FaultDocument, MessageDocument, RequestedChangeDocument, TurnDocument},
    refusals, validating,
};
use crate::{
    domain::{Asking, Entry, Turn, Workflow},
    office::Office,
    views::{Happened, Moment},
};

/// How many messages a document shows: the latest. The whole is in the history.
const MESSAGES_MAX: usize = 20;

pub(super) fn turn(turn: Turn) -> TurnDocument {
    TurnDocument { who: turn.who.key().to_owned(), since: moment::written(turn.since) }
}

/// The same as a member of a problem.
pub(super) fn turn_value(of: Turn) -> Value {
    let TurnDocument { who, since } = turn(of);
    json!({ "who": who, "since": since })
}

/// The number, edition and address of the public record.
pub(super) fn public(entry: &Entry) -> (Option<String>, Option<u32>, Option<String>) {
    let Some(public) = &entry.public else { return (None, None, None) };
    (Some(public.number.clone()), Some(public.edition), Some(format!("/entries/{}", public.number)))
}

/// The entry as it is now.
///
/// # Errors
/// 404 when there is none; a failure on our side.
pub(super) fn of_entry(office: &Office, id: EntryId) -> Answer<EntryDocument> {
    let (entry, timeline) = {
        let entries = office.engine().view();
        let entry = entries.entry(id).cloned().ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
        (entry, entries.timeline(id).to_vec())
    };
    let sealed = contents::sealed(office, id, entry.working)?;
    let opened = contents::opened(office, id, &sealed)?;
    let faults = match &opened {
        Some(opened) if entry.workflow.is_with_body() => faults(office, id, &entry, &opened.readable())?,
        _ => Vec::new(),
    };
    let (number, edition, public_address) = public(&entry);
    Ok(EntryDocument {
        id: id.to_string(),
        record_type: entry.facts.record_type.clone(),
        body: entry.facts.body.to_string(),
        language: entry.facts.language.clone(),
        state: entry.workflow.state().key().to_owned(),
        turn: turn(entry.turn()),
        asked: asked(&entry.workflow),
        revision: entry.working.number,
        digest: entry.working.digest.to_string(),
        version: entry.version,
        etag: Tag::Version(Part::Draft, entry.version).to_string(),
        content: opened.map(|opened| opened.content),
        faults,
        requested_changes: requested_changes(office, id, &timeline)?,
        days_left: entry.days_left(office.now()),
        round: entry.round,
        number,
        edition,
        public_address,
        base_edition: entry.base.map(|base| base.edition),
        messages: messages(office, id, &timeline)?,
        sequence: timeline.last().map_or(0, |moment| moment.place.sequence),
    })
}

fn asked(workflow: &Workflow) -> Option<String> {
    let Workflow::InReview { asked: Some(asked), .. } = workflow else { return None };
    let what = match asked.what {
        Asking::Recall => "recall",
        Asking::Withdrawal => "withdrawal",
    };
    Some(what.to_owned())
}

fn faults(office: &Office, id: EntryId, entry: &Entry, content: &Value) -> Answer<Vec<FaultDocument>> {
    let registry = contents::registry(office)?;
    let found = validating::validate(office, &registry, (id, &entry.facts), content, Stage::Submission)?;
    Ok(found.into_iter().map(fault).collect())
}

fn fault(fault: Fault) -> FaultDocument {
    let grade = match fault.grade {
        Grade::Info => "info",
        Grade::Warning => "warning",
        Grade::Error => "error",
    };
    FaultDocument {
        field: fault.field,
        language: fault.language.map(Language::tag).map(str::to_owned),
        pointer: fault.pointer,
        grade: grade.to_owned(),
        code: fault.code.as_str().to_owned(),
        message: fault.message,
        messages: fault.messages.iter().map(|(language, text)| (language.tag().to_owned(), text.to_owned())).collect(),
    }
}

/// The latest request for changes, with the answers of the submission after it.
fn requested_changes(office: &Office, id: EntryId, timeline: &[Moment]) -> Answer<Vec<RequestedChangeDocument>> {
    let is_request = |moment: &Moment| matches!(moment.what, Happened::ChangesRequested { .. });
    let Some(position) = timeline.iter().rposition(is_request) else { return Ok(Vec::new()) };
    let Some(Payload::ChangesRequested(requested)) = payload(office, &timeline[position])? else {
        return Ok(Vec::new());
    };
    let after = timeline[position..].iter().find(|moment| matches!(moment.what, Happened::Submitted { .. }));
    let submitted = match after.map(|moment| payload(office, moment)).transpose()?.flatten() {
        Some(Payload::Submitted(submitted)) => submitted.command,
        _ => None,
    };
    let items = requested.command.map(|command| command.items).unwrap_or_default();
    items.iter().map(|item| requested_change(office, id, item, submitted.as_ref())).collect()
}

fn requested_change(
    office: &Office,
    id: EntryId,
    item: &v1::RequestedChange,
    submitted: Option<&v1::Submit>,
) -> Answer<RequestedChangeDocument> {
    let mut answers = submitted.iter().flat_map(|submit| &submit.answers);
    let answer = answers.find(|answer| answer.item == item.item).and_then(|answer| answer.text.as_ref());
    Ok(RequestedChangeDocument {
        item: item.item,
        field: item.field.clone(),
        language: (!item.language.is_empty()).then(|| item.language.clone()),
        quote: text(office, id, Purpose::Quote, item.quote.as_ref())?,
        text: text(office, id, Purpose::RequestedChange, item.text.as_ref())?,
        answer: text(office, id, Purpose::Answer, answer)?,
        answered: submitted.is_some(),
    })
}

fn messages(office: &Office, id: EntryId, timeline: &[Moment]) -> Answer<Vec<MessageDocument>> {
    let is_message = |moment: &&Moment| {
        use Happened::{PublicationDeclined, Refused, RequestTooLate, Retracted};
        matches!(moment.what, Refused | RequestTooLate | PublicationDeclined | Retracted)
    };
    let told: Vec<&Moment> = timeline.iter().filter(is_message).collect();
    let latest = told.len().saturating_sub(MESSAGES_MAX);
    told[latest..].iter().map(|moment| message(office, id, moment)).collect()
}

fn message(office: &Office, id: EntryId, moment: &Moment) -> Answer<MessageDocument> {
    let mut message = MessageDocument {
        kind: moment.what.key().to_owned(),
        at: moment::written(moment.at),
        by: moment.by.role().to_owned(),
        place: moment.source.into(),
        code: None,
        text: None,
        because: None,
    };
    match payload(office, moment)? {
        Some(Payload::EntryRefused(v1::EntryRefused { command: Some(refuse), .. })) => {
            message.text = text(office, id, Purpose::Reason, refuse.reason.as_ref())?;
            message.code = Some(refuse.code);
        }
        Some(Payload::RequestTooLate(late)) => message.because = late.ended.as_ref().and_then(shown),
        Some(Payload::PublicationDeclined(declined)) => {
            message.because = declined.refusal.as_ref().and_then(|refusal| refusal.because.as_ref()).and_then(shown);
            message.code = declined.refusal.map(|refusal| refusal.code);
        }
        Some(Payload::EntryRetracted(v1::EntryRetracted { command: Some(retract), .. })) => {
            message.code = Some(retract.reason);
        }
        _ => {}
    }
    Ok(message)
}

fn shown(place: &v1::Place) -> Option<PlaceShown> {
    dossier_proto::Place::try_from(place).ok().map(Into::into)
}

/// What happened at a moment, as it was first recorded.
pub(super) fn payload(office: &Office, moment: &Moment) -> Answer<Option<Payload>> {
    let recorded = office.engine().recorded_at(moment.place).map_err(|error| Problem::internal(&error))?;
    Ok(recorded.beside.unwrap_or(recorded.event).payload)
}

/// A sealed text in the clear; none when there is none, or when it cannot be read here any more.
pub(super) fn text(
    office: &Office,
    id: EntryId,
    purpose: Purpose,
    sealed: Option<&v1::Sealed>,
) -> Answer<Option<String>> {
    let Some(sealed) = sealed else { return Ok(None) };
    office.words().open_text(id, purpose, sealed).map_err(|error| refusals::words_failed(&error))
}
