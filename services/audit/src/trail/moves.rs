//! Whose move it was, since when, and which steps are decisions. All by the kinds of events alone.

use dossier_proto::Place;
use serde::{Deserialize, Serialize};

use super::Row;

/// Who had the next move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Turn {
    /// The body that writes the entry.
    Body,
    /// The publishing authority of its state.
    PublishingAuthority,
    /// Moderators and reviewers.
    Moderation,
    /// Publication: what is approved and not public yet, or a publisher.
    Publication,
}

impl Turn {
    /// For people.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Body => "the body",
            Self::PublishingAuthority => "the publishing authority",
            Self::Moderation => "moderation",
            Self::Publication => "publication",
        }
    }
}

/// What is under way beside each other in one entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Errand {
    /// A revision on its way to the public.
    Revision,
    /// An editorial correction.
    Correction,
    /// A retraction that somebody asked for.
    Retraction,
}

/// How long somebody had the move before this step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Waited {
    /// The event that gave them the move.
    #[schema(value_type = Object)]
    pub since: Place,
    /// The number of that step.
    pub step: usize,
    /// Who had it.
    pub whom: Turn,
    /// How long, in microseconds, without the time on hold.
    pub micros: i64,
    /// How long it was on hold meanwhile, in microseconds.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub held: i64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
const fn is_zero(micros: &i64) -> bool {
    *micros == 0
}

/// Who has the move where the trail ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Pending {
    /// Who has it.
    pub whom: Turn,
    /// The event that gave it to them.
    #[schema(value_type = Object)]
    pub since: Place,
    /// The number of that step.
    pub step: usize,
    /// Whether the clock stands still: the review is on hold.
    pub held: bool,
}

/// A turn that somebody has.
#[derive(Debug, Clone, Copy)]
struct Having {
    whom: Turn,
    since: Place,
    step: usize,
    at: i64,
    held: i64,
    held_since: Option<i64>,
}

impl Having {
    fn waited(&self, now: i64) -> Waited {
        let held = self.held + self.held_since.map_or(0, |since| now.saturating_sub(since));
        let micros = now.saturating_sub(self.at).saturating_sub(held);
        Waited { since: self.since, step: self.step, whom: self.whom, micros, held }
    }
}

/// Who has the move, folded over the steps of a trail.
#[derive(Debug, Clone, Default)]
pub(super) struct Moves {
    having: [Option<Having>; 3],
}

impl Moves {
    /// Takes the next step, which has this number; says how long whoever had the move had it, where the step is what was
    /// waited for.
    pub(super) fn take(&mut self, row: &Row, number: usize) -> Option<Waited> {
        let now = row.at.0;
        if let Some(having) = &mut self.having[Errand::Revision as usize] {
            match row.kind {
                "review-held" => having.held_since = having.held_since.or(Some(now)),
                "review-resumed" => {
                    having.held += having.held_since.take().map_or(0, |since| now.saturating_sub(since));
                }
                kind if is_on_the_way(kind) => return Some(having.waited(now)),
                _ => {}
            }
        }
        let (errand, next) = moved(row)?;
        let slot = &mut self.having[errand as usize];
        let before = slot.take();
        *slot = next.map(|whom| Having { whom, since: row.place, step: number, at: now, held: 0, held_since: None });
        before.map(|having| having.waited(now))
    }

    /// Who has the move now.
    pub(super) fn pending(&self) -> Vec<Pending> {
        let pending = |having: &Having| Pending {
            whom: having.whom,
            since: having.since,
            step: having.step,
            held: having.held_since.is_some(),
        };
        self.having.iter().flatten().map(pending).collect()
    }
}

/// What whoever has the move does before they give it away.
fn is_on_the_way(kind: &str) -> bool {
    matches!(kind, "review-claimed" | "review-assigned" | "approval-counted" | "objection-made")
}

/// To whom a step gives the move, in which errand; to nobody when the errand ends.
fn moved(row: &Row) -> Option<(Errand, Option<Turn>)> {
    use Errand::{Correction, Retraction, Revision};
    use Turn::{Body, Moderation, Publication, PublishingAuthority};
    Some(match row.kind {
        "edition-published" if row.corrects => (Correction, None),
        "draft-started"
        | "revision-opened"
        | "clearance-returned"
        | "clearance-recalled"
        | "changes-requested"
        | "recall-granted"
        | "expired"
        | "publication-declined" => (Revision, Some(Body)),
        "clearance-asked" => (Revision, Some(PublishingAuthority)),
        "submitted" | "appeal-asked" => (Revision, Some(Moderation)),
        "approved" | "edition-scheduled" => (Revision, Some(Publication)),
        "entry-refused" | "marked-duplicate" | "withdrawn" | "withdrawal-granted" | "edition-published" => {
            (Revision, None)
        }
        "correction-proposed" => (Correction, Some(Moderation)),
        "correction-confirmed" => (Correction, Some(Publication)),
        "correction-rejected" => (Correction, None),
        "retraction-proposed" => (Retraction, Some(PublishingAuthority)),
        "retraction-asked" | "retraction-cleared" => (Retraction, Some(Publication)),
        "retraction-returned" | "retraction-declined" | "entry-retracted" => (Retraction, None),
        _ => return None,
    })
}

/// Whether somebody judged something there: what "decisions only" shows. Refused attempts are decisions too.
pub fn is_decision(kind: &str) -> bool {
    matches!(
        kind,
        "cleared"
            | "clearance-returned"
            | "retraction-cleared"
            | "retraction-returned"
            | "changes-requested"
            | "change-settled"
            | "approval-counted"
            | "objection-made"
            | "approved"
            | "entry-refused"
            | "marked-duplicate"
            | "recall-granted"
            | "withdrawal-granted"
            | "request-too-late"
            | "conflict-declared"
            | "correction-proposed"
            | "correction-confirmed"
            | "correction-rejected"
            | "edition-scheduled"
            | "edition-rescheduled"
            | "edition-published"
            | "publication-declined"
            | "entry-suspended"
            | "entry-reinstated"
            | "entry-superseded"
            | "entry-retracted"
            | "retraction-declined"
            | "designation-granted"
            | "designation-revoked"
            | "registry-adopted"
            | "erasure-ordered"
            | "submission-refused"
            | "moderation-refused"
            | "publication-refused"
            | "audit-refused"
    )
}

/// Whether it is public where it stands in publication's journal.
pub fn is_public(kind: &str) -> bool {
    matches!(
        kind,
        "edition-published" | "entry-suspended" | "entry-reinstated" | "entry-superseded" | "entry-retracted"
    )
}
