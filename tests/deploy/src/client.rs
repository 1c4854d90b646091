//! A connection with one service's credentials, which hears what the broker refuses.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use async_nats::{ConnectOptions, Event, HeaderMap, Message, Request, Subscriber};
use bytes::Bytes;
use futures_util::StreamExt;
use serde_json::Value;
use tokio::time::timeout;

use crate::{PATIENCE, until};

/// Who has not answered after this long was not asked, or has forgotten it.
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(3);
const LOOK: Duration = Duration::from_millis(20);

/// A connection.
#[derive(Debug, Clone)]
pub struct Client {
    service: String,
    client: async_nats::Client,
    refused: Arc<Mutex<Vec<String>>>,
}

impl Client {
    /// Connects over TLS with the key in the deployment's directory.
    ///
    /// # Panics
    /// When the broker does not take it.
    pub async fn connect(url: &str, deployment: &Path, service: &str) -> Self {
        Self::try_connect(url, deployment, service)
            .await
            .unwrap_or_else(|error| panic!("{service} cannot connect to {url}: {error}"))
    }

    /// The same, where it may be refused.
    ///
    /// # Errors
    /// What the broker says.
    pub async fn try_connect(url: &str, deployment: &Path, service: &str) -> Result<Self, String> {
        let seed = deployment.join(service).join("nkey.seed");
        let seed = fs::read_to_string(&seed).map_err(|error| format!("{}: {error}", seed.display()))?;
        let refused = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&refused);
        let options = ConnectOptions::with_nkey(seed.trim().to_owned())
            .add_root_certificates(deployment.join("tls/ca.pem"))
            .require_tls(true)
            .custom_inbox_prefix(format!("_INBOX_{service}"))
            .max_reconnects(1)
            .event_callback(move |event| {
                let heard = Arc::clone(&heard);
                async move {
                    if let Event::ServerError(error) = event {
                        heard.lock().unwrap_or_else(PoisonError::into_inner).push(error.to_string());
                    }
                }
            });
        let client = options.connect(url).await.map_err(|error| error.to_string())?;
        Ok(Self { service: service.to_owned(), client, refused })
    }

    /// What the broker refused so far, in its words.
    #[must_use]
    pub fn refused(&self) -> Vec<String> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns when the broker has refused all of these, told by `named`, and gives everything that it refused.
    ///
    /// # Panics
    /// When it does not refuse them.
    pub async fn wait_until_refuses(
        &self,
        forbidden: &BTreeSet<String>,
        named: impl Fn(&str) -> Option<String>,
    ) -> BTreeSet<String> {
        self.round_trip().await;
        until(&format!("{} is refused {forbidden:?}", self.service), || {
            let refused: BTreeSet<_> = self.refused().iter().filter_map(|refusal| named(refusal)).collect();
            forbidden.is_subset(&refused).then_some(())
        })
        .await;
        self.refused().iter().filter_map(|refusal| named(refusal)).collect()
    }

    /// Returns when the broker has refused exactly `count` things in all.
    ///
    /// # Panics
    /// When there were more, or in the end fewer.
    pub async fn wait_until_refused(&self, count: usize) -> Vec<String> {
        self.round_trip().await;
        let found = until(&format!("{} is refused {count} things", self.service), || {
            let refused = self.refused();
            (refused.len() >= count).then_some(refused)
        })
        .await;
        assert_eq!(found.len(), count, "{found:#?}");
        found
    }

    /// Returns when the broker has worked through everything that was sent before: it works in order, and the last is a message to
    /// oneself.
    ///
    /// # Panics
    /// When the broker does not answer.
    pub async fn round_trip(&self) {
        let inbox = self.client.new_inbox();
        let mut to_oneself = self.client.subscribe(inbox.clone()).await.unwrap_or_else(|error| panic!("{error}"));
        self.publish(&inbox, "").await;
        next(&mut to_oneself).await;
    }

    /// Publishes, without any answer.
    ///
    /// # Panics
    /// When it cannot be sent.
    pub async fn publish(&self, subject: &str, body: impl Into<Bytes>) {
        let sent = self.client.publish(subject.to_owned(), body.into()).await;
        sent.unwrap_or_else(|error| panic!("{subject}: {error}"));
    }

    /// Answers a question.
    ///
    /// # Panics
    /// When it was none.
    pub async fn answer(&self, question: &Message, body: &'static str) {
        let reply = question.reply.clone().unwrap_or_else(|| panic!("nobody waits for an answer"));
        self.client.publish(reply, body.into()).await.unwrap_or_else(|error| panic!("{error}"));
    }

    /// Listens. The broker may refuse it; then nothing ever comes.
    ///
    /// # Panics
    /// When it cannot be sent.
    pub async fn subscribe(&self, subject: &str) -> Subscriber {
        let made = self.client.subscribe(subject.to_owned()).await;
        let subscriber = made.unwrap_or_else(|error| panic!("{subject}: {error}"));
        self.round_trip().await;
        subscriber
    }

    /// Asks; no answer within a second is none.
    pub async fn ask(&self, subject: &str, body: impl Into<Bytes>) -> Option<Message> {
        let request = Request::new().payload(body.into()).timeout(Some(Duration::from_secs(1)));
        self.client.send_request(subject.to_owned(), request).await.ok()
    }

    /// Asks JetStream, and again while it says nothing: three nodes that elect a leader drop what is asked meanwhile. Making a stream
    /// that is there, purging one that is empty and looking change nothing the second time.
    ///
    /// # Panics
    /// When it does not answer.
    pub async fn api(&self, verb: &str, stream: &str, body: &Value) -> Value {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let subject = format!("$JS.API.STREAM.{verb}.{stream}");
        let deadline = Instant::now() + PATIENCE;
        loop {
            let request = Request::new().payload(body.clone().into()).timeout(Some(ASK_AGAIN_AFTER));
            match self.client.send_request(subject.clone(), request).await {
                Ok(answer) => {
                    return serde_json::from_slice(&answer.payload)
                        .unwrap_or_else(|error| panic!("{subject}: {error}"));
                }
                Err(error) => assert!(Instant::now() < deadline, "{}: {subject}: {error}", self.service),
            }
            // Where nobody listens yet the answer comes at once.
            tokio::time::sleep(LOOK).await; // between looks
        }
    }

    /// Makes its own stream.
    ///
    /// # Panics
    /// When JetStream does not.
    pub async fn make_stream(&self, more: &Value) {
        let answer = self.api("CREATE", &crate::subjects::stream(&self.service), &self.stream(more)).await;
        assert!(answer["error"].is_null(), "{answer:#}");
    }

    /// The configuration of its own stream, with some of it changed.
    #[must_use]
    pub fn stream(&self, more: &Value) -> Value {
        let mut stream = serde_json::json!({
            "name": crate::subjects::stream(&self.service), "subjects": [format!("dossier.event.{}.*", self.service)],
            "retention": "limits", "storage": "file", "discard": "old", "num_replicas": 1, "allow_direct": true,
            "max_age": 7 * 86_400 * 1_000_000_000_i64, "max_bytes": 1 << 30,
        });
        for (key, value) in more.as_object().into_iter().flatten() {
            stream[key] = value.clone();
        }
        stream
    }

    /// Publishes an event of its own and waits until it is stored. Gives its number.
    ///
    /// # Panics
    /// When it is not stored.
    pub async fn store(&self, body: &'static str, expected_last: u64) -> u64 {
        let mut headers = HeaderMap::new();
        headers.insert("Nats-Expected-Last-Sequence", expected_last.to_string());
        let request = Request::new().payload(body.into()).headers(headers).timeout(Some(PATIENCE));
        let answer = self.client.send_request(format!("dossier.event.{}.-", self.service), request).await;
        let answer = answer.unwrap_or_else(|error| panic!("{}: {error}", self.service));
        let answer: Value = serde_json::from_slice(&answer.payload).unwrap_or_else(|error| panic!("{error}"));
        answer["seq"].as_u64().unwrap_or_else(|| panic!("it was not stored: {answer}"))
    }

    /// What a stream holds from `number` on, read in one batch; asked for again when the node that was asked is gone.
    ///
    /// # Panics
    /// When the broker does not answer to the end.
    pub async fn read(&self, origin: &str, number: u64) -> Vec<Bytes> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Ok(found) = timeout(ASK_AGAIN_AFTER, self.read_once(origin, number)).await {
                return found;
            }
            assert!(Instant::now() < deadline, "{}: {origin}'s stream is not read", self.service);
        }
    }

    /// Returns when a stream holds exactly this from `number` on: a node that follows the leader may be a moment behind, and one that is
    /// gone is not missed at once.
    ///
    /// # Panics
    /// When it does not come to that.
    pub async fn wait_until_holds(&self, origin: &str, number: u64, wanted: &[&str]) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let found = self.read(origin, number).await;
            if found == wanted {
                return;
            }
            assert!(Instant::now() < deadline, "{}: {origin}'s stream holds {found:?}, not {wanted:?}", self.service);
            tokio::time::sleep(LOOK).await; // between looks
        }
    }

    async fn read_once(&self, origin: &str, number: u64) -> Vec<Bytes> {
        let inbox = self.client.new_inbox();
        let mut answers = self.subscribe(&inbox).await;
        let request = serde_json::json!({"seq": number, "batch": 256, "max_bytes": 1 << 20, "next_by_subj": ">"});
        let subject = format!("$JS.API.DIRECT.GET.{}", crate::subjects::stream(origin));
        let sent = self.client.publish_with_reply(subject, inbox, request.to_string().into()).await;
        sent.unwrap_or_else(|error| panic!("{error}"));
        let mut found = Vec::new();
        loop {
            let message = next(&mut answers).await;
            if message.status.is_some() || message.payload.is_empty() {
                return found;
            }
            found.push(message.payload);
        }
    }
}

/// The next message.
///
/// # Panics
/// When none comes.
pub async fn next(subscriber: &mut Subscriber) -> Message {
    let message = timeout(PATIENCE, subscriber.next()).await;
    message.unwrap_or_else(|_| panic!("no message came")).unwrap_or_else(|| panic!("the subscription has ended"))
}

/// What has come by now.
pub fn arrived(subscriber: &mut Subscriber) -> Vec<Message> {
    let mut found = Vec::new();
    while let Some(Some(message)) = futures_util::FutureExt::now_or_never(subscriber.next()) {
        found.push(message);
    }
    found
}
