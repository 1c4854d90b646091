//! A client that is none of ours: what somebody with a connection can do.

use std::time::Duration;

use async_nats::{Client, HeaderMap, Message};
use dossier_exchange::nats::{event_subject, stream_name};
use dossier_proto::Origin;

/// A client without any key.
pub(crate) async fn client(url: &str) -> Client {
    async_nats::connect(url).await.expect("a broker that is there")
}

/// A request to JetStream about an origin's stream.
pub(crate) async fn api(client: &Client, verb: &str, origin: Origin, body: &str) -> String {
    let subject = format!("$JS.API.STREAM.{verb}.{}", stream_name(origin));
    let asking = client.request(subject, body.to_owned().into());
    let answer = tokio::time::timeout(Duration::from_secs(5), asking).await;
    let answer = answer.expect("an answer within five seconds").expect("a broker with JetStream");
    String::from_utf8(answer.payload.to_vec()).expect("text")
}

/// Publishes whatever is given as the origin's event, without any expectation.
pub(crate) async fn forge(client: &Client, origin: Origin, bytes: &[u8]) {
    let answer = client.request(event_subject(origin, None), bytes.to_vec().into()).await;
    let answer = answer.expect("a stream that takes it");
    assert!(!answer.payload.windows(7).any(|window| window == b"\"error\""), "{answer:?}");
}

/// Publishes with headers as the relay does, but without asking for a confirmation.
pub(crate) async fn publish_as(client: &Client, origin: Origin, headers: &[(&str, &str)], bytes: &[u8]) {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.insert(*name, *value);
    }
    let sent = client.publish_with_headers(event_subject(origin, None), map, bytes.to_vec().into()).await;
    sent.expect("a client that sends");
    client.flush().await.expect("a broker that is there");
}

/// A message of a stream.
pub(crate) async fn stored(client: &Client, origin: Origin, number: u64) -> Message {
    let subject = format!("$JS.API.DIRECT.GET.{}", stream_name(origin));
    client.request(subject, format!("{{\"seq\":{number}}}").into()).await.expect("a stream that answers")
}

/// The configuration in an answer about a stream, as it can be sent again.
pub(crate) fn config_of(info: &str) -> String {
    let start = info.find("\"config\":").expect("an answer with a configuration") + "\"config\":".len();
    let mut depth = 0_usize;
    let end = info[start..].char_indices().find_map(|(k, letter)| {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        (depth == 0).then_some(start + k + 1)
    });
    info[start..end.expect("a whole object")].to_owned()
}
