//! When a service has something to do by itself: a letter comes in, or a timer is due; each taken from a scene.

use std::{collections::BTreeMap, path::Path};

use bytes::Bytes;
use dossier_engine::{Decider, testing::Story};
use dossier_exchange::{Delivered, Delivery, Tally};
use dossier_proto::{Event, Micros, Origin, Payload};
use dossier_simulation::{Town, asking::name};

/// An event and the foreign one beside it.
pub(crate) type Logged = (Event, Option<Event>);

/// Something that a service does by itself.
pub(crate) struct Occasion {
    /// The foreign event, or the command that is due.
    pub(crate) name: String,
    /// The service's journal until then.
    pub(crate) before: Vec<Logged>,
    /// What comes in; nothing when a timer is due.
    pub(crate) letter: Option<Delivery>,
    /// When.
    pub(crate) now: Micros,
}

/// Occasions by their names: one of each.
pub(crate) type Occasions = BTreeMap<String, Occasion>;

/// Letters that came in here and are of a new kind.
pub(crate) fn letters<D: Decider>(story: &Story<D>, town: &Town, into: &mut Occasions) {
    for (at, (event, beside)) in story.log().iter().enumerate() {
        let Some(foreign) = beside else { continue };
        let name = foreign.payload.as_ref().map(name).unwrap();
        into.entry(name.clone()).or_insert_with(|| Occasion {
            name,
            before: story.log()[..at].to_vec(),
            letter: Some(delivery(foreign, town)),
            now: event.head.recorded_at,
        });
    }
}

/// A letter as it comes over the wire, with how far its origin is read then.
fn delivery(foreign: &Event, town: &Town) -> Delivery {
    let origin = foreign.head.place.origin;
    let mut resume = Tally::start(origin);
    let read = usize::try_from(foreign.head.place.sequence).unwrap() + 1;
    town.log(origin)[..read].iter().for_each(|(event, _)| resume.add(&event.encode()));
    let events = vec![Delivered { bytes: Bytes::from(foreign.encode()), event: foreign.clone() }];
    Delivery { origin, events, resume }
}

/// What was done because it was due, of these kinds, where it is of a new one.
pub(crate) fn timers<D: Decider>(story: &Story<D>, kinds: &[&str], into: &mut Occasions) {
    let mut state = D::State::default();
    for (at, (event, beside)) in story.log().iter().enumerate() {
        let now = event.head.recorded_at;
        let command = D::command_of(std::slice::from_ref(event)).map(|command| name(&command)).unwrap_or_default();
        if kinds.contains(&command.as_str()) && !into.contains_key(&command) {
            let is_due = D::due(&state, now).iter().any(|errand| name(&errand.command) == command);
            if is_due {
                let before = story.log()[..at].to_vec();
                into.insert(command.clone(), Occasion { name: command, before, letter: None, now });
            }
        }
        D::evolve(&mut state, event, beside.as_ref());
    }
}

/// The source of a service's file.
pub(crate) fn source(service: Origin, file: &str) -> String {
    let path = format!("../../services/{}/src/{file}", service.name());
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The variants of an enumeration that a text names, like `Payload::Submitted`.
pub(crate) fn named(source: &str, of: &str) -> Vec<String> {
    let path = format!("{of}::");
    let rest = source.split(&path).skip(1);
    let names = rest.map(|rest| rest.chars().take_while(char::is_ascii_alphanumeric).collect::<String>());
    let mut names: Vec<_> = names.filter(|name| name.starts_with(|first: char| first.is_ascii_uppercase())).collect();
    names.sort();
    names.dedup();
    names
}

/// Only to say which payloads are own.
pub(crate) fn payload_name(event: &Event) -> String {
    event.payload.as_ref().map(|payload: &Payload| name(payload)).unwrap_or_default()
}
