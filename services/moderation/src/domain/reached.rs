//! How far a content has come: what may be seen of it depends on that.

use dossier_identity::Stage;

use super::{
    stages::Chair,
    state::{Ending, Entry, Review},
};

impl Entry {
    /// How far its public edition has come, whatever is reviewed on top of it; `None` where there is none.
    pub fn reached_in_public(&self) -> Option<Stage> {
        self.edition.as_ref()?;
        Some(if self.retracted.or(self.suspended).is_some() { Stage::Withheld } else { Stage::Published })
    }

    /// The review that approved its public edition, as it was before corrections.
    pub fn review_of_edition(&self) -> Option<&Review> {
        let approved = self.edition.as_ref()?.approved;
        self.reviews.iter().rev().find(|review| review.ended.is_some_and(|ended| ended.moment.place == approved))
    }

    /// How far the content of a submission has come.
    pub fn reached(&self, review: &Review) -> Stage {
        let Some(ended) = review.ended else {
            // What all stages before theirs have passed is for publishers to read: they decide on it.
            let is_before_publishers =
                review.stage().is_some_and(|stage| stage.chairs().any(|chair| chair == Chair::Publisher));
            return if is_before_publishers { Stage::Approved } else { Stage::Submitted };
        };
        match ended.how {
            Ending::Refused => Stage::Refused,
            Ending::Approved if review.declined.is_some() => Stage::Approved,
            Ending::Approved => {
                let is_newest = self.review().is_some_and(|newest| newest.submitted == review.submitted);
                let is_current = self.edition.as_ref().is_some_and(|edition| edition.approved == ended.moment.place);
                match (self.retracted.or(self.suspended), is_current || !is_newest) {
                    (Some(_), true) => Stage::Withheld,
                    // What something newer was submitted on top of is, or was, an edition.
                    (None, true) => Stage::Published,
                    (_, false) => Stage::Approved,
                }
            }
            Ending::ChangesRequested { .. }
            | Ending::Recalled
            | Ending::Withdrawn
            | Ending::Duplicate
            | Ending::Retracted
            | Ending::Replaced => Stage::Submitted,
        }
    }
}
