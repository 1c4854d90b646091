//! Who sits at a review, and by what right. The same questions, in the same order, before every act of a person:
//! do they know of it, are they entitled, did they look at what is there now, is it open, did they write it themselves,
//! did they declare a conflict, did they refuse it before.

use dossier_engine::{Context, Record};
use dossier_identity::{NotEntitled, NotEntitledReason, Role};
use dossier_proto::{Authority, Digest, Micros, Place, SubjectId};

use super::super::{Chair, Ending, Entry, Refusal, Review, Stage, State};

/// How much an act weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    /// It decides, or counts towards a decision; when refused it is history.
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

/// A person whose opinion is asked for.
pub(super) struct Asked<'a> {
    pub(super) seat: Seat<'a>,
    pub(super) stage: &'a Stage,
    pub(super) chair: Chair,
}

pub(super) const MODERATORS: &[Role] = &[Role::Moderator];
pub(super) const REVIEWERS: &[Role] = &[Role::Moderator, Role::Reviewer];

/// Takes a seat at the review.
pub(super) fn take<'a>(state: &'a State, roles: &[Role], act: Act, context: &Context) -> Result<Seat<'a>, Refusal> {
    let (subject, entry, authority) = enter(state, roles, context)?;
    sit(entry, subject, authority, act, context)
}

/// Everything that is asked once the right is found.
fn sit<'a>(
    entry: &'a Entry,
    subject: SubjectId,
    authority: Authority,
    act: Act,
    context: &Context,
) -> Result<Seat<'a>, Refusal> {
    entry.expected(context)?;
    let review = entry.review().filter(|review| review.opened.is_some()).ok_or(Refusal::NotFound)?;
    if let Some(ended) = review.ended {
        return Err(Refusal::ReviewEnded { because: ended.moment.place, record: act.record() });
    }
    barred(entry, review, subject)?;
    Ok(Seat { entry, review, subject, authority })
}

/// Whether `subject` is out, whatever they are designated for (P6).
pub(super) fn barred(entry: &Entry, review: &Review, subject: SubjectId) -> Result<(), Refusal> {
    if let Some(because) = authored(entry, review, subject) {
        return Err(Refusal::OwnWords { because });
    }
    entry.unless_conflicted(subject)?;
    match refused_before(entry, review, subject) {
        Some(because) => Err(Refusal::RefusedBefore { because }),
        None => Ok(()),
    }
}

/// An appeal is for another moderator than the one who refused.
fn refused_before(entry: &Entry, review: &Review, subject: SubjectId) -> Option<Place> {
    review.appeal?;
    let first = entry.reviews.iter().rev().find(|one| {
        one.submitted.place == review.submitted.place
            && one.ended.is_some_and(|ended| ended.how == Ending::Refused && ended.by == Some(subject))
    });
    first.and_then(|one| one.ended).map(|ended| ended.moment.place)
}

/// The person, the entry and the right, before anything is asked about the review.
pub(super) fn enter<'a>(
    state: &'a State,
    roles: &[Role],
    context: &Context,
) -> Result<(SubjectId, &'a Entry, Authority), Refusal> {
    let (subject, entry) = known(state, roles, context)?;
    let authority = entitled(state, entry, subject, roles, context.now)?;
    Ok((subject, entry, authority))
}

fn known<'a>(state: &'a State, roles: &[Role], context: &Context) -> Result<(SubjectId, &'a Entry), Refusal> {
    let subject = context.person().ok_or(Refusal::WrongActor("a service"))?;
    match context.entry.and_then(|id| state.entries.get(&id)) {
        Some(entry) => Ok((subject, entry)),
        None => Err(unknown(state, subject, roles, context.now)),
    }
}

/// Takes the chair on which an opinion of the caller is wanted.
pub(super) fn take_chair<'a>(state: &'a State, context: &Context) -> Result<Asked<'a>, Refusal> {
    let (subject, entry) = known(state, MODERATORS, context)?;
    let open = entry.review().filter(|review| review.is_open());
    let Some((review, stage)) = open.and_then(|review| review.stage().map(|stage| (review, stage))) else {
        let authority = entitled(state, entry, subject, &heard_by(entry), context.now)?;
        sit(entry, subject, authority, Act::Decision, context)?;
        return Err(Refusal::NotFound);
    };
    let right = |chair| state.seated(subject, chair, &entry.body, &entry.record_type, context.now);
    let given = review.opinions.iter().find(|one| one.by == subject && one.stage == stage.key);
    let vacant = stage.vacant(&review.opinions);
    let wanted = given.map(|given| given.chair).into_iter().chain(vacant);
    let mut chairs = wanted.filter_map(|chair| right(chair).ok().map(|authority| (chair, authority)));
    if let Some((chair, authority)) = chairs.next() {
        let seat = sit(entry, subject, authority, Act::Decision, context)?;
        return match review.opinions.iter().find(|one| one.by == subject && one.stage != stage.key) {
            Some(elsewhere) => Err(Refusal::CountedAlready { because: elsewhere.place }),
            None => Ok(Asked { seat, stage, chair }),
        };
    }
    if let Some(authority) = stage.chairs().find_map(|chair| right(chair).ok()) {
        sit(entry, subject, authority, Act::Decision, context)?;
        return Err(Refusal::EnoughOpinions);
    }
    let later = review.stages.iter().flat_map(Stage::chairs).find_map(|chair| right(chair).ok());
    if later.is_some() {
        let because = review.opened.map_or(review.submitted.place, |opened| opened.place);
        return Err(Refusal::NotAsked { because });
    }
    let refusals: Vec<NotEntitled> = stage.chairs().filter_map(|chair| right(chair).err()).collect();
    Err(nearest(MODERATORS, &refusals, Record::Kept))
}

/// Who may be told that a review has ended.
fn heard_by(entry: &Entry) -> Vec<Role> {
    let is_approved = entry.review().and_then(|review| review.ended).is_some_and(|ended| ended.how == Ending::Approved);
    let mut roles = vec![Role::Moderator];
    if is_approved {
        roles.push(Role::Publisher);
    }
    roles
}

/// The roles that take part in the stage a review is in: moderators always do.
pub(super) fn taking_part(state: &State, context: &Context) -> Vec<Role> {
    let entry = context.entry.and_then(|id| state.entries.get(&id));
    let stage = entry.and_then(Entry::review).filter(|review| review.is_open()).and_then(Review::stage);
    let mut roles = vec![Role::Moderator];
    roles.extend(stage.into_iter().flat_map(Stage::chairs).map(Chair::role).filter(|role| *role != Role::Moderator));
    roles.dedup();
    roles
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
pub(super) fn entitled(
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
    let wrote = review.authors.iter().find(|(author, _)| *author == subject).map(|(_, place)| *place);
    wrote.or_else(|| {
        let by_them = |one: &&Review| one.submitter == Some(subject);
        entry.reviews.iter().rev().find(by_them).map(|one| one.submitted.place)
    })
}

impl Entry {
    /// The caller looked at what is there now, if they said what they looked at.
    pub(super) fn expected(&self, context: &Context) -> Result<(), Refusal> {
        if context.expected_version.is_some_and(|expected| expected != self.version) {
            return Err(Refusal::VersionMismatch { current: self.version });
        }
        Ok(())
    }

    /// The caller has no conflict of interest that was declared.
    pub(super) fn unless_conflicted(&self, subject: SubjectId) -> Result<(), Refusal> {
        match self.conflicts.get(&subject) {
            Some(because) => Err(Refusal::Conflicted { because: *because }),
            None => Ok(()),
        }
    }
}

impl Seat<'_> {
    /// Nobody else has taken the review up.
    pub(super) fn unless_claimed(&self, state: &State, now: Micros) -> Result<(), Refusal> {
        match state.binding_claim(self.entry, now) {
            Some(claim) if claim.by != self.subject => Err(Refusal::Claimed { until: claim.until }),
            _ => Ok(()),
        }
    }

    /// It does not wait for anybody.
    pub(super) fn unless_held(&self) -> Result<(), Refusal> {
        match &self.review.held {
            Some(held) => Err(Refusal::OnHold { because: held.since.place, until: held.until }),
            None => Ok(()),
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

impl Asked<'_> {
    /// Where one opinion is wanted, a claim by somebody who can give it keeps others from giving it. Where several are,
    /// it keeps nobody.
    pub(super) fn unless_claimed(&self, state: &State, now: Micros) -> Result<(), Refusal> {
        if self.stage.wanted() != 1 {
            return Ok(());
        }
        let entry = self.seat.entry;
        let can_sit =
            |by| self.stage.chairs().any(|c| state.seated(by, c, &entry.body, &entry.record_type, now).is_ok());
        match state.binding_claim(entry, now) {
            Some(claim) if claim.by != self.seat.subject && can_sit(claim.by) => {
                Err(Refusal::Claimed { until: claim.until })
            }
            _ => Ok(()),
        }
    }
}
