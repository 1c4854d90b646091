//! A publisher looks at what is public, notes it, and now and then takes something back.

use serde_json::json;

use super::{Caller, Order};
use crate::notes::{Act, Note};

/// One step.
pub(super) fn work(caller: &mut Caller) {
    let list = caller.read("/api/v1/entries?limit=20");
    let items = list.body["items"].as_array().cloned().unwrap_or_default();
    let Some(item) = caller.seeded.one_of(&items).cloned() else { return };
    let Some(number) = item["number"].as_str() else { return };
    let read = caller.read(&format!("/api/v1/entries/{number}"));
    let edition = read.body["edition"].as_u64().and_then(|edition| u32::try_from(edition).ok());
    let (Some(edition), Some(entry)) = (edition, read.body["id"].as_str()) else { return };
    let entry = entry.to_owned();
    caller.town().note(&Note::Seen { entry: entry.clone(), number: number.to_owned(), edition });
    if !caller.seeded.percent(15) {
        return;
    }
    let if_match = read.etag.filter(|_| caller.seeded.percent(50));
    caller.order(&Order {
        act: Act::Retract,
        method: "POST",
        path: format!("/api/v1/entries/{number}/retract"),
        if_match,
        body: json!({"reason": "factual_error", "explanation": "The event described here did not take place."}),
        entry: Some(entry),
        digest: None,
    });
}
