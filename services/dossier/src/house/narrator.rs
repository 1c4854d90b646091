//! Tells what happens while it happens: each event, as soon as it is durable.

use std::collections::BTreeMap;

use dossier_journal::{Journal, Place as JournalPlace};
use dossier_proto::{Event, Origin};

/// Reads journals from where they stand now.
pub struct Narrator {
    journals: Vec<(Origin, Journal)>,
    next: BTreeMap<Origin, JournalPlace>,
}

impl Narrator {
    /// Begins at the present ends.
    pub fn begin(journals: Vec<(Origin, Journal)>) -> Self {
        let next = journals.iter().map(|(origin, journal)| (*origin, journal.head().next())).collect();
        Self { journals, next }
    }

    /// What has become durable since the last look, in causal order.
    pub fn look(&mut self) -> Vec<Event> {
        let mut news = Vec::new();
        for (origin, journal) in &self.journals {
            let Some(next) = self.next.get_mut(origin) else { continue };
            while let Ok(stored) = journal.read(next.epoch, next.sequence, 256, 1024 * 1024) {
                if stored.is_empty() {
                    break;
                }
                next.sequence += stored.len() as u64;
                news.extend(stored.iter().filter_map(|stored| Event::decode(&stored.event).ok()));
            }
        }
        // A cause is always recorded before its effect, in whatever journal.
        news.sort_by_key(|event| (event.head.recorded_at, event.head.place));
        news
    }
}
