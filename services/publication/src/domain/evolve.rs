//! Folding events into the state. Nothing here fails: what it does not know changes nothing.

use dossier_proto::{Digest, EntryId, Event, Head, Micros, Origin, Payload, Place, v1};

use super::{PublicNumber, RegistryRules, Scheduled, State, Successor, Waiting, Withheld, state::Entry};

/// Folds one event of our journal; `beside` is the foreign event a `Received` stands for.
pub(super) fn evolve(state: &mut State, event: &Event, beside: Option<&Event>) {
    state.erasures.fold(event, beside);
    let Some(payload) = &event.payload else { return };
    match (payload, event.head.entry) {
        (Payload::Received(_), _) => {
            if let Some(foreign) = beside {
                receive(state, foreign);
            }
        }
        (Payload::EditionPublished(published), Some(entry)) => publish(state, &event.head, entry, published),
        (Payload::PublicationDeclined(declined), Some(entry)) => done(state, entry, declined.command.as_ref()),
        (Payload::EditionScheduled(scheduled), Some(entry)) => schedule(state, &event.head, entry, scheduled),
        (Payload::EditionRescheduled(rescheduled), Some(entry)) => {
            if let (Some(mut scheduled), Some(command)) = (state.schedule.remove(entry), rescheduled.command.as_ref()) {
                scheduled.at = Micros(command.at);
                scheduled.set = event.head.place;
                state.schedule.put(scheduled);
            }
        }
        (_, Some(entry)) => turn(state, entry, event.head.place, payload),
        _ => {}
    }
}

/// What changes how a published entry stands.
fn turn(state: &mut State, id: EntryId, place: Place, payload: &Payload) {
    let Some(entry) = state.entries.get_mut(&id) else { return };
    match payload {
        Payload::EntrySuspended(_) => entry.withheld = Some(Withheld::Suspended(place)),
        Payload::EntryReinstated(_) => entry.withheld = None,
        Payload::EntrySuperseded(superseded) => {
            let by = superseded.command.as_ref().map(|command| command.superseded_by.as_slice());
            let Some(by) = by.and_then(|by| EntryId::try_from(by).ok()) else { return };
            entry.successor = Some(Successor { entry: by, said: place });
            entry.version += 1;
            // Readers of the other entry are told which one it stands in the place of.
            if let Some(successor) = state.entries.get_mut(&by) {
                successor.version += 1;
            }
            return;
        }
        Payload::EntryRetracted(_) => {
            entry.withheld = Some(Withheld::Retracted(place));
            entry.asked = None;
        }
        // Its tombstone, or one of its editions, is another page now.
        Payload::ErasureConfirmed(_) => {}
        Payload::RetractionDeclined(declined) => {
            let asked = declined.command.as_ref().and_then(|command| command.asked.as_ref());
            entry.asked = entry.asked.filter(|open| asked.and_then(|place| Place::try_from(place).ok()) != Some(*open));
            return;
        }
        _ => return,
    }
    entry.version += 1;
}

fn publish(state: &mut State, head: &Head, id: EntryId, published: &v1::EditionPublished) {
    done(state, id, published.command.as_ref());
    let digest = published.content.as_ref().and_then(|content| Digest::try_from(content.digest.as_slice()).ok());
    let (Some(digest), Ok(number)) = (digest, published.number.parse::<PublicNumber>()) else { return };
    if let Some(entry) = state.entries.get_mut(&id) {
        entry.edition = published.edition;
        entry.digest = digest;
        entry.published = head.place;
        entry.version += 1;
        return;
    }
    let Ok(body) = published.body.parse() else { return };
    let years = state.running.entry(number.prefix().to_owned()).or_default();
    let last = years.entry(number.year()).or_default();
    *last = number.running().max(*last);
    state.entries.insert(
        id,
        Entry {
            number,
            record_type: published.record_type.clone(),
            body,
            edition: published.edition,
            digest,
            published: head.place,
            version: 1,
            successor: None,
            withheld: None,
            asked: None,
        },
    );
}

/// The approval that a command names.
fn approval(command: Option<&v1::PublishEdition>) -> Option<Place> {
    Place::try_from(command?.approved.as_ref()?).ok()
}

/// The approval was dealt with.
fn done(state: &mut State, id: EntryId, command: Option<&v1::PublishEdition>) {
    let Some(place) = approval(command) else { return };
    state.waiting.retain(|waiting| waiting.at != place);
    if state.schedule.get(id).is_some_and(|scheduled| scheduled.waiting.at == place) {
        state.schedule.remove(id);
    }
}

/// What came in waits for its time. What waited of the same entry is declined by an event of its own, which finds its
/// place taken.
fn schedule(state: &mut State, head: &Head, id: EntryId, scheduled: &v1::EditionScheduled) {
    let Some(place) = approval(scheduled.command.as_ref()) else { return };
    let Some(position) = state.waiting.iter().position(|waiting| waiting.at == place) else { return };
    let waiting = state.waiting.remove(position);
    if waiting.entry == id {
        state.schedule.put(Scheduled { waiting, at: Micros(scheduled.at), set: head.place });
    }
}

fn receive(state: &mut State, foreign: &Event) {
    let head = &foreign.head;
    let Some(payload) = &foreign.payload else { return };
    match (head.place.origin, payload) {
        (Origin::Moderation, Payload::Approved(_) | Payload::CorrectionConfirmed(_)) => {
            state.waiting.extend(Waiting::of(foreign));
        }
        (_, Payload::DesignationGranted(_) | Payload::DesignationRevoked(_)) => state.designations.fold(foreign),
        (Origin::Moderation, Payload::RegistryAdopted(adopted)) => {
            if let Some(rules) = adopted.command.as_ref().and_then(RegistryRules::of) {
                state.rules = Some(rules);
            }
        }
        (Origin::Submission, Payload::RetractionAsked(_) | Payload::RetractionCleared(_)) => {
            let entry = head.entry.and_then(|entry| state.entries.get_mut(&entry));
            if let Some(entry) = entry.filter(|entry| entry.retracted().is_none()) {
                entry.asked = Some(head.place);
            }
        }
        _ => {}
    }
}
