//! What tells people of what happened, brings them in, and says no to a retraction.

use dossier_proto::{Origin, Payload, v1};

use super::{raw_place, sealed};

const MOMENT: i64 = 1_767_225_600_000_000;

pub(super) fn payloads() -> Vec<(&'static str, Payload)> {
    let mut all = letters();
    all.extend(retractions());
    all.push((
        "person_invited",
        Payload::PersonInvited(v1::PersonInvited {
            command: Some(v1::InvitePerson {
                subject: vec![12; 16],
                designation: Some(v1::GrantDesignation {
                    subject: vec![12; 16],
                    role: v1::Role::NationalFocalPoint.into(),
                    body: "KEN".into(),
                    valid_from: MOMENT,
                    note_number: "NV-2026/114".into(),
                    ..v1::GrantDesignation::default()
                }),
            }),
        }),
    ));
    all
}

fn letters() -> Vec<(&'static str, Payload)> {
    let end = v1::LetterEnd { letter: vec![45; 16], outcome: v1::LetterOutcome::Accepted.into(), attempts: 2 };
    let remind = v1::Remind { days: 30, since: raw_place(Origin::Moderation, 9) };
    vec![
        (
            "letters_ended",
            Payload::LettersEnded(v1::LettersEnded { command: Some(v1::RecordLetters { letters: vec![end] }) }),
        ),
        (
            "inbox_read",
            Payload::InboxRead(v1::InboxRead {
                command: Some(v1::ReadInbox { through: raw_place(Origin::Submission, 12) }),
            }),
        ),
        ("reminded", Payload::Reminded(v1::Reminded { command: Some(remind) })),
    ]
}

fn retractions() -> Vec<(&'static str, Payload)> {
    vec![
        (
            "retraction_returned",
            Payload::RetractionReturned(v1::RetractionReturned {
                command: Some(v1::ReturnRetraction { proposed: raw_place(Origin::Submission, 7), reason: sealed(46) }),
                edition: 1,
            }),
        ),
        (
            "retraction_declined",
            Payload::RetractionDeclined(v1::RetractionDeclined {
                command: Some(v1::DeclineRetraction { asked: raw_place(Origin::Submission, 8), reason: sealed(47) }),
                edition: 1,
            }),
        ),
    ]
}
