//! An origin's own stream: how it must be, and JetStream's answers about it.

mod config;

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use dossier_proto::Origin;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::{
    Connection,
    calls::CallError,
    names::{self, Answering},
};

pub(crate) use config::StreamConfig;

/// `stream not found`.
const NOT_FOUND: u32 = 10059;
/// `no message found`.
const NO_MESSAGE: u32 = 10037;

/// Why the broker did not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum StreamError {
    #[error("{0}")]
    Call(#[from] CallError),
    #[error("the broker answers {code}: {description}")]
    Refused { code: u32, description: String },
    #[error("the broker's answer cannot be read: {0}")]
    Unreadable(String),
}

/// What a stream holds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct StreamState {
    pub(crate) messages: u64,
    pub(crate) last_seq: u64,
}

/// A stream as the broker describes it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct StreamInfo {
    pub(crate) config: StreamConfig,
    pub(crate) state: StreamState,
    /// Another text after each making.
    pub(crate) created: String,
}

/// A message, read from the stream's leader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LastMessage {
    pub(crate) bytes: Bytes,
    /// Headers as they were sent, `NATS/1.0` first.
    pub(crate) headers: String,
}

#[derive(Deserialize)]
struct Failure {
    code: u32,
    #[serde(default)]
    err_code: u32,
    #[serde(default)]
    description: String,
}

#[derive(Deserialize)]
struct Failed {
    error: Option<Failure>,
}

#[derive(Deserialize)]
struct MessageAnswer {
    message: StoredMessage,
}

#[derive(Deserialize)]
struct StoredMessage {
    #[serde(default)]
    hdrs: String,
    #[serde(default)]
    data: String,
}

/// What the broker says of an origin's stream; nothing when there is none.
pub(crate) async fn look(connection: &Connection, origin: Origin) -> Result<Option<StreamInfo>, StreamError> {
    match request(connection, "INFO", origin, Bytes::new()).await {
        Ok(info) => Ok(Some(info)),
        Err(StreamError::Refused { code: NOT_FOUND, .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Makes the stream; its first message will have this number.
pub(crate) async fn create(
    connection: &Connection,
    origin: Origin,
    config: &StreamConfig,
    first: u64,
) -> Result<StreamInfo, StreamError> {
    let mut body = json!(config);
    body["first_seq"] = json!(first);
    request(connection, "CREATE", origin, body.to_string().into()).await
}

/// Puts the configuration right.
pub(crate) async fn update(
    connection: &Connection,
    origin: Origin,
    config: &StreamConfig,
) -> Result<StreamInfo, StreamError> {
    request(connection, "UPDATE", origin, json!(config).to_string().into()).await
}

/// Deletes the stream. That there is none is as good.
pub(crate) async fn delete(connection: &Connection, origin: Origin) -> Result<(), StreamError> {
    match request::<Value>(connection, "DELETE", origin, Bytes::new()).await {
        Ok(_) | Err(StreamError::Refused { code: NOT_FOUND, .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

/// A message of the service's own stream, read from the leader and not from a copy.
pub(crate) async fn message(
    connection: &Connection,
    origin: Origin,
    number: u64,
) -> Result<Option<LastMessage>, StreamError> {
    let body = json!({ "seq": number }).to_string();
    let answer: MessageAnswer = match request(connection, "MSG.GET", origin, body.into()).await {
        Ok(answer) => answer,
        Err(StreamError::Refused { code: NO_MESSAGE, .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    let decode = |text: &str| STANDARD.decode(text).map_err(|error| StreamError::Unreadable(error.to_string()));
    let headers = String::from_utf8_lossy(&decode(&answer.message.hdrs)?).into_owned();
    Ok(Some(LastMessage { bytes: decode(&answer.message.data)?.into(), headers }))
}

impl LastMessage {
    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.headers.lines().filter_map(|line| line.split_once(':'));
        lines.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }
}

async fn request<T: DeserializeOwned>(
    connection: &Connection,
    verb: &str,
    origin: Origin,
    body: Bytes,
) -> Result<T, StreamError> {
    let subject = names::stream_api(verb, origin);
    let answer = connection.calls().ask(subject, Answering::Broker, body).await?;
    read_answer(&answer.payload)
}

fn read_answer<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, StreamError> {
    let unreadable = |error: serde_json::Error| StreamError::Unreadable(error.to_string());
    let failed: Failed = serde_json::from_slice(bytes).map_err(unreadable)?;
    if let Some(Failure { code, err_code, description }) = failed.error {
        let code = if err_code == 0 { code } else { err_code };
        return Err(StreamError::Refused { code, description });
    }
    serde_json::from_slice(bytes).map_err(unreadable)
}

#[cfg(test)]
mod tests;
