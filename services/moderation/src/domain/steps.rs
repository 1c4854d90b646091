//! How an entry came to be published, as the public may know it: no person, no words.

use dossier_proto::v1::{self, public_step::Kind};

use super::state::{Ending, Entry, Moment, Review};

/// The steps since the last approval that led to an edition, to which this one, at `approved`, is added.
pub(super) fn steps(entry: &Entry, approved: Moment) -> Vec<v1::PublicStep> {
    let before = entry.reviews.iter().rposition(was_approved).map_or(0, |last| last + 1);
    let mut steps = Vec::new();
    for (turn, review) in entry.reviews[before..].iter().enumerate() {
        // An appeal is about what was submitted before.
        if review.appeal.is_none() {
            let kind = if turn == 0 { Kind::Submitted } else { Kind::Resubmitted };
            steps.push(step(kind, review.submitted, 0));
            if review.cleared {
                steps.push(step(Kind::Cleared, review.submitted, 0));
            }
        }
        // Only those of the review that approves: stages of an earlier one passed another content.
        steps.extend(review.passed.iter().map(|passed| step(Kind::StagePassed, *passed, 0)));
        if let Some((items, moment)) = returned(review) {
            steps.push(step(Kind::ChangesRequested, moment, items));
        }
    }
    steps.push(step(Kind::Approved, approved, 0));
    steps
}

fn was_approved(review: &Review) -> bool {
    review.declined.is_none() && review.ended.is_some_and(|ended| ended.how == Ending::Approved)
}

fn returned(review: &Review) -> Option<(u32, Moment)> {
    let ended = review.ended?;
    match ended.how {
        Ending::ChangesRequested { items } => Some((items, ended.moment)),
        _ => None,
    }
}

fn step(kind: Kind, moment: Moment, count: u32) -> v1::PublicStep {
    v1::PublicStep { kind: kind.into(), place: Some(moment.place.into()), recorded_at: moment.at.0, count }
}
