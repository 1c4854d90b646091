//! What callers were told: everything acknowledged is there, once and as it was told; nothing refused was done; nothing was
//! done that nobody asked for.

use std::collections::BTreeMap;

use dossier_proto::{Actor, CommandId, EntryId, Event, Origin, Payload, Place, SubjectId, v1};
use sha2::{Digest as _, Sha256};

use super::{Complaint, Fault, History, Kept, chain::is_refusal, drafts};
use crate::notes::{Act, Answered, Asked, Note, RecordedAt};

/// Judges; gives the number of commands that were acknowledged.
pub fn judge(history: &History, notes: &[Note], complaints: &mut Vec<Complaint>) -> usize {
    let mut recorded: BTreeMap<CommandId, Vec<&Kept>> = BTreeMap::new();
    for kept in history.events() {
        if let Some(command) = kept.event.head.command {
            recorded.entry(command.id).or_default().push(kept);
        }
    }
    let mut asked = BTreeMap::new();
    let mut acknowledged = 0;
    for note in notes {
        match note {
            Note::Asked(one) => drop(asked.insert(command_id(&one.subject, &one.key), one)),
            Note::Answered(answer) => {
                let id = command_id(&answer.subject, &answer.key);
                let events = recorded.get(&id).map(Vec::as_slice).unwrap_or_default();
                let Some(one) = asked.get(&id) else {
                    complaints.push(Complaint::new(Fault::NobodyAsked, &answer.key, "it was answered and never asked"));
                    continue;
                };
                let witness = Witness { history, asked: one, answer, events };
                if (200..300).contains(&answer.status) {
                    acknowledged += 1;
                    witness.done(complaints);
                } else {
                    witness.refused(complaints);
                }
            }
            Note::Seen { entry, number, edition } => seen(history, entry, number, *edition, complaints),
            Note::Reads { .. } | Note::Read { .. } => {}
        }
    }
    nobody_asked(history, &asked, complaints);
    readings(history, notes, complaints);
    acknowledged
}

/// The first 16 bytes of SHA-256(subject ‖ key).
fn command_id(subject: &str, key: &str) -> CommandId {
    let subject = subject.parse::<SubjectId>().map(|subject| subject.0.to_vec()).unwrap_or_default();
    let digest = Sha256::new().chain_update(subject).chain_update(key).finalize();
    let mut id = [0; 16];
    id.copy_from_slice(&digest[..16]);
    CommandId(id)
}

/// One answer, what was asked, and what is there.
struct Witness<'a> {
    history: &'a History,
    asked: &'a Asked,
    answer: &'a Answered,
    events: &'a [&'a Kept],
}

impl Witness<'_> {
    fn complain(&self, fault: Fault, found: impl Into<String>) -> Complaint {
        Complaint::new(fault, format!("{} ({:?})", self.answer.key, self.asked.act), found)
    }

    fn done(&self, complaints: &mut Vec<Complaint>) {
        let Some(first) = self.events.first() else {
            if !self.was_so_already() {
                complaints.push(self.complain(Fault::Lost, "it was acknowledged, and no event is of it"));
            }
            return;
        };
        let wrong = |found: String| self.complain(Fault::AcknowledgedOtherwise, found);
        if !is_effect_of(self.asked.act, first.event.payload.as_ref()) {
            complaints.push(wrong(format!("what stands at {} is not what was acknowledged", first.place())));
        }
        let entry = self.asked.entry.as_ref().or(self.answer.entry.as_ref());
        if first.entry().map(|entry| entry.to_string()).as_ref() != entry {
            complaints.push(wrong(format!("{} is about {:?}, not {entry:?}", first.place(), first.entry())));
        }
        if self.answer.recorded.as_ref().is_some_and(|at| place_of(at) != Some(first.place())) {
            complaints.push(wrong(format!("it stands at {}, told was {:?}", first.place(), self.answer.recorded)));
        }
        self.decided_what_was_read(&first.event, complaints);
        self.as_shown(first, complaints);
        self.public(complaints);
    }

    /// Whether what was asked for was so already, so that there was nothing to record: one's own claim, no claim to let go of, a
    /// revision of this edition that a colleague opened, a recall of this submission that a colleague asked for.
    fn was_so_already(&self) -> bool {
        let entry = self.asked.entry.as_ref().and_then(|entry| entry.parse::<EntryId>().ok());
        let before = |kept: &&Kept| {
            kept.entry() == entry && self.answer.sequence.is_some_and(|sequence| kept.place().sequence <= sequence)
        };
        let mut earlier = self.history.of(Origin::Submission).iter().filter(before).rev();
        match self.asked.act {
            Act::Claim | Act::Release => self.answer.recorded.is_none(),
            Act::Revise => earlier.any(|kept| {
                matches!(&kept.event.payload, Some(Payload::RevisionOpened(opened))
                    if Some(opened.base_edition) == self.answer.edition)
            }),
            Act::Recall => earlier
                .take_while(|kept| !matches!(kept.event.payload, Some(Payload::Submitted(_))))
                .any(|kept| matches!(kept.event.payload, Some(Payload::RecallAsked(_)))),
            _ => false,
        }
    }

    /// A decision is of the digest that it named (P5).
    fn decided_what_was_read(&self, event: &Event, complaints: &mut Vec<Complaint>) {
        let digest = match &event.payload {
            Some(Payload::Approved(v1::Approved { command: Some(command), .. })) => &command.digest,
            Some(Payload::ChangesRequested(v1::ChangesRequested { command: Some(command), .. })) => &command.digest,
            Some(Payload::EntryRefused(v1::EntryRefused { command: Some(command), .. })) => &command.digest,
            _ => return,
        };
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        if self.asked.digest.as_ref() != Some(&digest) {
            let found = format!("{} decides on {digest}", event.head.place);
            complaints.push(self.complain(Fault::AcknowledgedOtherwise, found));
        }
    }

    /// The document that answered a contributor: its revision was saved, and its last event is there.
    fn as_shown(&self, first: &Kept, complaints: &mut Vec<Complaint>) {
        let Some(sequence) = self.answer.sequence else { return };
        let last = self.history.at(Place { sequence, ..first.place() });
        if last.is_none_or(|last| last.entry() != first.entry()) || sequence < first.place().sequence {
            let found = format!("the event {sequence} that it shows is not there");
            return complaints.push(self.complain(Fault::Lost, found));
        }
        let shown = (self.answer.revision, self.answer.digest.clone());
        let mut events =
            self.history.of(Origin::Submission).iter().take_while(|kept| kept.place().sequence <= sequence);
        let was_saved = events.any(|kept| {
            let content = kept.event.payload.as_ref().and_then(drafts::saved);
            let digest = |content: &v1::Content| content.digest.iter().map(|byte| format!("{byte:02x}")).collect();
            kept.entry() == first.entry()
                && content.is_some_and(|content| (Some(content.revision), Some(digest(content))) == shown)
        });
        if !was_saved {
            complaints.push(self.complain(Fault::Lost, format!("revision {shown:?} that it shows is not there")));
        }
    }

    fn public(&self, complaints: &mut Vec<Complaint>) {
        if let (Some(entry), Some(number), Some(edition)) =
            (self.asked.entry.as_ref(), &self.answer.number, self.answer.edition)
        {
            seen(self.history, entry, number, edition, complaints);
        }
    }

    fn refused(&self, complaints: &mut Vec<Complaint>) {
        let effect = self.events.iter().find(|kept| !is_refusal(kept.event.payload.as_ref()));
        if let Some(effect) = effect {
            let found = format!(
                "it was answered {} {:?}, and took effect at {}",
                self.answer.status,
                self.answer.code,
                effect.place()
            );
            complaints.push(self.complain(Fault::RefusedAndDone, found));
        }
        let Some(at) = &self.answer.recorded else { return };
        let there = self.events.first().filter(|first| place_of(at) == Some(first.place()));
        if there.is_none() {
            complaints
                .push(self.complain(Fault::Lost, format!("the refusal told to be recorded at {at:?} is not there")));
        }
    }
}

fn place_of(at: &RecordedAt) -> Option<Place> {
    Some(Place { origin: at.origin.parse().ok()?, epoch: at.epoch, sequence: at.sequence })
}

fn is_effect_of(act: Act, payload: Option<&Payload>) -> bool {
    let Some(payload) = payload else { return false };
    match act {
        Act::Start => matches!(payload, Payload::DraftStarted(_)),
        Act::Save => matches!(payload, Payload::DraftSaved(_)),
        Act::Submit => matches!(payload, Payload::Submitted(_)),
        Act::Recall => matches!(payload, Payload::RecallAsked(_)),
        Act::Withdraw => matches!(payload, Payload::Withdrawn(_) | Payload::WithdrawalAsked(_)),
        Act::Revise => matches!(payload, Payload::RevisionOpened(_)),
        Act::AskRetraction => matches!(payload, Payload::RetractionAsked(_)),
        Act::Claim => matches!(payload, Payload::ReviewClaimed(_)),
        Act::Release => matches!(payload, Payload::ReviewReleased(_)),
        Act::Comment => matches!(payload, Payload::CommentMade(_)),
        Act::RequestChanges => matches!(payload, Payload::ChangesRequested(_)),
        Act::Approve => matches!(payload, Payload::Approved(_)),
        Act::Refuse => matches!(payload, Payload::EntryRefused(_)),
        Act::Retract => matches!(payload, Payload::EntryRetracted(_)),
        Act::Grant => matches!(payload, Payload::DesignationGranted(_)),
        Act::Revoke => matches!(payload, Payload::DesignationRevoked(_)),
    }
}

/// What somebody saw in public was published.
fn seen(history: &History, entry: &str, number: &str, edition: u32, complaints: &mut Vec<Complaint>) {
    let entry = entry.parse::<EntryId>().ok();
    let published = history.of(Origin::Publication).iter().any(|kept| {
        matches!(&kept.event.payload, Some(Payload::EditionPublished(published))
            if published.number == number && published.edition == edition)
            && kept.entry() == entry
    });
    if !published {
        let found = format!("{number} edition {edition} was shown, and was never published");
        complaints.push(Complaint::new(Fault::Lost, format!("{entry:?}"), found));
    }
}

/// Every command of a person was asked for, and what it did is what was asked.
fn nobody_asked(history: &History, asked: &BTreeMap<CommandId, &Asked>, complaints: &mut Vec<Complaint>) {
    for kept in history.events() {
        let (Actor::Person(subject), Some(command)) = (kept.event.head.actor, kept.event.head.command) else {
            continue;
        };
        // Readings have keys that nobody chose.
        if kept.place().origin == Origin::Audit || command.index > 0 {
            continue;
        }
        let payload = kept.event.payload.as_ref();
        let is_wanted = asked.get(&command.id).is_some_and(|one| {
            one.subject == subject.to_string() && (is_refusal(payload) || is_effect_of(one.act, payload))
        });
        if !is_wanted {
            complaints.push(Complaint::new(Fault::NobodyAsked, kept.place(), "nobody asked for this"));
        }
    }
}

/// Each trail that was shown was recorded as read before.
fn readings(history: &History, notes: &[Note], complaints: &mut Vec<Complaint>) {
    let mut shown: BTreeMap<(String, String), usize> = BTreeMap::new();
    for note in notes {
        if let Note::Read { subject, entry } = note {
            *shown.entry((subject.clone(), entry.clone())).or_default() += 1;
        }
    }
    for kept in history.of(Origin::Audit) {
        let (Some(Payload::TrailRead(_)), Actor::Person(subject)) = (&kept.event.payload, kept.event.head.actor) else {
            continue;
        };
        let entry = kept.entry().map(|entry| entry.to_string()).unwrap_or_default();
        if let Some(count) = shown.get_mut(&(subject.to_string(), entry)) {
            *count = count.saturating_sub(1);
        }
    }
    for ((subject, entry), left) in shown.into_iter().filter(|(_, left)| *left > 0) {
        let found = format!("{left} readings of {subject} are not recorded");
        complaints.push(Complaint::new(Fault::ReadingNotRecorded, format!("entry {entry}"), found));
    }
}
