//! Many events in a short time: an administrator with many hands grants designations and revokes them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use dossier_faults::{
    load::{Caller, Order, People, Town},
    notes::Act,
};
use serde_json::{Value, json};

const PREFIX: &str = "/review/api/v1/designations";
/// Hands: more would wait for each other.
const HANDS: [&str; 12] = [
    "pine-1", "pine-2", "pine-3", "pine-4", "pine-5", "pine-6", "pine-7", "pine-8", "pine-9", "pine-10", "pine-11",
    "pine-12",
];

/// Has so many designations granted and revoked, or a few more: twice as many events of moderation.
///
/// # Panics
/// One is refused.
pub fn designate(town: &Arc<Town>, people: &People, pairs: u64) {
    let done = AtomicU64::new(0);
    let subject = &people.of("authority-kz").subject;
    thread::scope(|scope| {
        for hand in HANDS {
            let mut caller = Caller::new(town, hand, people.of("administrator").clone());
            let done = &done;
            scope.spawn(move || {
                while done.fetch_add(1, Ordering::Relaxed) < pairs {
                    pair(&mut caller, subject);
                }
            });
        }
    });
}

fn pair(caller: &mut Caller, subject: &str) {
    let grant = Order {
        act: Act::Grant,
        method: "POST",
        path: PREFIX.to_owned(),
        if_match: None,
        body: json!({"subject": subject, "role": "reviewer", "body": "KAZ"}),
        entry: None,
        digest: None,
    };
    let granted = caller.order(&grant);
    assert_eq!(granted.status, 201, "{granted:?}");
    let path = format!("{PREFIX}/{}/revoke", granted.text("id"));
    let revoked = caller.order(&Order { act: Act::Revoke, path, body: Value::Null, ..grant });
    assert!(revoked.is_done(), "{revoked:?}");
}
