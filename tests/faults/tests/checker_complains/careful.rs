//! Somebody who holds the keys changes the history and makes everything fit again: files, roots, signatures, numbers, hashes,
//! copies. What is left to complain of is what the events say, and each rule is seen to see it alone.

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

const CASES: [&[Case]; 5] = [&COMMANDS, &RECEPTIONS, &REVIEWS, &EDITIONS, &CHAINS];

const COMMANDS: [Case; 9] = [
    ("a save is lost", |f| f.take_out(last_save(f)), &[Fault::Lost]),
    ("a save took effect twice", |f| f.put_another(last_save(f), next_revision), &[Fault::CommandTwice]),
    (
        "somebody saved without being asked",
        |f| {
            f.put_another(last_save(f), |event| {
                next_revision(event);
                command(event).id.0[0] ^= 1;
            });
        },
        &[Fault::NobodyAsked],
    ),
    (
        "a command lacks its first event",
        |f| f.change(last_save(f), |event| command(event).index = 1),
        &[Fault::CommandBroken],
    ),
    (
        "a save is of no command",
        |f| f.change(last_save(f), |event| event.head.command = None),
        // And so what was acknowledged is lost.
        &[Fault::CommandBroken, Fault::Lost],
    ),
    (
        "a save is under another command's name",
        |f| f.change(last_save(f), |event| command(event).id.0[0] ^= 1),
        &[Fault::Lost, Fault::NobodyAsked],
    ),
    (
        "a save is of another entry",
        |f| {
            let other = f.at(f.first(Origin::Submission, |payload| matches!(payload, Payload::DraftStarted(_))));
            f.change(last_save(f), |event| event.head.entry = other.head.entry);
        },
        &[Fault::AcknowledgedOtherwise, Fault::RevisionWrong],
    ),
    (
        "a recorded refusal is lost",
        |f| f.take_out(f.last(Origin::Moderation, |payload| matches!(payload, Payload::ModerationRefused(_)))),
        &[Fault::Lost],
    ),
    (
        "a reading is not recorded",
        |f| f.take_out(f.last(Origin::Audit, |payload| matches!(payload, Payload::TrailRead(_)))),
        &[Fault::ReadingNotRecorded],
    ),
];

const RECEPTIONS: [Case; 10] = [
    (
        "a reception is written twice",
        |f| f.put_another(reception_of_approval(f), |_| {}),
        &[Fault::ReceivedTwice, Fault::OutOfOrder],
    ),
    (
        "a service has not heard of an approval",
        |f| f.take_out_reception(Origin::Submission, approval(f)),
        // Nor of what came before and after it, it says.
        &[Fault::NotHeard, Fault::Disagreement],
    ),
    (
        "moderation recorded a draft",
        |f| {
            let (draft, like) = (f.at(last_save(f)), f.first(Origin::Moderation, is_received));
            f.put_another(like, |event| {
                event.payload = Some(received(draft.head.place));
                (event.head.cause, event.head.entry) = (Some(draft.head.place), draft.head.entry);
            });
        },
        &[Fault::NoBusiness],
    ),
    (
        "a reception has another hash",
        |f| {
            let place = reception_of_approval(f);
            f.as_forged.insert(f.at(place).head.id);
            f.take_beside_along(place);
            f.change(place, |event| {
                if let Some(Payload::Received(received)) = &mut event.payload {
                    received.hash[0] ^= 1;
                }
            });
        },
        &[Fault::NeverSent],
    ),
    (
        "other bytes lie beside a reception",
        |f| {
            let place = reception_of_approval(f);
            f.as_forged.insert(f.at(place).head.id);
            f.events(place.origin).iter_mut().find(|kept| kept.place() == place).unwrap().beside = None;
        },
        // What does not lie there was not heard of.
        &[Fault::BesideDiffers, Fault::Disagreement],
    ),
    (
        "something lies beside what is no reception",
        |f| {
            let place = last_save(f);
            f.events(place.origin).iter_mut().find(|kept| kept.place() == place).unwrap().beside = Some(vec![1]);
        },
        &[Fault::BesideDiffers],
    ),
    (
        "a reception is of an event that does not exist",
        |f| {
            let place = f.reception(Origin::Audit, f.last(Origin::Moderation, is_revoked));
            let nowhere = Place { origin: Origin::Moderation, epoch: 0, sequence: 1_000_000 };
            f.as_forged.insert(f.at(place).head.id);
            f.change(place, |event| event.payload = Some(received(nowhere)));
        },
        // And what it stood for was not heard.
        &[Fault::NeverSent, Fault::NotHeard, Fault::NoBusiness],
    ),
    (
        "a reception names another cause",
        |f| {
            let cause = f.first(Origin::Moderation, is_granted);
            f.change(reception_of_approval(f), |event| event.head.cause = Some(cause));
        },
        &[Fault::CauseMissing],
    ),
    (
        "something was received after what came later",
        |f| {
            let early = f.reception(Origin::Audit, f.first(Origin::Moderation, is_granted));
            f.put_another(early, |_| {});
            f.take_out(early);
        },
        &[Fault::OutOfOrder],
    ),
    (
        "a copy is shorter",
        |f| {
            f.forget_copies = true;
            f.history.copies.get_mut(&Origin::Submission).unwrap().events.pop();
        },
        &[Fault::CopyDiffers],
    ),
];

const REVIEWS: [Case; 11] = [
    ("a review is missing", |f| f.take_out(review(f)), &[Fault::NotReviewed]),
    ("a review is there twice", |f| f.put_another(review(f), other_command), &[Fault::ReviewedTwice]),
    (
        "a review is of another digest",
        |f| {
            f.change(review(f), |event| {
                if let Some(Payload::ReviewOpened(opened)) = &mut event.payload {
                    opened.digest[0] ^= 1;
                }
            });
        },
        &[Fault::ReviewDiffers],
    ),
    (
        "a review is of no submission",
        |f| {
            let save = last_save(f);
            f.put_another(review(f), |event| {
                other_command(event);
                if let Some(Payload::ReviewOpened(opened)) = &mut event.payload {
                    opened.command = Some(v1::OpenReview { submitted: Some(save.into()) });
                }
            });
        },
        &[Fault::RestsOnNothing],
    ),
    (
        "a review ended twice",
        |f| {
            let refusal = f.last(Origin::Moderation, |payload| matches!(payload, Payload::EntryRefused(_)));
            let approved = f.at(approval(f));
            let Some(Payload::Approved(v1::Approved { submitted, .. })) = approved.payload else { unreachable!() };
            f.put_another(refusal, |event| {
                other_command(event);
                event.head.entry = approved.head.entry;
                if let Some(Payload::EntryRefused(refused)) = &mut event.payload {
                    refused.submitted = submitted;
                }
            });
        },
        // Nobody asked for it, and submission never heard of it.
        &[Fault::EndedTwice, Fault::NobodyAsked, Fault::NotHeard, Fault::Disagreement],
    ),
    (
        "a decision is of no submission",
        |f| {
            let save = last_save(f);
            let refusal = f.last(Origin::Moderation, |payload| matches!(payload, Payload::EntryRefused(_)));
            f.change(refusal, |event| {
                if let Some(Payload::EntryRefused(refused)) = &mut event.payload {
                    refused.submitted = Some(save.into());
                }
            });
        },
        &[Fault::RestsOnNothing],
    ),
    ("a recall was not answered", |f| f.take_out_everywhere(recall(f)), &[Fault::NotAnswered]),
    (
        "a recall was answered twice",
        |f| f.put_another(recall(f), other_command),
        &[Fault::AnsweredTwice, Fault::EndedTwice, Fault::NotHeard, Fault::Disagreement],
    ),
    (
        "a withdrawal was granted as a recall",
        |f| {
            let granted = f.last(Origin::Moderation, |payload| matches!(payload, Payload::WithdrawalGranted(_)));
            f.change(granted, |event| {
                if let Some(Payload::WithdrawalGranted(withdrawal)) = event.payload.clone() {
                    let v1::WithdrawalGranted { command, submitted } = withdrawal;
                    event.payload = Some(Payload::RecallGranted(v1::RecallGranted { command, submitted }));
                }
            });
        },
        &[Fault::RestsOnNothing, Fault::NotAnswered],
    ),
    (
        "something was submitted that was never saved",
        |f| {
            let refused = f.at(f.last(Origin::Moderation, |payload| matches!(payload, Payload::EntryRefused(_))));
            let submitted = f.last_of(Origin::Submission, refused.head.entry, is_submitted);
            f.change(submitted, |event| {
                if let Some(Payload::Submitted(submitted)) = &mut event.payload {
                    submitted.content.as_mut().unwrap().digest[0] ^= 1;
                }
            });
        },
        &[Fault::RevisionWrong, Fault::ReviewDiffers],
    ),
    ("a revision is left out", |f| f.change(last_save(f), next_revision), &[Fault::RevisionWrong, Fault::Lost]),
];

const EDITIONS: [Case; 10] = [
    (
        "an approval came to nothing",
        |f| f.take_out_everywhere(second_edition(f)),
        // Seen, and retracted later.
        &[Fault::NotPublished, Fault::Lost, Fault::RetractionWrong],
    ),
    (
        "an approval was published twice",
        |f| {
            f.put_another(only_edition(f), |event| {
                other_command(event);
                edition(event).edition += 1;
            });
        },
        &[Fault::PublishedTwice, Fault::NotHeard, Fault::Disagreement],
    ),
    (
        "another content was published than approved",
        |f| f.change(only_edition(f), |event| edition(event).content.as_mut().unwrap().digest[0] ^= 1),
        &[Fault::RestsOnNothing],
    ),
    (
        "another content was approved than judged",
        |f| {
            let approval = approval(f);
            f.change(approval, |event| {
                if let Some(Payload::Approved(approved)) = &mut event.payload {
                    approved.content.as_mut().unwrap().digest[0] ^= 1;
                }
            });
        },
        &[Fault::RestsOnNothing],
    ),
    (
        "an edition rests on no approval",
        |f| {
            let nothing = review(f);
            f.change(only_edition(f), |event| {
                edition(event).command = Some(v1::PublishEdition { approved: Some(nothing.into()) });
            });
        },
        &[Fault::RestsOnNothing, Fault::NotPublished],
    ),
    (
        "a number was left out",
        |f| f.change(only_edition(f), |event| edition(event).number = "EVT-2026-00009".to_owned()),
        &[Fault::NumberWrong, Fault::Lost],
    ),
    (
        "a number was given twice",
        |f| {
            let first = f.at(second_edition(f));
            let Some(Payload::EditionPublished(first)) = first.payload else { unreachable!() };
            f.change(only_edition(f), |event| edition(event).number.clone_from(&first.number));
        },
        &[Fault::NumberWrong, Fault::Lost],
    ),
    (
        "an edition was left out",
        |f| f.change(second_edition(f), |event| edition(event).edition = 3),
        &[Fault::EditionWrong, Fault::RetractionWrong, Fault::Lost],
    ),
    (
        "an entry was retracted twice",
        |f| {
            let retracted = f.last(Origin::Publication, |payload| matches!(payload, Payload::EntryRetracted(_)));
            f.put_another(retracted, other_command);
        },
        &[Fault::RetractionWrong, Fault::NobodyAsked, Fault::NotHeard, Fault::Disagreement],
    ),
    (
        "an edition came after the retraction",
        |f| {
            f.put_another(second_edition(f), |event| {
                other_command(event);
                edition(event).edition = 3;
            });
        },
        &[Fault::EditionWrong, Fault::PublishedTwice, Fault::NotHeard, Fault::Disagreement],
    ),
];

const CHAINS: [Case; 9] = [
    (
        "two events have one name",
        |f| {
            let name = f.at(review(f)).head.id;
            f.change(last_save(f), |event| event.head.id = name);
        },
        &[Fault::NameTwice],
    ),
    (
        "time goes back",
        |f| {
            let before = f.at(review(f)).head.recorded_at;
            f.change(last_save(f), |event| event.head.recorded_at = before);
        },
        // Before the right was granted that was used? No: that was long before.
        &[Fault::TimeGoesBack],
    ),
    (
        "an effect came before its cause",
        |f| {
            let later = last_save(f);
            f.change(review(f), |event| event.head.cause = Some(later));
        },
        &[Fault::CauseMissing],
    ),
    (
        "a cause is not there",
        |f| {
            let nowhere = Place { origin: Origin::Submission, epoch: 0, sequence: 1_000_000 };
            f.change(review(f), |event| event.head.cause = Some(nowhere));
        },
        &[Fault::CauseMissing],
    ),
    (
        "somebody acted without a designation",
        |f| f.change(last_save(f), |event| event.head.authority = None),
        &[Fault::RightMissing],
    ),
    (
        "somebody acted under another's designation",
        |f| {
            let of_moderator = f.at(approval(f)).head.authority;
            f.change(last_save(f), |event| event.head.authority = of_moderator);
        },
        &[Fault::RightMissing],
    ),
    (
        "an invented person was given a right twice",
        |f| {
            let granted = f.first(Origin::Moderation, is_granted);
            f.put_another(granted, other_command);
        },
        &[Fault::SetUpTwice, Fault::NotHeard],
    ),
    (
        "a registry was adopted twice",
        |f| {
            let adopted = f.first(Origin::Moderation, |payload| matches!(payload, Payload::RegistryAdopted(_)));
            f.put_another(adopted, other_command);
        },
        &[Fault::SetUpTwice, Fault::NotHeard],
    ),
    (
        "the newest events of a journal are gone, as if an older copy had been put back",
        |f| {
            let gone = f.first(Origin::Publication, is_edition);
            f.events(Origin::Publication).retain(|kept| kept.place() < gone);
            f.forget_copies = true;
        },
        &[
            Fault::CauseMissing,
            Fault::NeverSent,
            Fault::NotHeard,
            Fault::NoBusiness,
            Fault::NotPublished,
            Fault::Disagreement,
            Fault::CopyDiffers,
            Fault::Lost,
        ],
    ),
];

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
