//! A copy of a journal against the original.

use std::collections::HashMap;

use dossier_audit::verify::KnownHead;
use dossier_journal::{Journal, ReadError};
use dossier_proto::{Event, EventId, Origin, Place};

use super::{Class, Doubt, DoubtKind, Source};

/// So many events behind the place where they part are compared by their ids. Whoever moved an event did not move it past all of them.
const WINDOW: usize = 1024;

/// Where a copy and the original part: the earliest event that differs, and what was done there. A copy may be shorter. Both are verified
/// against their own Merkle trees already, so a few roots are compared and a few events read. `signed` is what the origin has
/// signed, as others kept it: it tells which of the two was altered.
///
/// # Errors
/// [`ReadError`] when a tree cannot be read.
pub fn compare_copy(
    origin: Origin,
    original: &Journal,
    copy: &Journal,
    signed: &[KnownHead],
) -> Result<Option<Doubt>, ReadError> {
    let sizes = original.epochs();
    for (epoch, copied) in copy.epochs() {
        let size = sizes.iter().find(|(one, _)| *one == epoch).map_or(0, |(_, size)| *size);
        if let Some(sequence) = parting(epoch, original, copy, size.min(copied))? {
            let place = Place { origin, epoch, sequence };
            return Ok(Some(parted(place, original, copy, signed)));
        }
        if copied > size {
            let place = Place { origin, epoch, sequence: size };
            let found = format!("the copy goes on to {copied} events");
            return Ok(Some(Doubt::at(place, DoubtKind::CopyIsLonger, found)));
        }
    }
    Ok(None)
}

/// The first of `size` events in which two journals differ. The roots over a beginning are equal as long as all events in it
/// are, so it is found by halving.
fn parting(epoch: u32, one: &Journal, other: &Journal, size: u64) -> Result<Option<u64>, ReadError> {
    let equal = |size: u64| Ok::<_, ReadError>(one.root_at(epoch, size)? == other.root_at(epoch, size)?);
    if size == 0 || equal(size)? {
        return Ok(None);
    }
    let (mut same, mut different) = (0, size);
    while different - same > 1 {
        let middle = same + (different - same) / 2;
        if equal(middle)? {
            same = middle;
        } else {
            different = middle;
        }
    }
    Ok(Some(same))
}

/// Which of the two has the events that were signed.
enum Right {
    Original,
    Copy,
    Nobody,
}

fn parted(place: Place, original: &Journal, copy: &Journal, signed: &[KnownHead]) -> Doubt {
    let beyond = signed.iter().filter(|head| head.epoch == place.epoch && head.size > place.sequence);
    let agrees = |journal: &Journal, head: &KnownHead| {
        journal.root_at(head.epoch, head.size).is_ok_and(|root| root == head.root)
    };
    let right = beyond.fold(Right::Nobody, |right, head| match right {
        _ if agrees(copy, head) => Right::Copy,
        Right::Nobody if agrees(original, head) => Right::Original,
        right => right,
    });
    let doubt = |class: Class, found: String| Doubt::at(place, DoubtKind::CopyDiffers, found).of(class);
    match right {
        Right::Copy => {
            let found = "what others kept of the origin's signatures agrees with the audit service's copy";
            doubt(what_was_done(place, original, copy), found.to_owned())
        }
        Right::Original => {
            let found = "what others kept of the origin's signatures agrees with the journal, and not with the copy";
            doubt(what_was_done(place, copy, original), found.to_owned()).of_copy()
        }
        Right::Nobody => {
            let found = "no kept signature reaches so far, so either of the two may have been altered";
            doubt(what_was_done(place, original, copy), found.to_owned())
        }
    }
}

/// What was done to `altered` at the place where it parts from `right`: by the names of the events, which are never given twice.
fn what_was_done(place: Place, altered: &dyn Source, right: &dyn Source) -> Class {
    let (there, should) = (names(altered, place), names(right, place));
    let (Some(found), Some(expected)) = (there.first(), should.first()) else { return Class::Altered };
    // The same event, or one that cannot be read or has another name, before what should come next.
    if found == expected || (there.len() > 1 && there.get(1) == should.get(1)) {
        return Class::Edited;
    }
    let position = |names: &[Option<EventId>]| -> HashMap<EventId, usize> {
        names.iter().enumerate().filter_map(|(at, name)| Some(((*name)?, at))).collect()
    };
    let (there, should) = (position(&there), position(&should));
    let has =
        |names: &HashMap<EventId, usize>, name: &Option<EventId>| name.is_some_and(|name| names.contains_key(&name));
    match (has(&should, found), has(&there, expected)) {
        (true, true) => Class::Swapped,
        (true, false) => Class::Deleted,
        (false, true) => Class::Inserted,
        (false, false) if place.sequence == 0 => Class::Foreign,
        // Nothing that follows is the same: the journal went on in another way.
        (false, false) => Class::Forked,
    }
}

/// The names of the events from a place on; none of what is no event.
fn names(source: &dyn Source, place: Place) -> Vec<Option<EventId>> {
    let mut next = dossier_journal::Place { epoch: place.epoch, sequence: place.sequence };
    let mut names = Vec::new();
    while names.len() < WINDOW {
        let Ok(stretch) = source.stretch(next, WINDOW - names.len()) else { break };
        if stretch.is_empty() {
            break;
        }
        next.sequence += stretch.len() as u64;
        names.extend(stretch.iter().map(|stored| Event::decode(&stored.event).ok().map(|event| event.head.id)));
    }
    names
}
