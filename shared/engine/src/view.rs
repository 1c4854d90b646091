//! Read models: what people and programs ask for, fed with every event after it is durable.

use dossier_proto::Event;
use serde::{Serialize, de::DeserializeOwned};

/// A read model. It may be thrown away at any time: a fold over the journal gives it back. Use ordered collections
/// only: the digest of the view is taken over its bytes. It keeps facts and positions; words are read from the journal
/// and unsealed when they are shown.
pub trait View: Default + Clone + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Folds one durable event. `beside` is the foreign event that a `Received` stands for. Must not fail.
    fn apply(&mut self, event: &Event, beside: Option<&Event>);
}
