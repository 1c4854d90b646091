//! Who sees what: the table of DOMAIN section 5 as one pure function.
//!
//! [`sight`] answers for one kind of viewer; [`Viewers`] is what a person is towards one entry (several kinds at
//! once), and there the most open answer wins. An administrator is a member of the public with designations to look
//! after: no say on content, no sight of it.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use dossier_proto::{BodyCode, Micros, SubjectId};
use serde::{Deserialize, Serialize};

use crate::{Designations, Role};

/// What somebody is towards one entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Viewer {
    /// Anybody; everybody is this too.
    Public,
    /// Contributor or publishing authority of the body the entry belongs to.
    ContributorOfBody,
    /// Contributor or publishing authority of another body.
    ContributorOfOther,
    /// Moderator or reviewer for this body and record type.
    ModeratorOrReviewer,
    /// Publisher for this body and record type.
    Publisher,
    /// Auditor for this body and record type.
    Auditor,
    /// Administrator.
    Administrator,
}

impl Viewer {
    /// All kinds of viewers, in the order of the table.
    pub const ALL: [Self; 7] = [
        Self::Public,
        Self::ContributorOfBody,
        Self::ContributorOfOther,
        Self::ModeratorOrReviewer,
        Self::Publisher,
        Self::Auditor,
        Self::Administrator,
    ];
}

/// What is to be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Thing {
    /// The name of the person who wrote or submitted.
    ContributorName,
    /// The name of the person who reviewed or decided.
    ModeratorName,
    /// What moderators and reviewers tell each other.
    InternalNote,
    /// What moderation tells the contributor: requested changes, reasons.
    MessageToContributor,
    /// What the entry says.
    Content,
    /// The name of a designated person, where designations are looked after. The stage makes no difference to it.
    NameOnDesignation,
}

impl Thing {
    /// All things.
    pub const ALL: [Self; 6] = [
        Self::ContributorName,
        Self::ModeratorName,
        Self::InternalNote,
        Self::MessageToContributor,
        Self::Content,
        Self::NameOnDesignation,
    ];
}

/// How far the content has come of which something is to be seen. Content that was returned or recalled is a draft
/// again as to what is written from then on; what was submitted stays [`Stage::Submitted`] or what was decided on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Stage {
    /// Saved, not submitted.
    Draft,
    /// Submitted, undecided.
    Submitted,
    /// Refused.
    Refused,
    /// Approved or scheduled, not yet public.
    Approved,
    /// Public.
    Published,
    /// Was public; suspended or retracted. The public sees the tombstone, not the content.
    Withheld,
}

impl Stage {
    /// All stages.
    pub const ALL: [Self; 6] =
        [Self::Draft, Self::Submitted, Self::Refused, Self::Approved, Self::Published, Self::Withheld];

    /// Whether the public knows that the entry exists.
    const fn is_known_to_the_public(self) -> bool {
        matches!(self, Self::Published | Self::Withheld)
    }
}

/// How much is seen, from nothing to all; the greater of two is the more open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sight {
    /// Nothing, not even that it exists.
    Hidden,
    /// The body in place of the person.
    BodyOnly,
    /// The role in place of the person ("a moderator").
    RoleOnly,
    /// All, when the reading is recorded in the audit journal first.
    EntitledRecorded,
    /// All.
    Shown,
}

/// What one kind of viewer sees. A person is several kinds at once: use [`Viewers::sight`] for a person.
pub const fn sight(viewer: Viewer, thing: Thing, stage: Stage) -> Sight {
    match (thing, stage) {
        (Thing::NameOnDesignation, _) => of_designations(viewer),
        // P13: of what was not submitted, nothing is seen outside the body, whatever the thing.
        (_, Stage::Draft) => of_drafts(viewer, thing),
        (Thing::Content, _) => of_content(viewer, stage),
        _ => of_people_and_notes(viewer, thing, stage),
    }
}

const fn of_designations(viewer: Viewer) -> Sight {
    match viewer {
        Viewer::Public | Viewer::ContributorOfOther => Sight::Hidden,
        Viewer::ContributorOfBody
        | Viewer::ModeratorOrReviewer
        | Viewer::Publisher
        | Viewer::Auditor
        | Viewer::Administrator => Sight::Shown,
    }
}

const fn of_drafts(viewer: Viewer, thing: Thing) -> Sight {
    match (viewer, thing) {
        // Nobody has reviewed a draft; a name left from an earlier round is what it was then.
        (Viewer::ContributorOfBody, Thing::ModeratorName) => Sight::RoleOnly,
        (Viewer::ContributorOfBody, Thing::InternalNote) => Sight::Hidden,
        (Viewer::ContributorOfBody, _) => Sight::Shown,
        (Viewer::Auditor, _) => Sight::EntitledRecorded,
        _ => Sight::Hidden,
    }
}

const fn of_content(viewer: Viewer, stage: Stage) -> Sight {
    match (viewer, stage) {
        (_, Stage::Published) => Sight::Shown,
        (Viewer::ContributorOfBody | Viewer::ModeratorOrReviewer | Viewer::Auditor, _) => Sight::Shown,
        (Viewer::Publisher, Stage::Approved | Stage::Withheld) => Sight::Shown,
        _ => Sight::Hidden,
    }
}

const fn of_people_and_notes(viewer: Viewer, thing: Thing, stage: Stage) -> Sight {
    match (viewer, thing) {
        (Viewer::Public, Thing::ContributorName) if stage.is_known_to_the_public() => Sight::BodyOnly,
        (Viewer::ContributorOfBody, Thing::ModeratorName) => Sight::RoleOnly,
        (Viewer::ContributorOfBody, Thing::ContributorName | Thing::MessageToContributor) => Sight::Shown,
        (Viewer::Publisher, Thing::InternalNote) => Sight::Hidden,
        (Viewer::ModeratorOrReviewer | Viewer::Publisher | Viewer::Auditor, _) => Sight::Shown,
        _ => Sight::Hidden,
    }
}

/// Everything a person is towards one entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewers(BTreeSet<Viewer>);

impl Viewers {
    /// Somebody of whom nothing is known.
    pub fn public() -> Self {
        Self(BTreeSet::from([Viewer::Public]))
    }

    /// What `subject` is at `now` towards an entry of `body` and `record_type`.
    pub fn of(
        designations: &Designations,
        subject: SubjectId,
        body: &BodyCode,
        record_type: &str,
        now: Micros,
    ) -> Self {
        let here = |role| designations.entitled(subject, role, Some(body), Some(record_type), now).is_ok();
        let anywhere = |role| designations.holds(subject, role, now).is_ok();
        // Colleagues share the entries of their body whatever the type they write, so the type is not asked here.
        let of_body = |role| designations.bodies_of(subject, role, now).contains(body);
        let mut viewers = Self::public();
        let mut add = |viewer, applies: bool| {
            if applies {
                viewers.0.insert(viewer);
            }
        };
        let contributes_here = of_body(Role::Contributor) || of_body(Role::PublishingAuthority);
        let contributes = anywhere(Role::Contributor) || anywhere(Role::PublishingAuthority);
        add(Viewer::ContributorOfBody, contributes_here);
        add(Viewer::ContributorOfOther, contributes && !contributes_here);
        add(Viewer::ModeratorOrReviewer, here(Role::Moderator) || here(Role::Reviewer));
        add(Viewer::Publisher, here(Role::Publisher));
        add(Viewer::Auditor, here(Role::Auditor));
        add(Viewer::Administrator, anywhere(Role::Administrator));
        viewers
    }

    /// What they are.
    pub fn iter(&self) -> impl Iterator<Item = Viewer> + '_ {
        self.0.iter().copied()
    }

    /// The most open of what each kind sees.
    pub fn sight(&self, thing: Thing, stage: Stage) -> Sight {
        self.iter().map(|viewer| sight(viewer, thing, stage)).max().unwrap_or(Sight::Hidden)
    }
}
