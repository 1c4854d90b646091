//! A running service, its people, and the other services as far as it hears of them.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use axum::body::Body;
use dossier_engine::{AuthorityGate, Clock, EngineInbox, EngineSettings, fresh_id};
use dossier_exchange::{Delivered, Delivery, Inbox, Moment, Tally};
use dossier_identity::{Accounts, Role};
use dossier_journal::MemoryStore;
use dossier_post::Post;
use dossier_proof::SigningKey;
use dossier_proto::{
    Actor, EntryId, Event, Head, KeyId, Micros, Origin, Payload, SubjectId, must_understand, schema_of, v1,
};
use dossier_registry::Registry;
use dossier_vault::{Binding, Kind, MasterKey, Purpose, Vault};
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;

use crate::{Config, Service, domain::Submission, start_on, views::Entries};

const NOON: i64 = 1_767_268_800_000_000;

/// A clock that the test moves.
pub(super) struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Micros {
        Micros(self.0.load(Ordering::SeqCst))
    }
}

/// Somebody with a token.
#[derive(Clone)]
pub(super) struct Person {
    pub(super) subject: SubjectId,
    pub(super) token: String,
}

/// The service and everything around it.
pub(super) struct House {
    pub(super) service: Service,
    pub(super) vault: Vault,
    /// The keys of moderation.
    pub(super) theirs: Vault,
    pub(super) accounts: Arc<Accounts>,
    pub(super) clock: Arc<TestClock>,
    pub(super) store: MemoryStore,
    inbox: Arc<EngineInbox<Submission, Entries>>,
    tallies: Mutex<BTreeMap<Origin, Tally>>,
    people: Mutex<BTreeMap<String, Person>>,
    directory: TempDir,
}

/// An answer, read.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Value,
    /// The body as it came.
    pub(super) bytes: bytes::Bytes,
}

impl Told {
    pub(super) fn etag(&self) -> String {
        self.headers[header::ETAG].to_str().unwrap().to_owned()
    }

    pub(super) fn id(&self) -> EntryId {
        self.body["id"].as_str().unwrap().parse().unwrap()
    }

    /// Asserts the status, and shows the body when it is another.
    #[track_caller]
    pub(super) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{:#}", self.body);
        self
    }
}

/// A request being made.
pub(super) struct Ask<'a> {
    house: &'a House,
    method: Method,
    path: String,
    token: Option<String>,
    headers: Vec<(&'static str, String)>,
    body: Option<Vec<u8>>,
}

impl Ask<'_> {
    pub(super) fn by(mut self, name: &str) -> Self {
        self.token = Some(self.house.person(name).token);
        self
    }

    pub(super) fn token(mut self, token: &str) -> Self {
        self.token = Some(token.to_owned());
        self
    }

    pub(super) fn json(self, body: &Value) -> Self {
        self.bytes(body.to_string())
    }

    pub(super) fn bytes(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self.header("content-type", "application/json")
    }

    pub(super) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(super) fn if_match(self, etag: &str) -> Self {
        self.header("if-match", etag)
    }

    pub(super) async fn send(self) -> Told {
        let mut request = Request::builder().method(self.method).uri(match self.path.strip_prefix("/../..") {
            Some(beside) => format!("/contribute{beside}"),
            None => format!("/contribute/api/v1{}", self.path),
        });
        if let Some(token) = self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        let request = request.body(self.body.map_or_else(Body::empty, Body::from)).unwrap();
        let response = self.house.service.router().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Told { status: parts.status, headers: parts.headers, body, bytes }
    }
}

impl House {
    /// Aigerim and Bolat write for Kazakhstan, Wanjiru for Kenya; there are a moderator, a publisher, an auditor, an
    /// administrator and a registrar, and somebody with no designation at all. The embedded registry is in force.
    pub(super) async fn open() -> Self {
        let house = Self::empty();
        house.adopt(&Registry::embedded()).await;
        house.designate("aigerim", Role::Contributor, Some("KAZ")).await;
        house.designate("bolat", Role::Contributor, Some("KAZ")).await;
        house.designate("wanjiru", Role::Contributor, Some("KEN")).await;
        for role in [Role::Moderator, Role::Publisher, Role::Auditor, Role::Administrator, Role::Registrar] {
            house.designate(role.key(), role, None).await;
        }
        house.person("nobody");
        house
    }

    /// Nobody has heard of anything.
    pub(super) fn empty() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let vault = vault(&directory.path().join("keys"));
        let theirs = vault_of_others(&directory.path().join("theirs"));
        let master = MasterKey::create_or_read(directory.path().join("master")).unwrap();
        let accounts = Accounts::open(directory.path().join("accounts"), vault.clone(), &master).unwrap();
        let accounts = Arc::new(accounts);
        let clock = Arc::new(TestClock(AtomicI64::new(NOON)));
        let store = MemoryStore::new();
        let config = config(directory.path().join("submission"), &vault, &accounts, &clock);
        let service = start_on(store.clone(), config).unwrap();
        let inbox = service.inbox();
        Self {
            service,
            vault,
            theirs,
            accounts,
            clock,
            store,
            inbox,
            tallies: Mutex::default(),
            people: Mutex::default(),
            directory,
        }
    }

    /// The same journal in a service that was started anew.
    pub(super) fn start_again(&self) -> Service {
        let directory = self.directory.path().join("again");
        let anchors = self.directory.path().join("submission/anchors");
        copy(&anchors, &directory.join("anchors"));
        start_on(self.store.clone(), config(directory, &self.vault, &self.accounts, &self.clock)).unwrap()
    }

    /// The service started anew where moderation is another process, which it has not heard yet.
    pub(super) fn at_a_distance(&mut self) -> Ear {
        let ear = Ear::default();
        let mut config = config(self.directory.path().join("submission"), &self.vault, &self.accounts, &self.clock);
        config.engine.authority = ear.gate();
        self.service = start_on(self.store.clone(), config).unwrap();
        self.inbox = self.service.inbox();
        ear
    }

    /// The service started anew over a journal that had to begin another epoch.
    pub(super) fn begin_epoch(&mut self) {
        let settings = || config(self.directory.path().join("submission"), &self.vault, &self.accounts, &self.clock);
        dossier_engine::testing::begin_epoch(self.store.clone(), settings().engine).unwrap();
        self.service = start_on(self.store.clone(), settings()).unwrap();
        self.inbox = self.service.inbox();
    }

    /// The service started anew after all keys of its own were lost with a disk, and nobody gave them back.
    pub(super) fn lose_keys(&mut self) {
        self.vault = vault(&self.directory.path().join("keys-anew"));
        self.service = self.start_again();
        self.inbox = self.service.inbox();
    }

    /// The files on disk that entries were read from.
    pub(super) fn attachments(&self) -> Vec<PathBuf> {
        let found = std::fs::read_dir(self.directory.path().join("submission/attachments")).unwrap();
        let files: Vec<_> = found.map(|file| file.unwrap().path()).collect();
        assert!(!files.is_empty());
        files
    }

    /// The names of the files that are kept for an entry.
    pub(super) fn kept_files(&self, entry: EntryId) -> Vec<String> {
        let found = std::fs::read_dir(self.directory.path().join(format!("submission/attachments/{entry}")));
        found.into_iter().flatten().map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
    }

    pub(super) fn wait(&self, micros: i64) {
        self.clock.0.fetch_add(micros, Ordering::SeqCst);
    }

    /// Somebody by name; they get an account and a token when first named.
    pub(super) fn person(&self, name: &str) -> Person {
        let mut people = self.people.lock().unwrap();
        let make = || {
            let subject = self.accounts.create(name, None, self.clock.now()).unwrap();
            let token = self.accounts.issue_token(subject, "test", None, None, self.clock.now()).unwrap();
            Person { subject, token: token.expose().to_owned() }
        };
        people.entry(name.to_owned()).or_insert_with(make).clone()
    }

    pub(super) fn get(&self, path: &str) -> Ask<'_> {
        self.ask(Method::GET, path)
    }

    pub(super) fn post(&self, path: &str) -> Ask<'_> {
        self.ask(Method::POST, path)
    }

    pub(super) fn put(&self, path: &str) -> Ask<'_> {
        self.ask(Method::PUT, path)
    }

    pub(super) fn ask(&self, method: Method, path: &str) -> Ask<'_> {
        Ask { house: self, method, path: path.to_owned(), token: None, headers: Vec::new(), body: None }
    }

    /// Somebody begins an entry that is fit to be submitted.
    pub(super) async fn started(&self, by: &str) -> Told {
        self.post("/entries").by(by).json(&start(&content())).send().await.expect(201)
    }

    pub(super) async fn submitted(&self, by: &str, id: EntryId) -> Told {
        let body = json!({"what_changed": "the place was corrected", "certify": true});
        self.post(&format!("/entries/{id}/submit")).by(by).json(&body).send().await.expect(200)
    }

    /// Another service records something, and this one hears of it.
    pub(super) async fn hear(&self, origin: Origin, entry: Option<EntryId>, payload: Payload) -> Event {
        let (delivered, resume) = {
            let mut tallies = self.tallies.lock().unwrap();
            let tally = tallies.entry(origin).or_insert_with(|| Tally::start(origin));
            let event = self.foreign(tally, entry, payload);
            let bytes = bytes::Bytes::from(event.encode());
            tally.add(&bytes);
            (Delivered { bytes, event }, tally.clone())
        };
        let event = delivered.event.clone();
        self.inbox.deliver(Delivery { origin, events: vec![delivered], resume }).await.unwrap();
        event
    }

    fn foreign(&self, tally: &Tally, entry: Option<EntryId>, payload: Payload) -> Event {
        let subject = SubjectId([200; 16]);
        let head = Head {
            id: fresh_id(),
            place: tally.next_place(),
            schema: schema_of(&payload),
            must_understand: must_understand(&payload),
            entry,
            part_version: 1,
            recorded_at: self.clock.now(),
            wall: self.clock.now(),
            actor: Actor::Person(subject),
            on_behalf_of: None,
            authority: None,
            command: None,
            cause: None,
            rules: 1,
            registry: None,
            correlation: None,
        };
        Event { head, payload: Some(payload) }
    }

    pub(super) async fn adopt(&self, registry: &Registry) {
        let command =
            Some(v1::AdoptRegistry { document: registry.bytes().to_vec(), digest: registry.digest().to_vec() });
        let adopted = Payload::RegistryAdopted(v1::RegistryAdopted { command });
        self.hear(Origin::Moderation, None, adopted).await;
    }

    pub(super) async fn designate(&self, name: &str, role: Role, body: Option<&str>) -> Event {
        let command = v1::GrantDesignation {
            subject: self.person(name).subject.to_vec(),
            role: role.number(),
            body: body.unwrap_or_default().to_owned(),
            ..Default::default()
        };
        let granted = Payload::DesignationGranted(v1::DesignationGranted { command: Some(command) });
        self.hear(Origin::Moderation, None, granted).await
    }

    pub(super) async fn revoke(&self, granted: &Event) {
        let command = Some(v1::RevokeDesignation { designation: granted.head.id.to_vec() });
        self.hear(Origin::Moderation, None, Payload::DesignationRevoked(v1::DesignationRevoked { command })).await;
    }

    /// The last submission of an entry: where it stands, and what it says.
    pub(super) fn submission(&self, id: EntryId) -> (dossier_proto::Place, v1::Submitted) {
        let all = self.service.engine().of_entry(id).unwrap();
        let found = all.into_iter().rev().find_map(|recorded| match recorded.event.payload {
            Some(Payload::Submitted(submitted)) => Some((recorded.event.head.place, submitted)),
            _ => None,
        });
        found.expect("it was submitted")
    }

    /// Moderation says something, under a key of its own that it grants to this service.
    pub(super) fn said(&self, id: EntryId, purpose: Purpose, text: &str) -> v1::Sealed {
        let key = self.theirs.fresh(Kind::Review).unwrap();
        let sealed = self.theirs.seal(key, &Binding::entry(id, purpose), text.as_bytes()).unwrap();
        let granted = self.theirs.grant(&[key]).unwrap();
        self.vault.admit(granted.keys).unwrap();
        sealed.into()
    }

    pub(super) async fn changes_requested(&self, id: EntryId, text: &str) -> Event {
        let (place, submitted) = self.submission(id);
        let item = v1::RequestedChange {
            item: 1,
            field: "location".to_owned(),
            language: String::new(),
            quote: Some(self.said(id, Purpose::Quote, "Nur-Sultan")),
            text: Some(self.said(id, Purpose::RequestedChange, text)),
        };
        let digest = submitted.content.unwrap().digest;
        let payload = Payload::ChangesRequested(v1::ChangesRequested {
            command: Some(v1::RequestChanges { digest, items: vec![item], ..v1::RequestChanges::default() }),
            revision: 1,
            submitted: Some(place.into()),
        });
        self.hear(Origin::Moderation, Some(id), payload).await
    }

    /// Moderation gives it back for what it opened again, and requests nothing besides.
    pub(super) async fn asked_for_nothing_new(&self, id: EntryId) {
        let (place, submitted) = self.submission(id);
        let digest = submitted.content.unwrap().digest;
        let payload = Payload::ChangesRequested(v1::ChangesRequested {
            command: Some(v1::RequestChanges { digest, ..v1::RequestChanges::default() }),
            revision: 1,
            submitted: Some(place.into()),
        });
        self.hear(Origin::Moderation, Some(id), payload).await;
    }

    /// Moderation approves and publication publishes what was submitted last.
    pub(super) async fn published(&self, id: EntryId, edition: u32) {
        let (place, submitted) = self.submission(id);
        let approved = v1::Approved { submitted: Some(place.into()), ..Default::default() };
        let approved = self.hear(Origin::Moderation, Some(id), Payload::Approved(approved)).await;
        let published = Payload::EditionPublished(v1::EditionPublished {
            command: Some(v1::PublishEdition { approved: Some(approved.head.place.into()) }),
            number: "EVT-2026-00001".to_owned(),
            edition,
            content: submitted.content,
            ..Default::default()
        });
        self.hear(Origin::Publication, Some(id), published).await;
    }

    /// The keys of everything that stands under seal in our events about an entry, by the kind of event.
    pub(super) fn key_of_revision(&self, id: EntryId, revision: u32) -> KeyId {
        let all = self.service.engine().of_entry(id).unwrap();
        let mut contents = all.iter().filter_map(|recorded| crate::api::contents::carried(&recorded.event));
        crate::words::key_of(contents.find(|content| content.revision == revision).unwrap()).unwrap()
    }
}

/// A clock that the test moves, and when moderation was heard by it, in milliseconds.
#[derive(Clone, Default)]
pub(super) struct Ear {
    now: Arc<AtomicI64>,
    heard: Arc<AtomicI64>,
}

impl Ear {
    fn gate(&self) -> AuthorityGate {
        // Heard at no moment before the first.
        self.heard.store(-1, Ordering::SeqCst);
        let (base, now, heard) = (Moment::now(), Arc::clone(&self.now), Arc::clone(&self.heard));
        let at = move |millis: i64| u64::try_from(millis).ok().map(|millis| base.plus(Duration::from_millis(millis)));
        let gate = AuthorityGate::hearing_by(move || at(now.load(Ordering::SeqCst)).unwrap());
        gate.attend(move || at(heard.load(Ordering::SeqCst)));
        gate
    }

    pub(super) fn hear(&self) {
        self.heard.store(self.now.load(Ordering::SeqCst), Ordering::SeqCst);
    }

    pub(super) fn pass(&self, time: Duration) {
        self.now.fetch_add(i64::try_from(time.as_millis()).unwrap(), Ordering::SeqCst);
    }
}

fn vault(directory: &std::path::Path) -> Vault {
    let master = MasterKey::create_or_read(directory.with_extension("master")).unwrap();
    Vault::open_unthreaded(directory, &master).unwrap()
}

fn vault_of_others(directory: &std::path::Path) -> Vault {
    vault(directory)
}

fn config(directory: PathBuf, vault: &Vault, accounts: &Arc<Accounts>, clock: &Arc<TestClock>) -> Config {
    let signer = SigningKey::from_seed("test/submission", &[7; 32]).unwrap();
    let engine = EngineSettings::new(directory, "test/submission", signer, Arc::clone(clock) as Arc<dyn Clock>);
    Config { engine, vault: vault.clone(), accounts: Arc::clone(accounts), post: Post::default() }
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for file in std::fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

/// A content that is fit to be submitted.
pub(super) fn content() -> Value {
    json!({
        "title": {"en": "The participation of the delegation of Kazakhstan"},
        "description": {"en": "In 2018, Member States agreed to review the progress made."},
        "event_type": "conference",
        "organizers": ["iom"],
        "languages": ["en"],
        "geographic_scope": "global",
        "workstream_output": false,
        "regional_review": false,
    })
}

/// The content with one member set.
pub(super) fn content_with(key: &str, value: Value) -> Value {
    let mut content = content();
    content[key] = value;
    content
}

pub(super) fn start(content: &Value) -> Value {
    json!({"type": "event", "language": "en", "content": content})
}
