//! Words are to be destroyed, or a person forgotten: ordered by a records manager. What stands in public is retracted or corrected first, so
//! that nobody erases what people read without the public step that P7 asks for.

use dossier_engine::{
    Context, Decided, Decision,
    erasure::{self, Scope},
};
use dossier_identity::{NotEntitled, Role};
use dossier_proto::{Authority, Digest, EntryId, Origin, Payload, Place, SubjectId, v1};

use super::{Answer, is_own, seat};
use crate::domain::{
    BY_OPERATOR, ERASED_CONTENTS_MAX, ERASURE_REASONS, Ending, Entry, Invalid, Refusal, Review, State, limits,
};

const RECORDS_MANAGERS: &[Role] = &[Role::RecordsManager];

pub(super) fn order(state: &State, order: &v1::OrderErasure, context: &Context) -> Answer {
    let scope = Scope::from_number(order.scope).ok_or(invalid("it has to be said what is erased"))?;
    match scope {
        Scope::Person => person(state, order, context),
        Scope::PersonalValues | Scope::Content | Scope::Words => words(state, scope, order, context),
    }
}

const fn invalid(what: &'static str) -> Refusal {
    Refusal::Invalid(Invalid::Erasure(what))
}

/// A person is in entries of any body, so only who keeps the records of all may order it. The system does so for the operator who has the
/// accounts in hand.
fn person(state: &State, order: &v1::OrderErasure, context: &Context) -> Answer {
    if context.entry.is_some() || !order.digests.is_empty() {
        return Err(invalid("a person is forgotten everywhere, and in no single entry"));
    }
    let subject = SubjectId::try_from(order.subject.as_slice()).map_err(|_| invalid("the subject is no subject id"))?;
    let authority = match context.person() {
        Some(by) => Some(of_all_records(state, by, context)?),
        None if is_own(context) => None,
        None => return Err(Refusal::WrongActor("another service")),
    };
    if authority.is_some() || order.reason != BY_OPERATOR {
        reason(state, &order.reason)?;
    }
    if let Some(before) = state.erasures.of_person(subject) {
        return Err(Refusal::ErasedAlready { because: before.place });
    }
    let ordered = v1::ErasureOrdered { command: Some(order.clone()), ..v1::ErasureOrdered::default() };
    Ok(one(authority, None, 0, ordered))
}

fn of_all_records(state: &State, by: SubjectId, context: &Context) -> Result<Authority, Refusal> {
    let refused = |refusal: NotEntitled| Refusal::of_entitlement(&refusal, dossier_engine::Record::Kept);
    state.designations.entitled(by, Role::RecordsManager, None, None, context.now).map_err(refused)
}

fn words(state: &State, scope: Scope, order: &v1::OrderErasure, context: &Context) -> Answer {
    let (_, entry, authority) = seat::enter(state, RECORDS_MANAGERS, context)?;
    entry.expected(context)?;
    if !order.subject.is_empty() {
        return Err(invalid("a subject is named where a person is forgotten"));
    }
    reason(state, &order.reason)?;
    let digests = digests(scope, entry, &order.digests)?;
    let standing = entry.edition.as_ref().filter(|_| entry.retracted.is_none());
    let is_about = |digest: &Digest| scope == Scope::Words || digests.contains(digest);
    if let Some(edition) = standing.filter(|edition| is_about(&edition.digest)) {
        return Err(Refusal::StandsInPublic { because: edition.published.place });
    }
    if let Some((_, because)) = entry.on_its_way().filter(|(digest, _)| is_about(digest)) {
        return Err(Refusal::ComesIntoPublic { because });
    }
    if scope == Scope::Content
        && let Some(because) = context.entry.and_then(|id| erased_before(state, id, &digests))
    {
        return Err(Refusal::ErasedAlready { because });
    }
    let ordered = v1::ErasureOrdered {
        command: Some(order.clone()),
        body: entry.body.to_string(),
        record_type: entry.record_type.clone(),
        standing: standing.map(|edition| edition.digest.to_vec()).unwrap_or_default(),
    };
    Ok(one(Some(authority), context.entry, entry.version, ordered))
}

/// The contents that are named: of this entry, and known here.
fn digests(scope: Scope, entry: &Entry, named: &[Vec<u8>]) -> Result<Vec<Digest>, Refusal> {
    if scope != Scope::Content {
        return if named.is_empty() { Ok(Vec::new()) } else { Err(invalid("digests name single contents")) };
    }
    if named.is_empty() || named.len() > ERASED_CONTENTS_MAX {
        return Err(invalid("name 1 to 64 contents by their digests"));
    }
    let known = |digest: &Vec<u8>| Digest::try_from(digest.as_slice()).ok().filter(|digest| entry.had(digest));
    let digests: Option<Vec<Digest>> = named.iter().map(known).collect();
    digests.ok_or(invalid("a digest is that of no content of this entry that was submitted or corrected"))
}

/// The order by which all of these contents were erased.
fn erased_before(state: &State, entry: EntryId, digests: &[Digest]) -> Option<Place> {
    let mut orders = state.erasures.of_entry(entry).filter(|order| order.scope == Scope::Content);
    orders.find(|order| digests.iter().all(|digest| order.digests.contains(digest))).map(|order| order.place)
}

fn reason(state: &State, code: &str) -> Result<(), Refusal> {
    let listed = state.registry.as_ref().map(|registry| &registry.erasures).filter(|codes| !codes.is_empty());
    let is_known = match listed {
        Some(codes) => codes.contains(code),
        None => ERASURE_REASONS.contains(&code),
    };
    if is_known && limits::is_key(code) {
        return Ok(());
    }
    Err(Refusal::Invalid(Invalid::ErasureReason))
}

fn one(authority: Option<Authority>, entry: Option<EntryId>, version: u64, ordered: v1::ErasureOrdered) -> Decision {
    Decision::one(authority, Decided { entry, part_version: version, payload: Payload::ErasureOrdered(ordered) })
}

pub(super) fn confirm(state: &State, confirm: &v1::ConfirmErasure, context: &Context) -> Answer {
    let version = context.entry.and_then(|id| state.entries.get(&id)).map_or(0, |entry| entry.version);
    let confirmed = erasure::confirm(&state.erasures, confirm, context, Origin::Moderation, version);
    confirmed.map_err(|why| match why {
        erasure::NoConfirmation::WrongActor => Refusal::WrongActor("others"),
        erasure::NoConfirmation::NoOrder => Refusal::NotFound,
    })
}

/// Nobody lets words pass that nobody can read any more: publication would make an edition of nothing.
pub(super) fn unless_erased(
    state: &State,
    entry: Option<EntryId>,
    digest: Digest,
    written: Place,
) -> Result<(), Refusal> {
    match entry.and_then(|entry| state.erasures.gone(entry, digest, written)) {
        Some(order) => Err(Refusal::WordsErased { because: order.place }),
        None => Ok(()),
    }
}

impl Entry {
    /// Whether this was ever the digest of a content of the entry that moderation or the public had.
    fn had(&self, digest: &Digest) -> bool {
        self.knows(digest)
            || self.editions.contains(digest)
            || self.correction.as_ref().is_some_and(|correction| correction.digest == *digest)
    }

    /// What was let through and is neither public yet nor declined: its digest, and the event.
    fn on_its_way(&self) -> Option<(Digest, Place)> {
        if self.retracted.is_some() {
            return None;
        }
        let corrected = self.correction.as_ref();
        let corrected = corrected.and_then(|one| one.confirmed.map(|confirmed| (one.digest, confirmed.place)));
        let waits = |review: &&Review| {
            let approved = review.ended.filter(|ended| ended.how == Ending::Approved && review.declined.is_none());
            let since = self.edition.as_ref().map(|edition| edition.published.at);
            approved.is_some_and(|ended| since.is_none_or(|since| since < ended.moment.at))
        };
        let approved = || {
            let review = self.reviews.iter().rev().find(waits)?;
            review.ended.map(|ended| (review.digest, ended.moment.place))
        };
        corrected.or_else(approved)
    }
}
