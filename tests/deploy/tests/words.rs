//! P13, P11: what somebody types into a draft is not on the broker's disk, over four processes and a real broker with TLS.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{fs, path::Path};

use dossier_deploy::{Deployment, Running, until};
use serde_json::{Value, json};

/// Every file below a directory that holds these bytes.
fn holding(directory: &Path, words: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    let mut left = vec![directory.to_owned()];
    while let Some(next) = left.pop() {
        for entry in fs::read_dir(&next).unwrap().map_while(Result::ok) {
            let path = entry.path();
            if path.is_dir() {
                left.push(path);
                continue;
            }
            // A file of the broker may go between the two looks.
            let bytes = fs::read(&path).unwrap_or_default();
            if bytes.windows(words.len()).any(|window| window == words) {
                found.push(path.display().to_string());
            }
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drafts_words_are_not_on_the_brokers_disk_p13() {
    let deployment = Deployment::make(&[]);
    let broker = deployment.start_broker();
    let running = Running::start(&deployment, &broker.tls_url());
    let (title, body) = ("Saxifrage against the wall", "Nobody but us reads of the quiet marmot.");
    let draft = json!({
        "type": "event", "language": "en",
        "content": {"original_language": "en", "title": {"en": title}, "description": {"en": body}},
    });
    let entry = running.post("contributor-ke", "/contribute/api/v1/entries", &draft);
    let id = entry["id"].as_str().unwrap().to_owned();
    // The event of the draft has arrived at the broker: it names the entry, and nothing of what it says.
    let store = broker.store();
    until("the draft's event is on the broker's disk", || (!holding(&store, id.as_bytes()).is_empty()).then_some(()))
        .await;
    for words in [title, body, "Saxifrage", "marmot"] {
        let found = holding(deployment.path(), words.as_bytes());
        assert_eq!(found, Vec::<String>::new(), "{words:?} stands in the clear");
    }
    // And yet it is all there, for whom it belongs to.
    let read: Value = running.get("contributor-ke", &format!("/contribute/api/v1/entries/{id}"));
    assert_eq!(read["content"]["title"]["en"], title);
}
