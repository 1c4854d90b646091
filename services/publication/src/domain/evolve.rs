//! Folding events into the state. Nothing here fails: what it does not know changes nothing.

use dossier_proto::{Digest, EntryId, Event, Head, Origin, Payload, Place, v1};

use super::{
    PublicNumber, RegistryRules, State,
    state::{Entry, Waiting},
};

/// Folds one event of our journal; `beside` is the foreign event a `Received` stands for.
pub(super) fn evolve(state: &mut State, event: &Event, beside: Option<&Event>) {
    match (&event.payload, event.head.entry) {
        (Some(Payload::Received(_)), _) => {
            if let Some(foreign) = beside {
                receive(state, foreign);
            }
        }
        (Some(Payload::EditionPublished(published)), Some(entry)) => publish(state, &event.head, entry, published),
        (Some(Payload::PublicationDeclined(declined)), _) => done(state, declined.command.as_ref()),
        (Some(Payload::EntryRetracted(_)), Some(entry)) => {
            if let Some(entry) = state.entries.get_mut(&entry) {
                entry.retracted = Some(event.head.place);
                entry.asked = None;
            }
        }
        _ => {}
    }
}

fn publish(state: &mut State, head: &Head, id: EntryId, published: &v1::EditionPublished) {
    done(state, published.command.as_ref());
    let digest = published.content.as_ref().and_then(|content| Digest::try_from(content.digest.as_slice()).ok());
    let (Some(digest), Ok(number)) = (digest, published.number.parse::<PublicNumber>()) else { return };
    if let Some(entry) = state.entries.get_mut(&id) {
        entry.edition = published.edition;
        entry.digest = digest;
        entry.published = head.place;
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
            retracted: None,
            asked: None,
        },
    );
}

/// The approval was dealt with.
fn done(state: &mut State, command: Option<&v1::PublishEdition>) {
    let place = command.and_then(|command| command.approved.as_ref()).and_then(|place| Place::try_from(place).ok());
    if let Some(place) = place {
        state.waiting.retain(|waiting| waiting.at != place);
    }
}

fn receive(state: &mut State, foreign: &Event) {
    let head = &foreign.head;
    let Some(payload) = &foreign.payload else { return };
    match (head.place.origin, payload) {
        (Origin::Moderation, Payload::Approved(approved)) => {
            if let Some(entry) = head.entry {
                state.waiting.push(Waiting { entry, at: head.place, approved: approved.clone() });
            }
        }
        (_, Payload::DesignationGranted(_) | Payload::DesignationRevoked(_)) => state.designations.fold(foreign),
        (Origin::Moderation, Payload::RegistryAdopted(adopted)) => {
            if let Some(rules) = adopted.command.as_ref().and_then(RegistryRules::of) {
                state.rules = Some(rules);
            }
        }
        (Origin::Submission, Payload::RetractionAsked(_)) => {
            let entry = head.entry.and_then(|entry| state.entries.get_mut(&entry));
            if let Some(entry) = entry.filter(|entry| entry.retracted.is_none()) {
                entry.asked = Some(head.place);
            }
        }
        _ => {}
    }
}
