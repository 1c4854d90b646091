//! What happens to reviews, requests and drafts.

use dossier_faults::checker::Fault;
use dossier_proto::{Origin, Payload, v1};

use super::{Case, approval, is_submitted, last_save, next_revision, other_command, recall, review};

pub(super) const REVIEWS: [Case; 11] = [
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
                    opened.command = Some(v1::OpenReview { submitted: Some(save.into()), ..v1::OpenReview::default() });
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
