//! What can be asked of moderation.

use dossier_engine::erasure::{Orders, Scope};
use dossier_moderation::domain::{Approval, Command, Confirmation, CorrectedWords, Entry, SubmittedWords};
use dossier_proto::{Digest, EntryId, Origin, Payload, SubjectId, v1};

use crate::{Town, people::INTERNAL};

/// The entry as moderation knows it, if it ever heard of it.
#[must_use]
pub fn entry(town: &Town, id: EntryId) -> Option<&Entry> {
    town.moderation.state().entries.get(&id)
}

/// The digest under review, else nonsense.
#[must_use]
pub fn digest(town: &Town, id: EntryId) -> Vec<u8> {
    let review = entry(town, id).and_then(Entry::review);
    review.map_or(vec![9; 32], |review| review.digest.to_vec())
}

/// Approve what is under review.
pub fn approve(town: &mut Town, id: EntryId) -> Command {
    approve_as(town, id, digest(town, id))
}

/// Approve what is under review, having read the content with this digest.
pub fn approve_as(town: &mut Town, id: EntryId, digest: Vec<u8>) -> Command {
    let approve = v1::Approve { digest, note: Some(town.words.sealed()), ..v1::Approve::default() };
    Command::Approve(Box::new(Approval { approve, words: submitted_words(town, id) }))
}

fn submitted_words(town: &Town, id: EntryId) -> Option<SubmittedWords> {
    let place = entry(town, id)?.review()?.submitted.place;
    match &town.submission.log()[usize::try_from(place.sequence).unwrap()].0.payload {
        Some(Payload::Submitted(submitted)) => SubmittedWords::of(submitted),
        other => panic!("what is in review was not submitted: {other:?}"),
    }
}

/// Think that it should not pass.
pub fn object(town: &mut Town, id: EntryId) -> Command {
    let digest = digest(town, id);
    Command::Object(v1::Object { digest, reason: Some(town.words.sealed()), ..v1::Object::default() })
}

/// Ask for so many changes.
pub fn request_changes(town: &mut Town, id: EntryId, items: u32) -> Command {
    let digest = digest(town, id);
    let item = |town: &mut Town, item| v1::RequestedChange {
        item,
        field: "title".to_owned(),
        language: "en".to_owned(),
        quote: Some(town.words.sealed()),
        text: Some(town.words.sealed()),
    };
    let items = (1..=items).map(|number| item(town, number)).collect();
    Command::RequestChanges(v1::RequestChanges { digest, items, comments: Vec::new() })
}

/// Say that this requested change is settled, or not.
pub fn settle(town: &mut Town, id: EntryId, (round, item): (u32, u32), outcome: v1::settle_change::Outcome) -> Command {
    let digest = digest(town, id);
    let text = Some(town.words.sealed());
    Command::SettleChange(v1::SettleChange { digest, round, item, outcome: outcome.into(), text })
}

/// Refuse it.
pub fn refuse(town: &mut Town, id: EntryId) -> Command {
    let digest = digest(town, id);
    Command::Refuse(v1::Refuse { digest, code: "out_of_scope".to_owned(), reason: Some(town.words.sealed()) })
}

/// End it as a duplicate of some published entry.
pub fn mark_duplicate(town: &mut Town, id: EntryId) -> Command {
    let digest = digest(town, id);
    let other = town.moderation.state().entries.iter().find(|(other, entry)| **other != id && entry.is_public());
    let duplicate_of = other.map_or(id, |(other, _)| *other).to_vec();
    Command::MarkDuplicate(v1::MarkDuplicate { digest, duplicate_of, reason: Some(town.words.sealed()) })
}

/// Correct the edition.
pub fn propose(town: &mut Town, id: EntryId) -> Command {
    let edition = entry(town, id).and_then(|entry| entry.edition.clone());
    let (number, base) = edition.map_or((1, vec![9; 32]), |edition| (edition.edition, edition.digest.to_vec()));
    let text = town.words.text();
    let content = town.words.content(1, text);
    Command::ProposeCorrection(Box::new(v1::ProposeCorrection {
        edition: number,
        base_digest: base,
        content: Some(content),
        fields: vec!["title".to_owned()],
        reason: Some(town.words.sealed()),
        faults: 0,
    }))
}

fn proposed(town: &Town, id: EntryId) -> Option<v1::ProposeCorrection> {
    let place = entry(town, id)?.correction.as_ref()?.proposed.place;
    match &town.moderation.log()[usize::try_from(place.sequence).unwrap()].0.payload {
        Some(Payload::CorrectionProposed(proposed)) => proposed.command.clone(),
        other => panic!("a correction was not proposed: {other:?}"),
    }
}

/// Confirm the proposed correction.
pub fn confirm(town: &mut Town, id: EntryId) -> Command {
    let proposed = proposed(town, id);
    let digest = proposed.as_ref().and_then(|one| one.content.as_ref()).map_or(vec![9; 32], |one| one.digest.clone());
    let words = proposed.and_then(|proposed| CorrectedWords::of(&proposed, Vec::new()));
    let confirm = v1::ConfirmCorrection { digest, note: Some(town.words.sealed()) };
    Command::ConfirmCorrection(Box::new(Confirmation { confirm, words }))
}

/// Do away with it.
pub fn reject(town: &mut Town, id: EntryId) -> Command {
    let digest = entry(town, id).and_then(|entry| entry.correction.as_ref()).map(|one| one.digest);
    let digest = digest.map_or(vec![9; 32], |digest: Digest| digest.to_vec());
    Command::RejectCorrection(v1::RejectCorrection { digest, reason: Some(town.words.sealed()) })
}

/// Say something.
pub fn comment(town: &mut Town, id: EntryId, audience: v1::Audience) -> v1::Comment {
    v1::Comment {
        digest: digest(town, id),
        field: "title".to_owned(),
        language: "en".to_owned(),
        text: Some(town.words.sealed()),
        audience: audience.into(),
    }
}

/// Let it wait.
pub fn hold(town: &mut Town, awaited: &str, for_micros: Option<i64>) -> Command {
    let until = for_micros.map(|micros| town.now().plus(micros).0);
    Command::Hold(v1::Hold { awaited: awaited.to_owned(), reason: Some(town.words.sealed()), until })
}

/// Hand it to somebody.
pub fn assign(town: &mut Town, to: SubjectId) -> Command {
    Command::Assign(v1::Assign { subject: to.to_vec(), note: Some(town.words.sealed()) })
}

/// Have all its words destroyed, or one content, or its personal values.
pub fn erase(town: &mut Town, scope: Scope, id: EntryId) -> Command {
    let digests = if scope == Scope::Content { vec![digest(town, id)] } else { Vec::new() };
    let note = Some(town.words.sealed());
    let reason = "never-public".to_owned();
    Command::OrderErasure(v1::OrderErasure { scope: scope.number(), subject: Vec::new(), digests, reason, note })
}

/// Say that the order about this entry that waits for it was carried out.
pub fn confirm_erasure(orders: &Orders, origin: Origin, id: EntryId) -> v1::ConfirmErasure {
    let order = orders.of_entry(id).find(|order| !order.confirmed.contains_key(&origin));
    v1::ConfirmErasure { order: order.map(|order| order.place.into()), destroyed: 1, kept: Vec::new() }
}

/// Everything that can be asked about this entry. What the service asks of itself is among it.
pub fn all(town: &mut Town, id: EntryId) -> Vec<Command> {
    let settled = entry(town, id).and_then(|entry| entry.changes.keys().next().copied()).unwrap_or((1, 1));
    let comment_inside = comment(town, id, v1::Audience::Unspecified);
    let comment_told = comment(town, id, v1::Audience::Contributor);
    let finish = v1::FinishReview { digest: digest(town, id), comments: vec![comment_told] };
    let conflict = v1::DeclareConflict { reason: Some(town.words.sealed()) };
    vec![
        Command::OpenReview(v1::OpenReview::default()),
        Command::AnswerRequest(v1::AnswerRequest::default()),
        Command::Claim(v1::Claim {}),
        Command::Release(v1::Release {}),
        assign(town, INTERNAL[0]),
        Command::Comment(comment_inside),
        Command::FinishReview(finish),
        settle(town, id, settled, v1::settle_change::Outcome::Accepted),
        hold(town, "contributor", None),
        Command::Resume(v1::Resume {}),
        Command::DeclareConflict(conflict),
        request_changes(town, id, 1),
        approve(town, id),
        object(town, id),
        refuse(town, id),
        mark_duplicate(town, id),
        propose(town, id),
        confirm(town, id),
        reject(town, id),
        erase(town, Scope::Words, id),
        Command::ConfirmErasure(confirm_erasure(&town.moderation.state().erasures, Origin::Moderation, id)),
    ]
}
