//! The time of day, passed in, so that tests and simulations have their own.

use std::time::{SystemTime, UNIX_EPOCH};

use dossier_proto::Micros;

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    /// Now, UTC.
    fn now(&self) -> Micros;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct MachineClock;

impl Clock for MachineClock {
    fn now(&self) -> Micros {
        match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => Micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX)),
            // A clock before 1970 is refused at start as one that is behind the journal.
            Err(_) => Micros(0),
        }
    }
}
