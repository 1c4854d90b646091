//! Which claim binds others.

use dossier_proto::Micros;

use super::{
    stages::Chair,
    state::{Claim, Entry, State},
};

impl State {
    /// The claim that keeps others from deciding now: its lease runs, and who holds it may still moderate, or sits in the
    /// stage that the review is in.
    pub fn binding_claim(&self, entry: &Entry, now: Micros) -> Option<Claim> {
        let review = entry.review()?;
        let claim = review.claim.filter(|claim| now < claim.until)?;
        let may_sit = |chair| self.seated(claim.by, chair, &entry.body, &entry.record_type, now).is_ok();
        let takes_part = may_sit(Chair::Moderator) || review.stage().is_some_and(|stage| stage.chairs().any(may_sit));
        takes_part.then_some(claim)
    }
}
