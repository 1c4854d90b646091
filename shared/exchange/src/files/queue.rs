//! The files that are not here yet, by when they are tried next.

use std::{collections::BTreeMap, time::Duration};

use tokio::time::Instant;

use super::NamedFile;

/// Before the second attempt; each further one waits twice as long.
const FIRST_AGAIN: Duration = Duration::from_millis(500);
/// No attempt waits for longer: a service that comes back after a day has what it missed within minutes.
const LAST_AGAIN: Duration = Duration::from_secs(120);

/// A file that is to be fetched.
#[derive(Debug, Clone)]
pub(super) struct Errand {
    pub(super) file: NamedFile,
    /// How often it was tried in vain.
    pub(super) failed: u32,
}

impl Errand {
    /// How long to wait before it is tried again.
    pub(super) fn patience(&self) -> Duration {
        let doubled = FIRST_AGAIN.saturating_mul(1 << self.failed.saturating_sub(1).min(16));
        doubled.min(LAST_AGAIN)
    }
}

/// The files that are to be fetched, by when: what was tried least lately comes first.
#[derive(Debug, Default)]
pub(super) struct Queue {
    due: BTreeMap<(Instant, u64), Errand>,
    /// Tells apart what is due at the same moment, in the order it came.
    count: u64,
}

impl Queue {
    pub(super) fn put(&mut self, at: Instant, errand: Errand) {
        self.count += 1;
        self.due.insert((at, self.count), errand);
    }

    /// The next one that is due.
    pub(super) fn take(&mut self, now: Instant) -> Option<Errand> {
        let (at, _) = *self.due.first_key_value()?.0;
        if at > now {
            return None;
        }
        self.due.pop_first().map(|(_, errand)| errand)
    }

    /// When the next one is due.
    pub(super) fn next(&self) -> Option<Instant> {
        self.due.first_key_value().map(|((at, _), _)| *at)
    }

    pub(super) fn len(&self) -> usize {
        self.due.len()
    }
}
