//! Folds what happens around a decision: opening, claims, comments, holds; and how a review ends.

use std::collections::BTreeSet;

use dossier_proto::{EntryId, Event, Micros, Payload, Place, v1};

use super::{judging, moment};
use crate::domain::{
    Change, ChangeState,
    state::{Claim, Ended, Ending, Entry, Hold},
};

/// The moments at which something about an entry is due.
pub(super) type Due = BTreeSet<(Micros, EntryId)>;

/// An entry, with the timers of its newest review.
pub(super) struct Desk<'a> {
    pub(super) id: EntryId,
    pub(super) entry: &'a mut Entry,
    pub(super) leases: &'a mut Due,
    pub(super) holds: &'a mut Due,
}

impl Desk<'_> {
    /// Folds an event; answers whether it changed anything.
    pub(super) fn fold(&mut self, event: &Event, payload: &Payload) -> bool {
        match payload {
            Payload::ReviewOpened(opened) => judging::open(self.entry, event, opened),
            Payload::ReviewClaimed(claimed) => {
                let claim = event.head.actor.person().map(|by| self.claim(by, claimed.lease_until, event));
                self.set_claim(claim);
            }
            Payload::ReviewAssigned(assigned) => {
                let to = assigned.command.as_ref().and_then(|assign| assign.subject.as_slice().try_into().ok());
                let claim = to.map(|to| self.claim(to, assigned.lease_until, event));
                self.set_claim(claim);
            }
            Payload::ReviewReleased(_) => self.set_claim(None),
            Payload::CommentMade(_) => self.commented(1),
            Payload::ReviewFinished(finished) => {
                self.commented(finished.command.as_ref().map_or(0, |command| command.comments.len()));
            }
            Payload::ReviewHeld(held) => self.hold(event, held.command.as_ref()),
            Payload::ReviewResumed(_) => self.resume(event.head.recorded_at),
            Payload::ChangesRequested(requested) => self.request(event, requested.command.as_ref()),
            Payload::Approved(_) => self.end(event, Ending::Approved),
            Payload::EntryRefused(_) => self.end(event, Ending::Refused),
            Payload::MarkedDuplicate(_) => self.end(event, Ending::Duplicate),
            Payload::RecallGranted(granted) => self.answered(event, granted.command.as_ref(), Some(Ending::Recalled)),
            Payload::WithdrawalGranted(granted) => {
                self.answered(event, granted.command.as_ref(), Some(Ending::Withdrawn));
            }
            Payload::RequestTooLate(late) => self.answered(event, late.command.as_ref(), None),
            _ => return false,
        }
        true
    }

    /// A claim by the same person goes on since it began.
    fn claim(&self, by: dossier_proto::SubjectId, until: i64, event: &Event) -> Claim {
        let before = self.entry.review().and_then(|review| review.claim).filter(|claim| claim.by == by);
        let since = before.map_or(event.head.recorded_at, |claim| claim.since);
        Claim { by, since, until: Micros(until), place: event.head.place }
    }

    fn commented(&mut self, count: usize) {
        if let Some(review) = self.entry.reviews.last_mut() {
            review.comments = review.comments.saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
        }
    }

    fn hold(&mut self, event: &Event, hold: Option<&v1::Hold>) {
        let (Some(review), Some(hold)) = (self.entry.reviews.last_mut(), hold) else { return };
        let until = hold.until.map(Micros);
        review.held = Some(Hold { awaited: hold.awaited.clone(), until, since: moment(event) });
        self.holds.extend(until.map(|until| (until, self.id)));
    }

    pub(super) fn resume(&mut self, at: Micros) {
        let Some(review) = self.entry.reviews.last_mut() else { return };
        let Some(held) = review.held.take() else { return };
        review.held_before = review.held_before.and(at.0.saturating_sub(held.since.at.0).max(0));
        if let Some(until) = held.until {
            self.holds.remove(&(until, self.id));
        }
    }

    fn request(&mut self, event: &Event, request: Option<&v1::RequestChanges>) {
        let items = request.map(|request| request.items.as_slice()).unwrap_or_default();
        self.commented(request.map_or(0, |request| request.comments.len()));
        if let Some(round) = self.entry.review().map(|review| review.round) {
            let open = Change { state: ChangeState::Open, because: event.head.place };
            self.entry.changes.extend(items.iter().map(|item| ((round, item.item), open)));
        }
        let items = u32::try_from(items.len()).unwrap_or(u32::MAX);
        self.end(event, Ending::ChangesRequested { items });
    }

    fn answered(&mut self, event: &Event, answer: Option<&v1::AnswerRequest>, how: Option<Ending>) {
        let asked = answer.and_then(|answer| answer.asked.as_ref()).and_then(|place| Place::try_from(place).ok());
        if let Some(asked) = asked {
            self.entry.requests.remove(&asked);
        }
        if let Some(how) = how {
            self.end(event, how);
        }
    }

    pub(super) fn set_claim(&mut self, claim: Option<Claim>) {
        let Some(review) = self.entry.reviews.last_mut() else { return };
        if let Some(before) = std::mem::replace(&mut review.claim, claim) {
            self.leases.remove(&(before.until, self.id));
        }
        if let Some(claim) = claim {
            self.leases.insert((claim.until, self.id));
        }
    }

    /// Ends the newest review, if it is open. The first ending stands. What no decision needs any more is forgotten.
    pub(super) fn end(&mut self, event: &Event, how: Ending) {
        self.set_claim(None);
        self.resume(event.head.recorded_at);
        let Some(review) = self.entry.reviews.last_mut().filter(|review| review.ended.is_none()) else { return };
        review.ended = Some(Ended { how, moment: moment(event), by: event.head.actor.person() });
        review.passed.clear();
        review.stage_since = None;
        // Whoever wrote it neither decides on an appeal nor corrects the edition; an appeal goes the same way.
        if !matches!(how, Ending::Refused | Ending::Approved) {
            review.authors.clear();
        }
        if how != Ending::Refused {
            review.stages.clear();
        }
        // Opinions on a content that comes back count again.
        let may_come_back = matches!(how, Ending::ChangesRequested { .. } | Ending::Recalled | Ending::Replaced);
        if !may_come_back {
            review.opinions.clear();
        }
        if how == Ending::Approved {
            self.entry.changes.clear();
            for earlier in &mut self.entry.reviews {
                earlier.opinions.clear();
            }
        }
    }
}
