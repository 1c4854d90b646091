//! What somebody does to a stream who has the service's own key to the broker: everything that the broker permits this service.

use std::{fs, time::Duration};

use async_nats::{Client, ConnectOptions, HeaderMap, Message};
use bytes::Bytes;
use dossier_faults::seeded::Seeded;
use dossier_proto::Origin;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::{Installation, until};

/// A busy machine takes its time.
const PATIENCE: Duration = Duration::from_secs(60);
/// Who has not answered after this long has forgotten the question.
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(3);
/// `stream not found`.
const NOT_FOUND: u64 = 10059;

/// Somebody with a service's key.
pub struct Meddler {
    runtime: Runtime,
    client: Client,
    origin: Origin,
}

/// A message of a stream, as it was sent.
#[derive(Debug, Clone)]
pub struct Sent {
    /// Where to.
    pub subject: String,
    /// The headers, without those that the broker adds.
    pub headers: HeaderMap,
    /// The bytes.
    pub payload: Bytes,
}

impl Meddler {
    /// Connects as a service.
    ///
    /// # Panics
    /// The broker does not admit it.
    pub fn of(installation: &Installation, origin: Origin) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a thread is enough");
        let seed = fs::read_to_string(installation.deployment.nkey(origin)).expect("the keys were made");
        let options = ConnectOptions::with_nkey(seed.trim().to_owned())
            .add_root_certificates(installation.deployment.authority())
            .custom_inbox_prefix(format!("_INBOX_{origin}"))
            .request_timeout(Some(ASK_AGAIN_AFTER));
        let servers = installation.brokers.servers(origin);
        let client = runtime.block_on(options.connect(servers)).expect("the broker admits this key");
        Self { runtime, client, origin }
    }

    fn stream(&self) -> String {
        format!("DOSSIER_{}", self.origin.name().to_ascii_uppercase())
    }

    /// Asks, and again while nobody answers: what is asked here does no more the second time.
    fn request(&self, subject: &str, payload: &Value) -> Message {
        let payload: Bytes = if payload.is_null() { Bytes::new() } else { payload.to_string().into() };
        let ask = || {
            let asked = self.client.request(subject.to_owned(), payload.clone());
            self.runtime.block_on(asked).map_err(|error| error.to_string())
        };
        until(subject, PATIENCE, ask).0
    }

    /// Asks JetStream for something about the service's own stream.
    ///
    /// # Panics
    /// It is refused.
    pub fn api(&self, verb: &str, payload: &Value) -> Value {
        let answer = self.request(&format!("$JS.API.STREAM.{verb}.{}", self.stream()), payload);
        let answer: Value = serde_json::from_slice(&answer.payload).expect("JetStream answers with JSON");
        let is_gone_already = verb == "DELETE" && answer["error"]["err_code"] == NOT_FOUND;
        assert!(answer["error"].is_null() || is_gone_already, "{verb} of {}: {answer}", self.stream());
        answer
    }

    /// How many messages the stream holds, and the number of the last.
    pub fn state(&self) -> (u64, u64) {
        let info = self.api("INFO", &Value::Null);
        (info["state"]["messages"].as_u64().unwrap_or_default(), info["state"]["last_seq"].as_u64().unwrap_or_default())
    }

    /// The number of the last message; none while there is no stream.
    pub fn last(&self) -> Option<u64> {
        let answer = self.request(&format!("$JS.API.STREAM.INFO.{}", self.stream()), &Value::Null);
        let info: Value = serde_json::from_slice(&answer.payload).ok()?;
        info["state"]["last_seq"].as_u64()
    }

    /// Removes all messages.
    pub fn purge(&self) {
        self.api("PURGE", &Value::Null);
    }

    /// Removes the stream.
    pub fn delete(&self) {
        self.api("DELETE", &Value::Null);
    }

    /// The messages of these numbers.
    pub fn messages(&self, numbers: impl IntoIterator<Item = u64>) -> Vec<Sent> {
        let one = |number: u64| {
            let answer = self.request(&format!("$JS.API.DIRECT.GET.{}", self.stream()), &json!({"seq": number}));
            assert!(answer.status.is_none(), "message {number}: {answer:?}");
            let all = answer.headers.unwrap_or_default();
            let subject = all.get("Nats-Subject").map(|subject| subject.as_str().to_owned());
            let mut headers = HeaderMap::new();
            for (name, values) in all.iter() {
                let name: &str = name.as_ref();
                if !name.starts_with("Nats-") {
                    values.iter().for_each(|value| headers.append(name, value.as_str()));
                }
            }
            Sent { subject: subject.expect("a message has a subject"), headers, payload: answer.payload }
        };
        numbers.into_iter().map(one).collect()
    }

    /// Publishes messages, in this order; each is stored behind what is there.
    pub fn publish(&self, messages: &[Sent]) {
        for message in messages {
            let Sent { subject, headers, payload } = message.clone();
            let sent = self.client.publish_with_headers(subject, headers, payload);
            self.runtime.block_on(sent).expect("the connection is there");
        }
        self.flush();
    }

    /// Makes the stream anew, so that the next message has this number.
    pub fn begin_anew_at(&self, number: u64) {
        let mut config = self.api("INFO", &Value::Null)["config"].clone();
        self.delete();
        config["first_seq"] = json!(number);
        self.api("CREATE", &config);
    }

    fn flush(&self) {
        self.runtime.block_on(self.client.flush()).expect("the connection is there");
    }
}

/// Bytes that were never an event, under the name of one.
pub fn foreign(like: &Sent, seeded: &mut Seeded) -> Sent {
    let mut bytes = like.payload.to_vec();
    if let Some(place) = (!bytes.is_empty()).then(|| seeded.below(bytes.len())) {
        bytes[place] ^= 1 << seeded.below(8);
    }
    Sent { payload: bytes.into(), ..like.clone() }
}
