//! Whether moderation was heard of late, so that what is known here of people's rights may be used.
//!
//! Designations are moderation's events. A service in another process knows them as of when it last heard moderation; a
//! right that was revoked since is one it would still grant. So it decides for persons only while that is no longer ago than
//! [`AUTHORITY_LASTS`]. What the system does, what is due and what others' events lead to needs nobody's right and goes on,
//! and so does reading.

use std::{
    fmt,
    sync::{Arc, OnceLock},
    time::Duration,
};

use dossier_proto::Origin;
use tokio::time::Instant;

/// So long after moderation was heard, commands of persons are still decided. It is asked every two seconds at most, so four
/// answers in a row may be lost; and so long, at most, does a revoked right go on where moderation cannot be heard.
pub const AUTHORITY_LASTS: Duration = Duration::from_secs(10);

/// Moderation was not heard of late. It passes by itself when moderation is heard again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AuthorityNotHeard {
    /// Not since the service started.
    #[error("moderation was not heard since the start; commands of persons are refused until it is")]
    Never,
    /// Too long ago.
    #[error(
        "moderation was last heard {} seconds ago, and {} are allowed; commands of persons are refused until it is heard again",
        .0.as_secs(), AUTHORITY_LASTS.as_secs()
    )]
    LongAgo(Duration),
}

type Now = Arc<dyn Fn() -> Instant + Send + Sync>;
type Heard = Box<dyn Fn() -> Option<Instant> + Send + Sync>;

/// Lets commands of persons through while moderation is heard. A cheap clone; all clones are one gate.
#[derive(Clone)]
pub struct AuthorityGate(Option<Arc<Hearing>>);

struct Hearing {
    now: Now,
    /// When moderation was last heard. Whoever follows moderation sets it, once.
    heard: OnceLock<Heard>,
}

impl AuthorityGate {
    /// Always open: in moderation itself, and where all services are one process.
    pub const fn open() -> Self {
        Self(None)
    }

    /// Open while moderation is heard: shut until [`AuthorityGate::attend`] was called and moderation has answered.
    pub fn hearing() -> Self {
        Self::hearing_by(Instant::now)
    }

    /// The same with a clock of one's own, for tests.
    pub fn hearing_by(now: impl Fn() -> Instant + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(Hearing { now: Arc::new(now), heard: OnceLock::new() })))
    }

    /// From now on, `heard` says when moderation last answered. Only the first call counts: a service follows moderation once.
    pub fn attend(&self, heard: impl Fn() -> Option<Instant> + Send + Sync + 'static) {
        if let Some(hearing) = &self.0
            && hearing.heard.set(Box::new(heard)).is_err()
        {
            tracing::warn!("moderation is followed twice; the first follower counts");
        }
    }

    /// Whether persons' commands are decided now.
    ///
    /// # Errors
    /// [`AuthorityNotHeard`], in words for an operator: what readiness shows.
    pub fn check(&self) -> Result<(), AuthorityNotHeard> {
        match self.silence()? {
            silence if silence > AUTHORITY_LASTS => Err(AuthorityNotHeard::LongAgo(silence)),
            _ => Ok(()),
        }
    }

    /// For how long moderation has not been heard; nothing when the gate is always open.
    fn silence(&self) -> Result<Duration, AuthorityNotHeard> {
        let Some(hearing) = &self.0 else { return Ok(Duration::ZERO) };
        let heard = hearing.heard.get().and_then(|heard| heard()).ok_or(AuthorityNotHeard::Never)?;
        Ok((hearing.now)().saturating_duration_since(heard))
    }

    /// Shows in the figures whether the gate is open, and for how long moderation has not been heard.
    pub fn record(&self, origin: Origin) {
        let open = if self.check().is_ok() { 1.0 } else { 0.0 };
        metrics::gauge!("dossier_authority_heard", "origin" => origin.name()).set(open);
        let silence = self.silence().map_or(f64::INFINITY, |silence| silence.as_secs_f64());
        metrics::gauge!("dossier_authority_silence_seconds", "origin" => origin.name()).set(silence);
    }
}

impl fmt::Debug for AuthorityGate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AuthorityGate").field(&self.check()).finish()
    }
}
