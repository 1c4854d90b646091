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
pub(crate) mod tests {
    use std::{
        io::{Read, Write},
        net::{Ipv4Addr, TcpListener},
    };

    use super::*;

    /// Answers each request with the next of these statuses, and gives what it was asked.
    pub(crate) fn answering(statuses: &'static [u16]) -> (String, thread::JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let served = thread::spawn(move || {
            let mut asked = Vec::new();
            for status in statuses {
                let mut line = listener.accept().unwrap().0;
                let mut bytes = [0; 8192];
                let length = line.read(&mut bytes).unwrap();
                asked.push(String::from_utf8_lossy(&bytes[..length]).to_lowercase());
                write!(line, "HTTP/1.1 {status} x\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}").unwrap();
            }
            asked
        });
        (base, served)
    }

    fn keys(asked: &[String]) -> Vec<&str> {
        asked.iter().filter_map(|text| text.lines().find_map(|line| line.strip_prefix("idempotency-key: "))).collect()
    }

    #[test]
    fn a_write_is_repeated_under_one_key_until_it_is_answered() {
        let (base, served) = answering(&[502, 503, 504, 200, 200]);
        let patient = Patient::new(Client::to(&base, None), Duration::from_secs(30));
        assert_eq!(patient.post("/x", &Value::Null).unwrap().status, 200);
        assert_eq!(patient.post("/x", &Value::Null).unwrap().status, 200);
        let asked = served.join().unwrap();
        let keys = keys(&asked);
        assert_eq!(keys.len(), 5);
        assert!(keys[..4].iter().all(|key| *key == keys[0]), "{keys:?}");
        assert_ne!(keys[4], keys[0], "another wish has another key");
    }

    #[test]
    fn a_refusal_is_an_answer() {
        let (base, served) = answering(&[409]);
        let patient = Patient::new(Client::to(&base, None), Duration::from_secs(30));
        assert_eq!(patient.put("/x", "\"d1\"", &Value::Null).unwrap().status, 409);
        assert!(served.join().unwrap()[0].contains("if-match: \"d1\""));
    }
}
