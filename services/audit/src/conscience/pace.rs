//! How long is waited for what, and how much of the machine is taken.

use std::time::Duration;

/// How long it is waited before something that may pass is a finding, and how often is looked. The usual values are for a house at work;
/// tests take others.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// So long heads may be apart without anything being read. A reader asks at least every second, a lost broker is found again within
    /// ten, and a service that is started anew is back within thirty: a minute and a half is none of these.
    pub heads: Duration,
    /// So long a service may take to confirm an erasure. It takes milliseconds; a service that is being updated or moved is away for
    /// minutes. An hour is neither.
    pub erasures: Duration,
    /// How often a service's live state is compared. It is copied in its memory for that, which takes about 0.2 s of its deciding thread for a
    /// million entries: in an hour less than a ten-thousandth of it.
    pub states: Duration,
    /// How often everything is judged anew from the first event, views and snapshots included. A million events take about ten seconds
    /// of one core, at a quarter of it forty.
    pub thorough: Duration,
    /// How often services are asked how far they have read.
    pub heads_every: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            heads: Duration::from_secs(90),
            erasures: Duration::from_secs(3_600),
            states: Duration::from_secs(3_600),
            thorough: Duration::from_secs(24 * 3_600),
            heads_every: Duration::from_secs(5),
        }
    }
}

/// When there was nothing to judge. A finding comes within seconds; more often would only wake the machine.
pub(super) const IDLE: Duration = Duration::from_millis(100);

/// So long is rested after so much work: half of one core at most while it catches up.
pub(super) const fn rest_after(worked: Duration) -> Duration {
    worked
}

/// The same for the thorough look: a quarter of one core.
pub(super) const fn long_rest_after(worked: Duration) -> Duration {
    worked.saturating_mul(3)
}

/// So many events are judged between two rests: at 20 µs each about 20 ms.
pub(super) const SLICE: usize = 1_024;

/// So many judged events are worth saving; those after are judged again after a start, in a second or so.
pub(super) const SAVE_AFTER: u64 = 20_000;

/// So long after the last event that was judged it is saved too.
pub(super) const SAVE_QUIET: Duration = Duration::from_secs(60);
