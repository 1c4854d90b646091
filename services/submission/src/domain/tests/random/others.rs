//! Moderation or publication does what it may do with an entry as it stands.

use dossier_engine::testing::Dice;
use dossier_proto::{EntryId, Event, Payload, Place, v1};

use super::{Told, days};
use crate::domain::{Asked, Asking, Standing, Workflow};

pub(super) fn act(told: &mut Told, dice: &mut Dice, id: EntryId) {
    match told.entry(id).workflow.clone() {
        Workflow::InReview { submitted, asked: Some(asked), .. } if dice.one_in(2) => grant(told, id, submitted, asked),
        Workflow::InReview { submitted, asked, held } => match dice.below(6) {
            0 if held.is_some() => {
                told.moderation(Some(id), Payload::ReviewResumed(v1::ReviewResumed { command: None }));
            }
            0 => {
                let awaited = (*dice.pick(&["contributor", "legal_advice"])).to_owned();
                let command = Some(v1::Hold { awaited, reason: None, until: None });
                told.moderation(Some(id), Payload::ReviewHeld(v1::ReviewHeld { command }));
            }
            _ => end(told, dice, id, submitted, asked),
        },
        Workflow::Approved { approved } => approved_one(told, dice, id, approved),
        Workflow::Scheduled { approved, .. } => publish(told, id, approved),
        _ if told.entry(id).has_edition() => about_edition(told, dice, id),
        _ => {}
    }
}

fn grant(told: &mut Told, id: EntryId, submitted: Place, asked: Asked) {
    let command = Some(v1::AnswerRequest { asked: Some(asked.place.into()) });
    let submitted = Some(submitted.into());
    let granted = match asked.what {
        Asking::Recall => Payload::RecallGranted(v1::RecallGranted { command, submitted }),
        Asking::Withdrawal => Payload::WithdrawalGranted(v1::WithdrawalGranted { command, submitted }),
    };
    told.moderation(Some(id), granted);
}

fn end(told: &mut Told, dice: &mut Dice, id: EntryId, submitted: Place, asked: Option<Asked>) {
    let ended = match dice.below(8) {
        0 | 1 => told.changes_requested(id),
        2..=4 => told.approved(id),
        5 => {
            let marked = v1::MarkedDuplicate {
                command: Some(v1::MarkDuplicate { duplicate_of: vec![5; 16], ..v1::MarkDuplicate::default() }),
                submitted: Some(submitted.into()),
                number: "EVT-2026-00007".to_owned(),
                ..v1::MarkedDuplicate::default()
            };
            told.moderation(Some(id), Payload::MarkedDuplicate(marked))
        }
        _ => told.refused(id),
    };
    if let Some(asked) = asked {
        let command = Some(v1::AnswerRequest { asked: Some(asked.place.into()) });
        let late = v1::RequestTooLate { command, ended: Some(ended.head.place.into()) };
        told.moderation(Some(id), Payload::RequestTooLate(late));
    }
}

fn approved_one(told: &mut Told, dice: &mut Dice, id: EntryId, approved: Place) {
    let command = Some(v1::PublishEdition { approved: Some(approved.into()) });
    match dice.below(5) {
        0 => {
            let declined = v1::PublicationDeclined { command, refusal: None };
            told.publication(id, Payload::PublicationDeclined(declined));
        }
        1 => {
            let at = told.0.now().plus(days(3)).0;
            told.publication(id, Payload::EditionScheduled(v1::EditionScheduled { command, at }));
        }
        _ => publish(told, id, approved),
    }
}

fn publish(told: &mut Told, id: EntryId, approved: Place) {
    let mut event: Event = told.0.log().last().unwrap().0.clone();
    event.head.place = approved;
    told.published(id, &event);
}

fn about_edition(told: &mut Told, dice: &mut Dice, id: EntryId) {
    let public = told.entry(id).public.clone().expect("it has an edition");
    let edition = public.edition;
    match (dice.below(16), public.standing()) {
        (0, _) => {
            told.retracted(id);
        }
        (1 | 2, Standing::Shown | Standing::Superseded) => {
            told.publication(id, Payload::EntrySuspended(v1::EntrySuspended { command: None, edition }));
        }
        (1..=4, Standing::Suspended) => {
            told.publication(id, Payload::EntryReinstated(v1::EntryReinstated { command: None, edition }));
        }
        (3, Standing::Shown) => {
            let number = "EVT-2026-00009".to_owned();
            told.publication(id, Payload::EntrySuperseded(v1::EntrySuperseded { command: None, edition, number }));
        }
        (4..=7, Standing::Shown) => {
            told.corrected(id);
        }
        (8..=11, _) => {
            let asked = public.retraction_asked.map(|(place, _)| place.into());
            let command = Some(v1::DeclineRetraction { asked, reason: None });
            told.publication(id, Payload::RetractionDeclined(v1::RetractionDeclined { command, edition }));
        }
        _ => {}
    }
}
