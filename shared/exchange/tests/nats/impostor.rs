//! Somebody with one service's key to the broker, and not with the key it signs with: what a stolen `nkey.seed` is good for.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_nats::{Client, ConnectOptions};
use bytes::Bytes;
use dossier_proto::{Origin, v1};
use futures_util::StreamExt;
use prost::Message;
use tokio::{task::JoinHandle, time::timeout};

use crate::house::House;

/// A client of one's own with a service's key.
pub(crate) async fn client(house: &House, origin: Origin) -> Client {
    let options = match house.seed(origin) {
        Some(seed) => ConnectOptions::with_nkey(seed),
        None => ConnectOptions::new(),
    };
    options.custom_inbox_prefix(format!("_INBOX_{origin}")).connect(house.url()).await.expect("a key that is known")
}

/// What `holder` really answers, signature and all, as it travels.
pub(crate) async fn asked_in_earnest(house: &House, holder: Origin, asker: Origin, topic: &str, body: &[u8]) -> Bytes {
    let client = client(house, asker).await;
    let inbox = format!("_INBOX_{asker}.{holder}.stolen.1");
    let mut answers = client.subscribe(inbox.clone()).await.expect("its own inbox");
    let question = v1::ExchangeQuestion { nonce: vec![7; 16], body: body.to_vec().into() }.encode_to_vec();
    let subject = format!("dossier.{topic}.{holder}.{asker}");
    client.publish_with_reply(subject, inbox, question.into()).await.expect("sent");
    let answer = timeout(Duration::from_secs(5), answers.next()).await.expect("an answer in time");
    answer.expect("a subscription").payload
}

/// Somebody who answers in a service's place, until dropped.
pub(crate) struct Impostor {
    /// How often he was asked.
    pub(crate) asked: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Drop for Impostor {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// From now on, somebody with `holder`'s key to the broker answers so whenever `asker` asks.
pub(crate) async fn answers(house: &House, holder: Origin, asker: Origin, topic: &str, answer: Bytes) -> Impostor {
    let client = client(house, holder).await;
    let mut questions = client.subscribe(format!("dossier.{topic}.{holder}.{asker}")).await.expect("its own subject");
    // The broker knows of it from now on.
    client.flush().await.expect("a broker that is there");
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let task = tokio::spawn(async move {
        while let Some(question) = questions.next().await {
            let Some(reply) = question.reply else { continue };
            // The broker may end with the test.
            let _ = client.publish(reply, answer.clone()).await;
            count.fetch_add(1, Ordering::SeqCst);
        }
    });
    Impostor { asked, task }
}
