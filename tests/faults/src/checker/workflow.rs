//! What follows from what: each submission is reviewed once, and once more for each appeal; its review ends at most once; each
//! request is answered once.

use std::collections::BTreeMap;

use dossier_proto::{Origin, Payload, Place, v1};

use super::{Complaint, Fault, History, Kept, history::place};

/// Judges.
pub fn judge(history: &History, complaints: &mut Vec<Complaint>) {
    reviews(history, complaints);
    appeals(history, complaints);
    endings(history, complaints);
    answers(history, complaints);
}

/// Which events name a place, by that place.
pub(super) type Naming<'a> = BTreeMap<Place, Vec<&'a Kept>>;

fn reviews(history: &History, complaints: &mut Vec<Complaint>) {
    let mut opened: BTreeMap<Place, Vec<(&Kept, &v1::ReviewOpened)>> = BTreeMap::new();
    let picked = history.with(Origin::Moderation, |payload| match payload {
        Payload::ReviewOpened(opened) => Some(opened),
        _ => None,
    });
    for (kept, review) in picked {
        if review.command.as_ref().is_some_and(|command| command.appeal.is_some()) {
            continue;
        }
        match review.command.as_ref().and_then(|command| place(command.submitted.as_ref())) {
            Some(submitted) => opened.entry(submitted).or_default().push((kept, review)),
            None => complaints.push(Complaint::new(Fault::RestsOnNothing, kept.place(), "it names no submission")),
        }
    }
    for (kept, submitted) in submissions(history) {
        let reviews = opened.remove(&kept.place()).unwrap_or_default();
        match reviews.as_slice() {
            [] if was_retracted_before(history, kept) => {}
            [] => complaints.push(Complaint::new(Fault::NotReviewed, kept.place(), "no review was opened")),
            [(review, says)] => same(kept, submitted, review, says, complaints),
            [_, (second, _), ..] => {
                let found = format!("{} opens a second review", second.place());
                complaints.push(Complaint::new(Fault::ReviewedTwice, kept.place(), found));
            }
        }
    }
    for (submitted, reviews) in opened {
        let found = format!("{} names {submitted}, which is no submission", reviews[0].0.place());
        complaints.push(Complaint::new(Fault::RestsOnNothing, reviews[0].0.place(), found));
    }
}

/// Each appeal leads to one review more of the submission that was refused.
fn appeals(history: &History, complaints: &mut Vec<Complaint>) {
    let mut opened: Naming<'_> = BTreeMap::new();
    let picked = history.with(Origin::Moderation, |payload| match payload {
        Payload::ReviewOpened(opened) => opened.command.as_ref().and_then(|command| place(command.appeal.as_ref())),
        _ => None,
    });
    picked.for_each(|(kept, appeal)| opened.entry(appeal).or_default().push(kept));
    let asked = history.with(Origin::Submission, |payload| matches!(payload, Payload::AppealAsked(_)).then_some(()));
    for (kept, ()) in asked {
        match opened.remove(&kept.place()).unwrap_or_default().as_slice() {
            [] => complaints.push(Complaint::new(Fault::NotReviewed, kept.place(), "no review was opened")),
            [_] => {}
            [_, second, ..] => {
                let found = format!("{} opens a second review", second.place());
                complaints.push(Complaint::new(Fault::ReviewedTwice, kept.place(), found));
            }
        }
    }
    for (appeal, reviews) in opened {
        let found = format!("it names {appeal}, which is no appeal");
        complaints.push(Complaint::new(Fault::RestsOnNothing, reviews[0].place(), found));
    }
}

/// How many appeals were asked for on a submission: its review may end once more for each.
fn appeals_on(history: &History, submitted: Place) -> usize {
    let picked = history.with(Origin::Submission, |payload| match payload {
        Payload::AppealAsked(asked) => place(asked.submitted.as_ref()),
        _ => None,
    });
    picked.filter(|(_, of)| *of == submitted).count()
}

fn submissions(history: &History) -> impl Iterator<Item = (&Kept, &v1::Submitted)> {
    history.with(Origin::Submission, |payload| match payload {
        Payload::Submitted(submitted) => Some(submitted),
        _ => None,
    })
}

fn same(
    submission: &Kept,
    submitted: &v1::Submitted,
    review: &Kept,
    says: &v1::ReviewOpened,
    complaints: &mut Vec<Complaint>,
) {
    let content = submitted.content.clone().unwrap_or_default();
    let of_submission = (submission.entry(), submitted.round, content.revision, &content.digest, &submitted.body);
    let of_review = (review.entry(), says.round, says.revision, &says.digest, &says.body);
    if of_submission != of_review {
        let found = format!("{of_review:?} instead of {of_submission:?}");
        complaints.push(Complaint::new(Fault::ReviewDiffers, review.place(), found));
    }
}

/// What was retracted before moderation heard of the submission is not reviewed any more.
fn was_retracted_before(history: &History, submission: &Kept) -> bool {
    let mut retracted = false;
    for kept in history.of(Origin::Moderation).iter().filter(|kept| kept.entry() == submission.entry()) {
        let Some(foreign) = kept.foreign() else { continue };
        retracted |= matches!(foreign.payload, Some(Payload::EntryRetracted(_)));
        if foreign.head.place == submission.place() {
            return retracted;
        }
    }
    false
}

/// A review ends once: changes requested, approved, refused, found to be a duplicate, or given back.
fn endings(history: &History, complaints: &mut Vec<Complaint>) {
    let mut ended: Naming<'_> = BTreeMap::new();
    let picked = history.with(Origin::Moderation, |payload| match payload {
        Payload::ChangesRequested(ended) => Some(ended.submitted.as_ref()),
        Payload::Approved(ended) => Some(ended.submitted.as_ref()),
        Payload::EntryRefused(ended) => Some(ended.submitted.as_ref()),
        Payload::MarkedDuplicate(ended) => Some(ended.submitted.as_ref()),
        Payload::RecallGranted(ended) => Some(ended.submitted.as_ref()),
        Payload::WithdrawalGranted(ended) => Some(ended.submitted.as_ref()),
        _ => None,
    });
    for (kept, submitted) in picked {
        let submitted = place(submitted);
        let there = submitted.and_then(|submitted| history.at(submitted));
        let is_submission =
            |there: &&Kept| matches!(there.event.payload, Some(Payload::Submitted(_))) && there.entry() == kept.entry();
        if there.filter(is_submission).is_none() {
            let found = format!("it names {submitted:?}, which is no submission of its entry");
            complaints.push(Complaint::new(Fault::RestsOnNothing, kept.place(), found));
        }
        ended.entry(submitted.unwrap_or(kept.place())).or_default().push(kept);
    }
    for (submitted, ends) in ended.iter().filter(|(_, ends)| ends.len() > 1) {
        if ends.len() <= 1 + appeals_on(history, *submitted) {
            continue;
        }
        let found = format!("its review ended at {} and at {}", ends[0].place(), ends[1].place());
        complaints.push(Complaint::new(Fault::EndedTwice, submitted, found));
    }
}

/// Each recall and withdrawal that was asked for is granted, or too late.
fn answers(history: &History, complaints: &mut Vec<Complaint>) {
    let mut answered: Naming<'_> = BTreeMap::new();
    let picked = history.with(Origin::Moderation, |payload| match payload {
        Payload::RecallGranted(answer) => Some(answer.command.as_ref()),
        Payload::WithdrawalGranted(answer) => Some(answer.command.as_ref()),
        Payload::RequestTooLate(answer) => Some(answer.command.as_ref()),
        _ => None,
    });
    for (kept, command) in picked {
        let asked = command.and_then(|command| place(command.asked.as_ref()));
        match asked.filter(|asked| is_request(history, *asked, kept)) {
            Some(asked) => answered.entry(asked).or_default().push(kept),
            None => complaints.push(Complaint::new(Fault::RestsOnNothing, kept.place(), "it answers no request")),
        }
    }
    let requests = history.with(Origin::Submission, |payload| {
        matches!(payload, Payload::RecallAsked(_) | Payload::WithdrawalAsked(_)).then_some(())
    });
    for (kept, ()) in requests {
        match answered.get(&kept.place()).map(Vec::as_slice).unwrap_or_default() {
            [] => complaints.push(Complaint::new(Fault::NotAnswered, kept.place(), "nobody answered this request")),
            [_] => {}
            [first, second, ..] => {
                let found = format!("both {} and {} answer it", first.place(), second.place());
                complaints.push(Complaint::new(Fault::AnsweredTwice, kept.place(), found));
            }
        }
    }
}

/// Whether an answer fits what was asked: a recall is not granted as a withdrawal.
fn is_request(history: &History, asked: Place, answer: &Kept) -> bool {
    let Some(request) = history.at(asked).filter(|request| request.entry() == answer.entry()) else { return false };
    matches!(
        (&request.event.payload, &answer.event.payload),
        (Some(Payload::RecallAsked(_)), Some(Payload::RecallGranted(_) | Payload::RequestTooLate(_)))
            | (Some(Payload::WithdrawalAsked(_)), Some(Payload::WithdrawalGranted(_) | Payload::RequestTooLate(_)))
    )
}
