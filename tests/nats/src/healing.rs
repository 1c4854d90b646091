//! How long healing may take, and a fair measure of it.

use std::{fmt, time::Duration};

use crate::installation::told;

/// What is due (issue "Exchange"): so long, for so many events behind.
pub const DUE: Duration = Duration::from_secs(10);
/// See [`DUE`].
pub const DUE_EVENTS: u64 = 10_000;
/// Until then it is waited for. What is asserted is [`DUE`].
pub const PATIENCE: Duration = Duration::from_secs(120);
/// These tests share a machine with others: what took too long is tried again. What takes too long three times is too slow.
pub const TRIES: usize = 3;

/// One measured healing: from the moment at which the disturbed thing is back (the broker answers, the process serves) to the moment at
/// which everybody has read everything that was written until then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Healed {
    /// How long it took.
    pub took: Duration,
    /// By how many events the furthest behind was behind.
    pub behind: u64,
}

impl Healed {
    /// What is due: more only for more events than [`DUE_EVENTS`].
    pub fn due(&self) -> Duration {
        let more = self.behind as f64 / DUE_EVENTS as f64;
        DUE.mul_f64(more.max(1.0))
    }

    /// Whether it was in time.
    pub fn is_in_time(&self) -> bool {
        self.took <= self.due()
    }
}

impl fmt::Display for Healed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (took, due) = (self.took.as_secs_f64(), self.due().as_secs_f64());
        write!(f, "{took:.2} s for {} events behind ({due:.0} s are due)", self.behind)
    }
}

/// Disturbs and measures; again, a few times, while that took too long.
///
/// # Panics
/// It always took too long.
#[track_caller]
pub fn heals_in_time(what: &str, mut disturb: impl FnMut() -> Healed) {
    let mut late = Vec::new();
    while late.len() < TRIES {
        let healed = disturb();
        told_healed(what, &healed);
        if healed.is_in_time() {
            return;
        }
        late.push(healed.to_string());
    }
    panic!("{what}: healed too late each time: {}", late.join("; "));
}

/// Prints a healing for who looks.
pub fn told_healed(what: &str, healed: &Healed) {
    told(&format!("healed after: {what}, {} events behind", healed.behind), healed.took);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn healed(seconds: u64, behind: u64) -> Healed {
        Healed { took: Duration::from_secs(seconds), behind }
    }

    #[test]
    fn ten_seconds_for_ten_thousand_events_and_for_fewer() {
        assert!(healed(10, 0).is_in_time() && healed(10, 10_000).is_in_time());
        assert!(!healed(11, 0).is_in_time() && !healed(11, 10_000).is_in_time());
        assert!(healed(19, 20_000).is_in_time() && !healed(21, 20_000).is_in_time());
    }

    #[test]
    fn once_in_time_is_enough_and_never_is_a_failure() {
        let mut left = vec![healed(3, 1), healed(11, 1), healed(12, 1)];
        heals_in_time("it", || left.pop().expect("three"));
        assert!(left.is_empty());
        let mut tries = 0;
        let failed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            heals_in_time("it", || {
                tries += 1;
                healed(11, 7)
            });
        }));
        let failed = failed.expect_err("it is always late");
        let said = failed.downcast_ref::<String>().expect("words");
        assert!(tries == TRIES && said.contains("11.00 s for 7 events behind (10 s are due)"), "{tries} {said}");
    }
}
