//! Waiting for a condition, with a deadline.

use std::{
    thread,
    time::{Duration, Instant},
};

const LOOK: Duration = Duration::from_millis(5);

/// What `look` finds, as soon as it finds something, and how long that took.
///
/// # Panics
/// When the time is up; with the reason that was given last.
#[track_caller]
pub fn until<T>(what: &str, patience: Duration, mut look: impl FnMut() -> Result<T, String>) -> (T, Duration) {
    let begun = Instant::now();
    loop {
        match look() {
            Ok(found) => return (found, begun.elapsed()),
            Err(reason) if begun.elapsed() > patience => {
                panic!("waited {patience:?} in vain until {what}: {reason}")
            }
            Err(_) => thread::sleep(LOOK), // between looks
        }
    }
}

/// Whether `look` says so before the time is up.
pub fn within(patience: Duration, mut look: impl FnMut() -> bool) -> bool {
    let begun = Instant::now();
    loop {
        if look() {
            return true;
        }
        if begun.elapsed() > patience {
            return false;
        }
        thread::sleep(LOOK); // between looks
    }
}
