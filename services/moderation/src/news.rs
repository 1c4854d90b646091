//! Which open pages have changed: what happened, as topics.

use dossier_engine::Touched;
use futures_util::{Stream, StreamExt as _};

/// The topic of the queue.
pub(crate) const QUEUE: &str = "queue";

/// The topic of an entry.
pub(crate) fn entry(id: dossier_proto::EntryId) -> String {
    format!("entry/{id}")
}

/// Topics that have changed; an empty list is everything.
pub(crate) fn topics(
    touched: impl Stream<Item = Touched> + Send + 'static,
) -> impl Stream<Item = Vec<String>> + Send + 'static {
    touched.map(|touched| match touched {
        Touched::Entries(entries) => entries.into_iter().map(entry).chain([QUEUE.to_owned()]).collect(),
        Touched::Much => Vec::new(),
    })
}
