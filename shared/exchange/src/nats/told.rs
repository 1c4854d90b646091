//! What was said to the log lately: what goes on for hours is told when it begins, and twice a minute after that.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// How often the same is told again.
pub(crate) const TOLD_EVERY: Duration = Duration::from_secs(30);
/// So many different words are kept apart; with more, all are forgotten, and told again.
const WORDS_MAX: usize = 32;

/// When what was told last.
#[derive(Debug, Default)]
pub(crate) struct Told(Mutex<HashMap<String, Instant>>);

impl Told {
    /// Whether these words are to be told now; if so they count as told.
    pub(crate) fn is_due(&self, words: &str) -> bool {
        let (mut told, now) = (self.0.lock().unwrap_or_else(PoisonError::into_inner), Instant::now());
        if told.get(words).is_some_and(|last| now.saturating_duration_since(*last) < TOLD_EVERY) {
            return false;
        }
        if told.len() >= WORDS_MAX {
            told.clear();
        }
        told.insert(words.to_owned(), now);
        true
    }

    /// It is over: the next time is told at once.
    pub(crate) fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_goes_on_is_told_twice_a_minute() {
        let told = Told::default();
        let mut times = 0;
        for _ in 0..600 {
            times += u32::from(told.is_due("refused")) + u32::from(told.is_due("full"));
            tokio::time::advance(Duration::from_millis(100)).await;
        }
        assert_eq!(times, 4, "two different things, twice in a minute");
        told.forget();
        assert!(told.is_due("full") && !told.is_due("full"));
        for number in 0..=WORDS_MAX {
            assert!(told.is_due(&number.to_string()), "what is kept is bounded");
        }
    }
}
