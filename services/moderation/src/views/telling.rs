//! Who is told of what happens in reviews.
//!
//! What waits for anybody of a kind (a moderator, a reviewer from outside, a publisher) is told to each of that kind who may act on it,
//! as a bell: by mail the first, and no other until they have looked. What somebody did is told to those who had a part in the same
//! review: who claimed it, who gave an opinion, who asked for what was answered. The body is told by submission. Publishers are told
//! here, of publication's matters too: that service knows nobody's name and address.

use std::collections::BTreeSet;

use dossier_identity::Role;
use dossier_post::letters::{Call, Concern, Mover, News, Notice, Onward, Step};
use dossier_proto::{EntryId, Event, Micros, Payload, SubjectId, v1};

use super::Reviews;
use crate::{
    api::eyes::Eyes,
    domain::{Chair, Ending, Entry, Review, State, Turn},
};

/// What an event may change of whom to tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Former {
    waits: Option<Waits>,
    /// Who has a part in the review: claimed it, or gave an opinion.
    involved: BTreeSet<SubjectId>,
    /// Who proposed the correction that waits.
    corrector: Option<SubjectId>,
}

/// For whom an open review waits.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Waits {
    stage: String,
    chairs: Vec<Chair>,
}

impl Former {
    pub(super) fn of(entry: Option<&Entry>) -> Self {
        let Some(entry) = entry else { return Self::default() };
        let review = entry.review().filter(|review| review.ended.is_none());
        let opinions = review.into_iter().flat_map(|review| review.opinions.iter().map(|opinion| opinion.by));
        let claim = review.and_then(|review| review.claim).map(|claim| claim.by);
        Self {
            waits: review.and_then(|review| waits(entry, review)),
            involved: opinions.chain(claim).collect(),
            corrector: entry.correction.as_ref().and_then(|correction| correction.by),
        }
    }
}

fn waits(entry: &Entry, review: &Review) -> Option<Waits> {
    if !review.is_open() || review.held.is_some() {
        return None;
    }
    let stage = review.stage();
    let key = stage.as_ref().map(|stage| stage.key.clone()).unwrap_or_default();
    let chairs = match entry.turn()?.0 {
        Turn::Moderator => vec![Chair::Moderator],
        _ => stage.map(|stage| stage.vacant(&review.opinions)).unwrap_or_default(),
    };
    Some(Waits { stage: key, chairs })
}

impl Reviews {
    /// Tells those concerned of an event that was folded.
    pub(super) fn tell(&mut self, id: EntryId, event: &Event, beside: Option<&Event>, former: &Former) {
        let source = beside.unwrap_or(event);
        let Some(entry) = self.state.entries.get(&id) else { return };
        let Some(payload) = &source.payload else { return };
        let recorded = event.head.recorded_at;
        let actor = source.head.actor.person();
        let onward = onward(entry);
        let notice = |news| Notice { place: event.head.place, at: source.head.recorded_at, entry: id, news, onward };
        let mut letters: Vec<(BTreeSet<SubjectId>, Notice, Call)> = Vec::new();
        if let Some((subject, news, call)) = to_one(entry, payload, former) {
            letters.push((BTreeSet::from([subject]), notice(news), call));
        }
        if let Some(news) = to_the_involved(payload) {
            letters.push((former.involved.clone(), notice(news), Call::Told));
        }
        match payload {
            Payload::CorrectionProposed(_) => {
                let onward = Onward { who: Mover::Moderator, what: Step::ConfirmCorrection, by: None };
                let waiting = Notice { onward, ..notice(News::CorrectionProposed) };
                letters.push((self.on(&[Chair::Moderator], entry, recorded), waiting, Call::AnyOfYou));
            }
            Payload::RetractionAsked(_) | Payload::RetractionCleared(_) => {
                let onward = Onward { who: Mover::Publisher, what: Step::DecideRetraction, by: None };
                let waiting = Notice { onward, ..notice(News::RetractionAsked) };
                letters.push((self.publishers(entry, recorded), waiting, Call::AnyOfYou));
            }
            Payload::EntrySuspended(_) => {
                let onward = Onward { who: Mover::Publisher, what: Step::Reinstate, by: None };
                let waiting = Notice { onward, ..notice(News::Suspended) };
                letters.push((self.publishers(entry, recorded), waiting, Call::AnyOfYou));
            }
            Payload::CorrectionObjected(_) => {
                let writers = entry.writers.iter().map(|(subject, _)| *subject).collect();
                letters.push((writers, notice(News::CorrectionObjected), Call::Told));
            }
            _ => {}
        }
        let now = Former::of(Some(entry)).waits;
        if let Some(waits) = now.filter(|now| former.waits.as_ref() != Some(now) && is_free(entry, payload)) {
            letters.push((self.on(&waits.chairs, entry, recorded), notice(News::Waiting), Call::AnyOfYou));
        }
        for (mut people, notice, call) in letters {
            people.retain(|subject| Some(*subject) != actor && self.may_hear(*subject, id, notice.news, recorded));
            self.inboxes.tell(people, notice, call, recorded);
        }
    }

    /// Who decides on what is public: those who publish. (Whoever asks for a retraction may decide on it, see ARCHITECTURE.)
    fn publishers(&self, entry: &Entry, now: Micros) -> BTreeSet<SubjectId> {
        let concern = Concern { body: &entry.body, record_type: &entry.record_type, now };
        self.roll.entitled(&self.state.designations, Role::Publisher, concern).collect()
    }

    /// Who sits on these chairs for an entry and may give an opinion on it: nobody who wrote it, has a conflict, or has given theirs.
    fn on(&self, chairs: &[Chair], entry: &Entry, now: Micros) -> BTreeSet<SubjectId> {
        let concern = Concern { body: &entry.body, record_type: &entry.record_type, now };
        let designations = &self.state.designations;
        let seated = chairs.iter().flat_map(|chair| {
            let people = self.roll.entitled(designations, chair.role(), concern);
            people.filter(move |subject| match chair.kind() {
                None => true,
                Some(kind) => {
                    let (body, record_type) = (Some(concern.body), Some(concern.record_type));
                    designations.entitled_as_reviewer(*subject, kind, body, record_type, now).is_ok()
                }
            })
        });
        seated.filter(|subject| is_apart(entry, *subject)).collect()
    }

    /// Whether somebody may read this news of an entry here now, as one who works on it. What concerns the public edition is judged by
    /// that: it waits for publishers whatever is reviewed on top of it, of which they may not even know.
    pub(crate) fn may_hear(&self, subject: SubjectId, id: EntryId, news: News, now: Micros) -> bool {
        let Some(entry) = self.state.entries.get(&id) else { return false };
        let eyes = match entry.reached_in_public().filter(|_| is_of_edition(news)) {
            Some(stage) => Eyes::of_stage(&self.state, entry, stage, subject, now),
            None => Eyes::of(&self.state, entry, subject, now),
        };
        works(&self.state, entry, subject, now) && eyes.is_some()
    }
}

/// Whether it is about the public edition, and not about a review.
pub(crate) const fn is_of_edition(news: News) -> bool {
    matches!(news, News::RetractionAsked | News::Suspended)
}

/// Moderators, reviewers and publishers have letters here; people of the body have theirs where they write.
fn works(state: &State, entry: &Entry, subject: SubjectId, now: Micros) -> bool {
    let is = |role| {
        let (body, record_type) = (Some(&entry.body), Some(entry.record_type.as_str()));
        state.designations.entitled(subject, role, body, record_type, now).is_ok()
    };
    [Role::Moderator, Role::Reviewer, Role::Publisher].into_iter().any(is)
}

/// Whether nothing keeps somebody from giving an opinion on it.
fn is_apart(entry: &Entry, subject: SubjectId) -> bool {
    let Some(review) = entry.review() else { return false };
    let wrote = review.authors.iter().chain(&entry.writers).any(|(author, _)| *author == subject);
    let spoke = review.opinions.iter().any(|opinion| opinion.by == subject);
    let refused = review.appeal.is_some() && refused_by(entry) == Some(subject);
    !(wrote || spoke || refused || review.submitter == Some(subject) || entry.conflicts.contains_key(&subject))
}

/// Whether anybody may take it: it was not given to somebody in this moment.
fn is_free(entry: &Entry, payload: &Payload) -> bool {
    let claimed = entry.review().is_some_and(|review| review.claim.is_some());
    !claimed && !matches!(payload, Payload::ReviewAssigned(_))
}

/// The one person whom it concerns before all others.
fn to_one(entry: &Entry, payload: &Payload, former: &Former) -> Option<(SubjectId, News, Call)> {
    match payload {
        Payload::ReviewOpened(_) if entry.review()?.appeal.is_some() => {
            Some((refused_by(entry)?, News::AppealedAgainst, Call::Told))
        }
        Payload::ReviewOpened(_) => {
            let ended = entry.reviews.iter().rev().nth(1)?.ended?;
            let asked = matches!(ended.how, Ending::ChangesRequested { .. });
            Some((ended.by.filter(|_| asked)?, News::Answered, Call::Yours))
        }
        Payload::ReviewAssigned(v1::ReviewAssigned { command: Some(assign), .. }) => {
            Some((SubjectId::try_from(assign.subject.as_slice()).ok()?, News::Assigned, Call::Yours))
        }
        Payload::CorrectionConfirmed(_) => Some((former.corrector?, News::CorrectionConfirmed, Call::Told)),
        Payload::CorrectionRejected(_) => Some((former.corrector?, News::CorrectionRejected, Call::Told)),
        _ => None,
    }
}

/// Who refused what is under appeal.
fn refused_by(entry: &Entry) -> Option<SubjectId> {
    let refused = entry.reviews.iter().rev().skip(1).filter_map(|review| review.ended);
    refused.filter(|ended| ended.how == Ending::Refused).find_map(|ended| ended.by)
}

/// What those are told who had a part in the review.
fn to_the_involved(payload: &Payload) -> Option<News> {
    Some(match payload {
        Payload::Approved(_) => News::Approved,
        Payload::EntryRefused(_) => News::Refused,
        Payload::ChangesRequested(requested) => {
            let count = requested.command.as_ref().map_or(0, |command| command.items.len());
            News::ChangesRequested { count: u32::try_from(count).unwrap_or(u32::MAX) }
        }
        Payload::MarkedDuplicate(_) => News::MarkedDuplicate,
        Payload::RecallGranted(_) => News::Recalled,
        Payload::WithdrawalGranted(_) => News::Withdrawn,
        Payload::ReviewHeld(_) => News::Held,
        Payload::ReviewResumed(_) => News::Resumed,
        _ => return None,
    })
}

fn onward(entry: &Entry) -> Onward {
    let Some((turn, _)) = entry.turn() else { return Onward::NOTHING };
    let (who, what) = match turn {
        Turn::Moderator => (Mover::Moderator, Step::Decide),
        Turn::Reviewer => (Mover::Reviewer, Step::GiveOpinion),
        Turn::Contributor => (Mover::Contributor, Step::Answer),
        Turn::Publisher if entry.review().is_some_and(Review::is_open) => (Mover::Publisher, Step::GiveOpinion),
        Turn::Publisher => (Mover::Publisher, Step::Publish),
        Turn::ThirdParty => (Mover::Others, Step::Resume),
        Turn::Nobody => return Onward::NOTHING,
    };
    let held = entry.review().and_then(|review| review.held.as_ref());
    Onward { who, what: if held.is_some() { Step::Resume } else { what }, by: held.and_then(|held| held.until) }
}
