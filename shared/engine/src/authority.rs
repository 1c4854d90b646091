//! Whether moderation was heard of late, so that what is known here of people's rights may be used.
//!
//! Designations are moderation's events. A service in another process knows them as of the last moment at which it had read
//! everything that moderation says it has; a right that was revoked since is one it would still grant. So it decides for
//! persons only while that moment is no longer ago than [`AUTHORITY_LASTS`]. What the system does, what is due and what others' events lead to needs nobody's right and goes on,
//! and so does reading.

use std::{
    fmt,
    sync::{Arc, OnceLock},
    time::Duration,
};

use dossier_exchange::Moment;
use dossier_proto::Origin;

/// So old what is known of moderation may be, and commands of persons are still decided. Moderation is asked every two seconds at most, so four
/// answers in a row may be lost; and so long, at most, does a revoked right go on where moderation cannot be heard.
pub const AUTHORITY_LASTS: Duration = Duration::from_secs(10);

/// Moderation was not heard of late. It passes by itself when moderation is heard again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AuthorityNotHeard {
    /// Not since the service started.
    #[error(
        "moderation was not heard, or not all it has was read, since the start; until then commands of persons are refused"
    )]
    Never,
    /// Too long ago.
    #[error(
        "what is known of moderation is as of {} seconds ago, and {} are allowed: it is not heard, or not all it has was read; \
         until then commands of persons are refused",
        .0.as_secs(), AUTHORITY_LASTS.as_secs()
    )]
    LongAgo(Duration),
    /// Another instance of this service may be at work.
    #[error(
        "the broker has not carried what this service says of itself for {} seconds, so another instance of it may be at work; nothing is written until that is certain",
        AUTHORITY_LASTS.as_secs()
    )]
    PerhapsNotAlone,
}

type Now = Arc<dyn Fn() -> Moment + Send + Sync>;
type Known = Box<dyn Fn() -> Option<Moment> + Send + Sync>;

/// Lets commands of persons through while moderation is heard. A cheap clone; all clones are one gate.
#[derive(Clone)]
pub struct AuthorityGate(Option<Arc<Hearing>>);

struct Hearing {
    now: Now,
    /// As of when moderation is known. Whoever follows moderation sets it, once.
    known: OnceLock<Known>,
    /// As of when nobody else is this service. Whoever keeps its place sets it, once; where it is not set, nobody else can be.
    alone: OnceLock<Known>,
}

impl AuthorityGate {
    /// Always open: in moderation itself, and where all services are one process.
    pub const fn open() -> Self {
        Self(None)
    }

    /// Open while moderation is heard: shut until [`AuthorityGate::attend`] was called and moderation has answered.
    pub fn hearing() -> Self {
        Self::hearing_by(Moment::now)
    }

    /// The same with a clock of one's own, for tests.
    pub fn hearing_by(now: impl Fn() -> Moment + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(Hearing { now: Arc::new(now), known: OnceLock::new(), alone: OnceLock::new() })))
    }

    /// From now on, `known` says as of when moderation is known. Only the first call counts: a service follows moderation once.
    pub fn attend(&self, known: impl Fn() -> Option<Moment> + Send + Sync + 'static) {
        if let Some(hearing) = &self.0
            && hearing.known.set(Box::new(known)).is_err()
        {
            tracing::warn!("moderation is followed twice; the first follower counts");
        }
    }

    /// From now on, `alone` says as of when no other instance of this service is at work: nothing while that is not certain. Only the
    /// first call counts.
    pub fn keep_place(&self, alone: impl Fn() -> Option<Moment> + Send + Sync + 'static) {
        if let Some(hearing) = &self.0
            && hearing.alone.set(Box::new(alone)).is_err()
        {
            tracing::warn!("a service's place is kept twice; the first keeper counts");
        }
    }

    /// Whether anything may be written now: two instances would write two histories.
    ///
    /// # Errors
    /// [`AuthorityNotHeard::PerhapsNotAlone`].
    pub fn is_alone(&self) -> Result<(), AuthorityNotHeard> {
        let Some(hearing) = &self.0 else { return Ok(()) };
        let Some(alone) = hearing.alone.get() else { return Ok(()) };
        match alone() {
            Some(as_of) if (hearing.now)().since(as_of) <= AUTHORITY_LASTS => Ok(()),
            _ => Err(AuthorityNotHeard::PerhapsNotAlone),
        }
    }

    /// Whether persons' commands are decided now.
    ///
    /// # Errors
    /// [`AuthorityNotHeard`], in words for an operator: what readiness shows.
    pub fn check(&self) -> Result<(), AuthorityNotHeard> {
        self.is_alone()?;
        match self.silence()? {
            silence if silence > AUTHORITY_LASTS => Err(AuthorityNotHeard::LongAgo(silence)),
            _ => Ok(()),
        }
    }

    /// How old what is known of moderation is; nothing when the gate is always open.
    fn silence(&self) -> Result<Duration, AuthorityNotHeard> {
        let Some(hearing) = &self.0 else { return Ok(Duration::ZERO) };
        let known = hearing.known.get().and_then(|known| known()).ok_or(AuthorityNotHeard::Never)?;
        Ok((hearing.now)().since(known))
    }

    /// Shows in the figures whether the gate is open, and how old what is known of moderation is.
    pub fn record(&self, origin: Origin) {
        let open = if self.check().is_ok() { 1.0 } else { 0.0 };
        metrics::gauge!("dossier_authority_heard", "origin" => origin.name()).set(open);
        let silence = self.silence().map_or(f64::INFINITY, |silence| silence.as_secs_f64());
        metrics::gauge!("dossier_authority_age_seconds", "origin" => origin.name()).set(silence);
    }
}

impl fmt::Debug for AuthorityGate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AuthorityGate").field(&self.check()).finish()
    }
}
