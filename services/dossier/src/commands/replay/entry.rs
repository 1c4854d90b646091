//! `dossier replay --entry`: one entry at a moment, and what changed until another, from the journals of a data directory.
//!
//! It tells what had happened by then, wherever it was known: the same as the audit service's `moment` and `difference`, by the same code, without
//! anybody's words.

use std::ops::ControlFlow;

use dossier_audit::{
    moment::{Happened, Stand, axes},
    trail::{Filed, in_causal_order, kind, sentence},
};
use dossier_journal::{Journal, Place as At};
use dossier_proto::{EntryId, Event, Micros, Origin, Payload, Place, hash_of};
use dossier_web::{
    as_of::{Asked, read_any},
    moment::written,
};
use serde_json::{Value, json};

use crate::{
    Exit, Failure,
    cli::Replay,
    offline::Offline,
    output::{Audience, text},
    progress::Progress,
};

/// So much of what was on its way at a moment is told.
const ON_THE_WAY_MAX: usize = 100;
/// After every moment that a clock can show.
const END: Micros = Micros(i64::MAX);

pub(super) fn run(replay: &Replay, entry: &str, audience: Audience) -> Result<(), Failure> {
    let offline = Offline::open(&replay.data.data)?;
    let progress = Progress::on_terminal();
    let mut journals = Vec::new();
    // What happened to an entry is in all journals: one service alone knows its own part.
    for origin in offline.services(replay.service)? {
        progress.begin(&format!("{origin}: comparing every event with the Merkle tree"));
        journals.push((origin, offline.journal(origin)?));
    }
    drop(progress);
    let entry = named(entry, &journals)?;
    let mut events = Vec::new();
    for (origin, journal) in &journals {
        events.extend(of_entry(*origin, journal, entry)?);
    }
    if events.is_empty() {
        return Err(usage(format!("no journal here has an event of {entry}")));
    }
    let events = in_causal_order(events).events;
    let at = replay.as_of.as_deref().map(|text| instant(text, "--as-of", &journals)).transpose()?.unwrap_or(END);
    let until = replay.difference.as_deref().map(|text| instant(text, "--difference", &journals)).transpose()?;
    audience.show(&document(entry, &events, at, until, replay.known_to), words);
    Ok(())
}

fn usage(words: String) -> Failure {
    Failure::new(Exit::Usage, words)
}

/// The entry by its id, or by its public number.
fn named(name: &str, journals: &[(Origin, Journal)]) -> Result<EntryId, Failure> {
    if let Ok(id) = name.parse() {
        return Ok(id);
    }
    let mut found = None;
    let published = journals.iter().find(|(origin, _)| *origin == Origin::Publication);
    for (epoch, _) in published.iter().flat_map(|(_, journal)| journal.epochs()) {
        let Some((_, journal)) = published else { break };
        let visited = journal.visit(At { epoch, sequence: 0 }, &mut |stored| {
            let event = Event::decode(&stored.event).ok();
            found = event.and_then(|event| match &event.payload {
                Some(Payload::EditionPublished(one)) if one.number == name => event.head.entry,
                _ => None,
            });
            if found.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        visited.map_err(|error| Failure::damaged(format!("publication: {error}")))?;
        if let Some(entry) = found {
            return Ok(entry);
        }
    }
    Err(usage(format!("--entry {name} is neither the id of an entry nor a public number that was given here")))
}

fn of_entry(origin: Origin, journal: &Journal, entry: EntryId) -> Result<Vec<Filed>, Failure> {
    let damaged = |error: &dyn std::fmt::Display| Failure::damaged(format!("{origin}: {error}"));
    let mut found = Vec::new();
    for at in journal.of_entry(entry.0).map_err(|error| damaged(&error))? {
        if let Some(stored) = journal.get(at).map_err(|error| damaged(&error))? {
            let event = Event::decode(&stored.event).map_err(|error| damaged(&error))?;
            found.push(Filed { event, hash: hash_of(&stored.event) });
        }
    }
    Ok(found)
}

/// A moment: an instant, or that in which an event was recorded.
fn instant(text: &str, flag: &str, journals: &[(Origin, Journal)]) -> Result<Micros, Failure> {
    let asked = read_any(text, flag).map_err(|_| {
        usage(format!(
            "{flag} {text} is neither an instant such as 2026-03-09T12:00:00Z nor an event such as moderation/17"
        ))
    })?;
    let place = match asked {
        Asked::Instant(instant) => return Ok(instant),
        Asked::Place(place) => place,
    };
    let journal = journals.iter().find(|(origin, _)| *origin == place.origin).map(|(_, journal)| journal);
    let at = At { epoch: place.epoch, sequence: place.sequence };
    let stored = journal.map_or(Ok(None), |journal| journal.get(at));
    let stored = stored.map_err(|error| Failure::damaged(format!("{}: {error}", place.origin)))?;
    let event = stored.and_then(|stored| Event::decode(&stored.event).ok());
    event.map(|event| event.head.recorded_at).ok_or_else(|| usage(format!("{flag}: there is no event {place} here")))
}

fn document(entry: EntryId, events: &[Filed], at: Micros, until: Option<Micros>, known_to: Option<Origin>) -> Value {
    let happened = Happened::new(events, at);
    let stand = Stand::of(happened.by_then());
    let mut document = json!({
        "entry": entry.to_string(),
        "as_of": (at != END).then(|| written(at)),
        "events": happened.by_then().count(),
        "happened_by": stand,
        "on_the_way": happened.on_the_way(ON_THE_WAY_MAX),
    });
    if let Some(service) = known_to {
        let known = Stand::of(happened.known_to(service));
        let events = happened.known_to(service).count();
        document["known_by"] =
            json!({"service": service, "events": events, "differs": axes(&known, &stand), "stand": known});
    }
    if let Some(until) = until {
        let (from, to) = (at.min(until), at.max(until));
        let stand = |instant| Stand::of(Happened::new(events, instant).by_then());
        let between = events.iter().map(|filed| &filed.event).filter(|event| {
            let recorded_at = event.head.recorded_at;
            recorded_at > from && recorded_at <= to && !matches!(event.payload, Some(Payload::Received(_)))
        });
        document["difference"] = json!({
            "from": written(from),
            "to": (to != END).then(|| written(to)),
            "changed": axes(&stand(from), &stand(to)),
            "between": between.map(step).collect::<Vec<_>>(),
        });
    }
    document
}

fn step(event: &Event) -> Value {
    json!({
        "place": event.head.place,
        "recorded": written(event.head.recorded_at),
        "kind": kind(event.payload.as_ref()),
        // Under which role they acted is in another journal than this one, and in the trail.
        "sentence": sentence(event, None),
    })
}

fn words(document: &Value) -> String {
    let at = document["as_of"].as_str().map_or_else(|| "now".to_owned(), |at| format!("as of {at}"));
    let mut words = format!("{}, {at}: {} events\n", text(document, "entry"), document["events"]);
    words.push_str(&stand_in_words("", &document["happened_by"]));
    if let Some(known) = document.get("known_by") {
        words.push_str(&stand_in_words(&format!("known to {}: ", text(known, "service")), &known["stand"]));
    }
    for one in list(&document["on_the_way"]) {
        let (place, to) = (place_in_words(&one["place"]), text(one, "to"));
        words.push_str(&format!("  {} at {place} was not known to {to} yet\n", text(one, "kind")));
    }
    let Some(difference) = document.get("difference") else { return words };
    let end = difference["to"].as_str().unwrap_or("now");
    words.push_str(&format!("changed from {} until {end}\n", text(difference, "from")));
    for axis in list(&difference["changed"]) {
        let (from, to) = (state_in_words(&axis["from"]), state_in_words(&axis["to"]));
        words.push_str(&format!("  {}: {from} → {to}\n", text(axis, "what").replace('_', " ")));
    }
    for step in list(&difference["between"]) {
        let place = place_in_words(&step["place"]);
        words.push_str(&format!("  {}  {place:<18}  {}\n", text(step, "recorded"), text(step, "sentence")));
    }
    words
}

fn stand_in_words(before: &str, stand: &Value) -> String {
    let (work, public) = (state_in_words(&stand["work"]), state_in_words(&stand["public"]));
    let edition = state_in_words(&stand["edition"]);
    format!(
        "  {before}work {work}; public {public}; edition {edition}; submitted {}\n",
        state_in_words(&stand["submitted"])
    )
}

/// The part of a stand that people look for first.
fn state_in_words(part: &Value) -> String {
    if let Some(state) = part["state"].as_str() {
        return state.to_owned();
    }
    if let (Some(number), Some(edition)) = (part["number"].as_str(), part["edition"].as_u64()) {
        return format!("{edition} of {number}");
    }
    match (part["revision"].as_u64(), part) {
        (Some(revision), _) => format!("revision {revision}"),
        (None, Value::Null) => "none".to_owned(),
        (None, Value::String(text)) => text.clone(),
        (None, other) => other.to_string(),
    }
}

fn place_in_words(place: &Value) -> String {
    serde_json::from_value::<Place>(place.clone()).map(|place| place.to_string()).unwrap_or_default()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
