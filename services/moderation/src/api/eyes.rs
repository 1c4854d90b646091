//! What a caller may see of an entry: the table of DOMAIN section 5, applied.

use std::sync::Arc;

use dossier_identity::{Role, Sight, Stage, Thing, Viewer, Viewers};
use dossier_proto::{Micros, Place, SubjectId};

use crate::domain::{Entry, Review, State};

/// A caller looking at one entry.
#[derive(Debug, Clone)]
pub(crate) struct Eyes {
    viewers: Arc<Viewers>,
    stage: Stage,
    /// How far each review has come today, by its submission, and whether it is an appeal: who looks back sees the contents that they may
    /// see today.
    reviews: Vec<((Place, bool), Stage)>,
}

impl Eyes {
    /// What `subject` may see of `entry` at `now`; `None` when they may not even know of it. Who writes for the body,
    /// reviews or audits knows; a publisher knows what is approved. What is public is read from publication: here even
    /// the dossier of a public entry is not.
    pub(crate) fn of(state: &State, entry: &Entry, subject: SubjectId, now: Micros) -> Option<Self> {
        let stage = entry.review().map_or(Stage::Draft, |review| entry.reached(review));
        let eyes = Self::of_stage(state, entry, stage, subject, now)?;
        let reviews = entry.reviews.iter().map(|review| (key(review), entry.reached(review))).collect();
        Some(Self { reviews, ..eyes })
    }

    /// What `subject` may see of something of `entry` that has come so far, whatever else there is of it.
    pub(crate) fn of_stage(
        state: &State,
        entry: &Entry,
        stage: Stage,
        subject: SubjectId,
        now: Micros,
    ) -> Option<Self> {
        let viewers = Viewers::of(&state.designations, subject, &entry.body, &entry.record_type, now);
        Self::at(Arc::new(viewers), stage)
    }

    /// What these viewers see of an entry that has come so far; `None` when they may not even know of it.
    pub(crate) fn at(viewers: Arc<Viewers>, stage: Stage) -> Option<Self> {
        let eyes = Self { viewers, stage, reviews: Vec::new() };
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
        let today = self.reviews.iter().find(|(submission, _)| *submission == key(review));
        let reached = today.map_or_else(|| entry.reached(review), |(_, reached)| *reached);
        self.viewers.sight(Thing::Content, reached) == Sight::Shown
    }
}

fn key(review: &Review) -> (Place, bool) {
    (review.submitted.place, review.appeal.is_some())
}

/// The roles that have anything to look for in the queue.
const QUEUE_ROLES: [Role; 6] =
    [Role::Moderator, Role::Reviewer, Role::Auditor, Role::Publisher, Role::Contributor, Role::PublishingAuthority];

/// Whether `subject` has anything to look for in the queue. An administrator has not.
pub(crate) fn may_enter(state: &State, subject: SubjectId, now: Micros) -> bool {
    QUEUE_ROLES.into_iter().any(|role| state.designations.holds(subject, role, now).is_ok())
}
