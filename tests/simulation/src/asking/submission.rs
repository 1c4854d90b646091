//! What can be asked of submission.

use dossier_proto::{EntryId, Origin, Payload, Place, v1};
use dossier_submission::domain::{Command, Entry, Workflow};

use crate::{Town, asking::moderation::confirm_erasure, words::Text};

/// Begin an entry.
pub fn start(town: &mut Town, record_type: &str, body: &str) -> Command {
    let text = town.words.text();
    let content = town.words.content(1, text);
    Command::StartDraft(v1::StartDraft {
        record_type: record_type.to_owned(),
        body: body.to_owned(),
        original_language: "en".to_owned(),
        content: Some(content),
        fields: vec!["title".to_owned(), "description".to_owned()],
        ..v1::StartDraft::default()
    })
}

/// Begin it on behalf of a body, from a paper.
pub fn file_paper(town: &mut Town, record_type: &str, body: &str) -> Command {
    let (command, signatory) = (start(town, record_type, body), town.words.sealed());
    let Command::StartDraft(start) = command else { unreachable!("it starts") };
    let received_at = Some(town.now().plus(-1).0);
    Command::StartDraft(v1::StartDraft { received_at, signatory: Some(signatory), ..start })
}

/// Save what says this as the next revision.
pub fn save(town: &mut Town, id: EntryId, text: Text, fields: &[&str]) -> Command {
    let number = entry(town, id).saved + 1;
    let content = town.words.content(number, text);
    let fields = fields.iter().map(ToString::to_string).collect();
    Command::SaveDraft(v1::SaveDraft { content: Some(content), fields })
}

/// Submit the working content; whatever was asked for is answered.
pub fn submit(town: &mut Town, id: EntryId) -> Command {
    let entry = entry(town, id).clone();
    let said = town.words.said(&entry.working.digest);
    let earlier = entry.submitted.iter().rev().find(|(_, digest)| said.is_some() && town.words.said(digest) == said);
    let equals_revision = earlier.map(|(number, _)| *number).filter(|number| *number != entry.working.number);
    let answers = answers(town, id);
    let submit = v1::Submit {
        revision: entry.working.number,
        digest: entry.working.digest.to_vec(),
        answers,
        what_changed: Some(town.words.sealed()),
        certified: true,
        equals_revision,
        ..v1::Submit::default()
    };
    Command::Submit { submit, content: town.words.content_of(&entry.working.digest).cloned() }
}

/// An answer to each change that moderation wants, as far as submission has heard of it.
fn answers(town: &mut Town, id: EntryId) -> Vec<v1::Answer> {
    let changes = town.moderation.state().entries.get(&id).map(|entry| entry.changes.clone()).unwrap_or_default();
    let open = changes.into_iter().filter(|(_, change)| change.state.is_in_the_way());
    let answers = open.map(|((round, item), _)| v1::Answer { item, round, text: Some(town.words.sealed()) });
    let answers: Vec<_> = answers.collect();
    answers.into_iter().filter(|answer| entry(town, id).open_items.named(answer).is_some()).collect()
}

/// Clear what awaits it.
pub fn clear(town: &mut Town, id: EntryId) -> Command {
    let digest = entry(town, id).working.digest.to_vec();
    let asked = match entry(town, id).workflow {
        Workflow::AwaitingClearance { asked, .. } => match payload(town, asked) {
            Some(Payload::ClearanceAsked(asked)) => Some(Box::new(asked.clone())),
            other => panic!("what awaits clearance was not asked: {other:?}"),
        },
        _ => None,
    };
    Command::Clear { clear: v1::Clear { digest, note: Some(town.words.sealed()) }, asked }
}

/// Let the proposed retraction go.
pub fn clear_retraction(town: &Town, id: EntryId) -> Command {
    let proposed = entry(town, id).public.as_ref().and_then(|public| public.retraction_proposed.as_ref());
    let place = proposed.map(|proposed| proposed.place);
    let reason = match place.and_then(|place| payload(town, place)) {
        Some(Payload::RetractionProposed(proposed)) => proposed.command.as_ref().and_then(|it| it.reason.clone()),
        _ => None,
    };
    Command::ClearRetraction { clear: v1::ClearRetraction { proposed: place.map(Into::into) }, reason }
}

/// Do not let it go.
pub fn return_retraction(town: &mut Town, id: EntryId) -> Command {
    let proposed = entry(town, id).public.as_ref().and_then(|public| public.retraction_proposed.as_ref());
    let proposed = proposed.map(|proposed| proposed.place.into());
    Command::ReturnRetraction(v1::ReturnRetraction { proposed, reason: Some(town.words.sealed()) })
}

/// Everything that can be asked about this entry.
pub fn all(town: &mut Town, id: EntryId) -> Vec<Command> {
    let (text, digest) = (town.words.text(), entry(town, id).working.digest.to_vec());
    let reason = Some(town.words.sealed());
    let record_type = entry(town, id).facts.record_type.clone();
    let body = entry(town, id).facts.body.to_string();
    vec![
        start(town, &record_type, &body),
        save(town, id, text, &["title"]),
        submit(town, id),
        clear(town, id),
        Command::ReturnToBody(v1::ReturnToBody { digest, reason: reason.clone() }),
        Command::AskRecall,
        Command::Withdraw(v1::Withdraw { reason: reason.clone() }),
        Command::OpenRevision,
        Command::AskRetraction(v1::AskRetraction { reason: reason.clone() }),
        clear_retraction(town, id),
        return_retraction(town, id),
        Command::AskAppeal(v1::AskAppeal { reason: reason.clone() }),
        Command::ObjectToCorrection(v1::ObjectToCorrection { reason }),
        Command::Remind(v1::Remind { days: 7, since: None }),
        Command::Expire,
        Command::ConfirmErasure(confirm_erasure(&town.submission.state().erasures, Origin::Submission, id)),
    ]
}

/// The entry as submission knows it.
#[must_use]
pub fn entry(town: &Town, id: EntryId) -> &Entry {
    &town.submission.state().entries[&id]
}

fn payload(town: &Town, place: Place) -> Option<&Payload> {
    town.submission.log()[usize::try_from(place.sequence).unwrap()].0.payload.as_ref()
}
