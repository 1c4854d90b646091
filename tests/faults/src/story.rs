//! A short history with everything in it: two published entries, an edition that was revised and retracted, a recall, a
//! withdrawal, requested changes, a refusal, rights given and taken, a reading, a refused decision.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::{
    load::{Caller, Order, People, Reply, Town},
    notes::{Act, Note},
};

/// Lives through it, in a house that is up. Everybody has read everything in the end.
///
/// # Panics
/// Something went another way.
pub fn tell(town: &Arc<Town>, people: &People) {
    let mut asker = Caller::new(town, "level", people.of("auditor").clone());
    tell_when(town, people, move || {
        let level = asker.read("/under-fault/level");
        assert!(level.is_done(), "{level:?}");
    });
}

/// The same; `level` returns when everybody has read everything.
///
/// # Panics
/// Something went another way.
pub fn tell_when(town: &Arc<Town>, people: &People, level: impl FnMut()) {
    Story::new(town, people, level).tell();
}

/// The same, and then encores as long as `again` says so; it is told how many there were. In an encore every service is asked for
/// something and hears of the others.
///
/// # Panics
/// Something went another way.
pub fn tell_with_encores(
    town: &Arc<Town>,
    people: &People,
    level: impl FnMut(),
    mut again: impl FnMut(u32) -> bool,
) -> u32 {
    let mut story = Story::new(town, people, level);
    story.tell();
    let mut encores = 0;
    while again(encores) {
        encores += 1;
        story.encore(encores);
    }
    encores
}

struct Story<L> {
    town: Arc<Town>,
    level: L,
    contributor: Caller,
    moderator: Caller,
    publisher: Caller,
    auditor: Caller,
    administrator: Caller,
    other: String,
}

impl<L: FnMut()> Story<L> {
    fn new(town: &Arc<Town>, people: &People, level: L) -> Self {
        let caller = |name, key| Caller::new(town, name, people.of(key).clone());
        Self {
            contributor: caller("alder", "contributor-kz"),
            moderator: caller("birch", "moderator-a"),
            publisher: caller("oak", "publisher"),
            auditor: caller("yew", "auditor"),
            administrator: caller("pine", "administrator"),
            other: people.of("authority-kz").subject.clone(),
            town: Arc::clone(town),
            level,
        }
    }

    fn tell(&mut self) {
        self.rights();
        let first = self.begin("One");
        self.submit(&first);
        self.ask(&first, Act::Recall, "recall", Value::Null);
        self.until(&first, "draft");
        self.save(&first, "One, better");
        self.submit(&first);
        self.decide(&first, Act::RequestChanges, "request-changes");
        self.until(&first, "changes-requested");
        self.save(&first, "One, as asked");
        self.submit(&first);
        self.decide(&first, Act::Approve, "approve");
        self.until(&first, "published");
        self.revise(&first);
        let second = self.begin("Two");
        self.submit(&second);
        self.decide(&second, Act::Approve, "approve");
        self.until(&second, "published");
        self.see(&second);
        self.retract(&first);
        self.refused_and_withdrawn();
        // Saved, and nothing came of it yet.
        let last = self.begin("Last");
        self.save(&last, "Last, better");
        self.read_trail(&second);
        self.level();
    }

    /// Rights come and go, an entry is published and retracted, its trail is read.
    fn encore(&mut self, number: u32) {
        self.rights();
        let entry = self.begin(&format!("Encore {number}"));
        self.save(&entry, &format!("Encore {number}, better"));
        self.submit(&entry);
        self.decide(&entry, Act::Comment, "comment");
        self.decide(&entry, Act::Approve, "approve");
        self.until(&entry, "published");
        self.retract(&entry);
        self.rights();
        self.read_trail(&entry);
        self.level();
    }

    fn rights(&mut self) {
        let body = json!({"subject": self.other, "role": "reviewer", "body": "KAZ"});
        let path = "/review/api/v1/designations";
        let granted = self.administrator.order(&order(Act::Grant, path, body, None));
        assert_eq!(granted.status, 201, "{granted:?}");
        let path = format!("{path}/{}/revoke", granted.text("id"));
        done(&self.administrator.order(&order(Act::Revoke, &path, Value::Null, None)));
    }

    fn begin(&mut self, title: &str) -> String {
        let body = json!({"type": "event", "language": "en", "content": content(title)});
        let begun = self.contributor.order(&order(Act::Start, "/contribute/api/v1/entries", body, None));
        assert_eq!(begun.status, 201, "{begun:?}");
        begun.text("id").to_owned()
    }

    fn save(&mut self, entry: &str, title: &str) {
        let path = format!("/contribute/api/v1/entries/{entry}");
        let read = self.contributor.read(&path);
        let order = Order {
            method: "PUT",
            if_match: read.etag,
            ..order(Act::Save, &format!("{path}/draft"), json!({"content": content(title)}), Some(entry))
        };
        done(&self.contributor.order(&order));
    }

    fn submit(&mut self, entry: &str) {
        let body = json!({"what_changed": "The title.", "certify": true});
        self.ask(entry, Act::Submit, "submit", body);
        self.under_review(entry);
    }

    fn ask(&mut self, entry: &str, act: Act, name: &str, body: Value) {
        let path = format!("/contribute/api/v1/entries/{entry}/{name}");
        done(&self.contributor.order(&order(act, &path, body, Some(entry))));
    }

    fn decide(&mut self, entry: &str, act: Act, name: &str) {
        let path = format!("/review/api/v1/reviews/{entry}");
        let digest = self.moderator.read(&path).text("digest").to_owned();
        let body = match act {
            Act::Approve => json!({"digest": digest, "note": "Fits."}),
            Act::Refuse => json!({"digest": digest, "code": "incomplete", "reason": "Too little."}),
            Act::Comment => json!({"digest": digest, "text": "Looks well."}),
            _ => json!({"digest": digest, "items": [{"field": "title", "text": "Say which."}]}),
        };
        let order = Order { digest: Some(digest), ..order(act, &format!("{path}/{name}"), body, Some(entry)) };
        done(&self.moderator.order(&order));
    }

    /// Revised, published again.
    fn revise(&mut self, entry: &str) {
        self.ask(entry, Act::Revise, "revise", Value::Null);
        self.save(entry, "One, second edition");
        self.submit(entry);
        self.decide(entry, Act::Comment, "comment");
        // Judging what is not there is refused, and that is recorded.
        let digest = "0".repeat(64);
        let path = format!("/review/api/v1/reviews/{entry}/approve");
        let wrong = Order {
            digest: Some(digest.clone()),
            ..order(Act::Approve, &path, json!({"digest": digest}), Some(entry))
        };
        let refused = self.moderator.order(&wrong);
        assert_eq!(refused.status, 409, "{refused:?}");
        assert!(!refused.body["recorded"].is_null(), "{refused:?}");
        self.decide(entry, Act::Approve, "approve");
        self.until(entry, "published");
        self.see(entry);
    }

    fn see(&mut self, entry: &str) {
        let read = self.publisher.read(&format!("/api/v1/entries/{entry}"));
        let edition = read.body["edition"].as_u64().and_then(|edition| u32::try_from(edition).ok());
        let edition = edition.unwrap_or_else(|| panic!("{entry} has no edition: {read:?}"));
        self.town.note(&Note::Seen { entry: entry.to_owned(), number: read.text("number").to_owned(), edition });
    }

    fn retract(&mut self, entry: &str) {
        self.ask(entry, Act::AskRetraction, "ask-retraction", json!({"reason": "It did not take place."}));
        let body = json!({"reason": "factual_error", "explanation": "It did not take place."});
        done(&self.publisher.order(&order(
            Act::Retract,
            &format!("/api/v1/entries/{entry}/retract"),
            body,
            Some(entry),
        )));
        self.until(entry, "retracted");
    }

    fn refused_and_withdrawn(&mut self) {
        let refused = self.begin("Refused");
        self.submit(&refused);
        self.decide(&refused, Act::Refuse, "refuse");
        self.until(&refused, "refused");
        let withdrawn = self.begin("Withdrawn");
        self.submit(&withdrawn);
        self.ask(&withdrawn, Act::Withdraw, "withdraw", json!({"reason": "A mistake."}));
        self.until(&withdrawn, "withdrawn");
    }

    fn read_trail(&mut self, entry: &str) {
        let subject = self.auditor.person().subject.clone();
        self.town.note(&Note::Reads { subject: subject.clone(), entry: entry.to_owned() });
        done(&self.auditor.read(&format!("/audit/api/v1/entries/{entry}/trail")));
        self.town.note(&Note::Read { subject, entry: entry.to_owned() });
    }

    fn level(&mut self) {
        (self.level)();
    }

    /// The others have the next move: reads until they have made it.
    fn until(&mut self, entry: &str, state: &str) {
        self.level();
        let read = self.contributor.read(&format!("/contribute/api/v1/entries/{entry}"));
        assert_eq!(read.text("state"), state, "{read:?}");
    }

    fn under_review(&mut self, entry: &str) {
        self.level();
        done(&self.moderator.read(&format!("/review/api/v1/reviews/{entry}")));
    }
}

fn order(act: Act, path: &str, body: Value, entry: Option<&str>) -> Order {
    let entry = entry.map(ToOwned::to_owned);
    Order { act, method: "POST", path: path.to_owned(), if_match: None, body, entry, digest: None }
}

fn done(reply: &Reply) {
    assert!(reply.is_done(), "{reply:?}");
}

fn content(title: &str) -> Value {
    json!({
        "title": {"en": title},
        "description": {"en": "Delegates met."},
        "event_type": "conference",
        "organizers": ["iom"],
        "languages": ["en"],
        "geographic_scope": "global",
        "workstream_output": false,
        "regional_review": false,
    })
}
