//! The attached files that a service's view speaks of, fetched into its store.

use std::{sync::Arc, time::Duration};

use dossier_exchange::{
    Transport,
    files::{FileFetcher, FileNeeds, NamedFile, NamedFiles},
};
use dossier_proto::Origin;
use dossier_vault::files::FileStore;
use futures_util::{FutureExt, future::BoxFuture};

use crate::{Decider, Engine, View};

/// What the view of an engine names.
struct Needs<D: Decider, V: View> {
    engine: Engine<D, V>,
    of: fn(&V) -> &NamedFiles,
}

impl<D: Decider, V: View> FileNeeds for Needs<D, V> {
    fn named(&self, count: usize, at_most: usize) -> (Vec<NamedFile>, u64) {
        // Before the view is looked at: what it does not show yet comes after this.
        let position = self.engine.journal().head().size;
        (((self.of)(&self.engine.view()).after(count, at_most)).to_vec(), position)
    }

    fn more(&self, position: u64, patience: Duration) -> BoxFuture<'_, ()> {
        self.engine.reached(position.saturating_add(1), patience).map(drop).boxed()
    }
}

/// Fetches the files that a view names from who gave their keys, for as long as it is polled.
pub async fn fetch_files<D: Decider, V: View>(
    engine: Engine<D, V>,
    of: fn(&V) -> &NamedFiles,
    store: FileStore,
    transport: Arc<dyn Transport>,
    holder: Origin,
) {
    FileFetcher { store, transport, holder, needs: Arc::new(Needs { engine, of }) }.run().await;
}
