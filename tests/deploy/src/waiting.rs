//! Waiting for a condition, with a deadline.

use std::time::{Duration, Instant};

/// How long anything may take. Everything takes milliseconds; a machine that does much else may take seconds.
pub const PATIENCE: Duration = Duration::from_secs(60);

const LOOK: Duration = Duration::from_millis(5);

/// What `look` finds, as soon as it finds something.
///
/// # Panics
/// When it has found nothing after [`PATIENCE`].
pub async fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "waited {PATIENCE:?} in vain: {what}");
        tokio::time::sleep(LOOK).await; // between looks
    }
}
