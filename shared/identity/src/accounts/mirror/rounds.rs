//! When the holder is asked: at least every second, and soon when somebody waits for it.

use std::time::Duration;

use tokio::sync::{Notify, watch};

/// How long somebody who calls with an unknown token waits for the holder to be asked.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// Rounds of asking are numbered; whoever waits, waits for one that began after they came.
pub(super) struct Rounds {
    wish: Notify,
    state: watch::Sender<State>,
}

#[derive(Debug, Clone, Copy, Default)]
struct State {
    begun: u64,
    /// The newest round that brought an answer.
    answered: u64,
    /// The newest round that came to an end, with or without one.
    ended: u64,
}

impl Default for Rounds {
    fn default() -> Self {
        Self { wish: Notify::new(), state: watch::Sender::new(State::default()) }
    }
}

/// What became of a wish that the holder be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::accounts) enum Asked {
    /// It answered, after the wish.
    Answered,
    /// It did not, or not in time.
    Silent,
}

impl Rounds {
    /// Has the holder asked soon, and waits for that.
    pub(super) async fn ask_soon(&self) -> Asked {
        let mut state = self.state.subscribe();
        let begun = state.borrow().begun;
        self.wish.notify_one();
        let waiting = tokio::time::timeout(PATIENCE, state.wait_for(|state| state.ended > begun)).await;
        match waiting {
            Ok(Ok(state)) if state.answered > begun => Asked::Answered,
            _ => Asked::Silent,
        }
    }

    /// Has the holder asked soon.
    pub(super) fn wish(&self) {
        self.wish.notify_one();
    }

    /// Returns when somebody wishes that the holder be asked.
    pub(super) async fn wished(&self) {
        self.wish.notified().await;
    }

    /// A round begins.
    pub(super) fn begin(&self) {
        self.state.send_modify(|state| state.begun += 1);
    }

    /// The round that began last has ended.
    pub(super) fn end(&self, asked: Asked) {
        self.state.send_modify(|state| {
            state.ended = state.begun;
            if asked == Asked::Answered {
                state.answered = state.begun;
            }
        });
    }
}
