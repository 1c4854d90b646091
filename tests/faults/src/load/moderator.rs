//! Moderators take reviews as they come and approve, request changes, refuse, claim, release and comment.

use serde_json::{Value, json};

use super::{Caller, Order};
use crate::notes::Act;

const PREFIX: &str = "/review/api/v1/reviews";

/// One step.
pub(super) fn work(caller: &mut Caller) {
    let queue = caller.read(PREFIX);
    let items = queue.body["items"].as_array().cloned().unwrap_or_default();
    let Some(item) = caller.seeded.one_of(&items).cloned() else {
        // Nothing waits; the next look is a request like this one, so this is no busy loop.
        return;
    };
    let Some(entry) = item["entry"].as_str() else { return };
    let read = caller.read(&format!("{PREFIX}/{entry}"));
    // What was read a moment ago, or what the queue said before that: then the decision is refused if it moved on.
    let digest = read.text("digest").to_owned();
    if !read.is_done() || digest.is_empty() {
        return;
    }
    let (act, name, body) = match caller.seeded.below(100) {
        0..55 => (Act::Approve, "approve", json!({"digest": digest, "note": "Fits."})),
        55..72 => (Act::RequestChanges, "request-changes", request(&digest)),
        72..78 => (Act::Refuse, "refuse", json!({"digest": digest, "code": "incomplete", "reason": "Too little."})),
        78..86 => (Act::Comment, "comment", json!({"digest": digest, "field": "title", "text": "Looks well."})),
        86..95 => (Act::Claim, "claim", Value::Null),
        _ => (Act::Release, "release", Value::Null),
    };
    let order = Order {
        act,
        method: "POST",
        path: format!("{PREFIX}/{entry}/{name}"),
        if_match: None,
        body,
        entry: Some(entry.to_owned()),
        digest: Some(digest),
    };
    caller.order(&order);
    if act == Act::Claim {
        // Else the other moderator could not decide for two hours.
        let release = Order {
            act: Act::Release,
            path: format!("{PREFIX}/{entry}/release"),
            body: Value::Null,
            digest: None,
            ..order
        };
        caller.order(&release);
    }
}

fn request(digest: &str) -> Value {
    json!({"digest": digest, "items": [
        {"field": "title", "language": "en", "quote": "Review", "text": "Say which."},
        {"field": "description", "text": "Say who took part."},
    ]})
}
