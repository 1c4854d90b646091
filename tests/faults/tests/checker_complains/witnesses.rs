//! The history is sound and the witnesses say something else.

use std::collections::BTreeSet;

use dossier_faults::{
    checker::Fault,
    notes::{Act, Answered, Asked, Note},
};
use dossier_proto::Origin;

use crate::{faults, forging::Forger, sound::Sound, words};

/// What the witnesses say, and all that is complained of then.
type Case = (&'static str, fn(&mut Vec<Note>), &'static [Fault]);

#[test]
fn of_witnesses_who_say_something_else() {
    let sound = Sound::live();
    for (name, change, expected) in CASES {
        let mut forger = Forger::new(&sound);
        change(&mut forger.notes);
        let verdict = forger.have_it_checked();
        assert_eq!(faults(&verdict), expected.iter().copied().collect::<BTreeSet<_>>(), "{name}:\n{}", words(&verdict));
    }
}

/// An export that is complete may not be left out.
#[test]
fn of_a_journal_that_is_not_there() {
    let sound = Sound::live();
    for origin in Origin::ALL {
        let mut forger = Forger::new(&sound);
        forger.history.journals.remove(&origin);
        let verdict = forger.check_written();
        assert!(faults(&verdict).contains(&Fault::FileDamaged), "{origin}:\n{}", words(&verdict));
    }
}

const CASES: [Case; 11] = [
    (
        "a command was acknowledged that nobody recorded",
        |notes| {
            let (mut asked, mut answered) = command(notes, Act::Save);
            (asked.key, answered.key) = ("unheard of".to_owned(), "unheard of".to_owned());
            notes.extend([Note::Asked(asked), Note::Answered(answered)]);
        },
        &[Fault::Lost],
    ),
    (
        "a command was refused and done",
        |notes| answer(notes, Act::Submit, |answer| answer.status = 409),
        &[Fault::RefusedAndDone],
    ),
    (
        "an approval was recorded elsewhere than told",
        |notes| answer(notes, Act::Approve, |answer| answer.recorded.as_mut().unwrap().sequence -= 1),
        &[Fault::AcknowledgedOtherwise],
    ),
    (
        "something else was approved than read",
        |notes| {
            asked(notes, Act::Approve).last().unwrap().digest = Some("0".repeat(64));
        },
        &[Fault::AcknowledgedOtherwise],
    ),
    (
        "a retraction was acknowledged as an approval",
        |notes| {
            let retract = asked(notes, Act::Retract).next().unwrap();
            retract.act = Act::Approve;
        },
        &[Fault::AcknowledgedOtherwise, Fault::NobodyAsked],
    ),
    (
        "a revision was shown that was never saved",
        |notes| answer(notes, Act::Save, |answer| answer.digest = Some("0".repeat(64))),
        &[Fault::Lost],
    ),
    (
        "a revision was shown with an event that is not there",
        |notes| answer(notes, Act::Save, |answer| answer.sequence = Some(1_000_000)),
        &[Fault::Lost],
    ),
    (
        "nobody asked for an approval",
        |notes| {
            let key = asked(notes, Act::Approve).next().unwrap().key.clone();
            notes.retain(|note| !matches!(note, Note::Asked(asked) if asked.key == key));
        },
        // Nor could it be answered then.
        &[Fault::NobodyAsked],
    ),
    (
        "an edition was seen that was never published",
        |notes| {
            for note in notes {
                if let Note::Seen { edition, .. } = note {
                    *edition += 1;
                }
            }
        },
        &[Fault::Lost],
    ),
    (
        "a refusal was told to be recorded where it is not",
        |notes| {
            let refused = notes.iter_mut().find_map(|note| match note {
                Note::Answered(answer) if answer.status == 409 => answer.recorded.as_mut(),
                _ => None,
            });
            refused.unwrap().sequence += 1;
        },
        &[Fault::Lost],
    ),
    (
        "a trail was read once more than is recorded",
        |notes| {
            let read = notes.iter().find(|note| matches!(note, Note::Read { .. })).cloned();
            notes.extend(read);
        },
        &[Fault::ReadingNotRecorded],
    ),
];

fn asked(notes: &mut [Note], act: Act) -> impl DoubleEndedIterator<Item = &mut Asked> {
    notes.iter_mut().filter_map(move |note| match note {
        Note::Asked(asked) if asked.act == act => Some(asked),
        _ => None,
    })
}

/// Changes the answer to the last command of a kind that was done.
fn answer(notes: &mut [Note], act: Act, change: impl FnOnce(&mut Answered)) {
    let keys: BTreeSet<_> = asked(notes, act).map(|asked| asked.key.clone()).collect();
    let answer = notes.iter_mut().rev().find_map(|note| match note {
        Note::Answered(answer) if keys.contains(&answer.key) && answer.status < 300 => Some(answer),
        _ => None,
    });
    change(answer.unwrap());
}

/// A command that was done, and its answer.
fn command(notes: &[Note], act: Act) -> (Asked, Answered) {
    let mut notes_again = notes.to_vec();
    let asked = asked(&mut notes_again, act).next_back().unwrap().clone();
    let answered = notes.iter().find_map(|note| match note {
        Note::Answered(answer) if answer.key == asked.key => Some(answer.clone()),
        _ => None,
    });
    (asked, answered.unwrap())
}
