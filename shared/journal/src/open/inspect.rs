//! Looking at a journal without taking it over: for who verifies.

use std::sync::{Arc, Mutex};

use super::{Comparison, Found, OpenOptions};
use crate::core::{Core, Maps, Parts, Shared};
use crate::entry_index::{Chains, EntryIndex};
use crate::slot_map::SlotMap;
use crate::store::Store;
use crate::verify;
use crate::{Journal, MirrorHead, OpenError, Verification};

/// A journal as it lies there.
#[derive(Debug)]
pub struct Inspection {
    /// For reading. It has no index of entries ([`Journal::of_entry`] says so), and nothing in it was compared with its tree yet
    /// ([`TreeCheck`](crate::TreeCheck)).
    pub journal: Journal,
    /// What its anchor says, when there is one that its key has signed.
    pub anchor: Option<MirrorHead>,
    /// Why a service would not open it: cut short, rolled back, another history than the anchor or a mirror knows, no anchor.
    pub refusals: Vec<OpenError>,
}

/// Looks at a journal: finds its end and compares that with the anchor, as [`open`](super::open) does. Nothing is written (sled itself tidies its
/// files when it opens them), no opening is counted, the anchor stays as it is; a journal that would be refused can still be read, so that it
/// can be said what is wrong with it. Memory does not depend on how many events there are, apart from what sled keeps of each of its pages.
///
/// # Errors
/// [`OpenError`]: it is another's, or its end cannot be found.
pub fn inspect(store: impl Store, options: OpenOptions) -> Result<Inspection, OpenError> {
    options.check()?;
    let store: Arc<dyn Store> = Arc::new(store);
    let place = store.place();
    let read = |error| OpenError::read(&place, error);
    let found = Found::in_store(&*store).map_err(read)?;
    let comparison = Comparison { place: &place, found: &found, held: found.held(), options: &options };
    comparison.own_identity()?;
    let mut refusals: Vec<_> = comparison.own_keys().err().into_iter().collect();
    let anchor = comparison.read_anchor();
    let anchor_was_read = anchor.is_ok();
    let anchor = anchor.unwrap_or_else(|error| {
        refusals.push(error);
        None
    });
    if anchor_was_read {
        refusals.extend(comparison.lengths(anchor.as_ref()).err());
    }
    let edge = verify::edge_at(&*store, found.epoch, found.slots, found.size).map_err(read)?;
    let durable = found.durable(edge);
    refusals.extend(comparison.roots(&*store, &durable, anchor.as_ref()).err());
    let anchor = anchor.map(|anchor| anchor.head);
    let index = EntryIndex::building(Chains::default());
    // Whoever asks is told at once that there is none.
    index.finish(None);
    let parts = Parts { store, log: options.log, signers: options.key, peek: options.peek, turn: options.turn };
    let core = Core::new(parts, durable, Maps { index, slots: SlotMap::default() }, Verification::Sound);
    let shared = Shared { core: Arc::new(core), background: Mutex::new(None) };
    Ok(Inspection { journal: Journal::new(Arc::new(shared)), anchor, refusals })
}
