//! What keeps a vault from writing, for whoever looks on.

use std::{
    sync::{PoisonError, RwLock},
    time::{Duration, Instant},
};

use crate::{VaultError, writer::Writer};

/// A failure that may have passed is shown for so long: whoever is sent to another service for that time comes back and finds
/// out. A vault that has stopped for good shows it until it is opened again.
const SHOWN_FOR: Duration = Duration::from_secs(10);

/// The last write's failure.
#[derive(Debug, Default)]
pub(crate) struct Trouble(RwLock<Option<Told>>);

#[derive(Debug)]
struct Told {
    words: String,
    since: Instant,
    lasts: Lasts,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lasts {
    /// Until it is opened again.
    ForGood,
    /// It may be over at the next write.
    Perhaps,
}

impl Trouble {
    /// Notes how a write went, and passes it on.
    pub(crate) fn note<T>(&self, writer: &Writer, outcome: Result<T, VaultError>) -> Result<T, VaultError> {
        // A panic while it was held cannot leave it half changed.
        let mut told = self.0.write().unwrap_or_else(PoisonError::into_inner);
        match &outcome {
            Ok(_) => *told = None,
            Err(error) => {
                let lasts = if writer.check().is_err() { Lasts::ForGood } else { Lasts::Perhaps };
                *told = Some(Told { words: error.to_string(), since: Instant::now(), lasts });
            }
        }
        outcome
    }

    /// The failure, in words, as long as it lasts.
    pub(crate) fn told(&self) -> Option<String> {
        let told = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let told = told.as_ref()?;
        let lasts = told.lasts == Lasts::ForGood || told.since.elapsed() < SHOWN_FOR;
        lasts.then(|| told.words.clone())
    }
}
