//! Requests made up by chance from what the OpenAPI documents describe: half right, half wrong. Seeded: what was found
//! once is found again with `DOSSIER_SEED`.

use std::collections::BTreeMap;

use dossier_endtoend::{
    Watch,
    chance::Chance,
    described::{Operation, operations},
    people::{self, Person},
    records::event,
};
use serde_json::{Map, Value, json};

/// Requests of one run: about 2 ms each on a busy machine.
const REQUESTS: usize = 5_000;
/// Deeper than this, schemas are not followed.
const DEPTH_MAX: usize = 6;

struct Fuzz<'a> {
    chance: Chance,
    watch: &'a Watch,
    operations: Vec<Operation>,
    /// Texts that mean something: ids, numbers, digests, cursors and tags that were seen.
    seen: Vec<String>,
}

/// Who asks, how, where, with which headers and body.
struct Request {
    who: Option<Person>,
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
}

impl Fuzz<'_> {
    /// A request made up by chance.
    fn request(&mut self) -> Request {
        let operation = self.operations[self.chance.below(self.operations.len())].clone();
        let who = (!self.chance.once_in(10)).then(|| *self.chance.one_of(&people::ALL));
        // What chance revokes is missing in the end, when everything is to work as before.
        let may_revoke = [Some(people::ADMINISTRATOR), Some(people::AUTHORITY_KZ)].contains(&who);
        let who = if may_revoke && operation.path.ends_with("/revoke") { Some(people::PUBLISHER) } else { who };
        let methods = ["GET", "PUT", "POST", "DELETE", "PATCH", "HEAD", "OPTIONS"];
        let method =
            if self.chance.once_in(25) { (*self.chance.one_of(&methods)).to_owned() } else { operation.method.clone() };
        let target = self.target(&operation);
        let headers = self.headers(&operation);
        let takes = operation.method != "GET" || self.chance.once_in(50);
        let body = (takes && method != "HEAD").then(|| self.body(&operation));
        Request { who, method, target, headers, body }
    }

    fn target(&mut self, operation: &Operation) -> String {
        let mut path = operation.path.clone();
        for variable in operation.variables() {
            let text = self.text();
            let value = if variable == "edition" { self.chance.below(4).to_string() } else { encoded(&text) };
            path = path.replacen(&format!("{{{variable}}}"), &value, 1);
        }
        let mut query = Vec::new();
        for parameter in operation.parameters("query") {
            let name = parameter["name"].as_str().unwrap_or_default().to_owned();
            // Waiting for what has not been written takes its time.
            let seldom = if name == "min_sequence" { 4_000 } else { 4 };
            if self.chance.once_in(seldom) {
                let value = self.value(operation, &parameter["schema"], 0);
                let text = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
                query.push(format!("{name}={}", encoded(&text.chars().take(300).collect::<String>())));
            }
        }
        if self.chance.once_in(40) {
            query.push(format!("{}={}", encoded(&self.text()), encoded(&self.text())));
        }
        if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) }
    }

    fn headers(&mut self, operation: &Operation) -> Vec<(String, String)> {
        let mut headers = Vec::new();
        let tags = ["\"d1\"", "\"d2\"", "\"r1\"", "\"e1\"", "*", "W/\"d1\"", "d1", "\"\"", ""];
        let named = operation.parameters("header").iter().any(|header| header["name"] == "If-Match");
        if (named && !self.chance.once_in(4)) || self.chance.once_in(10) {
            headers.push(("if-match".to_owned(), (*self.chance.one_of(&tags)).to_owned()));
        }
        if self.chance.once_in(3) {
            headers.push(("idempotency-key".to_owned(), format!("key-{}", self.chance.below(40))));
        }
        if self.chance.once_in(8) {
            let accepted = ["text/html", "application/json", "*/*;q=0", "image/png", ""];
            headers.push(("accept".to_owned(), (*self.chance.one_of(&accepted)).to_owned()));
        }
        headers
    }

    fn body(&mut self, operation: &Operation) -> Vec<u8> {
        let empty = json!({});
        let schema = operation.body().unwrap_or(&empty).clone();
        let mut value = if schema == empty { empty } else { self.value(operation, &schema, 0) };
        if let Some(content) = value.get_mut("content") {
            // A content that fits now and then, so that the story goes on.
            if self.chance.once_in(3) {
                *content = event("Made up");
            }
        }
        let mut bytes = value.to_string().into_bytes();
        if self.chance.once_in(20) && !bytes.is_empty() {
            let at = self.chance.below(bytes.len());
            match self.chance.below(3) {
                0 => bytes[at] = self.chance.number() as u8,
                1 => bytes.truncate(at),
                _ => bytes.extend(bytes.clone()),
            }
        }
        bytes
    }

    /// A value that fits a schema, or nearly.
    fn value(&mut self, operation: &Operation, schema: &Value, depth: usize) -> Value {
        if depth > DEPTH_MAX || self.chance.once_in(12) {
            return self.anything();
        }
        let schema = operation.resolved(schema).clone();
        let choice = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array());
        if let Some(choice) = choice.filter(|choice| !choice.is_empty()) {
            let one = self.chance.one_of(choice).clone();
            return self.value(operation, &one, depth + 1);
        }
        if let Some(choice) = schema["enum"].as_array().filter(|choice| !choice.is_empty()) {
            return self.chance.one_of(choice).clone();
        }
        if !schema["example"].is_null() && self.chance.once_in(2) {
            return schema["example"].clone();
        }
        let kind = match &schema["type"] {
            Value::Array(kinds) if !kinds.is_empty() => self.chance.one_of(kinds).clone(),
            kind => kind.clone(),
        };
        match kind.as_str().unwrap_or("object") {
            "object" => self.object(operation, &schema, depth),
            "array" => {
                let count = self.chance.below(4);
                (0..count).map(|_| self.value(operation, &schema["items"], depth + 1)).collect()
            }
            "integer" => json!(*self.chance.one_of(&[0_i64, 1, 2, 7, 50, 200, 201, -1, i64::MAX])),
            "number" => json!(*self.chance.one_of(&[0.0, -1.5, 1e300])),
            "boolean" => json!(self.chance.once_in(2)),
            "null" => Value::Null,
            _ => json!(self.text()),
        }
    }

    fn object(&mut self, operation: &Operation, schema: &Value, depth: usize) -> Value {
        let mut members = Map::new();
        for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
            let required = schema["required"].as_array().is_some_and(|names| names.contains(&json!(name)));
            let leave_out = if required { 15 } else { 2 };
            if !self.chance.once_in(leave_out) {
                members.insert(name.clone(), self.value(operation, inner, depth + 1));
            }
        }
        if self.chance.once_in(20) {
            members.insert(self.text(), self.anything());
        }
        Value::Object(members)
    }

    fn anything(&mut self) -> Value {
        let text = self.text();
        let choice = [
            Value::Null,
            json!(true),
            json!(-1),
            json!(0.1),
            json!(u64::MAX),
            json!(""),
            json!(text),
            json!([]),
            json!({}),
            json!([text]),
            json!({text.as_str(): text}),
            json!({"en": text}),
            json!([[[1]]]),
            json!("\u{0}"),
            json!("\u{feff}\u{202e}"),
        ];
        self.chance.one_of(&choice).clone()
    }

    /// Texts that mean something somewhere, and some that do not.
    fn text(&mut self) -> String {
        if !self.chance.once_in(4) && !self.seen.is_empty() {
            return self.seen[self.chance.below(self.seen.len())].clone();
        }
        let odd = [
            "", " ", "KAZ", "event", "en", "draft", "..", "%", "\u{0}", "é", "长", "'", "\"", "<b>", "=1+1", "0", "-1",
            "title", "spam",
        ];
        (*self.chance.one_of(&odd)).to_owned()
    }

    /// Remembers what an answer names.
    fn learn(&mut self, document: &Value) {
        let names = ["id", "entry", "digest", "number", "next", "subject", "item"];
        for name in names {
            for holder in [document, &document["items"][0]] {
                if let Some(text) = holder[name].as_str().filter(|text| !text.is_empty()) {
                    self.seen.push(text.to_owned());
                }
            }
        }
        // The newest matter most.
        let many = self.seen.len().saturating_sub(120);
        self.seen.drain(..many);
    }
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

#[test]
fn whatever_chance_sends_is_answered_properly() {
    let watch = Watch::new();
    let chance = Chance::fresh();
    eprintln!("DOSSIER_SEED={}", chance.seed());
    let mut operations = operations(&watch.house);
    // Whoever signs out is nobody after that; it has tests of its own (tests/letters, `people_come_in`).
    operations.retain(|operation| !(operation.method == "DELETE" && operation.path.ends_with("/sessions/current")));
    let mut seen: Vec<String> = [&watch.draft, &watch.reviewed, &watch.published].map(|entry| entry.0.clone()).to_vec();
    seen.extend([watch.number.clone(), "0".repeat(64), watch.house.subject(people::PUBLISHER)]);
    let mut callers: BTreeMap<_, _> = people::ALL.into_iter().map(|who| (who.key, watch.house.caller(who))).collect();
    callers.insert("nobody", watch.house.nobody());
    let mut fuzz = Fuzz { chance, watch: &watch, operations, seen };
    let (mut done, mut refused) = (0, 0);
    for _ in 0..REQUESTS {
        let Request { who, method, target, headers, body } = fuzz.request();
        let caller = &callers[who.map_or("nobody", |who| who.key)];
        let named: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let Ok(answer) = caller.try_send(&method, &target, &named, body.as_deref()) else {
            panic!("no answer to {method} {target} by {who:?} with {headers:?} and {body:?}");
        };
        fuzz.watch.check(&answer);
        if answer.is_success() {
            done += 1;
        } else {
            refused += 1;
        }
        if answer.header("content-type") == Some("application/json") || answer.status == 409 {
            fuzz.learn(&serde_json::from_slice(&answer.body).unwrap_or_default());
        }
    }
    // Of sixty operations most are refused to most people, and in most states: one in twelve is done.
    assert!(
        done > REQUESTS / 25 && refused > REQUESTS / 10,
        "{done} were done and {refused} refused: that tries too little"
    );
    watch.end();
}
