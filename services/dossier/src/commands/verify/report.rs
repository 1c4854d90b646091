//! What a verification found, for people and programs. The JSON is described in services/dossier/VERIFY.md.

use std::collections::{BTreeMap, BTreeSet};

use dossier_audit::verify::{EpochSeen, FaultKind, KnownHead};
use dossier_proof::KeyFile;
use dossier_proto::Origin;
use serde_json::{Value, json};

use crate::{
    Failure,
    verification::{Class, Doubt, DoubtKind, KeptCheckpoint, Log, Reading},
};

/// The form of the JSON; it grows, and what is in it stays.
const SCHEMA: u32 = 1;

/// What was found.
pub(super) struct Report {
    /// What was verified: a directory, or a server.
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
    /// What was not looked at, and why.
    pub(super) not_verified: Vec<String>,
    /// Journals that are signed as they stand here.
    signed: BTreeSet<Origin>,
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
            not_verified: Vec::new(),
            signed: BTreeSet::new(),
        }
    }

    pub(super) fn take(&mut self, mut reading: Reading) {
        self.doubts.append(&mut reading.doubts);
        *self.more.entry(reading.origin).or_default() += reading.more;
        self.readings.push(reading);
    }

    /// A journal is signed as it stands here: whatever else its key has signed is a second history.
    pub(super) fn sign(&mut self, origin: Origin) {
        self.signed.insert(origin);
    }

    /// Takes checkpoints to compare with; those that nobody trusted has signed are doubts.
    pub(super) fn take_kept(&mut self, kept: Vec<KeptCheckpoint>, keys: &KeyFile) {
        for checkpoint in kept {
            match checkpoint.head(keys) {
                Err(doubt) => self.doubts.push(doubt),
                Ok(head) => self.heads.push((checkpoint.origin, head)),
            }
        }
    }

    /// Checkpoints of journals that are not here.
    pub(super) fn pass_over(&mut self, kept: &[KeptCheckpoint]) {
        for checkpoint in kept {
            let (name, origin) = (&checkpoint.name, checkpoint.origin);
            self.not_verified.push(format!("the checkpoint {name}: the journal of {origin} is not here"));
        }
    }

    /// What happened to a history first, and of that the earliest event.
    pub(super) fn sort(&mut self) {
        let differs = DoubtKind::Fault(FaultKind::RootDiffers);
        for doubt in &mut self.doubts {
            // Of a journal that is not signed as it stands nobody knows that its key has signed this history too.
            if doubt.kind == differs && !self.signed.contains(&doubt.origin) {
                doubt.class = Class::Altered;
            }
            // What was kept of the original is no signature under the copy.
            if doubt.kind == differs && doubt.log == Log::Copy {
                doubt.class = Class::Altered;
            }
        }
        self.doubts.sort_by_key(Doubt::order);
    }

    fn is_sound(&self) -> bool {
        self.doubts.is_empty()
    }

    fn doubts_of(&self, origin: Origin) -> impl Iterator<Item = &Doubt> {
        self.doubts.iter().filter(move |doubt| doubt.origin == origin)
    }

    fn not_listed(&self) -> u64 {
        self.more.values().sum()
    }

    pub(super) fn document(&self) -> Value {
        let journal = |reading: &Reading| {
            json!({
                "service": reading.origin, "events": reading.events, "epochs": reading.epochs,
                "sound": self.doubts_of(reading.origin).next().is_none(), "checkpoints_agree": reading.compared,
            })
        };
        json!({
            "schema": SCHEMA, "sound": self.is_sound(), "what": self.what, "keys": self.keys,
            "exit_code": self.doubts.first().map_or(0, |first| first.class.exit_code()),
            "first": self.doubts.first().map(Doubt::document),
            "journals": self.readings.iter().map(journal).collect::<Vec<_>>(),
            "checkpoints": self.heads.len(),
            "copies": self.copies, "not_verified": self.not_verified,
            "doubts": self.doubts.iter().map(Doubt::document).collect::<Vec<_>>(), "more_doubts": self.not_listed(),
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
            words.push_str(&format!("{} compared\n", counted(self.heads.len() as u64, "signed checkpoint")));
        }
        for what in &self.not_verified {
            words.push_str(&format!("not verified: {what}\n"));
        }
        words.push_str(&self.doubts_in_words());
        words
    }

    /// The first whole, of every other log its first in a line, and how many more.
    fn doubts_in_words(&self) -> String {
        let Some(first) = self.doubts.first() else { return String::new() };
        let mut words = format!("\nThe first that does not hold:\n{first}\n");
        let mut told = BTreeSet::from([(first.origin, first.log)]);
        for doubt in &self.doubts {
            if told.insert((doubt.origin, doubt.log)) {
                let at = doubt.at.map_or_else(String::new, |at| format!(" at {at}"));
                words.push_str(&format!(
                    "\nalso in {}{at}: {}. {}\n",
                    doubt.log_name(),
                    doubt.class.key(),
                    doubt.kind.meaning()
                ));
            }
        }
        let more = self.doubts.len() as u64 - told.len() as u64 + self.not_listed();
        if more > 0 {
            words.push_str(&format!("\nand {more} more; --json lists the first of them\n"));
        }
        words
    }

    pub(super) fn verdict(&self) -> Result<(), Failure> {
        let Some(first) = self.doubts.first() else { return Ok(()) };
        let place = first.at.map_or_else(|| first.log_name(), |place| place.to_string());
        let place = if first.log == Log::Copy { format!("the copy of {place}") } else { place };
        let what = match self.doubts.len() as u64 + self.not_listed() {
            1 => "1 thing does not hold".to_owned(),
            count => format!("{count} things do not hold"),
        };
        let said = format!("{}: {what}, the first at {place} ({}, {})", self.what, first.class.key(), first.kind.key());
        Err(Failure::with_code(first.class.exit_code(), said))
    }
}

fn last_epoch(seen: &EpochSeen) -> String {
    let epoch = if seen.epoch == 0 { String::new() } else { format!(" (epoch {})", seen.epoch) };
    format!("root {}{epoch}", seen.root)
}

fn listed(origins: &[Origin]) -> String {
    origins.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn counted(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
