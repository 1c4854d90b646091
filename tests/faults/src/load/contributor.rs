//! Contributors start, save, submit, revise, recall, withdraw and ask for retraction, each on any entry of their body: two of
//! them often work on the same one.

use serde_json::{Value, json};

use super::{Caller, Order, Reply};
use crate::notes::Act;

const PREFIX: &str = "/contribute/api/v1/entries";

/// One step.
pub(super) fn work(caller: &mut Caller) {
    let body = caller.person().body.clone();
    let (open, room) = caller.town().open_entries(&body);
    if open.is_empty() || (room && caller.seeded.percent(40)) {
        return start(caller, &body);
    }
    let Some(entry) = caller.seeded.one_of(&open).cloned() else { return };
    let read = caller.read(&format!("{PREFIX}/{entry}"));
    if read.is_done() {
        go_on(caller, &entry, &read);
    }
}

fn go_on(caller: &mut Caller, entry: &str, read: &Reply) {
    match read.text("state") {
        "draft" => draft(caller, entry, read),
        "changes-requested" if save(caller, entry, read).is_done() => submit(caller, entry, &read.body),
        "in-review" if read.body["asked"].is_null() => match caller.seeded.below(100) {
            0..12 => drop(plain(caller, entry, Act::Recall, "recall")),
            12..15 => drop(reasoned(caller, entry, Act::Withdraw, "withdraw")),
            _ => {}
        },
        "published" => match caller.seeded.below(100) {
            0..50 => drop(plain(caller, entry, Act::Revise, "revise")),
            50..55 => drop(reasoned(caller, entry, Act::AskRetraction, "ask-retraction")),
            _ => {}
        },
        "refused" | "withdrawn" | "retracted" => caller.town().is_over(entry),
        // Approved and about to be published, or asked for: others have the next move.
        _ => {}
    }
}

fn draft(caller: &mut Caller, entry: &str, read: &Reply) {
    match caller.seeded.below(100) {
        0..45 => drop(save(caller, entry, read)),
        45..97 => submit(caller, entry, &read.body),
        _ => drop(reasoned(caller, entry, Act::Withdraw, "withdraw")),
    }
}

fn start(caller: &mut Caller, body: &str) {
    let mut document = json!({"type": "event", "language": "en", "content": content(caller)});
    if caller.seeded.percent(20) {
        let text = format!("A page that nobody else has: {}", content(caller));
        document["source"] = json!({"name": "page.txt", "text": text});
    }
    let order = order(Act::Start, "POST", PREFIX.to_owned(), document, None);
    let reply = caller.order(&order);
    assert_eq!(reply.status, 201, "an entry was not begun: {order:?} {reply:?}");
    caller.town().begun(body, reply.text("id"));
}

fn save(caller: &mut Caller, entry: &str, read: &Reply) -> Reply {
    let content = content(caller);
    let order = Order {
        if_match: read.etag.clone(),
        ..order(Act::Save, "PUT", format!("{PREFIX}/{entry}/draft"), json!({"content": content}), Some(entry))
    };
    caller.order(&order)
}

fn submit(caller: &mut Caller, entry: &str, read: &Value) {
    let items = read["requested_changes"].as_array().cloned().unwrap_or_default();
    let open = items.iter().filter(|item| item["answered"] != true && item["item"].is_u64());
    let answers: Vec<_> = open.map(|item| json!({"item": item["item"], "text": "It is so now."})).collect();
    let what_changed = format!("What {} changed.", caller.count());
    let body = json!({"what_changed": what_changed, "certify": true, "answers": answers});
    caller.order(&order(Act::Submit, "POST", format!("{PREFIX}/{entry}/submit"), body, Some(entry)));
}

fn plain(caller: &mut Caller, entry: &str, act: Act, name: &str) -> Reply {
    caller.order(&order(act, "POST", format!("{PREFIX}/{entry}/{name}"), Value::Null, Some(entry)))
}

fn reasoned(caller: &mut Caller, entry: &str, act: Act, name: &str) -> Reply {
    let body = json!({"reason": format!("Reason {}.", caller.count())});
    caller.order(&order(act, "POST", format!("{PREFIX}/{entry}/{name}"), body, Some(entry)))
}

fn order(act: Act, method: &'static str, path: String, body: Value, entry: Option<&str>) -> Order {
    Order { act, method, path, if_match: None, body, entry: entry.map(ToOwned::to_owned), digest: None }
}

/// A content that no other is equal to; now and then one that takes several pages of the journal.
fn content(caller: &mut Caller) -> Value {
    let mark = caller.seeded.next();
    let long = if caller.seeded.percent(5) { 30_000 } else { 60 };
    let description = format!("Delegates met and reviewed what had been done since {mark}. ").repeat(1 + long / 60);
    json!({
        "title": {"en": format!("Review of the work of the year {mark}")},
        "description": {"en": description},
        "event_type": "conference",
        "organizers": ["iom"],
        "languages": ["en"],
        "geographic_scope": "global",
        "workstream_output": false,
        "regional_review": false,
    })
}
