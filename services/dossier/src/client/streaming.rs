//! Answers that are longer than memory: passed on while they come.

use std::{io::Read, time::Duration};

use ureq::http;

use super::{Answer, Client};
use crate::{Exit, Failure};

/// How long a server may take until it begins to answer.
const BEGINS: Duration = Duration::from_secs(60);
/// What is passed on at once.
const PIECE: usize = 64 * 1024;
/// The longest problem that is read.
const PROBLEM_BYTES_MAX: u64 = 256 * 1024;

impl Client {
    /// Reads a long answer piece by piece. A refusal is a failure, and then no piece was given.
    ///
    /// # Errors
    /// [`Failure`] when the server does not answer, refuses, or breaks off; or what `take` says.
    pub fn stream(&self, path: &str, take: &mut dyn FnMut(&[u8]) -> Result<(), Failure>) -> Result<(), Failure> {
        self.makes_sense()?;
        let mut request = http::Request::builder().method("GET").uri(format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let request =
            request.body(()).map_err(|error| Failure::new(Exit::Usage, format!("{}{path}: {error}", self.base)))?;
        let unreachable = |error: &dyn std::fmt::Display| {
            Failure::new(Exit::Unreachable, format!("{} does not answer: {error}. Is it running?", self.base))
        };
        // However long it takes, as long as it goes on.
        let request =
            self.agent.configure_request(request).timeout_global(None).timeout_recv_response(Some(BEGINS)).build();
        let mut response = self.agent.run(request).map_err(|error| unreachable(&error))?;
        let status = response.status().as_u16();
        if !(200..300).contains(&status) {
            let text = response.body_mut().with_config().limit(PROBLEM_BYTES_MAX).read_to_string();
            return Err(Answer::new(status, None, &text.map_err(|error| unreachable(&error))?).failure());
        }
        let mut body = response.body_mut().as_reader();
        let mut piece = vec![0; PIECE];
        loop {
            let read = body.read(&mut piece).map_err(|error| {
                Failure::new(Exit::Failed, format!("{} broke off: {error}. What came is not whole", self.base))
            })?;
            match piece.get(..read) {
                Some([]) | None => return Ok(()),
                Some(some) => take(some)?,
            }
        }
    }
}
