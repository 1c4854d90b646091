//! Whether what a trail tells is what was signed, and could have been decided so: by what the conscience of this service has judged.

use std::collections::BTreeSet;

use dossier_proto::{EntryId, Origin, Payload, Place};
use dossier_registry::{Language as Tongue, Shown};
use dossier_web::page::Words;

use crate::{copies::COPIED, office::Office, pages::said, trail::Outline, words::committed};

/// The verdict over an entry.
pub(super) struct Standing {
    pub(super) tone: Tone,
    pub(super) verdict: String,
    /// What it rests on: a name, and what is said of it.
    pub(super) grounds: Vec<(String, String)>,
    /// The findings that are open about it, by their numbers.
    pub(super) findings: Vec<(String, String)>,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    /// Everything agrees.
    Holds,
    /// Not everything is judged or signed yet.
    Waits,
    /// Something does not agree.
    Broken,
}

impl Tone {
    /// The class of the verdict.
    pub(super) const fn class(self) -> &'static str {
        match self {
            Self::Holds => "",
            Self::Waits => " waiting",
            Self::Broken => " broken",
        }
    }

    /// Its icon.
    pub(super) const fn icon(self) -> &'static str {
        match self {
            Self::Holds => "seal",
            Self::Waits => "clock",
            Self::Broken => "warn",
        }
    }
}

impl Standing {
    /// Of an entry, by its outline, which is at hand: nothing is read anew.
    pub(super) fn of(office: &Office, entry: EntryId, words: &Words) -> Self {
        let outline = office.outlines().of(office, entry).map(|(outline, _)| outline).unwrap_or_default();
        let findings = open(office, &outline);
        let is_settled = COPIED.into_iter().all(|origin| is_covered(office, &outline, origin));
        let (tone, key) = match (findings.is_empty(), is_settled && !outline.rows().is_empty()) {
            (false, _) => (Tone::Broken, "auditor.trail.broken"),
            (true, true) => (Tone::Holds, "auditor.trail.holds"),
            (true, false) => (Tone::Waits, "auditor.trail.waits"),
        };
        let meaning = |(number, kind): (String, &'static str)| {
            (number, words.text(&format!("auditor.finding.{kind}.meaning")).to_owned())
        };
        Self {
            tone,
            verdict: words.text(key).to_owned(),
            grounds: grounds(office, words),
            findings: findings.into_iter().map(meaning).collect(),
        }
    }
}

/// The open findings that name one of its events. Mostly there is none, and the outline is not looked through.
fn open(office: &Office, outline: &Outline) -> Vec<(String, &'static str)> {
    let named: Vec<(Place, Option<Place>, String, &'static str)> = {
        let view = office.engine().view();
        let one =
            |row: &crate::views::FindingRow| (row.at, row.because, row.reported.sequence.to_string(), row.kind.key());
        view.open_findings().map(one).collect()
    };
    if named.is_empty() {
        return Vec::new();
    }
    let places: BTreeSet<Place> = outline.rows().iter().map(|row| row.place).collect();
    let names = |at: &Place, because: &Option<Place>| {
        places.contains(at) || because.is_some_and(|because| places.contains(&because))
    };
    let found = named.into_iter().filter(|(at, because, ..)| names(at, because));
    found.map(|(_, _, number, kind)| (number, kind)).collect()
}

/// Whether the last event of the entry in a journal was judged, and stands below a checkpoint that was compared.
fn is_covered(office: &Office, outline: &Outline, origin: Origin) -> bool {
    let Some(last) = outline.rows().iter().map(|row| row.place).filter(|place| place.origin == origin).max() else {
        return true;
    };
    let judged = office.judged().get(&origin).is_some_and(|next| *next > last);
    let seen = office.copies().seen().newest(origin);
    judged && seen.is_some_and(|seen| (seen.epoch, seen.size()) > (last.epoch, last.sequence))
}

fn grounds(office: &Office, words: &Words) -> Vec<(String, String)> {
    let judged = office.judged();
    let one = |origin: Origin| {
        let seen = office.copies().seen().newest(origin);
        let (size, at) = seen.as_ref().map_or((0, String::new()), |seen| (seen.size(), words.moment(seen.at)));
        let judged = judged.get(&origin).map_or(0, |next| next.sequence);
        let values = [("size", words.number(size)), ("moment", at), ("judged", words.number(judged))];
        let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
        (said::origin(words, origin), words.fill("auditor.trail.ground", &values))
    };
    COPIED.map(one).into()
}

/// The title of the newest edition, where the public reads it now: what anybody reads is no reading of words.
pub(super) fn public_title(office: &Office, entry: EntryId, tongue: Tongue) -> Option<Shown> {
    let journal = office.journal(Origin::Publication)?;
    let places = journal.of_entry(entry.0).ok()?;
    let (mut newest, mut is_read) = (None, false);
    for at in places {
        let place = Place { origin: Origin::Publication, epoch: at.epoch, sequence: at.sequence };
        let Ok(Some(filed)) = office.copies().get(place) else { continue };
        match filed.event.payload {
            Some(Payload::EditionPublished(edition)) => {
                (newest, is_read) = (Some((edition, filed.event.head.registry)), newest.is_none() || is_read);
            }
            Some(Payload::EntrySuspended(_) | Payload::EntryRetracted(_)) => is_read = false,
            Some(Payload::EntryReinstated(_)) => is_read = true,
            _ => {}
        }
    }
    let (edition, registry) = newest.filter(|_| is_read)?;
    let content = committed(office.vault(), entry, edition.content.as_ref()?).ok()?;
    let registry = office.registries().get(office, registry);
    dossier_registry::title(registry.record_type(&edition.record_type)?, &content, tongue)
}
