//! Folds events into the state.

mod received;
mod registry;

use dossier_proto::{Digest, EntryId, Event, Micros, Payload, Place, v1};
use prost::Message as _;
use sha2::{Digest as _, Sha256};

pub(super) use registry::refusal_codes;

use super::state::{Claim, Ended, Ending, Entry, Moment, State};

pub(super) fn evolve(state: &mut State, event: &Event, beside: Option<&Event>) {
    let Some(payload) = &event.payload else { return };
    match payload {
        Payload::Received(_) => {
            if let Some(foreign) = beside {
                received::fold(state, foreign);
            }
        }
        Payload::DesignationGranted(_) | Payload::DesignationRevoked(_) => state.designations.fold(event),
        Payload::RegistryAdopted(adopted) => registry::adopt(state, event, adopted),
        _ => on_review(state, event, payload),
    }
}

fn on_review(state: &mut State, event: &Event, payload: &Payload) {
    let Some(id) = event.head.entry else { return };
    let Some(entry) = state.entries.get_mut(&id) else { return };
    let leases = &mut state.leases;
    match payload {
        Payload::ReviewOpened(_) => open(entry, event),
        Payload::ReviewClaimed(claimed) => {
            let by = event.head.actor.person();
            let claim = by.map(|by| Claim { by, until: Micros(claimed.lease_until), place: event.head.place });
            set_claim(leases, id, entry, claim);
        }
        Payload::ReviewReleased(_) => set_claim(leases, id, entry, None),
        Payload::CommentMade(_) => {
            if let Some(review) = entry.reviews.last_mut() {
                review.comments = review.comments.saturating_add(1);
            }
        }
        Payload::ChangesRequested(requested) => {
            let items = requested.command.as_ref().map_or(0, |command| command.items.len());
            let items = u32::try_from(items).unwrap_or(u32::MAX);
            end(leases, id, entry, event, Ending::ChangesRequested { items });
        }
        Payload::Approved(_) => end(leases, id, entry, event, Ending::Approved),
        Payload::EntryRefused(_) => end(leases, id, entry, event, Ending::Refused),
        Payload::RecallGranted(granted) => {
            answered(entry, granted.command.as_ref());
            end(leases, id, entry, event, Ending::Recalled);
        }
        Payload::WithdrawalGranted(granted) => {
            answered(entry, granted.command.as_ref());
            end(leases, id, entry, event, Ending::Withdrawn);
        }
        Payload::RequestTooLate(late) => answered(entry, late.command.as_ref()),
        // Refused commands and what this version does not know change nothing.
        _ => return,
    }
    entry.version = event.head.part_version;
}

fn open(entry: &mut Entry, event: &Event) {
    if let Some(review) = entry.reviews.last_mut() {
        review.opened = Some(moment(event));
    }
}

fn answered(entry: &mut Entry, answer: Option<&v1::AnswerRequest>) {
    let asked = answer.and_then(|answer| answer.asked.as_ref()).and_then(|place| Place::try_from(place).ok());
    if let Some(asked) = asked {
        entry.requests.remove(&asked);
    }
}

type Leases = std::collections::BTreeSet<(Micros, EntryId)>;

fn set_claim(leases: &mut Leases, id: EntryId, entry: &mut Entry, claim: Option<Claim>) {
    let Some(review) = entry.reviews.last_mut() else { return };
    if let Some(before) = std::mem::replace(&mut review.claim, claim) {
        leases.remove(&(before.until, id));
    }
    if let Some(claim) = claim {
        leases.insert((claim.until, id));
    }
}

/// Ends the newest review, if it is open. The first ending stands.
fn end(leases: &mut Leases, id: EntryId, entry: &mut Entry, event: &Event, how: Ending) {
    set_claim(leases, id, entry, None);
    let Some(review) = entry.reviews.last_mut() else { return };
    if review.ended.is_none() {
        review.ended = Some(Ended { how, moment: moment(event), by: event.head.actor.person() });
        review.authors.clear();
    }
}

fn moment(event: &Event) -> Moment {
    Moment { at: event.head.recorded_at, place: event.head.place }
}

/// SHA-256 of a submission's sealed words: the length of the content, the content, what was changed.
pub(super) fn sealed_hash(content: &v1::Content, what_changed: Option<&v1::Sealed>) -> Digest {
    let content = content.encode_to_vec();
    let mut hash = Sha256::new();
    hash.update((content.len() as u64).to_be_bytes());
    hash.update(content);
    if let Some(what_changed) = what_changed {
        hash.update(what_changed.encode_to_vec());
    }
    Digest(hash.finalize().into())
}
