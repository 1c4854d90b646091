//! A careful forger: takes events out, puts others in, changes them, then renumbers all that follow, hashes and signs
//! everything again, the copies too. He holds the keys of the house.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use dossier::{Layout, Secrets};
use dossier_faults::{
    checker::{Complaint, Fault, History, Journal, Kept, Verdict, check},
    notes::Note,
};
use dossier_proof::{Checkpoint, Frontier, SignedCheckpoint, SigningKey, TreeHead, leaf_of_event};
use dossier_proto::{EntryId, Event, EventId, Micros, Origin, Payload, Place, hash_of};
use sha2::{Digest as _, Sha256};

use crate::{places::change_places, sound::Sound};

/// The forger at work on a history.
pub(crate) struct Forger<'a> {
    sound: &'a Sound,
    pub(crate) history: History,
    pub(crate) notes: Vec<Note>,
    /// Receptions whose hash and foreign bytes are left as they were made.
    pub(crate) as_forged: BTreeSet<EventId>,
    /// The copies are left as they are.
    pub(crate) forget_copies: bool,
}

impl<'a> Forger<'a> {
    /// On a history of his own.
    pub(crate) fn new(sound: &'a Sound) -> Self {
        let (history, notes) = (sound.history.clone(), sound.notes.clone());
        Self { sound, history, notes, as_forged: BTreeSet::new(), forget_copies: false }
    }

    /// A journal's events.
    pub(crate) fn events(&mut self, origin: Origin) -> &mut Vec<Kept> {
        &mut self.history.journals.get_mut(&origin).unwrap().events
    }

    /// The place of the last event for which `is` holds.
    pub(crate) fn last(&self, origin: Origin, is: impl Fn(&Payload) -> bool) -> Place {
        let found = self.history.of(origin).iter().rev().find(|kept| kept.event.payload.as_ref().is_some_and(&is));
        found.unwrap_or_else(|| panic!("{origin} has no such event")).place()
    }

    /// The same for the first.
    pub(crate) fn first(&self, origin: Origin, is: impl Fn(&Payload) -> bool) -> Place {
        let found = self.history.of(origin).iter().find(|kept| kept.event.payload.as_ref().is_some_and(&is));
        found.unwrap_or_else(|| panic!("{origin} has no such event")).place()
    }

    /// The place of the last event about an entry for which `is` holds.
    pub(crate) fn last_of(&self, origin: Origin, entry: Option<EntryId>, is: impl Fn(&Payload) -> bool) -> Place {
        let mut events = self.history.of(origin).iter().rev().filter(|kept| kept.entry() == entry);
        events.find(|kept| kept.event.payload.as_ref().is_some_and(&is)).unwrap().place()
    }

    /// Takes an event out of the history together with the word `as_forged`'s bytes: what lies beside a reception whose hash is
    /// forged is still what was sent.
    pub(crate) fn take_beside_along(&mut self, reception: Place) {
        let from = self.history.at(reception).and_then(received_from).and_then(|place| self.history.at(place));
        let bytes = from.unwrap().bytes.clone();
        let kept = self.events(reception.origin).iter_mut().find(|kept| kept.place() == reception).unwrap();
        kept.beside = Some(bytes);
    }

    /// The event at a place.
    pub(crate) fn at(&self, place: Place) -> Event {
        self.history.at(place).unwrap().event.clone()
    }

    /// Takes an event out.
    pub(crate) fn take_out(&mut self, place: Place) {
        self.events(place.origin).retain(|kept| kept.place() != place);
    }

    /// Takes an event out, and everybody's word of having received it.
    pub(crate) fn take_out_everywhere(&mut self, place: Place) {
        self.take_out(place);
        for journal in self.history.journals.values_mut() {
            journal.events.retain(|kept| received_from(kept) != Some(place));
        }
    }

    /// Takes out what a service says of having received an event.
    pub(crate) fn take_out_reception(&mut self, receiver: Origin, place: Place) {
        self.events(receiver).retain(|kept| received_from(kept) != Some(place));
    }

    /// Where a service says to have received an event.
    pub(crate) fn reception(&self, receiver: Origin, place: Place) -> Place {
        self.history.of(receiver).iter().find(|kept| received_from(kept) == Some(place)).unwrap().place()
    }

    /// Changes an event.
    pub(crate) fn change(&mut self, place: Place, change: impl FnOnce(&mut Event)) {
        let kept = self.events(place.origin).iter_mut().find(|kept| kept.place() == place).unwrap();
        change(&mut kept.event);
    }

    /// Puts another event like this one at the end of its journal, under a name of its own.
    pub(crate) fn put_another(&mut self, place: Place, change: impl FnOnce(&mut Event)) {
        let mut another = self.history.at(place).unwrap().clone();
        let events = self.events(place.origin);
        let last = &events.last().unwrap().event.head;
        another.event.head.place = Place { sequence: last.place.sequence + 1, ..last.place };
        another.event.head.recorded_at = Micros(last.recorded_at.0.max(self.end().0) + 1_000);
        another.event.head.id.0[15] ^= 0x55;
        another.event.head.id.0[14] ^= 0x55;
        change(&mut another.event);
        self.events(place.origin).push(another);
    }

    /// The latest moment of the history.
    fn end(&self) -> Micros {
        self.history.events().map(|kept| kept.event.head.recorded_at).max().unwrap()
    }

    /// Numbers, hashes and signs everything again, writes it down, and has it checked.
    pub(crate) fn have_it_checked(mut self) -> Verdict {
        let new_places = self.new_places();
        let renumber = |place: Place| new_places.get(&place).copied().unwrap_or(place);
        self.encode_again(&renumber);
        for note in &mut self.notes {
            renumber_note(note, &renumber);
        }
        if !self.forget_copies {
            for (origin, copy) in &mut self.history.copies {
                copy.events.clone_from(&self.history.journals[origin].events);
                copy.events.iter_mut().for_each(|kept| kept.beside = None);
            }
        }
        self.check_written()
    }

    /// Signs as it is, writes it down, and has it checked.
    pub(crate) fn check_written(self) -> Verdict {
        let to = tempfile::TempDir::new().unwrap();
        let secrets = Secrets::read(&Layout::of(self.sound.directory.path().join("data"))).unwrap();
        for (origin, journal) in &self.history.journals {
            write(&to.path().join(origin.name()), journal, &secrets.current_signer(*origin));
        }
        for (origin, copy) in &self.history.copies {
            write(&to.path().join("copies").join(origin.name()), copy, &secrets.current_signer(Origin::Audit));
        }
        let keys = "verifier-keys.txt";
        fs::copy(self.sound.directory.path().join("exports").join(keys), to.path().join(keys)).unwrap();
        let notes = to.path().join("notes.jsonl");
        let lines: Vec<_> = self.notes.iter().map(|note| serde_json::to_string(note).unwrap() + "\n").collect();
        fs::write(&notes, lines.concat()).unwrap();
        check(to.path(), &notes).unwrap()
    }

    fn new_places(&self) -> BTreeMap<Place, Place> {
        let of = |(origin, journal): (&Origin, &Journal)| {
            let places = journal
                .events
                .iter()
                .zip(0..)
                .map(|(kept, sequence)| (kept.place(), Place { origin: *origin, epoch: 0, sequence }));
            places.collect::<Vec<_>>()
        };
        self.history.journals.iter().flat_map(of).collect()
    }

    /// In the order in which it was recorded, so that what is received has its new bytes before.
    fn encode_again(&mut self, renumber: &dyn Fn(Place) -> Place) {
        let mut all: Vec<_> = self.history.journals.values_mut().flat_map(|journal| &mut journal.events).collect();
        all.sort_by_key(|kept| (kept.event.head.recorded_at, kept.place()));
        let mut bytes: BTreeMap<Place, Vec<u8>> = BTreeMap::new();
        for kept in all {
            change_places(&mut kept.event, renumber);
            let from = received_from(kept).and_then(|place| bytes.get(&place));
            if let (Some(Payload::Received(received)), Some(from)) = (&mut kept.event.payload, from)
                && !self.as_forged.contains(&kept.event.head.id)
            {
                received.hash = hash_of(from).to_vec();
                kept.beside = Some(from.clone());
            }
            kept.bytes = kept.event.encode();
            bytes.insert(kept.place(), kept.bytes.clone());
        }
    }
}

/// From where an event says to have received another.
pub(crate) fn received_from(kept: &Kept) -> Option<Place> {
    match &kept.event.payload {
        Some(Payload::Received(received)) => Place::try_from(received.place.as_ref()?).ok(),
        _ => None,
    }
}

fn renumber_note(note: &mut Note, renumber: &dyn Fn(Place) -> Place) {
    let Note::Answered(answered) = note else { return };
    if let Some(at) = &mut answered.recorded {
        let place = Place { origin: at.origin.parse().unwrap(), epoch: at.epoch, sequence: at.sequence };
        at.sequence = renumber(place).sequence;
    }
    answered.sequence =
        answered.sequence.map(|sequence| renumber(Place { origin: Origin::Submission, epoch: 0, sequence }).sequence);
}

/// An export, as anybody can write it who holds a key.
pub(crate) fn write(folder: &Path, journal: &Journal, signer: &SigningKey) {
    fs::create_dir_all(folder).unwrap();
    let mut file = [&b"DOSSEVT1"[..], &0_u32.to_be_bytes(), &0_u64.to_be_bytes()].concat();
    let mut frontier = Frontier::new();
    for kept in &journal.events {
        let beside = kept.beside.as_ref().map_or(0, |beside| beside.len() as u32 + 1);
        file.extend((kept.bytes.len() as u32).to_be_bytes());
        file.extend(beside.to_be_bytes());
        file.extend(&kept.bytes);
        file.extend(kept.beside.as_deref().unwrap_or_default());
        frontier.append(leaf_of_event(&kept.bytes));
    }
    let (size, root) = (frontier.size(), frontier.root());
    let checkpoint = Checkpoint::new(format!("{}/0", journal.log), TreeHead { size, root });
    let signed = SignedCheckpoint::sign(&checkpoint, signer).unwrap();
    fs::write(folder.join("checkpoint-0.txt"), signed.text()).unwrap();
    fs::write(folder.join("events-0-0.bin"), &file).unwrap();
    let lines = format!(
        "dossier journal export 1\nlog {}\nepoch 0 events {size} root {root}\nfile events-0-0.bin epoch 0 first 0 count {size} sha256 {}\n",
        journal.log,
        sum(&file)
    );
    fs::write(folder.join("manifest.txt"), format!("{lines}end {}\n", sum(lines.as_bytes()))).unwrap();
}

/// SHA-256 in hexadecimal.
pub(crate) fn sum(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether a complaint is one of files, roots and signatures.
pub(crate) fn is_of_files(complaint: &Complaint) -> bool {
    matches!(complaint.fault, Fault::FileDamaged | Fault::RootDiffers | Fault::NotSigned | Fault::NotAnEvent)
}
