//! Problems that pass, in the same words wherever they come up.

use http::{HeaderValue, header};

use super::{Problem, ProblemKind};

/// Seconds until moderation is asked again, and a second to spare.
const HEARD_AGAIN_SECONDS: u64 = 3;
/// Seconds after which what was waiting has mostly been decided.
const DECIDED_SECONDS: u64 = 1;
/// Seconds after which a file of 25 MB has mostly come.
const ARRIVED_SECONDS: u64 = 2;
/// Seconds after which it is worth a look whether an operator has made room.
const ROOM_SECONDS: u64 = 60;

impl Problem {
    /// Moderation was not heard of late: 503, nothing was decided.
    pub fn authority_not_heard() -> Self {
        Self::new(ProblemKind::AuthorityNotHeard)
            .detail(
                "What people may do is kept by the moderation service, which has not been heard here for more than ten seconds. \
                 Until it is heard again, readers are answered and nobody's commands are decided.",
            )
            .header(header::RETRY_AFTER, HeaderValue::from(HEARD_AGAIN_SECONDS))
    }

    /// The accounts were not heard from whoever keeps them: 503, nobody is turned away.
    pub fn accounts_not_heard() -> Self {
        Self::new(ProblemKind::AccountsNotHeard)
            .detail("Accounts and tokens are kept by the moderation service, which has not been heard here of late.")
            .header(header::RETRY_AFTER, HeaderValue::from(HEARD_AGAIN_SECONDS))
    }

    /// A file is named here and has not come yet: 503; `what` says in words what it is needed for.
    pub fn file_not_arrived(what: &str) -> Self {
        Self::new(ProblemKind::FileNotArrived)
            .detail(what)
            .header(header::RETRY_AFTER, HeaderValue::from(ARRIVED_SECONDS))
    }

    /// Too many commands are waiting: 503, nothing was decided.
    pub fn busy() -> Self {
        Self::new(ProblemKind::Unavailable)
            .detail("Too many commands are waiting.")
            .header(header::RETRY_AFTER, HeaderValue::from(DECIDED_SECONDS))
    }

    /// The service has stopped: 503. Whether the command took effect is told when it is repeated.
    pub fn stopped() -> Self {
        Self::new(ProblemKind::Unavailable)
            .detail("The service has stopped. When it is back, repeat the request with the same Idempotency-Key.")
            .header(header::RETRY_AFTER, HeaderValue::from(HEARD_AGAIN_SECONDS))
    }

    /// The disk is full: 507, nothing was acknowledged.
    pub fn storage_full() -> Self {
        Self::new(ProblemKind::StorageFull).header(header::RETRY_AFTER, HeaderValue::from(ROOM_SECONDS))
    }

    /// An event of `found` bytes, where `max` fit: 413.
    pub fn event_too_large(found: usize, max: usize) -> Self {
        Self::new(ProblemKind::TooLarge)
            .detail(format!("This would make an event of {found} bytes; at most {max} fit. Shorten the longest text."))
            .with("limit_bytes", max)
    }
}
