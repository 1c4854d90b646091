//! A running service for the tests of API and pages, its people, and the other services as far as it hears of them.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, AtomicU32, Ordering},
    },
};

use dossier_engine::{Clock, EngineInbox, EngineSettings, fresh_id};
use dossier_exchange::{Delivered, Delivery, Inbox, Tally};
use dossier_identity::{Accounts, Role};
use dossier_journal::MemoryStore;
use dossier_post::Post;
use dossier_proof::SigningKey;
use dossier_proto::{
    Actor, EntryId, Event, Head, KeyId, Micros, Origin, Payload, Place, SubjectId, must_understand, schema_of, v1,
};
use dossier_registry::Registry;
use dossier_vault::{Binding, Kind, MasterKey, Purpose, Vault, canonical, files::FileStore};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::asking::Told;
use crate::{Config, Service, Site, domain::Publication, start_on, views::Catalogue};

/// 2026-01-12T12:00:00Z.
const NOON: i64 = 1_768_219_200_000_000;
/// The name of a contributor, which nothing public may ever show.
pub(crate) const CONTRIBUTOR: &str = "Qaraghash Contributor";

/// A clock that the test moves.
pub(crate) struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Micros {
        Micros(self.0.load(Ordering::SeqCst))
    }
}

/// Somebody with a token.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) subject: SubjectId,
    pub(crate) token: String,
}

/// The service and everything around it.
pub(crate) struct House {
    pub(crate) service: Service,
    pub(crate) vault: Vault,
    pub(crate) clock: Arc<TestClock>,
    accounts: Arc<Accounts>,
    store: MemoryStore,
    inbox: Arc<EngineInbox<Publication, Catalogue>>,
    tallies: Mutex<BTreeMap<Origin, Tally>>,
    people: Mutex<BTreeMap<String, Person>>,
    revisions: AtomicU32,
    directory: TempDir,
}

impl House {
    /// The embedded registry is in force; there are a publisher for everything, one for Kenya's pledges only, a moderator
    /// and somebody with no designation at all.
    pub(crate) async fn open() -> Self {
        let house = Self::empty();
        house.adopt(&Registry::embedded()).await;
        house.designate("publisher", Role::Publisher, "", &[]).await;
        house.designate("publisher of kenya", Role::Publisher, "KEN", &[]).await;
        house.designate("moderator", Role::Moderator, "", &[]).await;
        house.person("nobody");
        house
    }

    pub(crate) fn empty() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let master = MasterKey::create_or_read(directory.path().join("master")).unwrap();
        let vault = Vault::open_unthreaded(directory.path().join("keys"), &master).unwrap();
        let accounts = Accounts::open(directory.path().join("accounts"), vault.clone(), &master).unwrap();
        let accounts = Arc::new(accounts);
        let clock = Arc::new(TestClock(AtomicI64::new(NOON)));
        let store = MemoryStore::new();
        let service = start_on(store.clone(), config(directory.path(), &vault, &accounts, &clock)).unwrap();
        Self {
            inbox: service.inbox(),
            service,
            vault,
            clock,
            accounts,
            store,
            tallies: Mutex::default(),
            people: Mutex::default(),
            revisions: AtomicU32::new(0),
            directory,
        }
    }

    /// The same journal in a service that was started anew.
    pub(crate) fn start_again(&mut self) {
        let (path, vault) = (self.directory.path(), &self.vault);
        self.service = start_on(self.store.clone(), config(path, vault, &self.accounts, &self.clock)).unwrap();
        self.inbox = self.service.inbox();
    }

    /// The same, with nothing but the journal: no snapshot.
    pub(crate) fn start_without_snapshots(&mut self) {
        let snapshots = self.directory.path().join("publication/snapshots");
        if snapshots.exists() {
            std::fs::remove_dir_all(snapshots).unwrap();
        }
        self.start_again();
    }

    /// The service started anew over a journal that had to begin another epoch.
    pub(crate) fn begin_epoch(&mut self) {
        let settings = config(self.directory.path(), &self.vault, &self.accounts, &self.clock).engine;
        dossier_engine::testing::begin_epoch(self.store.clone(), settings).unwrap();
        self.start_again();
    }

    pub(crate) fn now(&self) -> Micros {
        self.clock.now()
    }

    pub(crate) fn wait(&self, micros: i64) {
        self.clock.0.fetch_add(micros, Ordering::SeqCst);
    }

    /// Somebody by name; they get an account and a token when first named.
    pub(crate) fn person(&self, name: &str) -> Person {
        let mut people = self.people.lock().unwrap();
        let make = || {
            let subject = self.accounts.create(name, None, self.clock.now()).unwrap();
            let token = self.accounts.issue_token(subject, "test", None, None, self.clock.now()).unwrap();
            Person { subject, token: token.expose().to_owned() }
        };
        people.entry(name.to_owned()).or_insert_with(make).clone()
    }

    /// The files that have arrived.
    pub(crate) fn files(&self) -> FileStore {
        FileStore::new(self.directory.path().join("publication/attachments"), self.vault.clone())
    }

    /// A page in a language.
    pub(crate) async fn page(&self, path: &str, language: &str) -> Told {
        self.get(path).header("accept", "text/html").header("accept-language", language).send().await
    }

    /// Another service records something, and this one hears of it.
    pub(crate) async fn hear(&self, origin: Origin, entry: Option<EntryId>, payload: Payload) -> Event {
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
        let head = Head {
            id: fresh_id(),
            place: tally.next_place(),
            schema: schema_of(&payload),
            must_understand: must_understand(&payload),
            entry,
            part_version: 1,
            recorded_at: self.clock.now(),
            wall: self.clock.now(),
            actor: Actor::Person(self.person(CONTRIBUTOR).subject),
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

    pub(crate) async fn adopt(&self, registry: &Registry) {
        let command =
            Some(v1::AdoptRegistry { document: registry.bytes().to_vec(), digest: registry.digest().to_vec() });
        self.hear(Origin::Moderation, None, Payload::RegistryAdopted(v1::RegistryAdopted { command })).await;
    }

    pub(crate) async fn designate(&self, name: &str, role: Role, body: &str, types: &[&str]) -> Event {
        let command = v1::GrantDesignation {
            subject: self.person(name).subject.to_vec(),
            role: role.number(),
            body: body.to_owned(),
            record_types: types.iter().map(ToString::to_string).collect(),
            ..Default::default()
        };
        let granted = Payload::DesignationGranted(v1::DesignationGranted { command: Some(command) });
        self.hear(Origin::Moderation, None, granted).await
    }

    /// Moderation approves a content for a body, as a revision of `base`; publication publishes it.
    pub(crate) async fn publish(&self, entry: EntryId, body: &str, base: Option<u32>, content: &Value) -> KeyId {
        self.publish_saying(entry, body, base, content, "Put in order.").await
    }

    pub(crate) async fn publish_saying(
        &self,
        entry: EntryId,
        body: &str,
        base: Option<u32>,
        content: &Value,
        what_changed: &str,
    ) -> KeyId {
        let (key, approved) = self.approval(entry, body, base, content, what_changed);
        self.hear(Origin::Moderation, Some(entry), Payload::Approved(approved)).await;
        key
    }

    /// An approval of a content, sealed as submission seals it.
    pub(crate) fn approval(
        &self,
        entry: EntryId,
        body: &str,
        base_edition: Option<u32>,
        content: &Value,
        what_changed: &str,
    ) -> (KeyId, v1::Approved) {
        let key = self.vault.fresh(Kind::Revision).unwrap();
        let form = canonical(content).unwrap();
        let digest = self.vault.content_digest(key, &form).unwrap();
        let seal = |purpose, text: &[u8]| -> v1::Sealed {
            self.vault.seal(key, &Binding::entry(entry, purpose), text).unwrap().into()
        };
        let revision = self.revisions.fetch_add(1, Ordering::SeqCst) + 1;
        let registry = Registry::embedded();
        let notices = registry.notices_for("event", content, self.clock.now());
        let approved = v1::Approved {
            command: Some(v1::Approve {
                digest: digest.to_vec(),
                note: None,
                notices: notices.into_iter().map(|notice| notice.key).collect(),
                ..v1::Approve::default()
            }),
            content: Some(v1::Content {
                revision,
                digest: digest.to_vec(),
                sealed: Some(seal(Purpose::Content, &form)),
                personal: Vec::new(),
                ..v1::Content::default()
            }),
            record_type: "event".to_owned(),
            body: body.to_owned(),
            original_language: content["original_language"].as_str().unwrap_or("en").to_owned(),
            base_edition,
            submitted: Some(Place { origin: Origin::Submission, epoch: 0, sequence: 1 }.into()),
            steps: self.steps(),
            what_changed: Some(seal(Purpose::WhatChanged, what_changed.as_bytes())),
            ..v1::Approved::default()
        };
        (key, approved)
    }

    /// Moderation approves a content that may not be public before a moment.
    pub(crate) async fn approve_for(
        &self,
        entry: EntryId,
        body: &str,
        base: Option<u32>,
        content: &Value,
        at: Micros,
    ) -> KeyId {
        let (key, approved) = self.approval(entry, body, base, content, "Put in order.");
        let approved = v1::Approved { publish_at: Some(at.0), ..approved };
        self.hear(Origin::Moderation, Some(entry), Payload::Approved(approved)).await;
        key
    }

    /// Moderation confirms an editorial correction, sealed under a key of its own.
    pub(crate) async fn correct(&self, entry: EntryId, body: &str, base: u32, content: &Value) -> Event {
        let (_, approved) = self.approval(entry, body, Some(base), content, "not for the public");
        let confirmed = v1::CorrectionConfirmed {
            command: approved.command.map(|command| v1::ConfirmCorrection { digest: command.digest, note: None }),
            proposed: Some(Place { origin: Origin::Moderation, epoch: 0, sequence: 1 }.into()),
            base_edition: base,
            content: approved.content,
            record_type: approved.record_type,
            body: approved.body,
            original_language: approved.original_language,
            fields: vec!["title".to_owned()],
            reason: approved.what_changed,
            notices: vec!["kosovo-1244".to_owned()],
        };
        self.hear(Origin::Moderation, Some(entry), Payload::CorrectionConfirmed(confirmed)).await
    }

    /// Time passes, and what is due is done.
    pub(crate) async fn pass(&self, micros: i64) {
        self.wait(micros);
        self.do_what_is_due().await;
    }

    pub(crate) async fn do_what_is_due(&self) {
        assert!(self.service.engine().fire_due().await);
        // The digests are told after everything that was asked before them.
        self.service.engine().digests().await.unwrap();
    }

    /// A publisher decides on an entry.
    pub(crate) async fn decide(&self, name: &str, deed: &str, body: &Value) -> Told {
        self.post(&format!("/api/v1/entries/{name}/{deed}")).by("publisher").json(body).send().await
    }

    /// A publisher suspends an entry.
    pub(crate) async fn suspend(&self, name: &str) -> Told {
        let body =
            json!({"reason": "under_examination", "explanation": "A doubt about the dates.\n\nIt is looked into."});
        self.decide(name, "suspend", &body).await
    }

    fn steps(&self) -> Vec<v1::PublicStep> {
        use v1::public_step::Kind;
        let now = self.clock.now();
        let step = |kind: Kind, before: i64, count| v1::PublicStep {
            kind: kind.into(),
            place: Some(Place { origin: Origin::Moderation, epoch: 0, sequence: 5 }.into()),
            recorded_at: now.plus(-before).0,
            count,
        };
        vec![
            step(Kind::Submitted, 3 * Micros::DAY, 0),
            step(Kind::Cleared, 3 * Micros::DAY - 1, 0),
            step(Kind::ChangesRequested, 2 * Micros::DAY, 3),
            // In a message, without items.
            step(Kind::ChangesRequested, 2 * Micros::DAY - 1, 0),
            step(Kind::Resubmitted, Micros::DAY, 0),
            step(Kind::StagePassed, Micros::DAY - 1, 0),
            step(Kind::Approved, 0, 0),
        ]
    }

    /// The body asks for a retraction, with a reason that publication can read.
    pub(crate) async fn ask_retraction(&self, entry: EntryId, key: KeyId, edition: u32, reason: &str) -> Event {
        let sealed = self.vault.seal(key, &Binding::entry(entry, Purpose::Reason), reason.as_bytes()).unwrap();
        let command = Some(v1::AskRetraction { reason: Some(sealed.into()) });
        let asked = Payload::RetractionAsked(v1::RetractionAsked { command, edition });
        self.hear(Origin::Submission, Some(entry), asked).await
    }

    /// A publisher takes an entry back.
    pub(crate) async fn retract(&self, name: &str) -> Told {
        let body =
            json!({"reason": "factual_error", "explanation": "It did not happen.\n\nWe are sorry for the error."});
        self.post(&format!("/api/v1/entries/{name}/retract")).by("publisher").json(&body).send().await
    }
}

fn config(directory: &Path, vault: &Vault, accounts: &Arc<Accounts>, clock: &Arc<TestClock>) -> Config {
    let signer = SigningKey::from_seed("test/publication", &[7; 32]).unwrap();
    let clock = Arc::clone(clock) as Arc<dyn Clock>;
    let engine = EngineSettings::new(directory.join("publication"), "test/publication", signer, clock);
    let site = Site {
        name: "Dossier".to_owned(),
        base_url: "https://dossier.example".to_owned(),
        demonstration: dossier_web::page::Demonstration::Yes(None),
    };
    Config { engine, vault: vault.clone(), accounts: Arc::clone(accounts), post: Post::default(), site }
}
