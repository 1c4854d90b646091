//! An origin's own stream: how it must be, and JetStream's answers about it.

mod config;
mod messages;

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
pub(crate) use messages::{ASKED_AT_ONCE, StoredMessage, message, messages};

/// `stream not found`.
const NOT_FOUND: u32 = 10059;
/// `JetStream not enabled`.
const NOT_ENABLED: u32 = 10076;
/// `JetStream not enabled for account`.
const NOT_ENABLED_FOR_ACCOUNT: u32 = 10039;

/// Why the broker did not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum StreamError {
    #[error("{0}")]
    Call(#[from] CallError),
    #[error("the broker answers {code}: {description}")]
    Refused { code: u32, description: String },
    #[error(
        "the server runs without JetStream, or has none for this service's account; set `jetstream` in the broker's configuration, as \
         deploy/nats.conf does (in a cluster its nodes may not have found each other yet)"
    )]
    NoJetStream,
    #[error("the broker's answer cannot be read: {0}")]
    Unreadable(String),
}

/// What a stream holds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct StreamState {
    pub(crate) messages: u64,
    pub(crate) first_seq: u64,
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

async fn request<T: DeserializeOwned>(
    connection: &Connection,
    verb: &str,
    origin: Origin,
    body: Bytes,
) -> Result<T, StreamError> {
    let subject = names::stream_api(verb, origin);
    let answer = match connection.calls().ask(subject, Answering::Broker, body).await {
        // Only JetStream listens on these subjects.
        Err(CallError::NobodyListens) => return Err(StreamError::NoJetStream),
        answer => answer?,
    };
    match read_answer(&answer.payload) {
        Err(StreamError::Refused { code: NOT_ENABLED | NOT_ENABLED_FOR_ACCOUNT, .. }) => Err(StreamError::NoJetStream),
        answer => answer,
    }
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
