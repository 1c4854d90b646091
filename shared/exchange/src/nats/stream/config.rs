//! How an origin's stream must be configured.

use dossier_proto::Origin;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::nats::names;

/// The stream is a window of days, never an archive.
const AGE_MAX_NANOS: i64 = 7 * 24 * 60 * 60 * 1_000_000_000;
/// Half a million events of the mix (2 KB), a month of a busy installation; four streams, three copies of each, fit the broker's 15 GB.
const BYTES_MAX: i64 = 1024 * 1024 * 1024;
/// No message carries an id, so nothing is looked for in this window; the server takes no less than 100 ms.
const DUPLICATE_WINDOW_NANOS: i64 = 100_000_000;
const UNLIMITED: i64 = -1;

/// How a stream is configured: what we set, and what must not have been set by others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct StreamConfig {
    name: String,
    #[serde(default)]
    subjects: Vec<String>,
    retention: String,
    max_consumers: i64,
    max_msgs: i64,
    max_bytes: i64,
    max_age: i64,
    max_msgs_per_subject: i64,
    max_msg_size: i64,
    discard: String,
    storage: String,
    num_replicas: u32,
    #[serde(default)]
    duplicate_window: i64,
    #[serde(default)]
    compression: String,
    #[serde(default)]
    allow_direct: bool,
    #[serde(default)]
    deny_delete: bool,
    #[serde(default)]
    deny_purge: bool,
    #[serde(default)]
    sealed: bool,
    #[serde(default)]
    no_ack: bool,
    #[serde(default)]
    discard_new_per_subject: bool,
    #[serde(default)]
    allow_rollup_hdrs: bool,
    #[serde(default)]
    allow_msg_ttl: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mirror: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sources: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    republish: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subject_transform: Option<Value>,
}

impl StreamConfig {
    /// As it must be.
    pub(crate) fn wanted(origin: Origin, replicas: u32) -> Self {
        Self {
            name: names::stream_name(origin),
            subjects: vec![names::events_of(origin)],
            retention: "limits".to_owned(),
            max_consumers: UNLIMITED,
            max_msgs: UNLIMITED,
            max_bytes: BYTES_MAX,
            max_age: AGE_MAX_NANOS,
            max_msgs_per_subject: UNLIMITED,
            max_msg_size: UNLIMITED,
            discard: "old".to_owned(),
            storage: "file".to_owned(),
            num_replicas: replicas,
            duplicate_window: DUPLICATE_WINDOW_NANOS,
            compression: "none".to_owned(),
            allow_direct: true,
            deny_delete: false,
            deny_purge: false,
            sealed: false,
            no_ack: false,
            discard_new_per_subject: false,
            allow_rollup_hdrs: false,
            allow_msg_ttl: false,
            mirror: None,
            sources: None,
            republish: None,
            subject_transform: None,
        }
    }
}
