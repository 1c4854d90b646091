//! Somebody who holds the keys changes the history and makes everything fit again: files, roots, signatures, numbers, hashes,
//! copies. What is left to complain of is what the events say, and each rule is seen to see it alone.

mod chains;
mod commands;
mod editions;
mod receptions;
mod reviews;

use std::collections::BTreeSet;

use dossier_faults::checker::Fault;
use dossier_proto::{Origin, Payload, Place, v1};

use crate::{faults, forging::Forger, sound::Sound, words};

/// What is done to the history, and all that is complained of then.
type Case = (&'static str, fn(&mut Forger<'_>), &'static [Fault]);

#[test]
fn of_what_a_careful_forger_does() {
    let sound = Sound::live();
    let untouched = Forger::new(&sound).have_it_checked();
    assert!(untouched.complaints.is_empty(), "what is only written again is complained of:\n{}", words(&untouched));
    let mut otherwise = String::new();
    for (name, damage, expected) in CASES.iter().flat_map(|cases| cases.iter()) {
        let mut forger = Forger::new(&sound);
        damage(&mut forger);
        let verdict = forger.have_it_checked();
        let expected: BTreeSet<_> = expected.iter().copied().collect();
        if faults(&verdict) != expected {
            otherwise += &format!("{name}: expected {expected:?}, complained of were\n{}", words(&verdict));
        }
    }
    assert!(otherwise.is_empty(), "{otherwise}");
}

const CASES: [&[Case]; 5] =
    [&commands::COMMANDS, &receptions::RECEPTIONS, &reviews::REVIEWS, &editions::EDITIONS, &chains::CHAINS];

fn last_save(f: &Forger<'_>) -> Place {
    f.last(Origin::Submission, |payload| matches!(payload, Payload::DraftSaved(_)))
}

fn approval(f: &Forger<'_>) -> Place {
    f.last(Origin::Moderation, |payload| matches!(payload, Payload::Approved(_)))
}

fn reception_of_approval(f: &Forger<'_>) -> Place {
    f.reception(Origin::Submission, approval(f))
}

fn review(f: &Forger<'_>) -> Place {
    f.last(Origin::Moderation, |payload| matches!(payload, Payload::ReviewOpened(_)))
}

fn recall(f: &Forger<'_>) -> Place {
    f.last(Origin::Moderation, |payload| matches!(payload, Payload::RecallGranted(_)))
}

fn second_edition(f: &Forger<'_>) -> Place {
    f.last(Origin::Publication, |payload| matches!(payload, Payload::EditionPublished(one) if one.edition == 2))
}

/// Of the entry that has one edition and was not retracted.
fn only_edition(f: &Forger<'_>) -> Place {
    f.last(Origin::Publication, |payload| matches!(payload, Payload::EditionPublished(one) if one.edition == 1))
}

fn is_edition(payload: &Payload) -> bool {
    matches!(payload, Payload::EditionPublished(_))
}

fn is_submitted(payload: &Payload) -> bool {
    matches!(payload, Payload::Submitted(_))
}

fn is_received(payload: &Payload) -> bool {
    matches!(payload, Payload::Received(_))
}

fn is_granted(payload: &Payload) -> bool {
    matches!(payload, Payload::DesignationGranted(_))
}

fn is_revoked(payload: &Payload) -> bool {
    matches!(payload, Payload::DesignationRevoked(_))
}

fn received(place: Place) -> Payload {
    Payload::Received(v1::Received { place: Some(place.into()), hash: vec![0; 32] })
}

fn edition(event: &mut dossier_proto::Event) -> &mut v1::EditionPublished {
    match &mut event.payload {
        Some(Payload::EditionPublished(published)) => published,
        other => panic!("{other:?} is no edition"),
    }
}

fn command(event: &mut dossier_proto::Event) -> &mut dossier_proto::CommandRef {
    event.head.command.as_mut().unwrap()
}

fn other_command(event: &mut dossier_proto::Event) {
    command(event).id.0[0] ^= 1;
}

fn next_revision(event: &mut dossier_proto::Event) {
    if let Some(Payload::DraftSaved(v1::DraftSaved { command: Some(save) })) = &mut event.payload {
        let content = save.content.as_mut().unwrap();
        content.revision += 1;
        content.digest[0] ^= 1;
    }
}
