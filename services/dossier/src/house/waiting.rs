//! What a start waits for, in words: for the log and for readiness.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use dossier_proto::Origin;
use tokio::time::Instant;

/// Services of a deployment wait for each other and for the broker for a moment at each start; nobody has to be told of that.
const QUIET_FOR: Duration = Duration::from_secs(3);
/// How often it is told again.
const TOLD_EVERY: Duration = Duration::from_secs(30);

/// What a service that does not write yet waits for.
#[derive(Debug)]
pub(super) struct Waiting {
    origin: Origin,
    waited: Mutex<Option<Waited>>,
}

#[derive(Debug)]
struct Waited {
    since: Instant,
    why: String,
    told: Option<Instant>,
}

/// Whether the log was told.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Told {
    Yes,
    NotYet,
}

impl Waiting {
    pub(super) const fn of(origin: Origin) -> Self {
        Self { origin, waited: Mutex::new(None) }
    }

    /// It still waits, for this reason.
    pub(super) fn note(&self, why: String) -> Told {
        let (mut waited, now) = (self.lock(), Instant::now());
        let waited = waited.get_or_insert_with(|| Waited { since: now, why: String::new(), told: None });
        waited.why = why;
        let due = waited.told.map_or(waited.since + QUIET_FOR, |last| last + TOLD_EVERY);
        if now < due {
            return Told::NotYet;
        }
        waited.told = Some(now);
        let seconds = (now - waited.since).as_secs();
        tracing::warn!(origin = %self.origin, seconds, why = waited.why, "nothing is written yet");
        Told::Yes
    }

    /// What it waited for has come.
    pub(super) fn over(&self) {
        *self.lock() = None;
    }

    /// For how long it has waited, and why; nothing when it does not wait.
    pub(super) fn words(&self) -> Option<String> {
        self.lock().as_ref().map(|waited| format!("for {} s now: {}", waited.since.elapsed().as_secs(), waited.why))
    }

    fn lock(&self) -> MutexGuard<'_, Option<Waited>> {
        self.waited.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn why_it_waits_is_told_after_a_moment_and_not_all_the_time() {
        let waiting = Waiting::of(Origin::Submission);
        assert_eq!(waiting.words(), None);
        let mut told = Vec::new();
        for tenth in 0..400_u32 {
            if waiting.note(format!("refused {tenth}")) == Told::Yes {
                told.push(tenth);
            }
            tokio::time::advance(Duration::from_millis(100)).await;
        }
        assert_eq!(told, [30, 330], "after three seconds, and half a minute later");
        assert_eq!(waiting.words().as_deref(), Some("for 40 s now: refused 399"), "readiness says it at once");
        waiting.over();
        assert_eq!(waiting.words(), None);
    }
}
