//! Read models: what people and programs ask for, fed with every event after it is durable.

use dossier_proto::{EntryId, Event};
use serde::{Serialize, de::DeserializeOwned};

use crate::erasure::Orders;

/// A read model. It may be thrown away at any time: a fold over the journal gives it back. Use ordered collections
/// only: the digest of the view is taken over its bytes. It keeps facts and positions; words are read from the journal
/// and unsealed when they are shown.
pub trait View: Default + Clone + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Folds one durable event. `beside` is the foreign event that a `Received` stands for. Must not fail.
    fn apply(&mut self, event: &Event, beside: Option<&Event>);

    /// The erasures that are ordered, where the view knows of them.
    fn erasures(&self) -> Option<&Orders> {
        None
    }
}

/// A view of which what it shows of one entry can be folded without the events of all others: from those of the entry, of the few it is
/// bound up with, and from what concerns everything.
pub trait PerEntry: View {
    /// Whether an event that concerns no entry bears on what is shown of entries: a designation, a registry. These are kept in memory,
    /// so it must be said of few kinds only, and not of what grows with use (letters, readings).
    fn bears_on_all(event: &Event, beside: Option<&Event>) -> bool;

    /// The entries whose events bear on what is shown of this one, itself left out: those it came to stand in the place of, say. Asked of
    /// the view of today, which knows of every such bond there ever was.
    fn bound_up_with(&self, _entry: EntryId) -> Vec<EntryId> {
        Vec::new()
    }
}
