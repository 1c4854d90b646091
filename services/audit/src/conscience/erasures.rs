//! Which erasures were ordered, and who has not confirmed them. Pure.

use std::collections::{BTreeMap, BTreeSet};

use dossier_proto::{EntryId, Event, Micros, Origin, Payload, Place};
use serde::{Deserialize, Serialize};

use crate::domain::{Finding, FindingKind};

/// The orders that somebody has not confirmed. An order takes 100 bytes, and is forgotten when all four have.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Orders {
    open: BTreeMap<Place, Order>,
    /// Confirmations that were read before their order: journals are followed each for itself.
    early: BTreeSet<(Place, Origin)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Order {
    at: Micros,
    entry: Option<EntryId>,
    confirmed: BTreeSet<Origin>,
}

impl Orders {
    /// Takes an event of whatever origin.
    pub fn take(&mut self, event: &Event) {
        let place = event.head.place;
        match &event.payload {
            Some(Payload::ErasureOrdered(_)) => {
                let early = Origin::ALL.into_iter().filter(|origin| self.early.remove(&(place, *origin))).collect();
                let order = Order { at: event.head.recorded_at, entry: event.head.entry, confirmed: early };
                self.open.insert(place, order);
                self.forget(place);
            }
            Some(Payload::ErasureConfirmed(confirmed)) => {
                let order = confirmed.command.as_ref().and_then(|command| command.order.as_ref());
                let Some(Ok(order)) = order.map(Place::try_from) else { return };
                match self.open.get_mut(&order) {
                    Some(open) => {
                        open.confirmed.insert(place.origin);
                    }
                    None => {
                        self.early.insert((order, place.origin));
                    }
                }
                self.forget(order);
            }
            _ => {}
        }
    }

    fn forget(&mut self, order: Place) {
        if self.open.get(&order).is_some_and(|open| open.confirmed.len() == Origin::ALL.len()) {
            self.open.remove(&order);
        }
    }

    /// Whoever has not confirmed what was ordered before this moment, an order each.
    pub fn late(&self, ordered_before: Micros) -> Vec<Finding> {
        let mut late = Vec::new();
        for (place, order) in self.open.iter().filter(|(_, order)| order.at < ordered_before) {
            late.extend(Origin::ALL.into_iter().filter(|origin| !order.confirmed.contains(origin)).map(|service| {
                Finding {
                    entry: order.entry,
                    service: Some(service),
                    ..Finding::of(FindingKind::ErasureUnconfirmed, *place)
                }
            }));
        }
        late
    }

    /// Whether this service has confirmed this order, as far as these books tell: an order that moderation's journal was not followed to yet is
    /// not in them, and is not confirmed because of that. `followed` is the next place of that journal.
    pub fn is_confirmed(&self, order: Place, service: Origin, followed: Place) -> bool {
        let is_passed = (followed.epoch, followed.sequence) > (order.epoch, order.sequence);
        match self.open.get(&order) {
            Some(open) => open.confirmed.contains(&service),
            None => is_passed && followed.origin == order.origin,
        }
    }
}
