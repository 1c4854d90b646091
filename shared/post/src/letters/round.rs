//! When what was tried is tried again.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use super::LetterId;

/// The longest a letter waits for its next try.
const AGAIN_MAX: Duration = Duration::from_secs(6 * 60 * 60);
/// The longest a server that is away is left alone.
const SERVER_MAX: Duration = Duration::from_secs(5 * 60);

/// What was tried how often, by one postman. It forgets with the process: after a start everything is tried at once.
pub(super) struct Round {
    first: Duration,
    tried: HashMap<LetterId, Tried>,
    /// How many of these are set aside.
    aside: usize,
    server: Option<(u32, Instant)>,
}

struct Tried {
    attempts: u32,
    again: Option<Instant>,
}

impl Round {
    pub(super) fn new(first: Duration) -> Self {
        Self { first, tried: HashMap::new(), aside: 0, server: None }
    }

    /// Whether it may be tried now.
    pub(super) fn is_ready(&self, letter: LetterId, now: Instant) -> bool {
        self.tried.get(&letter).is_none_or(|tried| tried.again.is_some_and(|again| again <= now))
    }

    /// Whether the server may be asked now.
    pub(super) fn may_ask(&self, now: Instant) -> bool {
        self.server.is_none_or(|(_, again)| again <= now)
    }

    /// Another try begins; answers the how many-th. It is not tried again before its end is known.
    pub(super) fn begin(&mut self, letter: LetterId) -> u32 {
        self.aside -= usize::from(self.is_aside(letter));
        let tried = self.tried.entry(letter).or_insert(Tried { attempts: 0, again: None });
        tried.attempts = tried.attempts.saturating_add(1);
        tried.again = None;
        tried.attempts
    }

    /// "Not now": it is tried after a while, each time after twice as long.
    pub(super) fn postpone(&mut self, letter: LetterId, now: Instant) {
        let first = self.first;
        let tried = self.tried.entry(letter).or_insert(Tried { attempts: 1, again: None });
        tried.again = Some(now + doubled(first, tried.attempts.saturating_sub(1), AGAIN_MAX));
    }

    /// It is not to be sent, as things stand: looked at again after a while.
    pub(super) fn set_aside(&mut self, letter: LetterId, now: Instant) {
        self.aside += usize::from(!self.is_aside(letter));
        self.tried.insert(letter, Tried { attempts: 0, again: Some(now + AGAIN_MAX) });
    }

    /// Whether it is not to be sent, as things stand.
    pub(super) fn is_aside(&self, letter: LetterId) -> bool {
        self.tried.get(&letter).is_some_and(|tried| tried.attempts == 0)
    }

    /// How many are not to be sent, as things stand.
    pub(super) fn aside(&self) -> usize {
        self.aside
    }

    /// Whether it was ever tried.
    pub(super) fn knows(&self, letter: LetterId) -> bool {
        self.tried.contains_key(&letter)
    }

    /// The server itself is away: nothing is tried for a while, and this letter not held responsible.
    pub(super) fn server_is_away(&mut self, letter: LetterId, now: Instant) {
        let failures = match self.server {
            // Several were under way together: that is one failure.
            Some((failures, again)) if again > now => failures,
            Some((failures, _)) => failures.saturating_add(1),
            None => 0,
        };
        self.server = Some((failures, now + doubled(self.first, failures, SERVER_MAX)));
        if let Some(tried) = self.tried.get_mut(&letter) {
            tried.again = Some(now);
        }
    }

    /// The server has answered.
    pub(super) fn server_is_there(&mut self) {
        self.server = None;
    }

    pub(super) fn end(&mut self, letter: LetterId) {
        self.aside -= usize::from(self.is_aside(letter));
        self.tried.remove(&letter);
    }

    /// It is of no use any more: how often it was tried. `None` when it never was, or is under way.
    pub(super) fn give_up(&mut self, letter: LetterId) -> Option<u32> {
        let tried = self.tried.get(&letter).filter(|tried| tried.attempts > 0 && tried.again.is_some())?;
        let attempts = tried.attempts;
        self.tried.insert(letter, Tried { attempts, again: None });
        Some(attempts)
    }

    pub(super) fn len(&self) -> usize {
        self.tried.len()
    }

    /// Forgets what is not due any more.
    pub(super) fn keep_only(&mut self, is_due: impl Fn(LetterId) -> bool) {
        self.tried.retain(|letter, _| is_due(*letter));
        self.aside = self.tried.values().filter(|tried| tried.attempts == 0).count();
    }
}

fn doubled(first: Duration, times: u32, max: Duration) -> Duration {
    first.checked_mul(1_u32.checked_shl(times).unwrap_or(u32::MAX)).unwrap_or(max).min(max)
}
