//! A copy of a journal against the original.

use dossier_journal::{Journal, ReadError};
use dossier_proto::{Origin, Place};

use super::{Doubt, DoubtKind};

/// Where a copy and the original part: the earliest event that differs. A copy may be shorter. Both are verified
/// against their own Merkle trees already, so a few roots are compared and no event is read.
///
/// # Errors
/// [`ReadError`] when a tree cannot be read.
pub fn compare_copy(origin: Origin, original: &Journal, copy: &Journal) -> Result<Option<Doubt>, ReadError> {
    let sizes = original.epochs();
    for (epoch, copied) in copy.epochs() {
        let size = sizes.iter().find(|(one, _)| *one == epoch).map_or(0, |(_, size)| *size);
        if let Some(sequence) = parting(epoch, original, copy, size.min(copied))? {
            let place = Place { origin, epoch, sequence };
            return Ok(Some(Doubt::at(place, DoubtKind::CopyDiffers, "the audit service's copy holds another event")));
        }
        if copied > size {
            let place = Place { origin, epoch, sequence: size };
            let found = format!("the audit service's copy goes on to {copied} events");
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
