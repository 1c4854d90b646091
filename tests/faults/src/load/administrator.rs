//! An administrator grants designations and revokes them: everybody has to hear of each.

use serde_json::{Value, json};

use super::{Caller, Order};
use crate::notes::Act;

const PREFIX: &str = "/review/api/v1/designations";

/// One step.
pub(super) fn work(caller: &mut Caller) {
    let list = caller.read(&format!("{PREFIX}?limit=20"));
    if !caller.seeded.percent(15) {
        return;
    }
    // Nobody designates themselves.
    let own = caller.person().subject.clone();
    let items = list.body["items"].as_array().cloned().unwrap_or_default();
    let others: Vec<_> = items.iter().filter_map(|item| item["subject"].as_str()).filter(|one| *one != own).collect();
    let Some(subject) = caller.seeded.one_of(&others) else { return };
    let body = if caller.seeded.percent(50) { "KAZ" } else { "KEN" };
    let grant = Order {
        act: Act::Grant,
        method: "POST",
        path: PREFIX.to_owned(),
        if_match: None,
        body: json!({"subject": subject, "role": "records-manager", "body": body}),
        entry: None,
        digest: None,
    };
    let granted = caller.order(&grant);
    assert_eq!(granted.status, 201, "a designation was not granted: {granted:?}");
    if caller.seeded.percent(60) {
        let path = format!("{PREFIX}/{}/revoke", granted.text("id"));
        let revoked = caller.order(&Order { act: Act::Revoke, path, body: Value::Null, ..grant });
        assert_eq!(revoked.status, 200, "a designation was not revoked: {revoked:?}");
    }
}
