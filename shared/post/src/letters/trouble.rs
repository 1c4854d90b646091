//! What is wrong with the mail server, for who looks after it.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use crate::MailError;

/// A server that refuses for so long is told to the operator; before that it may be starting anew.
const TOLD_AFTER: Duration = Duration::from_secs(15 * 60);

/// Since when the mail server does not take what it is brought, and why: for readiness and figures. It is over when the server has accepted
/// a mail, and by nothing else: a server that refuses one address may refuse every other.
#[derive(Debug, Clone, Default)]
pub struct MailTrouble(Arc<Mutex<Option<(Instant, String)>>>);

impl MailTrouble {
    /// A mail did not go out. What is wrong with the mail itself is no trouble of the server's.
    pub fn note(&self, error: &MailError) {
        if !error.is_trouble() {
            return;
        }
        let mut trouble = self.lock();
        let since = trouble.as_ref().map_or_else(Instant::now, |(since, _)| *since);
        *trouble = Some((since, error.to_string()));
    }

    /// The server has accepted a mail.
    pub fn over(&self) {
        *self.lock() = None;
    }

    /// For how many seconds; 0 when there is none.
    pub fn seconds(&self) -> f64 {
        self.lock().as_ref().map_or(0.0, |(since, _)| since.elapsed().as_secs_f64())
    }

    /// What is wrong, in words for an operator, once it has been so for a quarter of an hour. Nothing else depends on mail: a service
    /// that cannot send any is as ready as before.
    pub fn words(&self) -> Option<String> {
        self.words_after(TOLD_AFTER)
    }

    pub(super) fn words_after(&self, patience: Duration) -> Option<String> {
        let trouble = self.lock();
        let (since, why) = trouble.as_ref().filter(|(since, _)| since.elapsed() >= patience)?;
        Some(format!("no mail has gone out for {} minutes: {why}", since.elapsed().as_secs() / 60))
    }

    fn lock(&self) -> MutexGuard<'_, Option<(Instant, String)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
