//! Waiting for a condition, with a deadline.

use std::{
    thread,
    time::{Duration, Instant},
};

use jiff::Timestamp;

/// How long anything may take. Everything takes milliseconds; a machine that does much else may take seconds.
pub const PATIENCE: Duration = Duration::from_secs(60);

const LOOK: Duration = Duration::from_millis(5);

/// What `look` finds, as soon as it finds something.
///
/// # Panics
/// When it has found nothing after [`PATIENCE`].
pub fn until<T>(what: &str, look: impl FnMut() -> Option<T>) -> T {
    within(PATIENCE, look).unwrap_or_else(|| panic!("waited {PATIENCE:?} in vain: {what}"))
}

/// What `look` finds before the time is up.
pub fn within<T>(patience: Duration, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let deadline = Instant::now() + patience;
    loop {
        if let Some(found) = look() {
            return Some(found);
        }
        if Instant::now() > deadline {
            return None;
        }
        thread::sleep(LOOK); // between looks
    }
}

/// The moment so many seconds from now, in RFC 3339.
///
/// # Panics
/// The machine's clock stands beyond the year 9999.
pub fn in_seconds(seconds: u64) -> String {
    let then = Timestamp::now().as_second() + i64::try_from(seconds).expect("a test does not wait for ages");
    Timestamp::from_second(then).expect("it is before the year 9999").to_string()
}
