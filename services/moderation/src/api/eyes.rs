//! What a caller may see of an entry: the table of DOMAIN section 5, applied.

use dossier_identity::{Role, Sight, Stage, Thing, Viewer, Viewers};
use dossier_proto::{Micros, SubjectId};

use crate::domain::{Chair, Ending, Entry, Review, State};

/// A caller looking at one entry.
#[derive(Debug, Clone)]
pub(crate) struct Eyes {
    viewers: Viewers,
    stage: Stage,
}

impl Eyes {
    /// What `subject` may see of `entry` at `now`; `None` when they may not even know of it. Who writes for the body,
    /// reviews or audits knows; a publisher knows what is approved. What is public is read from publication: here even
    /// the dossier of a public entry is not.
    pub(crate) fn of(state: &State, entry: &Entry, subject: SubjectId, now: Micros) -> Option<Self> {
        let viewers = Viewers::of(&state.designations, subject, &entry.body, &entry.record_type, now);
        let stage = entry.review().map_or(Stage::Draft, |review| stage_of(entry, review));
        let eyes = Self { viewers, stage };
        eyes.may_know().then_some(eyes)
    }

    fn may_know(&self) -> bool {
        self.viewers.iter().any(|viewer| match viewer {
            Viewer::ContributorOfBody | Viewer::ModeratorOrReviewer | Viewer::Auditor => true,
            Viewer::Publisher => dossier_identity::sight(viewer, Thing::Content, self.stage) == Sight::Shown,
            Viewer::Public | Viewer::ContributorOfOther | Viewer::Administrator => false,
        })
    }

    /// How much they see of a thing, at the stage the entry has reached.
    pub(crate) fn sight(&self, thing: Thing) -> Sight {
        self.viewers.sight(thing, self.stage)
    }

    /// Whether they see all of it.
    pub(crate) fn sees(&self, thing: Thing) -> bool {
        self.sight(thing) == Sight::Shown
    }

    /// Whether they see the content of one of its submissions, which may have come less far than the newest.
    pub(crate) fn sees_content_of(&self, entry: &Entry, review: &Review) -> bool {
        self.viewers.sight(Thing::Content, stage_of(entry, review)) == Sight::Shown
    }
}

/// How far the content of a submission has come.
fn stage_of(entry: &Entry, review: &Review) -> Stage {
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
            let is_newest = entry.review().is_some_and(|newest| newest.submitted == review.submitted);
            let is_current = entry.edition.as_ref().is_some_and(|edition| edition.approved == ended.moment.place);
            match (entry.retracted.or(entry.suspended), is_current || !is_newest) {
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

/// The roles that have anything to look for in the queue.
const QUEUE_ROLES: [Role; 6] =
    [Role::Moderator, Role::Reviewer, Role::Auditor, Role::Publisher, Role::Contributor, Role::PublishingAuthority];

/// Whether `subject` has anything to look for in the queue. An administrator has not.
pub(crate) fn may_enter(state: &State, subject: SubjectId, now: Micros) -> bool {
    QUEUE_ROLES.into_iter().any(|role| state.designations.holds(subject, role, now).is_ok())
}
