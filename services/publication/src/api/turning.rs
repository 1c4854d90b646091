//! Where a page of a list begins: after the event at a place of our journal.

use dossier_proto::{Origin, Place};
use dossier_web::{Cursor, CursorError};

/// The cursor that goes on after this place.
pub(super) fn after(list: &str, place: Place) -> Cursor {
    let (epoch, sequence) = (place.epoch.to_be_bytes(), place.sequence.to_be_bytes());
    Cursor::new(list, &[epoch.as_slice(), &sequence].concat())
}

/// The place in a cursor: 4 bytes of epoch, 8 of sequence.
///
/// # Errors
/// [`CursorError`]: it belongs to another list.
pub(super) fn place_in(list: &str, cursor: &Cursor) -> Result<Place, CursorError> {
    let (epoch, sequence) = cursor.position(list)?.split_first_chunk().ok_or(CursorError)?;
    let sequence = sequence.try_into().map_err(|_| CursorError)?;
    Ok(Place { origin: Origin::Publication, epoch: u32::from_be_bytes(*epoch), sequence: u64::from_be_bytes(sequence) })
}
