//! A running audit service, its people, and the three others as far as it follows them.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use axum::body::Body;
use dossier_engine::{EngineSettings, Faults, MachineClock};
use dossier_exchange::{
    Follower, FollowerSettings, Hub, Inbox as _, Progress,
    conformance::{Desk, Shelf, event, signer},
};
use dossier_identity::{Accounts, Role};
use dossier_journal::MemoryStore;
use dossier_proto::{Actor, EntryId, KeyId, Micros, Origin, Payload, Place, SubjectId, v1};
use dossier_vault::{Binding, GrantedKey, Kind, MasterKey, Purpose, Vault};
use futures_util::FutureExt as _;
use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tempfile::TempDir;
use tokio::task::JoinSet;
use tower::ServiceExt as _;

use crate::{COPIED, Config, Copies, CopiesSettings, Service, Watched, domain::tests::world::grant, start, start_on};

pub(super) const ENTRY: EntryId = EntryId([0x11; 16]);
pub(super) const CONTRIBUTOR: SubjectId = SubjectId([0x51; 16]);
pub(super) const MODERATOR: SubjectId = SubjectId([0x52; 16]);

/// What the service signs the checkpoints of others with.
pub(super) fn cosigner() -> dossier_proof::CosigningKey {
    dossier_proof::CosigningKey::from_seed("test/audit/cosigner", &[0x5c; 32]).unwrap()
}

/// Judged with our own decider alone: what happens in the others here is put there, and nobody decides it.
pub(super) fn conscience() -> crate::ConscienceSettings {
    crate::ConscienceSettings {
        deciders: Arc::new(crate::OwnDecider),
        ask: Arc::new(|_, _| async { Err("nobody is there to tell".to_owned()) }.boxed()),
        patience: crate::Patience::default(),
    }
}

/// How long a condition may take to come true.
const PATIENCE: Duration = Duration::from_secs(30);

/// Somebody with a token.
#[derive(Clone)]
pub(super) struct Person {
    pub(super) subject: SubjectId,
    pub(super) token: String,
}

/// An answer, read.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
    pub(super) body: Value,
}

impl Told {
    /// Asserts the status, and shows the body when it is another.
    #[track_caller]
    pub(super) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }
}

/// The three others, their keys, the people. Outlives the audit service.
pub(super) struct World {
    pub(super) hub: Arc<Hub>,
    pub(super) shelves: BTreeMap<Origin, Arc<Shelf>>,
    /// The keys of the others.
    pub(super) theirs: Vault,
    given: Mutex<Vec<GrantedKey>>,
    pub(super) vault: Vault,
    pub(super) accounts: Arc<Accounts>,
    people: Mutex<BTreeMap<String, Person>>,
    moment: AtomicI64,
    pub(super) directory: TempDir,
}

/// A running audit service.
pub(super) struct House {
    pub(super) service: Service,
    pub(super) world: Arc<World>,
    /// Following and the work behind the doors; ends with the house.
    tasks: Vec<JoinSet<()>>,
}

fn vault(directory: &Path) -> Vault {
    let master = MasterKey::create_or_read(directory.with_extension("master")).unwrap();
    Vault::open_unthreaded(directory, &master).unwrap()
}

impl World {
    pub(super) fn new() -> Arc<Self> {
        let directory = tempfile::tempdir().unwrap();
        let (vault, theirs) = (vault(&directory.path().join("keys")), vault(&directory.path().join("theirs")));
        let master = MasterKey::create_or_read(directory.path().join("keys.master")).unwrap();
        let accounts = Accounts::open(directory.path().join("accounts"), vault.clone(), &master).unwrap();
        let shelves: BTreeMap<_, _> = COPIED.into_iter().map(|origin| (origin, Shelf::new(origin))).collect();
        let world = Self {
            hub: Hub::new(),
            shelves,
            theirs,
            given: Mutex::default(),
            vault,
            accounts: Arc::new(accounts),
            people: Mutex::default(),
            moment: AtomicI64::new(1_000_000),
            directory,
        };
        world.join();
        Arc::new(world)
    }

    fn join(&self) {
        let given = self.given.lock().unwrap();
        for (origin, shelf) in &self.shelves {
            self.hub.join(*origin, shelf.clone(), Desk::with(given.clone()));
        }
    }

    /// Somebody by name; they get an account and a token when first named.
    pub(super) fn person(&self, name: &str) -> Person {
        let mut people = self.people.lock().unwrap();
        let make = || {
            let subject = self.accounts.create(name, None, Micros(1)).unwrap();
            // "somebody@KEN" has a token that is bound to that body.
            let bound = name.split_once('@').map(|(_, body)| body.parse().unwrap());
            let token = self.accounts.issue_token(subject, "test", bound, None, Micros(1)).unwrap();
            Person { subject, token: token.expose().to_owned() }
        };
        people.entry(name.to_owned()).or_insert_with(make).clone()
    }

    /// Something happens in another service.
    pub(super) fn happens(&self, origin: Origin, by: Actor, entry: Option<EntryId>, payload: Payload) -> Place {
        self.happens_because(origin, by, entry, payload, None)
    }

    pub(super) fn happens_because(
        &self,
        origin: Origin,
        by: Actor,
        entry: Option<EntryId>,
        payload: Payload,
        cause: Option<Place>,
    ) -> Place {
        let mut event = event(origin, entry, payload);
        event.head.actor = by;
        event.head.cause = cause;
        event.head.recorded_at = Micros(self.moment.fetch_add(1_000, Ordering::SeqCst));
        self.shelves[&origin].put(event)
    }

    /// The same with more said about it: under which designation, in which command.
    pub(super) fn happens_as(
        &self,
        origin: Origin,
        entry: Option<EntryId>,
        payload: Payload,
        change: impl FnOnce(&mut dossier_proto::Head),
    ) -> Place {
        let mut event = event(origin, entry, payload);
        event.head.recorded_at = Micros(self.moment.fetch_add(1_000, Ordering::SeqCst));
        change(&mut event.head);
        self.shelves[&origin].put(event)
    }

    /// Time goes by.
    pub(super) fn wait(&self, micros: i64) {
        self.moment.fetch_add(micros, Ordering::SeqCst);
    }

    pub(super) fn designate(&self, name: &str, role: Role, body: &str) -> Place {
        let command = grant(self.person(name).subject, role, body, &[]);
        let payload = Payload::DesignationGranted(v1::DesignationGranted { command: Some(command) });
        self.happens(Origin::Moderation, Actor::System(Origin::Moderation), None, payload)
    }

    /// Words of somebody, sealed by their service; the audit service gets the key when it asks.
    pub(super) fn sealed(&self, purpose: Purpose, text: &str) -> v1::Sealed {
        let key = self.theirs.fresh(Kind::Review).unwrap();
        self.give(key);
        self.sealed_under(key, purpose, text)
    }

    pub(super) fn sealed_under(&self, key: KeyId, purpose: Purpose, text: &str) -> v1::Sealed {
        self.theirs.seal(key, &Binding::entry(ENTRY, purpose), text.as_bytes()).unwrap().into()
    }

    pub(super) fn give(&self, key: KeyId) {
        self.given.lock().unwrap().extend(self.theirs.grant(&[key]).unwrap().keys);
        self.join();
    }

    /// A content under a key of its own.
    pub(super) fn content(&self, revision: u32, text: &str) -> (KeyId, v1::Content) {
        let key = self.theirs.fresh(Kind::Revision).unwrap();
        let digest = self.theirs.content_digest(key, text.as_bytes()).unwrap();
        let sealed = Some(self.sealed_under(key, Purpose::Content, text));
        (key, v1::Content { revision, digest: digest.to_vec(), sealed, personal: Vec::new(), files: Vec::new() })
    }

    pub(super) fn drafted(&self, content: v1::Content) -> Place {
        let command = v1::StartDraft {
            record_type: "event".to_owned(),
            body: "KAZ".to_owned(),
            original_language: "en".to_owned(),
            content: Some(content),
            ..v1::StartDraft::default()
        };
        let payload = Payload::DraftStarted(v1::DraftStarted { command: Some(command) });
        self.happens(Origin::Submission, Actor::Person(CONTRIBUTOR), Some(ENTRY), payload)
    }

    /// An entry goes from draft to published. Gives the places of submission, approval and edition.
    pub(super) fn published(&self) -> [Place; 3] {
        let (key, content) = self.content(1, r#"{"title":{"en":"A forum"}}"#);
        self.drafted(content.clone());
        self.give(key);
        let submit = v1::Submit {
            revision: 1,
            digest: content.digest.clone(),
            what_changed: Some(self.sealed_under(key, Purpose::WhatChanged, "everything is new")),
            certified: true,
            ..v1::Submit::default()
        };
        let submitted = self.happens(
            Origin::Submission,
            Actor::Person(CONTRIBUTOR),
            Some(ENTRY),
            Payload::Submitted(v1::Submitted {
                command: Some(submit),
                content: Some(content.clone()),
                record_type: "event".to_owned(),
                body: "KAZ".to_owned(),
                round: 1,
                ..v1::Submitted::default()
            }),
        );
        let approve = v1::Approve {
            digest: content.digest.clone(),
            note: Some(self.sealed(Purpose::Note, "checked with the mission")),
            notices: Vec::new(),
            ..v1::Approve::default()
        };
        let approved = self.happens_because(
            Origin::Moderation,
            Actor::Person(MODERATOR),
            Some(ENTRY),
            Payload::Approved(v1::Approved {
                command: Some(approve),
                content: Some(content.clone()),
                submitted: Some(submitted.into()),
                ..v1::Approved::default()
            }),
            Some(submitted),
        );
        [submitted, approved, self.edition(1, content, approved)]
    }

    pub(super) fn edition(&self, edition: u32, content: v1::Content, approved: Place) -> Place {
        self.happens_because(
            Origin::Publication,
            Actor::System(Origin::Publication),
            Some(ENTRY),
            Payload::EditionPublished(v1::EditionPublished {
                command: Some(v1::PublishEdition { approved: Some(approved.into()) }),
                number: "EVT-2026-00001".to_owned(),
                edition,
                content: Some(content),
                record_type: "event".to_owned(),
                body: "KAZ".to_owned(),
                ..v1::EditionPublished::default()
            }),
            Some(approved),
        )
    }

    /// Where the audit service lives.
    pub(super) fn home(&self) -> std::path::PathBuf {
        self.directory.path().join("audit")
    }

    pub(super) fn copies_settings(&self) -> CopiesSettings {
        let signer = signer(Origin::Audit);
        CopiesSettings { directory: self.home(), installation: "test".to_owned(), signer, former_keys: Vec::new() }
    }

    pub(super) fn config(&self, copies: Arc<Copies>) -> Config {
        let engine = EngineSettings::new(self.home(), "test/audit", signer(Origin::Audit), Arc::new(MachineClock));
        let watched = Origin::ALL.map(|origin| Watched {
            origin,
            log: format!("test/{origin}"),
            keys: BTreeMap::from([(origin, signer(origin).verifier())]).into(),
        });
        Config {
            engine,
            copies,
            vault: self.vault.clone(),
            accounts: Arc::clone(&self.accounts),
            watched: watched.to_vec(),
            digests: Arc::new(|| async { Vec::new() }.boxed()),
            cosigner: cosigner().into(),
            site: crate::Site {
                base_url: "https://dossier.example".to_owned(),
                demonstration: dossier_web::page::Demonstration::No,
            },
            witnessed: Arc::new(crate::Witnessed::nobody()),
            conscience: conscience(),
        }
    }
}

impl House {
    /// In memory, following nobody yet; an auditor is about to be designated.
    pub(super) async fn open() -> Self {
        Self::open_with(World::new(), |_| {}).await
    }

    /// In memory, with other settings than the usual.
    pub(super) async fn open_with(world: Arc<World>, change: impl FnOnce(&mut Config)) -> Self {
        let copies = Copies::open_on(&world.copies_settings(), |_| Ok(MemoryStore::new())).unwrap();
        let mut config = world.config(copies);
        change(&mut config);
        let service = start_on(MemoryStore::new(), config).unwrap();
        Self::begin(service, world).await
    }

    /// On disk, as the binary opens it.
    pub(super) async fn open_on_disk(world: &Arc<World>) -> Self {
        let copies = Copies::open(&world.copies_settings()).unwrap();
        let service = start(world.config(copies)).unwrap();
        Self::begin(service, Arc::clone(world)).await
    }

    /// On disk again, after [`House::close`].
    pub(super) async fn reopened(world: &Arc<World>) -> Self {
        let copies = opened(|| Copies::open(&world.copies_settings())).await;
        let mut copies = Some(copies);
        let config = || world.config(copies.clone().expect("the copies are open"));
        let service = opened(|| start(config())).await;
        copies.take();
        Self::begin(service, Arc::clone(world)).await
    }

    /// Over a service that was started elsewhere.
    pub(super) async fn over(service: Service, world: Arc<World>) -> Self {
        Self::begin(service, world).await
    }

    /// Returns when everything that was copied was judged, and what was found is on record.
    pub(super) async fn judged(&self) {
        self.until("everything is judged", || {
            let judged = self.service.judged();
            COPIED.into_iter().all(|origin| {
                let head = self.service.copies().journal(origin).expect("it is copied").head();
                judged.get(&origin).is_some_and(|next| (next.epoch, next.sequence) == (head.epoch, head.size))
            })
        })
        .await;
    }

    async fn begin(service: Service, world: Arc<World>) -> Self {
        let tasks = vec![service.begin(world.hub.transport(Origin::Audit)).await.unwrap()];
        Self { service, world, tasks }
    }

    /// Follows the others.
    pub(super) fn follow(mut self) -> Self {
        let progress = Progress::new(COPIED);
        let mut following = JoinSet::new();
        for origin in COPIED {
            let follower = Follower::new(FollowerSettings {
                origin,
                keys: BTreeMap::from([(origin, signer(origin).verifier())]).into(),
                transport: self.world.hub.transport(Origin::Audit),
                inbox: self.service.inbox(),
                progress: progress.clone(),
                clock: Arc::new(MachineClock),
            });
            following.spawn(follower.run());
        }
        self.tasks.push(following);
        self
    }

    /// An auditor reads the trail of a published entry: everything is there.
    pub(super) async fn with_an_entry() -> Self {
        let house = Self::open().await.follow();
        house.world.designate("auditor", Role::Auditor, "");
        house.world.published();
        house.level().await;
        house
    }

    /// Returns when everything that the others have was copied, and our own journal knows who may do what.
    pub(super) async fn level(&self) {
        self.until("everything is copied", || {
            COPIED
                .into_iter()
                .all(|origin| self.service.inbox().resume(origin).next() == self.world.shelves[&origin].head())
        })
        .await;
    }

    /// Returns when the condition holds.
    pub(super) async fn until(&self, what: &str, mut holds: impl FnMut() -> bool) {
        let waited = tokio::time::timeout(PATIENCE, async {
            while !holds() {
                tokio::time::sleep(Duration::from_millis(2)).await; // between looks
            }
        });
        assert!(waited.await.is_ok(), "{what}: that did not come");
    }

    pub(super) async fn get(&self, path: &str, by: Option<&str>) -> Told {
        let mut request = Request::builder().uri(format!("/audit/api/v1{path}"));
        if let Some(name) = by {
            request = request.header(header::AUTHORIZATION, format!("Bearer {}", self.world.person(name).token));
        }
        self.send(request.body(Body::empty()).unwrap()).await
    }

    pub(super) async fn send(&self, request: Request<Body>) -> Told {
        let response = self.service.router().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Told { status: parts.status, headers: parts.headers, text, body }
    }

    /// The payloads of our own journal.
    pub(super) fn recorded(&self) -> Vec<Payload> {
        let journal = self.service.engine().journal();
        let mut payloads = Vec::new();
        journal
            .replay(dossier_journal::Place { epoch: 0, sequence: 0 }, |stored| {
                payloads.extend(dossier_proto::Event::decode(&stored.event).unwrap().payload);
            })
            .unwrap();
        payloads
    }

    pub(super) fn readings(&self) -> usize {
        self.recorded().iter().filter(|payload| matches!(payload, Payload::TrailRead(_))).count()
    }

    pub(super) fn findings(&self) -> Vec<v1::ReportFinding> {
        let finding = |payload: Payload| match payload {
            Payload::FindingReported(reported) => reported.command,
            _ => None,
        };
        self.recorded().into_iter().filter_map(finding).collect()
    }

    /// Ends everything and waits until the journals are closed.
    pub(super) async fn close(self) -> Arc<World> {
        let Self { service, world, mut tasks } = self;
        for set in &mut tasks {
            set.shutdown().await;
        }
        drop(service);
        world
    }
}

/// Opens something that was open a moment ago: its last users may still be letting go.
pub(super) async fn opened<T, E: std::fmt::Display>(mut open: impl FnMut() -> Result<T, E>) -> T {
    let deadline = std::time::Instant::now() + PATIENCE;
    loop {
        match open() {
            Ok(opened) => return opened,
            Err(error) => assert!(std::time::Instant::now() < deadline, "{error}"),
        }
        tokio::time::sleep(Duration::from_millis(5)).await; // between looks
    }
}

/// Holds the commit of each group back until it is let go.
#[derive(Default)]
pub(super) struct Gate {
    shut: Mutex<bool>,
    moved: std::sync::Condvar,
    pub(super) waiting: std::sync::atomic::AtomicUsize,
}

impl Gate {
    pub(super) fn set(&self, shut: bool) {
        *self.shut.lock().unwrap() = shut;
        self.moved.notify_all();
    }
}

impl Faults for Gate {
    fn reach(&self, passing: dossier_engine::Passing) {
        if passing.step == dossier_engine::Step::BeforeCommit {
            self.waiting.fetch_add(1, Ordering::SeqCst);
            let shut = self.shut.lock().unwrap();
            drop(self.moved.wait_while(shut, |shut| *shut).unwrap());
        }
    }
}
