//! Somebody of the story who does not give up while a service is away: they ask again, under the same idempotency key, so that
//! what they asked for is done once.

use std::{
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{
    Exit, Failure,
    client::{Answer, Client},
};

/// Between two attempts.
const AGAIN_AFTER: Duration = Duration::from_millis(100);

/// A caller who asks again.
#[derive(Debug, Clone)]
pub struct Patient {
    client: Client,
    patience: Duration,
}

impl Patient {
    /// Asks again for so long.
    pub const fn new(client: Client, patience: Duration) -> Self {
        Self { client, patience }
    }

    /// Reads.
    ///
    /// # Errors
    /// [`Failure`] when nobody answered for too long.
    pub fn get(&self, path: &str) -> Result<Answer, Failure> {
        self.again(|| self.client.get(path))
    }

    /// Asks for something to be done, once.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub fn post(&self, path: &str, body: &Value) -> Result<Answer, Failure> {
        let key = fresh_key();
        self.again(|| self.client.post_once(path, &key, body))
    }

    /// Replaces what stands under `etag`, once.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub fn put(&self, path: &str, etag: &str, body: &Value) -> Result<Answer, Failure> {
        let key = fresh_key();
        self.again(|| self.client.put_once(path, &key, etag, body))
    }

    fn again(&self, ask: impl Fn() -> Result<Answer, Failure>) -> Result<Answer, Failure> {
        let deadline = Instant::now() + self.patience;
        loop {
            let answer = ask();
            if !is_away(&answer) || Instant::now() > deadline {
                return answer;
            }
            thread::sleep(AGAIN_AFTER);
        }
    }
}

/// Nobody is there, or whoever is there cannot decide at the moment. All of it passes.
fn is_away(answer: &Result<Answer, Failure>) -> bool {
    match answer {
        Ok(answer) => matches!(answer.status, 502..=504),
        Err(failure) => failure.exit_code() == Exit::Unreachable as u8,
    }
}

fn fresh_key() -> String {
    dossier_engine::fresh_id().to_string()
}

#[cfg(test)]
pub(crate) mod tests;
