//! Keeps refused decisions from filling the journal: so many an hour are recorded for each caller and reason.

use std::collections::HashMap;

use dossier_proto::{Actor, Micros};

/// A person who tries the same forbidden thing over and over is on record ten times an hour; that is proof enough.
const PER_HOUR_MAX: u32 = 10;
/// So many callers and reasons are told apart (about 1 MiB); when there are more, the oldest window starts afresh.
const WINDOWS_MAX: usize = 16_384;
const HOUR: i64 = 3_600 * Micros::SECOND;

#[derive(Debug, Clone, Copy)]
struct Window {
    since: Micros,
    count: u32,
}

/// Counts recorded refusals. Not part of the state: it decides what is written, never what is true.
#[derive(Debug, Default)]
pub(crate) struct RefusalRate {
    windows: HashMap<(Actor, &'static str), Window>,
}

impl RefusalRate {
    /// Whether one more refusal with this code is recorded.
    pub(crate) fn admits(&mut self, actor: Actor, code: &'static str, now: Micros) -> bool {
        if self.windows.len() >= WINDOWS_MAX {
            self.windows.retain(|_, window| now.0 - window.since.0 < HOUR);
        }
        if self.windows.len() >= WINDOWS_MAX {
            self.windows.clear();
        }
        let window = self.windows.entry((actor, code)).or_insert(Window { since: now, count: 0 });
        if now.0 - window.since.0 >= HOUR {
            *window = Window { since: now, count: 0 };
        }
        window.count += 1;
        window.count <= PER_HOUR_MAX
    }
}
