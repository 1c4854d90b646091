//! What came back and what did not, for a program and in words.

use std::collections::{BTreeMap, BTreeSet};

use dossier_proto::{EntryId, Origin, Place};
use serde_json::{Value, json};

use super::keeper::{ActedUpon, Known};

/// So many entries are listed in words; a program is told all.
const LISTED_MAX: usize = 20;

/// What came of putting a service back.
#[derive(Debug)]
pub(crate) struct Report {
    /// Which one.
    pub(crate) service: Origin,
    /// Events that are back.
    pub(crate) events: u64,
    /// Where the former epoch ends now: what came behind is not known.
    pub(crate) end: Place,
    /// The epoch in which it goes on.
    pub(crate) epoch: u32,
    /// What others know beyond.
    pub(crate) known: Vec<Known>,
    /// What others acted upon that could not be put back.
    pub(crate) acted_upon: Vec<ActedUpon>,
    /// Keys that are back.
    pub(crate) keys: usize,
    /// What cannot be read any more.
    pub(crate) unreadable: Unreadable,
    /// Files that are back.
    pub(crate) files: usize,
    /// People that are back; nothing where they are not kept with this service.
    pub(crate) people: Option<usize>,
    /// What else the operator has to know, a sentence each.
    pub(crate) notes: Vec<String>,
}

/// What cannot be read any more, because nobody has the keys.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Unreadable {
    /// Contents, by entry.
    pub(crate) contents: BTreeMap<EntryId, usize>,
    /// Other words: reasons, comments, notes.
    pub(crate) said: usize,
    /// Attached files, by entry: without their keys, or not to be had.
    pub(crate) files: BTreeMap<EntryId, usize>,
}

impl Report {
    /// The most that anybody knows beyond the end.
    fn at_least(&self) -> Option<Known> {
        let beyond = |known: &&Known| (known.epoch, known.size) > (self.end.epoch, self.end.sequence);
        self.known.iter().filter(beyond).max_by_key(|known| (known.epoch, known.size)).copied()
    }

    /// Where the range of what is unknown begins, and how far it reaches as somebody knows.
    pub(crate) fn to_json(&self) -> Value {
        let place = |place: &Place| json!({"epoch": place.epoch, "sequence": place.sequence});
        let entries = |counts: &BTreeMap<EntryId, usize>| {
            counts.iter().map(|(entry, count)| json!({"entry": entry, "count": count})).collect::<Vec<_>>()
        };
        let acted: Vec<_> = self
            .acted_upon
            .iter()
            .map(|one| json!({"place": place(&one.place), "by": one.by, "hash": dossier_proto::hash_of(&one.bytes)}))
            .collect();
        let known: Vec<_> = self
            .known
            .iter()
            .map(|one| json!({"by": one.by, "epoch": one.epoch, "size": one.size, "root": one.root.map(|root| root.to_string())}))
            .collect();
        json!({
            "service": self.service,
            "events": self.events,
            "epoch": self.epoch,
            "unknown_from": place(&self.end),
            "known_at_least": self.at_least().map(|known| json!({"by": known.by, "epoch": known.epoch, "size": known.size})),
            "known_by": known,
            "acted_upon_and_lost": acted,
            "keys": self.keys,
            "files": self.files,
            "people": self.people,
            "unreadable": {
                "contents": entries(&self.unreadable.contents),
                "said": self.unreadable.said,
                "files": entries(&self.unreadable.files),
            },
            "notes": self.notes,
        })
    }

    /// For a person.
    pub(crate) fn words(&self) -> String {
        let (service, end) = (self.service, self.end);
        let mut lines = vec![format!(
            "{service} is back: {}, {}, {}. It goes on in epoch {}.",
            counted(self.events, "event"),
            counted(self.keys as u64, "key"),
            counted(self.files as u64, "attached file"),
            self.epoch
        )];
        lines.push(format!(
            "Unknown: events of epoch {} from sequence {} on. {}",
            end.epoch,
            end.sequence,
            self.beyond()
        ));
        for one in &self.acted_upon {
            lines.push(format!(
                "Lost here, though {} has acted upon it: epoch {}, sequence {} ({}).",
                one.by,
                one.place.epoch,
                one.place.sequence,
                dossier_proto::hash_of(&one.bytes)
            ));
        }
        lines.extend(self.unreadable.words());
        lines.extend(self.people.map(|people| {
            format!(
                "{} came back with names, addresses and tokens.",
                if people == 1 { "1 person".to_owned() } else { format!("{people} people") }
            )
        }));
        lines.extend(self.notes.iter().cloned());
        lines.join("\n")
    }

    fn beyond(&self) -> String {
        match self.at_least() {
            None => {
                "Nobody knows of any: what was acknowledged there, if anything was, nobody else had read.".to_owned()
            }
            Some(known) if known.epoch == self.end.epoch => format!(
                "{} knows that there were at least {} of them (it had read {} events).",
                known.by,
                known.size - self.end.sequence,
                known.size
            ),
            Some(known) => format!("{} knows of {} in epoch {}.", known.by, counted(known.size, "event"), known.epoch),
        }
    }
}

impl Unreadable {
    fn words(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let contents: usize = self.contents.values().sum();
        if contents > 0 {
            lines.push(format!(
                "Nobody has the keys to {} of {}: they cannot be read any more. Drafts that were never submitted are among them. {}",
                counted(contents as u64, "saved content"),
                entries(self.contents.len()),
                listed(self.contents.keys())
            ));
        }
        if self.said > 0 {
            lines.push(format!(
                "Nobody has the keys to {} (reasons, notes, comments) either.",
                counted(self.said as u64, "other text")
            ));
        }
        let files: usize = self.files.values().sum();
        if files > 0 {
            lines.push(format!(
                "Nobody has {} of {}. {}",
                counted(files as u64, "attached file"),
                entries(self.files.len()),
                listed(self.files.keys())
            ));
        }
        lines
    }
}

fn entries(count: usize) -> String {
    if count == 1 { "1 entry".to_owned() } else { format!("{count} entries") }
}

fn listed<'a>(entries: impl Iterator<Item = &'a EntryId>) -> String {
    let all: BTreeSet<_> = entries.map(ToString::to_string).collect();
    let shown: Vec<_> = all.iter().take(LISTED_MAX).cloned().collect();
    let more = if all.len() > LISTED_MAX {
        format!(" and {} more (--json lists all)", all.len() - LISTED_MAX)
    } else {
        String::new()
    };
    format!("Entries: {}{more}.", shown.join(", "))
}

fn counted(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
