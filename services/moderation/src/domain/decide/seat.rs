//! Who sits at a review, and by what right. The same questions, in the same order, before every act of a person:
//! do they know of it, are they entitled, did they look at what is there now, did they write it themselves, is it open.

use dossier_engine::{Context, Record};
use dossier_identity::{NotEntitled, NotEntitledReason, Role};
use dossier_proto::{Authority, Digest, Micros, Place, SubjectId};

use super::super::{Entry, Refusal, Review, State};

/// How much an act weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    /// It ends the review; when refused it is history.
    Decision,
    /// It prepares a decision.
    Work,
}

impl Act {
    const fn record(self) -> Record {
        match self {
            Self::Decision => Record::Kept,
            Self::Work => Record::Not,
        }
    }
}

/// A person entitled to act on an open review of content that is not their own.
pub(super) struct Seat<'a> {
    pub(super) entry: &'a Entry,
    pub(super) review: &'a Review,
    pub(super) subject: SubjectId,
    pub(super) authority: Authority,
}

pub(super) const MODERATORS: &[Role] = &[Role::Moderator];
pub(super) const REVIEWERS: &[Role] = &[Role::Moderator, Role::Reviewer];

/// Takes a seat at the review.
pub(super) fn take<'a>(state: &'a State, roles: &[Role], act: Act, context: &Context) -> Result<Seat<'a>, Refusal> {
    let (subject, entry, authority) = enter(state, roles, context)?;
    if context.expected_version.is_some_and(|expected| expected != entry.version) {
        return Err(Refusal::VersionMismatch { current: entry.version });
    }
    let review = entry.review().filter(|review| review.opened.is_some()).ok_or(Refusal::NotFound)?;
    if let Some(ended) = review.ended {
        return Err(Refusal::ReviewEnded { because: ended.moment.place, record: act.record() });
    }
    if let Some(because) = authored(entry, review, subject) {
        return Err(Refusal::OwnWords { because });
    }
    Ok(Seat { entry, review, subject, authority })
}

/// The person, the entry and the right, before anything is asked about the review.
pub(super) fn enter<'a>(
    state: &'a State,
    roles: &[Role],
    context: &Context,
) -> Result<(SubjectId, &'a Entry, Authority), Refusal> {
    let subject = context.person().ok_or(Refusal::WrongActor("a service"))?;
    let Some(entry) = context.entry.and_then(|id| state.entries.get(&id)) else {
        return Err(unknown(state, subject, roles, context.now));
    };
    let authority = entitled(state, entry, subject, roles, context.now)?;
    Ok((subject, entry, authority))
}

/// No such entry. Who has no role here is told that alone, so that nobody learns which entries there are.
fn unknown(state: &State, subject: SubjectId, roles: &[Role], now: Micros) -> Refusal {
    let mut refusals = Vec::new();
    for role in roles {
        match state.designations.holds(subject, *role, now) {
            Ok(_) => return Refusal::NotFound,
            Err(refusal) => refusals.push(refusal),
        }
    }
    nearest(roles, &refusals, Record::Not)
}

/// The right by which `subject` acts on this entry as one of `roles`; the first that fits.
fn entitled(
    state: &State,
    entry: &Entry,
    subject: SubjectId,
    roles: &[Role],
    now: Micros,
) -> Result<Authority, Refusal> {
    let mut refusals = Vec::new();
    for role in roles {
        match state.designations.entitled(subject, *role, Some(&entry.body), Some(&entry.record_type), now) {
            Ok(authority) => return Ok(authority),
            Err(refusal) => refusals.push(refusal),
        }
    }
    Err(nearest(roles, &refusals, Record::Kept))
}

/// The refusal that came nearest, in the name of the first role: the one the act is known by.
fn nearest(roles: &[Role], refusals: &[NotEntitled], record: Record) -> Refusal {
    let role = roles.first().copied().unwrap_or(Role::Moderator);
    let nearest = refusals.iter().rev().max_by_key(|refusal| refusal.reason);
    let reason = nearest.map_or(NotEntitledReason::NoDesignation, |refusal| refusal.reason);
    let because = nearest.and_then(NotEntitled::because);
    Refusal::NotEntitled { role, reason, because, record }
}

/// The event by which `subject` became an author: what they wrote, else what they submitted, in whichever round.
fn authored(entry: &Entry, review: &Review, subject: SubjectId) -> Option<Place> {
    let wrote = review.authors.get(&subject).copied();
    wrote.or_else(|| {
        let by_them = |one: &&Review| one.submitter == Some(subject);
        entry.reviews.iter().rev().find(by_them).map(|one| one.submitted.place)
    })
}

impl Seat<'_> {
    /// Nobody else has taken the review up.
    pub(super) fn unless_claimed(&self, state: &State, now: Micros) -> Result<(), Refusal> {
        match state.binding_claim(self.entry, now) {
            Some(claim) if claim.by != self.subject => Err(Refusal::Claimed { until: claim.until }),
            _ => Ok(()),
        }
    }

    /// P5: the content is what the caller read. An earlier revision with the same content is as good: what was read
    /// then is what is there now.
    pub(super) fn judges(&self, digest: &[u8]) -> Result<(), Refusal> {
        let current = self.review.digest;
        let mismatch = Refusal::DigestMismatch { current };
        let Ok(named) = Digest::try_from(digest) else { return Err(mismatch) };
        if named == current {
            return Ok(());
        }
        let twin = self.review.equals_revision.and_then(|revision| {
            self.entry.reviews.iter().rev().find(|review| review.revision == revision).map(|review| review.digest)
        });
        if twin == Some(named) { Ok(()) } else { Err(mismatch) }
    }
}
