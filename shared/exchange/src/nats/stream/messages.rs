//! Messages of the service's own stream as its leader has them. Any copy of a stream may answer a direct get, also one that lags behind;
//! what a service believes of its own stream, and what makes it delete one, has to come from the leader.

use std::ops::Range;

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use dossier_proto::Origin;
use futures_util::{StreamExt, stream};
use serde::Deserialize;
use serde_json::json;

use super::{StreamError, request};
use crate::nats::Connection;

/// `no message found`.
const NO_MESSAGE: u32 = 10037;
/// Messages that are asked for at once, as each is a question of its own: of the largest events, 700 KiB in base64, 11 MiB.
pub(crate) const ASKED_AT_ONCE: usize = 16;

/// A message, read from the stream's leader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredMessage {
    pub(crate) number: u64,
    pub(crate) bytes: Bytes,
    /// Headers as they were sent, `NATS/1.0` first.
    pub(crate) headers: String,
}

#[derive(Deserialize)]
struct Answer {
    message: Encoded,
}

#[derive(Deserialize)]
struct Encoded {
    #[serde(default)]
    hdrs: String,
    #[serde(default)]
    data: String,
}

/// A message; nothing when there is none of this number.
pub(crate) async fn message(
    connection: &Connection,
    origin: Origin,
    number: u64,
) -> Result<Option<StoredMessage>, StreamError> {
    let body = json!({ "seq": number }).to_string();
    let answer: Answer = match request(connection, "MSG.GET", origin, body.into()).await {
        Ok(answer) => answer,
        Err(StreamError::Refused { code: NO_MESSAGE, .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    let decode = |text: &str| STANDARD.decode(text).map_err(|error| StreamError::Unreadable(error.to_string()));
    let headers = String::from_utf8_lossy(&decode(&answer.message.hdrs)?).into_owned();
    Ok(Some(StoredMessage { number, bytes: decode(&answer.message.data)?.into(), headers }))
}

/// The messages of these numbers, as far as they are there, in order. All are in memory at once: a caller asks for few.
pub(crate) async fn messages(
    connection: &Connection,
    origin: Origin,
    numbers: Range<u64>,
) -> Result<Vec<StoredMessage>, StreamError> {
    let asked = stream::iter(numbers).map(|number| message(connection, origin, number));
    let mut answers = asked.buffered(ASKED_AT_ONCE);
    let mut found = Vec::new();
    while let Some(answer) = answers.next().await {
        found.extend(answer?);
    }
    Ok(found)
}

impl StoredMessage {
    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.headers.lines().filter_map(|line| line.split_once(':'));
        lines.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_a_stored_message() {
        let headers = "NATS/1.0\r\nDossier-Epoch: 4\r\nOther: a: b\r\n\r\n".to_owned();
        let message = StoredMessage { number: 1, bytes: Bytes::new(), headers };
        assert_eq!(message.header("Dossier-Epoch"), Some("4"));
        assert_eq!(message.header("other"), Some("a: b"));
        assert_eq!(message.header("missing"), None);
    }
}
