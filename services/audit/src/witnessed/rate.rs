//! How often strangers are listened to.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Requests that are looked at a second, from all strangers together. Each costs two signatures, about 0.1 ms: 2 % of a core.
const EACH_SECOND: u32 = 200;
/// And at once: sixteen witnesses with four logs, six times over.
const AT_ONCE: u32 = 400;

/// A bucket that fills by itself.
pub(crate) struct Rate(Mutex<(f64, Instant)>);

impl Default for Rate {
    fn default() -> Self {
        Self(Mutex::new((f64::from(AT_ONCE), Instant::now())))
    }
}

impl Rate {
    /// Whether one more is looked at now.
    pub(crate) fn admits(&self) -> bool {
        self.admits_at(Instant::now())
    }

    pub(super) fn admits_at(&self, now: Instant) -> bool {
        let mut bucket = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (left, since) = *bucket;
        let passed: Duration = now.saturating_duration_since(since);
        let left = (left + passed.as_secs_f64() * f64::from(EACH_SECOND)).min(f64::from(AT_ONCE));
        let admitted = left >= 1.0;
        *bucket = (if admitted { left - 1.0 } else { left }, now);
        admitted
    }
}
