//! When something happened, and when a service knew of it. Pure.
//!
//! An event happens when its own service records it. Another service knows of it from when it recorded that it received it: a `Received` in
//! its journal names the event. What a service takes no notice of it never receives.

use std::collections::BTreeMap;

use dossier_proto::{Event, Micros, Origin, Payload, Place};
use serde::{Deserialize, Serialize};

use crate::trail::{Filed, kind};

/// Something that had happened by the moment, and that a service came to know only after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct OnTheWay {
    /// The event.
    #[schema(value_type = Object)]
    pub place: Place,
    /// What it was.
    pub kind: String,
    /// When it happened, in microseconds.
    #[schema(value_type = i64)]
    pub happened_at: Micros,
    /// Who had not heard of it.
    #[schema(value_type = String)]
    pub to: Origin,
    /// When they did, in microseconds.
    #[schema(value_type = i64)]
    pub known_at: Micros,
    /// The event that says so.
    #[schema(value_type = Object)]
    pub received: Place,
}

/// What had happened to an entry by a moment, and who knew of it when.
pub struct Happened<'a> {
    events: &'a [Filed],
    instant: Micros,
    /// When each event was first received, by whom and where that is said.
    received: BTreeMap<(Origin, Place), (Micros, Place)>,
}

impl<'a> Happened<'a> {
    /// All events of an entry, in causal order, also those of after the moment.
    pub fn new(events: &'a [Filed], instant: Micros) -> Self {
        let mut received = BTreeMap::new();
        for Filed { event, .. } in events {
            if let Some(of) = received_of(event) {
                let said = (event.head.recorded_at, event.head.place);
                received.entry((event.head.place.origin, of)).or_insert(said);
            }
        }
        Self { events, instant, received }
    }

    /// What had happened by then, wherever it was recorded.
    pub fn by_then(&self) -> impl Iterator<Item = &'a Event> {
        let instant = self.instant;
        self.events.iter().map(|filed| &filed.event).filter(move |event| event.head.recorded_at <= instant)
    }

    /// What a service knew by then: its own events, and those of others that it had received.
    pub fn known_to(&self, service: Origin) -> impl Iterator<Item = &'a Event> {
        self.by_then().filter(move |event| {
            let place = event.head.place;
            let heard = || self.received.get(&(service, place)).is_some_and(|(at, _)| *at <= self.instant);
            place.origin == service || heard()
        })
    }

    /// What had happened by then and was known later, in the order in which it happened; `max` of them.
    pub fn on_the_way(&self, max: usize) -> Vec<OnTheWay> {
        let mut found: Vec<OnTheWay> = self.by_then().flat_map(|event| self.later(event)).collect();
        found.truncate(max);
        found
    }

    fn later(&self, event: &Event) -> Vec<OnTheWay> {
        let (place, happened_at) = (event.head.place, event.head.recorded_at);
        let to = Origin::ALL.into_iter().filter_map(|to| {
            let (known_at, received) = *self.received.get(&(to, place))?;
            let kind = kind(event.payload.as_ref()).to_owned();
            (known_at > self.instant).then_some(OnTheWay { place, kind, happened_at, to, known_at, received })
        });
        to.collect()
    }
}

/// The foreign event that one of ours says was received.
fn received_of(event: &Event) -> Option<Place> {
    match &event.payload {
        Some(Payload::Received(received)) => Place::try_from(received.place.as_ref()?).ok(),
        _ => None,
    }
}
