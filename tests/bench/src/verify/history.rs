//! The history that is verified: submission's journal, the designations in moderation's, and an export of both.

use std::path::Path;

use dossier_journal::{Frame, Record, Verify, Writer, export::export};
use dossier_proto::{Event, EventId, Head, Origin, Payload, Place, v1};

use crate::{
    append::GROUP,
    arguments::Size,
    events::{PEOPLE, RIGHTS_FROM, authority, event, head, person},
    failure::Failure,
    log::open_in,
};

/// Where the journal of an origin lies.
pub(super) fn journal(place: &Path, origin: Origin) -> std::path::PathBuf {
    place.join(origin.name())
}

/// Where its export lies.
pub(super) fn exported(place: &Path, origin: Origin) -> std::path::PathBuf {
    place.join("export").join(origin.name())
}

/// Makes both.
pub(super) fn make(size: Size, count: u64, place: &Path) -> Result<(), Failure> {
    write(place, Origin::Submission, count, |n| event(size, n).to_vec())?;
    write(place, Origin::Moderation, RIGHTS_FROM + PEOPLE, |n| right(n).encode())
}

fn write(place: &Path, origin: Origin, count: u64, made: impl Fn(u64) -> Vec<u8>) -> Result<(), Failure> {
    let (journal, mut writer) = open_in(&journal(place, origin), Verify::Whole)?;
    let mut next = 0;
    while next < count {
        let until = (next + GROUP as u64).min(count);
        append(&mut writer, (next..until).map(&made))?;
        next = until;
    }
    let to = exported(place, origin);
    export(&journal, &to, |_| {}).map_err(Failure::wrong)?;
    Ok(())
}

fn append(writer: &mut Writer, events: impl Iterator<Item = Vec<u8>>) -> Result<(), Failure> {
    let records = events.map(|event| Record { event: event.into(), beside: None }).collect();
    writer.append(Frame { records, followed: Vec::new() })?;
    Ok(())
}

/// The n-th event of moderation's journal: the right that somebody acts by.
fn right(n: u64) -> Event {
    let number = n.saturating_sub(RIGHTS_FROM);
    let id = EventId(authority(number).designation.0);
    let place = Place { origin: Origin::Moderation, epoch: 0, sequence: n };
    let command = v1::GrantDesignation { subject: person(number).to_vec(), ..v1::GrantDesignation::default() };
    let granted = Payload::DesignationGranted(v1::DesignationGranted { command: Some(command) });
    Event { head: Head { id, place, authority: None, ..head(n) }, payload: Some(granted) }
}
