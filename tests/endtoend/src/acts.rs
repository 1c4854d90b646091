//! What people do, one request each, as the people they are.

use serde_json::{Value, json};

use crate::{
    Answer, Caller, House,
    people::{ADMINISTRATOR, CONTRIBUTOR_KZ, MODERATOR_A, Person},
    records, until,
};

/// An entry by its id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry(pub String);

impl std::fmt::Display for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Entry {
    /// Where its body works on it.
    pub fn draft(&self, what: &str) -> String {
        format!("/contribute/api/v1/entries/{self}{what}")
    }

    /// Where moderators work on it.
    pub fn review(&self, what: &str) -> String {
        format!("/review/api/v1/reviews/{self}{what}")
    }

    /// Where the public reads it.
    pub fn public(&self, what: &str) -> String {
        format!("/api/v1/entries/{self}{what}")
    }

    /// Its trail.
    pub fn trail(&self) -> String {
        format!("/audit/api/v1/entries/{self}/trail")
    }
}

impl Caller {
    /// Begins an entry.
    #[track_caller]
    pub fn begin(&self, content: &Value) -> Entry {
        let body = json!({"type": "event", "content": content, "language": "en"});
        Entry::of(&self.post("/contribute/api/v1/entries", &body).expect(201))
    }

    /// The entry as its body sees it.
    #[track_caller]
    pub fn entry(&self, entry: &Entry) -> Value {
        self.get(&entry.draft("")).expect(200)
    }

    /// Where the work on it stands.
    #[track_caller]
    pub fn state(&self, entry: &Entry) -> String {
        text(&self.entry(entry), "state").to_owned()
    }

    /// Waits until the work on it stands there.
    #[track_caller]
    pub fn wait_for(&self, entry: &Entry, state: &str) -> Value {
        until(&format!("{entry} is {state}"), || Some(self.entry(entry)).filter(|now| now["state"] == state))
    }

    /// Saves over the newest version.
    #[track_caller]
    pub fn save(&self, entry: &Entry, content: &Value) -> Value {
        let etag = text(&self.entry(entry), "etag").to_owned();
        self.put(&entry.draft("/draft"), &etag, &json!({"content": content})).expect(200)
    }

    /// Submits.
    #[track_caller]
    pub fn submit(&self, entry: &Entry, what_changed: &str) -> Value {
        let body = json!({"what_changed": what_changed, "certify": true});
        self.post(&entry.draft("/submit"), &body).expect(200)
    }

    /// Begins and submits.
    #[track_caller]
    pub fn file(&self, content: &Value) -> Entry {
        let entry = self.begin(content);
        self.submit(&entry, "First submission.");
        entry
    }

    /// The review, once it is open for the newest submission the caller may see.
    #[track_caller]
    pub fn review(&self, entry: &Entry) -> Value {
        until(&format!("{entry} is in review"), || {
            let answer = self.get(&entry.review(""));
            (answer.status == 200).then(|| answer.json()).filter(|review| review["state"] == "in-review")
        })
    }

    /// Approves this content.
    #[track_caller]
    pub fn approve(&self, entry: &Entry, digest: &str) -> Answer {
        self.post(&entry.review("/approve"), &json!({"digest": digest, "note": "Read."}))
    }

    /// Reads and approves what is in review.
    #[track_caller]
    pub fn read_and_approve(&self, entry: &Entry) -> Value {
        let review = self.review(entry);
        self.approve(entry, text(&review, "digest")).expect(200)
    }

    /// The whole trail of an entry, as an auditor.
    #[track_caller]
    pub fn trail(&self, entry: &Entry) -> Vec<Value> {
        self.get(&entry.trail()).expect(200)["steps"].as_array().cloned().unwrap_or_default()
    }
}

impl Entry {
    /// The entry a document speaks of.
    ///
    /// # Panics
    /// When it speaks of none.
    #[track_caller]
    pub fn of(document: &Value) -> Self {
        Self(document["id"].as_str().unwrap_or_else(|| panic!("no id in {document}")).to_owned())
    }
}

impl House {
    /// An entry of Kazakhstan with this content, published; its number.
    #[track_caller]
    pub fn publish(&self, content: &Value) -> (Entry, String) {
        let contributor = self.caller(CONTRIBUTOR_KZ);
        let entry = contributor.file(content);
        self.caller(MODERATOR_A).read_and_approve(&entry);
        let published = contributor.wait_for(&entry, "published");
        (entry, text(&published, "number").to_owned())
    }

    /// The next edition of a published entry.
    #[track_caller]
    pub fn publish_again(&self, entry: &Entry, content: &Value) {
        let contributor = self.caller(CONTRIBUTOR_KZ);
        let before = contributor.entry(entry)["edition"].as_u64().unwrap_or_default();
        contributor.post(&entry.draft("/revise"), &json!({})).expect(200);
        contributor.save(entry, content);
        contributor.submit(entry, "Another text.");
        self.caller(MODERATOR_A).read_and_approve(entry);
        until("the next edition is public", || {
            let now = contributor.entry(entry);
            (now["state"] == "published" && now["edition"] == before + 1).then_some(())
        });
    }

    /// An event with this title, published.
    #[track_caller]
    pub fn published(&self, title: &str) -> (Entry, String) {
        self.publish(&records::event(title))
    }

    /// The subject id of somebody.
    #[track_caller]
    pub fn subject(&self, who: Person) -> String {
        let list = self.caller(ADMINISTRATOR).get("/review/api/v1/designations?limit=200").expect(200);
        let found = list["items"].as_array().into_iter().flatten().find(|one| one["name"] == who.name);
        found.map(|one| text(one, "subject").to_owned()).unwrap_or_else(|| panic!("{} has no designation", who.name))
    }

    /// Grants a designation as the administrator; its id.
    #[track_caller]
    pub fn designate(&self, who: Person, role: &str, body: Option<&str>) -> String {
        let mut grant = json!({"subject": self.subject(who), "role": role});
        if let Some(body) = body {
            grant["body"] = json!(body);
        }
        let granted = self.caller(ADMINISTRATOR).post("/review/api/v1/designations", &grant).expect(201);
        text(&granted, "id").to_owned()
    }

    /// A figure of `/metrics`: the sum of all lines that begin so.
    ///
    /// # Panics
    /// When a line holds no number.
    pub fn figure(&self, beginning: &str) -> f64 {
        let figures = self.nobody().get("/metrics").text();
        let lines = figures.lines().filter(|line| line.starts_with(beginning));
        lines.map(|line| line.rsplit(' ').next().and_then(|end| end.parse::<f64>().ok()).expect("a number")).sum()
    }
}

/// A text of a document, or nothing.
pub fn text<'a>(document: &'a Value, name: &str) -> &'a str {
    document[name].as_str().unwrap_or_default()
}
