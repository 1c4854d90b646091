use dossier_proto::{Origin, v1};

use super::*;
use crate::{
    Source,
    conformance::{Shelf, event, signer},
};

fn shelf(count: usize) -> std::sync::Arc<Shelf> {
    let shelf = Shelf::new(Origin::Submission);
    shelf.fill(count);
    shelf
}

fn events(shelf: &Shelf, epoch: u32) -> Vec<Bytes> {
    Source::read(shelf, Position { epoch, sequence: 0 }, crate::ReadLimits::default()).unwrap()
}

fn signature(shelf: &Shelf, epoch: u32, sequence: u64) -> Signature {
    let signed = Source::checkpoint_at(shelf, Position { epoch, sequence }).unwrap().unwrap();
    let keys = dossier_proof::KeyHistory::from(signer(Origin::Submission).verifier());
    let (stand, checkpoint) = keys.verify(&signed).unwrap();
    Signature { end: Position { epoch: stand.epoch, sequence: stand.size }, checkpoint }
}

fn reading() -> Reading {
    Reading::at(Tally::start(Origin::Submission), Appetite::Known)
}

#[test]
fn what_was_read_comes_out_when_it_is_signed() {
    let shelf = shelf(3);
    let mut reading = reading();
    for bytes in events(&shelf, 0) {
        assert_eq!(reading.fold(bytes, Word::Carried).unwrap(), Folded::Counted);
    }
    assert!(reading.cover(&signature(&shelf, 0, 2)).unwrap().is_empty(), "of another size it says nothing");
    assert_eq!(reading.covered().sequence, 0);
    assert_eq!(reading.cover(&signature(&shelf, 0, 3)).unwrap().len(), 3);
    assert_eq!((reading.covered().sequence, reading.uncovered(), reading.uncovered_bytes()), (3, 0, 0));
}

#[test]
fn what_does_not_hold_is_forgotten_back_to_what_was_signed() {
    let shelf = shelf(4);
    let events = events(&shelf, 0);
    let mut reading = reading();
    reading.fold(events[0].clone(), Word::Origin).unwrap();
    reading.cover(&signature(&shelf, 0, 1)).unwrap();
    let mut forged = Event::decode(&events[1]).unwrap();
    forged.head.part_version = 7;
    reading.fold(forged.encode().into(), Word::Carried).unwrap();
    assert!(reading.cover(&signature(&shelf, 0, 2)).is_err());
    assert!(!reading.is_evidence(Word::Origin), "somebody carried it: it says nothing about the origin");
    reading.rewind();
    assert_eq!(reading.next().sequence, 1);
    assert!(reading.is_evidence(Word::Origin));
    reading.fold(events[1].clone(), Word::Origin).unwrap();
    assert_eq!(reading.cover(&signature(&shelf, 0, 2)).unwrap().len(), 1);
}

#[test]
fn a_gap_is_told_and_a_repetition_is_none() {
    let events = events(&shelf(3), 0);
    let mut reading = reading();
    assert_eq!(reading.fold(events[1].clone(), Word::Carried).unwrap(), Folded::Missing);
    assert_eq!(reading.fold(events[0].clone(), Word::Carried).unwrap(), Folded::Counted);
    assert_eq!(reading.fold(events[0].clone(), Word::Carried).unwrap(), Folded::Repeated);
}

#[test]
fn the_signature_of_a_new_epoch_covers_the_end_of_the_former() {
    let shelf = shelf(2);
    let before = events(&shelf, 0);
    shelf.start_epoch(2);
    let mut reading = reading();
    for bytes in before.into_iter().chain(events(&shelf, 1)) {
        assert_eq!(reading.fold(bytes, Word::Carried).unwrap(), Folded::Counted);
    }
    assert_eq!(reading.cover(&signature(&shelf, 1, 1)).unwrap().len(), 3);
    assert_eq!(reading.covered(), Position { epoch: 1, sequence: 1 });
}

/// After the loss of a disk an event was lost that one reader had acted upon: it reads on. Whoever keeps copies has that event, and does not.
#[test]
fn an_epoch_that_knows_less_stops_those_alone_who_keep_copies() {
    for (appetite, goes_on) in [(Appetite::Known, true), (Appetite::Everything, false)] {
        let shelf = shelf(3);
        let mut reading = Reading::at(Tally::start(Origin::Submission), appetite);
        for bytes in events(&shelf, 0) {
            reading.fold(bytes, Word::Carried).unwrap();
        }
        shelf.start_epoch(2);
        let folded = reading.fold(events(&shelf, 1).remove(0), Word::Origin);
        if goes_on {
            assert_eq!(folded.unwrap(), Folded::Counted);
            assert_eq!(reading.cover(&signature(&shelf, 1, 1)).unwrap().len(), 4);
        } else {
            let shorter = Divergence::Shorter { origin: Origin::Submission, shown: 2, read: 3 };
            assert_eq!(folded.unwrap_err(), shorter);
        }
    }
}

#[test]
fn a_forged_epoch_leads_nowhere() {
    let shelf = shelf(2);
    let mut reading = reading();
    let started = v1::EpochStarted { former_epoch: 0, known_size: 0, known_root: Hash::EMPTY_ROOT.as_bytes().to_vec() };
    let mut forged = event(Origin::Submission, None, Payload::EpochStarted(started));
    forged.head.place.epoch = 9;
    assert_eq!(reading.fold(forged.encode().into(), Word::Carried).unwrap(), Folded::Counted);
    assert_eq!(reading.next(), Position { epoch: 9, sequence: 1 });
    reading.rewind();
    assert_eq!(reading.next(), Position { epoch: 0, sequence: 0 });
    assert_eq!(reading.fold(events(&shelf, 0).remove(0), Word::Origin).unwrap(), Folded::Counted);
}

#[test]
fn an_event_of_somebody_else_cannot_stand_here() {
    let foreign = Shelf::new(Origin::Audit);
    foreign.fill(1);
    assert!(reading().fold(events(&foreign, 0).remove(0), Word::Carried).is_err());
    assert!(reading().fold(Bytes::from_static(b"not an event"), Word::Carried).is_err());
}
