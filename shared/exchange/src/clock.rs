//! The time of day, and how much time went by: passed in, so that tests and simulations have their own.

#[cfg(test)]
mod tests;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dossier_proto::Micros;

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    /// Now, UTC.
    fn now(&self) -> Micros;

    /// Now, for measuring how much time went by.
    fn moment(&self) -> Moment {
        Moment::now()
    }
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

/// A moment on one machine, for measuring how much time went by until another one there.
///
/// `std::time::Instant` stands still while the machine sleeps (`CLOCK_MONOTONIC` on Linux, see
/// [clock_gettime(2)](https://man7.org/linux/man-pages/man2/clock_gettime.2.html)), so whoever wakes up after an hour would believe what
/// it heard two seconds before. A moment therefore has two clocks: one that counts sleep, and the time of day, which is put right
/// where the machine did not know that it slept (a virtual one that was stopped and went on). Whichever says that more time went by
/// is believed: too much is a short delay, too little would be a right that nobody has any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    running: Duration,
    wall: Micros,
}

impl Moment {
    /// By a clock that never goes back and counts sleep, from whatever beginning, and by the time of day.
    #[must_use]
    pub const fn new(running: Duration, wall: Micros) -> Self {
        Self { running, wall }
    }

    /// By the clocks of this machine.
    #[must_use]
    pub fn now() -> Self {
        Self::new(running(), MachineClock.now())
    }

    /// How much time went by since `earlier`; none when that is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        let wall = u64::try_from(self.wall.0.saturating_sub(earlier.wall.0)).unwrap_or(0);
        self.running.saturating_sub(earlier.running).max(Duration::from_micros(wall))
    }

    /// The moment after so much time, by both clocks.
    #[must_use]
    pub fn plus(self, time: Duration) -> Self {
        let micros = i64::try_from(time.as_micros()).unwrap_or(i64::MAX);
        Self::new(self.running.saturating_add(time), Micros(self.wall.0.saturating_add(micros)))
    }
}

/// Since the machine started, sleep included.
fn running() -> Duration {
    use rustix::time::{ClockId, clock_gettime};

    #[cfg(any(target_os = "linux", target_os = "android"))]
    let clock = ClockId::Boottime;
    // Elsewhere the monotonic clock counts sleep (macOS), or the time of day has to tell.
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let clock = ClockId::Monotonic;
    // Neither is ever negative.
    Duration::try_from(clock_gettime(clock)).unwrap_or(Duration::ZERO)
}
