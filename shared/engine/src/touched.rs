//! Which entries something happened to, as it becomes visible: so that pages which stand open look again.

use std::{
    collections::BTreeSet,
    sync::{Arc, Weak},
};

use dossier_proto::EntryId;
use futures_util::{Stream, stream};
use tokio::sync::watch;

use crate::{Decider, Engine, View, engine::Inner};

/// More events than this at once are not read for their entries: whoever listens looks at everything again. 256 reads of 1 KB are a few
/// milliseconds, and a person's commands cause a handful of events.
const READ_MAX: u64 = 256;

/// What happened since the last time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Touched {
    /// Something happened to these entries, or to none that can be named.
    Entries(BTreeSet<EntryId>),
    /// So much happened that it is not told one by one.
    Much,
}

impl<D: Decider, V: View> Engine<D, V> {
    /// What happens from the first look on, as soon as the view shows it. It holds nothing open: it ends when nobody has the engine any more.
    pub fn touched(&self) -> impl Stream<Item = Touched> + Send + use<D, V> {
        let watcher = Watcher { shown: self.inner.shown.subscribe(), engine: Arc::downgrade(&self.inner), seen: None };
        stream::unfold(watcher, |mut watcher| async move { Some((watcher.next().await?, watcher)) })
    }
}

struct Watcher<D: Decider, V: View> {
    shown: watch::Receiver<u64>,
    engine: Weak<Inner<D, V>>,
    seen: Option<u64>,
}

impl<D: Decider, V: View> Watcher<D, V> {
    async fn next(&mut self) -> Option<Touched> {
        let seen = *self.seen.get_or_insert(*self.shown.borrow_and_update());
        let shown = *self.shown.wait_for(|shown| *shown != seen).await.ok()?;
        self.seen = Some(shown);
        // A new epoch counts from its beginning again.
        if shown < seen || shown - seen > READ_MAX {
            return Some(Touched::Much);
        }
        let engine = Engine { inner: self.engine.upgrade()? };
        // A handful of events that are in the memory of the store, because they were just written.
        let entries: Result<BTreeSet<EntryId>, _> =
            (seen..shown).filter_map(|sequence| entry_at(&engine, sequence).transpose()).collect();
        Some(entries.map_or(Touched::Much, Touched::Entries))
    }
}

fn entry_at<D: Decider, V: View>(engine: &Engine<D, V>, sequence: u64) -> Result<Option<EntryId>, crate::RecordError> {
    let recorded = engine.recorded(sequence)?;
    let foreign = recorded.beside.and_then(|event| event.head.entry);
    Ok(recorded.event.head.entry.or(foreign))
}
