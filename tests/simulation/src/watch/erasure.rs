//! P11: what was ordered to be destroyed is destroyed by whoever says so, and never what stands in public.

use dossier_engine::erasure::{Orders, Scope};
use dossier_proto::{Event, KeyId, Origin, Payload, named_keys};

use super::WATCHED;
use crate::Town;

/// An edition is of something that can be read.
pub(super) fn take(town: &Town, event: &Event) {
    let Some(Payload::EditionPublished(published)) = &event.payload else { return };
    let sealed = published.content.as_ref().and_then(|content| content.sealed.as_ref()).unwrap();
    let key = KeyId::try_from(sealed.key_id.as_slice()).unwrap();
    for origin in WATCHED {
        assert!(
            !town.destroyed(origin).contains(&key),
            "{} makes an edition of what {origin} has erased (P11){}",
            event.head.place,
            town.trail(event.head.entry.unwrap())
        );
    }
}

pub(super) fn stand(town: &Town) {
    let orders: [(Origin, &Orders); 3] = [
        (Origin::Submission, &town.submission.state().erasures),
        (Origin::Moderation, &town.moderation.state().erasures),
        (Origin::Publication, &town.publication.state().erasures),
    ];
    for (origin, orders) in orders {
        let confirmed = orders.all().filter(|order| order.confirmed.contains_key(&origin));
        for order in confirmed.filter(|order| order.scope == Scope::Words) {
            let known = town.log(origin).iter().flat_map(|(event, beside)| [Some(event), beside.as_ref()]).flatten();
            // Counted by when things were recorded, which the services do not go by.
            let covered = known.filter(|event| {
                event.head.entry == order.entry && event.head.recorded_at <= order.at && event.head.place != order.place
            });
            for named in covered.flat_map(|event| named_keys(event.payload.as_ref().unwrap())) {
                let gone = town.destroyed(origin).contains(&named.key);
                assert!(gone, "{origin} confirmed {} and opens {:?} (P11)", order.place, named.key);
            }
        }
    }
    for (id, entry) in town.publication.state().entries.iter().filter(|(_, entry)| entry.retracted().is_none()) {
        let key = town.words.content_of(&entry.digest).and_then(|content| content.sealed.as_ref()).unwrap();
        let key = KeyId::try_from(key.key_id.as_slice()).unwrap();
        for origin in WATCHED {
            assert!(
                !town.destroyed(origin).contains(&key),
                "{origin} destroyed what stands in public (P11){}",
                town.trail(*id)
            );
        }
    }
}
