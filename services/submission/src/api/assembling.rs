//! Puts the documents together: facts from the view, words from the journal.

use dossier_proto::{EntryId, Payload, Place, v1};
use dossier_registry::{Fault, Grade, Language, Stage};
use dossier_vault::Purpose;
use dossier_web::{Answer, Part, Problem, ProblemKind, Tag, moment};
use serde_json::{Value, json};

use super::{
    contents,
    document::{
        AppealDocument, ByDocument, CorrectionDocument, EntryDocument, FaultDocument, HoldDocument, NextDocument,
        PaperDocument, RetractionDocument, TurnDocument,
    },
    messages,
    past::Scene,
    refusals, requested, validating,
};
use crate::{
    domain::{Asking, Entry, Next, Standing, Turn, WorkState, Workflow},
    office::Office,
    views::{Moment, Party},
};

pub(crate) fn turn(turn: Turn) -> TurnDocument {
    TurnDocument { who: turn.who.key().to_owned(), since: moment::written(turn.since) }
}

pub(crate) fn next(next: Next) -> NextDocument {
    NextDocument { what: next.what.key().to_owned(), by: next.by.map(moment::written) }
}

/// The same as a member of a problem.
pub(crate) fn turn_value(of: Turn) -> Value {
    let TurnDocument { who, since } = turn(of);
    json!({ "who": who, "since": since })
}

/// The number, edition and address of the public record.
pub(crate) fn public(entry: &Entry) -> (Option<String>, Option<u32>, Option<String>) {
    let Some(public) = &entry.public else { return (None, None, None) };
    (Some(public.number.clone()), Some(public.edition), Some(format!("/entries/{}", public.number)))
}

/// The entry as it is, or was.
///
/// # Errors
/// 404 when there is none; a failure on our side.
pub(crate) fn of_entry(office: &Office, id: EntryId, scene: &Scene) -> Answer<EntryDocument> {
    let found = scene.look(office, |entries| {
        let entry = entries.entry(id).cloned()?;
        let needs_clearance = entries.state().needs_clearance(&entry);
        Some((entry, entries.timeline(id).to_vec(), needs_clearance))
    });
    let (entry, timeline, needs_clearance) = found.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    let sealed = contents::sealed(office, id, entry.working)?;
    let opened = contents::opened(office, id, &sealed)?;
    let faults = match &opened {
        Some(opened) if entry.workflow.is_with_body() => faults(office, scene, id, (&entry, &opened.readable()))?,
        _ => Vec::new(),
    };
    let (number, edition, public_address) = public(&entry);
    Ok(EntryDocument {
        id: id.to_string(),
        record_type: entry.facts.record_type.clone(),
        body: entry.facts.body.to_string(),
        language: entry.facts.language.clone(),
        state: entry.state().key().to_owned(),
        turn: turn(entry.turn()),
        next: next(entry.next()),
        needs_clearance: entry.workflow.is_with_body() && needs_clearance,
        on_hold: on_hold(&entry.workflow),
        embargo_until: entry.embargo_until.map(moment::written),
        asked: asked(&entry.workflow),
        revision: entry.working.number,
        digest: entry.working.digest.to_string(),
        version: entry.version,
        etag: Tag::Version(Part::Draft, entry.version).to_string(),
        content: opened.map(|opened| opened.content),
        faults,
        requested_changes: requested::all(office, id, &entry, &timeline)?,
        days_left: entry.days_left(scene.instant(office)),
        round: entry.round,
        number,
        edition,
        public_address,
        base_edition: entry.base.map(|base| base.edition),
        public_state: public_state(&entry),
        other_number: other_number(&entry),
        correction: correction(&entry),
        retraction: retraction(&entry),
        appeal: appeal(&entry),
        paper: paper(office, id, &entry, &timeline)?,
        messages: messages::all(office, id, &timeline)?,
        sequence: timeline.last().map_or(0, |moment| moment.place.sequence),
        as_of: scene.shown(),
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

fn faults(
    office: &Office,
    scene: &Scene,
    id: EntryId,
    (entry, content): (&Entry, &Value),
) -> Answer<Vec<FaultDocument>> {
    let registry = scene.registry(office)?;
    let judged = (content, Stage::Submission);
    let found = validating::validate_in(office, scene, &registry, (id, &entry.facts), judged)?;
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

/// Whether there is an appeal, or may be one.
fn appeal(entry: &Entry) -> Option<AppealDocument> {
    let asked = entry.appealed.map(|appealed| appealed.appeal.into());
    let possible = match entry.workflow {
        Workflow::Refused { submitted, .. } => entry.appealed.is_none_or(|appealed| appealed.submitted != submitted),
        _ => false,
    };
    (possible || asked.is_some()).then_some(AppealDocument { possible, asked })
}

fn on_hold(workflow: &Workflow) -> Option<HoldDocument> {
    let Workflow::InReview { held: Some(held), .. } = workflow else { return None };
    Some(HoldDocument {
        awaited: held.awaited.clone(),
        since: moment::written(held.since),
        until: held.until.map(moment::written),
    })
}

fn public_state(entry: &Entry) -> Option<String> {
    let public = entry.public.as_ref()?;
    let state = match (&entry.workflow, public.standing()) {
        (Workflow::Retracted { .. }, _) => WorkState::Retracted,
        (_, Standing::Shown) => WorkState::Published,
        (_, Standing::Suspended) => WorkState::Suspended,
        (_, Standing::Superseded) => WorkState::Superseded,
    };
    Some(state.key().to_owned())
}

fn other_number(entry: &Entry) -> Option<String> {
    if let Workflow::Duplicate { number, .. } = &entry.workflow {
        return Some(number.clone());
    }
    let superseded = entry.public.as_ref().and_then(|public| public.superseded.as_ref());
    superseded.map(|superseded| superseded.number.clone())
}

fn correction(entry: &Entry) -> Option<CorrectionDocument> {
    let public = entry.public.as_ref()?;
    let corrected = public.corrected?;
    Some(CorrectionDocument { edition: public.edition, objected: corrected.objected.is_some() })
}

fn retraction(entry: &Entry) -> Option<RetractionDocument> {
    let public = entry.public.as_ref()?;
    let of = |place: Place, since, state: &str| RetractionDocument {
        place: place.into(),
        since: moment::written(since),
        state: state.to_owned(),
    };
    let asked = public.retraction_asked.map(|(place, since)| of(place, since, "asked"));
    asked.or_else(|| public.retraction_proposed.as_ref().map(|proposed| of(proposed.place, proposed.at, "proposed")))
}

/// The paper of an entry that was filed on behalf of its body.
fn paper(office: &Office, id: EntryId, entry: &Entry, timeline: &[Moment]) -> Answer<Option<PaperDocument>> {
    let (Some(received), Some(first)) = (entry.facts.received_at, timeline.first()) else { return Ok(None) };
    let signatory = match payload(office, first)? {
        Some(Payload::DraftStarted(started)) => started.command.and_then(|start| start.signatory),
        _ => None,
    };
    Ok(Some(PaperDocument {
        received_at: moment::written(received),
        signatory: text(office, id, Purpose::Name, signatory.as_ref())?,
        filed_by: by(office, first.by),
    }))
}

/// Who did something, as the body may know it: colleagues know each other by name, and who of the secretariat acts in their
/// name.
pub(crate) fn by(office: &Office, party: Party) -> ByDocument {
    let name = match party {
        Party::Contributor(subject) | Party::Authority(subject) | Party::Secretariat(subject) => {
            office.accounts().name_of(subject)
        }
        Party::Moderator | Party::Publisher | Party::System => None,
    };
    ByDocument { role: party.role().to_owned(), name }
}

/// What happened at a moment, as it was first recorded.
pub(crate) fn payload(office: &Office, moment: &Moment) -> Answer<Option<Payload>> {
    let recorded = office.engine().recorded_at(moment.place).map_err(|error| Problem::internal(&error))?;
    Ok(recorded.beside.unwrap_or(recorded.event).payload)
}

/// A sealed text in the clear; none when there is none, or when it cannot be read here any more.
pub(crate) fn text(
    office: &Office,
    id: EntryId,
    purpose: Purpose,
    sealed: Option<&v1::Sealed>,
) -> Answer<Option<String>> {
    let Some(sealed) = sealed else { return Ok(None) };
    office.words().open_text(id, purpose, sealed).map_err(|error| refusals::words_failed(&error))
}
