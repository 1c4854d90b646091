//! What a verification found, for people and programs.

use std::collections::BTreeMap;

use dossier_audit::verify::{EpochSeen, KnownHead};
use dossier_proof::VerifierKey;
use dossier_proto::Origin;
use serde_json::{Value, json};

use crate::{
    Exit, Failure,
    verification::{Doubt, KeptCheckpoint, Reading},
};

/// So many doubts of a journal are told to a person: the first says where to look.
const TOLD_MAX: usize = 3;

/// What was found.
pub(super) struct Report {
    /// What was verified: a directory.
    pub(super) what: String,
    /// Whose word the signatures rest on, in one sentence.
    pub(super) keys: String,
    /// What somebody signed and kept, to be compared with.
    pub(super) heads: Vec<(Origin, KnownHead)>,
    pub(super) readings: Vec<Reading>,
    pub(super) doubts: Vec<Doubt>,
    /// Doubts that are counted and not listed, by origin.
    more: BTreeMap<Origin, u64>,
    /// Copies that were compared, by origin.
    pub(super) copies: Vec<Origin>,
}

impl Report {
    pub(super) fn new(what: String, keys: String) -> Self {
        Self {
            what,
            keys,
            heads: Vec::new(),
            readings: Vec::new(),
            doubts: Vec::new(),
            more: BTreeMap::new(),
            copies: Vec::new(),
        }
    }

    pub(super) fn take(&mut self, mut reading: Reading) {
        self.doubts.append(&mut reading.doubts);
        *self.more.entry(reading.origin).or_default() += reading.more;
        self.readings.push(reading);
    }

    /// Takes checkpoints to compare with; those that nobody trusted has signed are doubts.
    pub(super) fn take_kept(&mut self, kept: Vec<KeptCheckpoint>, keys: &[VerifierKey]) {
        for checkpoint in kept {
            match checkpoint.head(keys) {
                Err(doubt) => self.doubts.push(doubt),
                Ok(head) => self.heads.push((checkpoint.origin, head)),
            }
        }
    }

    /// The earliest event first.
    pub(super) fn sort(&mut self) {
        self.doubts.sort_by_key(|doubt| (doubt.origin, doubt.at));
    }

    fn is_sound(&self) -> bool {
        self.doubts.is_empty()
    }

    fn doubts_of(&self, origin: Origin) -> impl Iterator<Item = &Doubt> {
        self.doubts.iter().filter(move |doubt| doubt.origin == origin)
    }

    pub(super) fn document(&self) -> Value {
        let journal = |reading: &Reading| {
            json!({
                "service": reading.origin, "events": reading.events, "epochs": reading.epochs,
                "sound": self.doubts_of(reading.origin).next().is_none(), "checkpoints_agree": reading.compared,
            })
        };
        json!({
            "sound": self.is_sound(), "what": self.what, "keys": self.keys,
            "journals": self.readings.iter().map(journal).collect::<Vec<_>>(),
            "checkpoints": self.heads.len(),
            "copies": self.copies,
            "doubts": self.doubts.iter().map(Doubt::document).collect::<Vec<_>>(), "more_doubts": self.more.values().sum::<u64>(),
        })
    }

    pub(super) fn words(&self) -> String {
        let mut words = format!("{}\n{}\n\n", self.what, self.keys);
        for reading in &self.readings {
            let verdict = match self.doubts_of(reading.origin).count() {
                0 => "holds".to_owned(),
                count => format!("{count} in doubt"),
            };
            let last = reading.epochs.last().map(last_epoch).unwrap_or_default();
            words.push_str(&format!(
                "{:<12}{:>9} events  {verdict:<12}{last}\n",
                reading.origin.name(),
                reading.events
            ));
        }
        if !self.copies.is_empty() {
            words.push_str(&format!("copies of {} compared with the originals\n", listed(&self.copies)));
        }
        if !self.heads.is_empty() {
            words.push_str(&format!("{} compared\n", counted(self.heads.len(), "kept checkpoint")));
        }
        Origin::ALL.iter().for_each(|origin| words.push_str(&self.doubts_in_words(*origin)));
        words
    }

    fn doubts_in_words(&self, origin: Origin) -> String {
        let doubts: Vec<_> = self.doubts_of(origin).collect();
        let mut words: String = doubts.iter().take(TOLD_MAX).map(|doubt| format!("\n{doubt}\n")).collect();
        let listed = doubts.len().saturating_sub(TOLD_MAX) as u64;
        let more = listed + self.more.get(&origin).copied().unwrap_or_default();
        if more > 0 {
            words.push_str(&format!("\n{origin}: and {more} more; --json lists the first of them\n"));
        }
        words
    }

    pub(super) fn verdict(&self) -> Result<(), Failure> {
        let Some(first) = self.doubts.first() else { return Ok(()) };
        let place = first.at.map_or_else(|| first.origin.to_string(), |place| place.to_string());
        let count = self.doubts.len() as u64 + self.more.values().sum::<u64>();
        let what = if count == 1 { "1 thing does not hold".to_owned() } else { format!("{count} things do not hold") };
        let said = format!("{}: {what}, the first at {place} ({})", self.what, first.kind.key());
        Err(Failure::new(Exit::NotProved, said))
    }
}

fn last_epoch(seen: &EpochSeen) -> String {
    let epoch = if seen.epoch == 0 { String::new() } else { format!(" (epoch {})", seen.epoch) };
    format!("root {}{epoch}", seen.root)
}

fn listed(origins: &[Origin]) -> String {
    origins.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
