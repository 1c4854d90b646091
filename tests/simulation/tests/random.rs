//! Random sequences of 200 commands by random people keep every promise; see `dossier_simulation::watch`.
//!
//! `DOSSIER_SEED` runs one seed alone.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{cell::RefCell, collections::BTreeMap};

use dossier_engine::testing::{Dice, for_seeds};
use dossier_proto::{Event, Origin, Payload};
use dossier_simulation::{Town, asking::name, chance, watch::Watch};

const COMMANDS: usize = 200;

/// How often each thing was recorded.
type Recorded = BTreeMap<String, u32>;

fn live(opened: &Town, dice: &mut Dice) -> Recorded {
    let (mut town, mut watch) = (opened.clone(), Watch::default());
    for _ in 0..COMMANDS {
        chance::step(&mut town, dice);
        watch.look(&town);
    }
    watch.at_the_end(&mut town);
    let mut recorded = Recorded::new();
    for origin in [Origin::Submission, Origin::Moderation, Origin::Publication] {
        for (event, _) in town.log(origin) {
            *recorded.entry(what(event)).or_default() += 1;
        }
    }
    recorded
}

/// The name of what happened, with what is rare about it.
fn what(event: &Event) -> String {
    let payload = event.payload.as_ref().unwrap();
    match payload {
        Payload::Approved(one) => format!("Approved {}", one.record_type),
        Payload::EditionPublished(one) if one.now.is_some() => "EditionPublished now".to_owned(),
        Payload::EditionPublished(one) if one.kind == 1 => "EditionPublished corrected".to_owned(),
        Payload::EditionPublished(one) if one.edition > 2 => "EditionPublished third".to_owned(),
        Payload::SubmissionRefused(one) => format!("refused {}", one.refusal.as_ref().unwrap().code),
        Payload::ModerationRefused(one) => format!("refused {}", one.refusal.as_ref().unwrap().code),
        other => name(other),
    }
}

/// What the sequences must come to, or they show nothing.
const REACHED: [&str; 62] = [
    "AppealAsked",
    "ApprovalCounted",
    "Approved event",
    "Approved pledge",
    "Approved practice",
    "Approved report",
    "ChangeSettled",
    "ChangesRequested",
    "ClearanceAsked",
    "ClearanceRecalled",
    "ClearanceReturned",
    "Cleared",
    "CommentMade",
    "ConflictDeclared",
    "CorrectionConfirmed",
    "CorrectionObjected",
    "CorrectionProposed",
    "CorrectionRejected",
    "DesignationRevoked",
    "DraftSaved",
    "EditionPublished",
    "EditionPublished corrected",
    "EditionPublished now",
    "EditionPublished third",
    "EditionRescheduled",
    "EditionScheduled",
    "EntryRefused",
    "EntryReinstated",
    "EntryRetracted",
    "EntrySuperseded",
    "EntrySuspended",
    "Expired",
    "MarkedDuplicate",
    "ObjectionMade",
    "PublicationDeclined",
    "PublicationRefused",
    "RecallAsked",
    "RecallGranted",
    "Reminded",
    "RequestTooLate",
    "RetractionAsked",
    "RetractionCleared",
    "RetractionDeclined",
    "RetractionProposed",
    "RetractionReturned",
    "ReviewAssigned",
    "ReviewClaimed",
    "ReviewFinished",
    "ReviewHeld",
    "ReviewReleased",
    "ReviewResumed",
    "RevisionOpened",
    "WithdrawalAsked",
    "WithdrawalGranted",
    "Withdrawn",
    "refused conflict-declared",
    "refused digest-mismatch",
    "refused no-designation",
    "refused own-submission",
    "refused own-words",
    "refused refused-before",
    "refused review-ended",
];

#[test]
fn two_hundred_commands_by_anybody_keep_every_promise() {
    let opened = Town::opened();
    let all = RefCell::new(Recorded::new());
    for_seeds(300, |dice| {
        for (name, count) in live(&opened, dice) {
            *all.borrow_mut().entry(name).or_default() += count;
        }
    });
    if std::env::var_os("DOSSIER_SEED").is_none() {
        let all = all.into_inner();
        let never: Vec<_> = REACHED.iter().filter(|name| !all.contains_key(**name)).collect();
        assert!(never.is_empty(), "the sequences never come to {never:?}: {all:?}");
    }
}
