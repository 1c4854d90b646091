//! A running service, people with tokens, and a submission service that seals and submits.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use axum::{
    Router,
    body::{Body, to_bytes},
};
use dossier_engine::{Clock, EngineInbox, EngineSettings};
use dossier_exchange::{Delivered, Delivery, Inbox, Tally};
use dossier_identity::{Accounts, Role};
use dossier_post::Post;
use dossier_proof::SigningKey;
use dossier_proto::{
    Actor, Digest, EntryId, Event, EventId, Head, Micros, Origin, Payload, Place, SubjectId, must_understand,
    schema_of, v1,
};
use dossier_registry::Registry;
use dossier_vault::{Binding, Kind, MasterKey, Purpose, Vault, canonical};
use http::{HeaderMap, Request, StatusCode, header};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt as _;

use crate::{Config, Service, domain::Moderation, keys_needed, views::Reviews};

/// 2026-03-01T00:00:00Z.
const BEGINNING: i64 = 1_772_323_200 * Micros::SECOND;
pub(super) const ENTRY: EntryId = EntryId([1; 16]);
pub(super) const OTHER: EntryId = EntryId([2; 16]);

/// A clock that only the test moves, but for a microsecond at each look.
pub(super) struct TestClock(AtomicI64);

impl TestClock {
    pub(super) fn pass(&self, micros: i64) {
        self.0.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Micros {
        Micros(self.0.fetch_add(1, Ordering::SeqCst))
    }
}

/// As what somebody is designated, and for which body.
type Designated = Option<(Role, Option<&'static str>)>;

/// Who is there, and as what.
const PEOPLE: [(&str, Designated); 10] = [
    ("administrator", Some((Role::Administrator, None))),
    ("moderator-a", Some((Role::Moderator, None))),
    ("moderator-b", Some((Role::Moderator, None))),
    ("reviewer", Some((Role::Reviewer, None))),
    ("publisher", Some((Role::Publisher, None))),
    ("auditor", Some((Role::Auditor, None))),
    ("contributor-kz", Some((Role::Contributor, Some("KAZ")))),
    ("contributor-ke", Some((Role::Contributor, Some("KEN")))),
    ("authority-kz", Some((Role::PublishingAuthority, Some("KAZ")))),
    ("nobody", None),
];

/// A service with everything around it.
pub(super) struct Room {
    pub(super) service: Service,
    pub(super) clock: Arc<TestClock>,
    pub(super) submission: Vault,
    router: Router,
    inbox: Arc<EngineInbox<Moderation, Reviews>>,
    people: BTreeMap<&'static str, (SubjectId, String)>,
    heard: BTreeMap<Origin, Tally>,
    pub(super) directory: Arc<TempDir>,
    pub(super) vault: Vault,
    accounts: Arc<Accounts>,
}

/// What was submitted.
pub(super) struct Filed {
    pub(super) event: Event,
    pub(super) digest: Digest,
}

/// An answer.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Value,
}

impl Reply {
    /// The status must be this one.
    pub(super) fn is(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{:#}", self.body);
        self
    }

    pub(super) fn text(&self, pointer: &str) -> &str {
        self.body.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{pointer}: {:#}", self.body))
    }

    pub(super) fn etag(&self) -> &str {
        self.headers[header::ETAG].to_str().unwrap()
    }
}

impl Room {
    pub(super) async fn open() -> Self {
        let directory = Arc::new(tempfile::tempdir().unwrap());
        let master = MasterKey::create_or_read(directory.path().join("master")).unwrap();
        let vault = Vault::open_unthreaded(directory.path().join("keys"), &master).unwrap();
        let submission = Vault::open_unthreaded(directory.path().join("submission-keys"), &master).unwrap();
        let accounts = Accounts::open(directory.path().join("accounts"), vault.clone(), &master).unwrap();
        let accounts = Arc::new(accounts);
        let clock = Arc::new(TestClock(AtomicI64::new(BEGINNING)));
        let people = PEOPLE.map(|(name, _)| (name, person(&accounts, name)));
        let service = start(&directory, &vault, &accounts, &clock);
        assert!(service.adopt_registry_if_none(&Registry::embedded()).await.unwrap());
        let mut room = Self {
            router: service.router(),
            inbox: service.inbox(),
            service,
            clock,
            submission,
            people: BTreeMap::from(people),
            heard: BTreeMap::new(),
            directory,
            vault,
            accounts,
        };
        room.designate_everybody().await;
        room
    }

    async fn designate_everybody(&mut self) {
        assert!(self.service.first_administrator(self.subject("administrator")).await.unwrap());
        assert!(!self.service.first_administrator(self.subject("nobody")).await.unwrap());
        for (name, designated) in PEOPLE {
            if let Some((role, body)) = designated {
                let body = body.map(|body| body.parse().unwrap());
                self.service.designate(self.subject(name), role, body, &[]).await.unwrap();
            }
        }
    }

    /// The room after its service was stopped and started again over the same directory.
    pub(super) async fn restarted(self) -> Self {
        let Self { service, clock, submission, router, inbox, people, heard, directory, vault, accounts } = self;
        drop((service, router, inbox));
        let started = std::time::Instant::now();
        let service = loop {
            match try_start(&directory, &vault, &accounts, &clock) {
                Ok(service) => break service,
                Err(error) if started.elapsed().as_secs() > 20 => panic!("{error}"),
                // The threads of the former engine still hold the journal.
                Err(_) => tokio::time::sleep(std::time::Duration::from_millis(10)).await, // between looks
            }
        };
        let (router, inbox) = (service.router(), service.inbox());
        Self { service, clock, submission, router, inbox, people, heard, directory, vault, accounts }
    }

    pub(super) fn desk(&self) -> Arc<crate::api::Desk> {
        self.service.shared()
    }

    pub(super) fn subject(&self, who: &str) -> SubjectId {
        self.people[who].0
    }

    pub(super) fn token(&self, who: &str) -> &str {
        &self.people[who].1
    }

    /// The cookie of somebody who has signed in with a browser.
    pub(super) fn session(&self, who: &str) -> String {
        let entered = self.accounts.enter_by_token(self.token(who), dossier_web::extract::wall_clock()).unwrap();
        format!("dossier-session={}", entered.token.expose())
    }

    /// How many keys the service has taken into use or was given.
    pub(super) fn keys(&self) -> usize {
        let counts = self.vault.counts();
        counts.live - counts.spare
    }

    /// Somebody new, with a token.
    pub(super) fn arrive(&mut self, name: &'static str) -> SubjectId {
        let (subject, token) = person(&self.accounts, name);
        self.people.insert(name, (subject, token));
        subject
    }

    /// The body appeals against the refusal of a submission. The reason is sealed under the submission's own key.
    pub(super) async fn appeal(&mut self, entry: EntryId, filed: &Filed, reason: &str) {
        let key = keys_needed(&filed.event)[0];
        let sealed = self.submission.seal(key, &Binding::entry(entry, Purpose::Reason), reason.as_bytes()).unwrap();
        let refused = self.service.engine().view().state.entries[&entry].review().unwrap().ended.unwrap().moment.place;
        let asked = Payload::AppealAsked(v1::AppealAsked {
            command: Some(v1::AskAppeal { reason: Some(sealed.into()) }),
            refused: Some(refused.into()),
            submitted: Some(filed.event.head.place.into()),
        });
        let by = Actor::Person(self.subject("contributor-kz"));
        self.hear(by, Origin::Submission, entry, asked).await;
    }

    /// Publication makes an edition of the correction that was confirmed last; answers its content.
    pub(super) async fn publish_correction(&mut self, entry: EntryId, edition: u32) -> v1::Content {
        let recorded = self.service.engine().of_entry(entry).unwrap();
        let (place, content) = recorded
            .into_iter()
            .rev()
            .find_map(|recorded| match recorded.event.payload {
                Some(Payload::CorrectionConfirmed(confirmed)) => Some((recorded.event.head.place, confirmed.content?)),
                _ => None,
            })
            .expect("a correction was confirmed");
        let published = Payload::EditionPublished(v1::EditionPublished {
            command: Some(v1::PublishEdition { approved: Some(place.into()) }),
            number: "EVT-2026-00001".to_owned(),
            edition,
            content: Some(content.clone()),
            kind: v1::EditionKind::Correction.into(),
            ..v1::EditionPublished::default()
        });
        self.hear(Actor::System(Origin::Publication), Origin::Publication, entry, published).await;
        content
    }

    /// The same person under a token that is bound to one body.
    pub(super) fn bind(&mut self, who: &'static str, to: &str, name: &'static str) {
        let subject = self.subject(who);
        let token = self.accounts.issue_token(subject, "bound", Some(to.parse().unwrap()), None, Micros(BEGINNING));
        self.people.insert(name, (subject, token.unwrap().expose().to_owned()));
    }

    /// An event of another service arrives, with the keys that it needs.
    pub(super) async fn hear(&mut self, by: Actor, origin: Origin, entry: EntryId, payload: Payload) -> Event {
        let tally = self.heard.entry(origin).or_insert_with(|| Tally::start(origin));
        let now = self.clock.now();
        let head = Head {
            id: EventId(u128::from(tally.frontier.size() + 1).to_be_bytes()),
            place: Place { origin, epoch: 0, sequence: tally.frontier.size() },
            schema: schema_of(&payload),
            must_understand: must_understand(&payload),
            entry: Some(entry),
            part_version: 1,
            recorded_at: now,
            wall: now,
            actor: by,
            on_behalf_of: None,
            authority: None,
            command: None,
            cause: None,
            rules: 1,
            registry: None,
            correlation: None,
        };
        let event = Event { head, payload: Some(payload) };
        let bytes: axum::body::Bytes = event.encode().into();
        tally.add(&bytes);
        let needed = keys_needed(&event);
        let granted = self.submission.grant(&needed).unwrap();
        assert!(granted.erased.is_empty() && granted.unknown.is_empty());
        self.inbox.admit(granted.keys).await.unwrap();
        let resume = tally.clone();
        let events = vec![Delivered { bytes, event: event.clone() }];
        self.inbox.deliver(Delivery { origin, events, resume }).await.unwrap();
        event
    }

    /// Contributes a revision: `contributor-kz` wrote and submits it.
    pub(super) async fn submit(&mut self, entry: EntryId, revision: u32, content: &Value) -> Filed {
        self.submit_with(entry, revision, content, |_| {}).await
    }

    pub(super) async fn submit_with(
        &mut self,
        entry: EntryId,
        revision: u32,
        content: &Value,
        change: impl FnOnce(&mut v1::Submitted),
    ) -> Filed {
        let key = self.submission.fresh(Kind::Revision).unwrap();
        let text = canonical(content).unwrap();
        let digest = self.submission.content_digest(key, &text).unwrap();
        let seal = |purpose, text: &[u8]| -> v1::Sealed {
            self.submission.seal(key, &Binding::entry(entry, purpose), text).unwrap().into()
        };
        let author = self.subject("contributor-kz");
        let mut submitted = v1::Submitted {
            command: Some(v1::Submit {
                revision,
                digest: digest.to_vec(),
                what_changed: Some(seal(Purpose::WhatChanged, b"What we changed")),
                certified: true,
                ..v1::Submit::default()
            }),
            content: Some(v1::Content {
                revision,
                digest: digest.to_vec(),
                sealed: Some(seal(Purpose::Content, &text)),
                personal: Vec::new(),
                ..v1::Content::default()
            }),
            record_type: "event".to_owned(),
            body: "KAZ".to_owned(),
            original_language: "en".to_owned(),
            lineage: vec![v1::Author {
                subject: author.to_vec(),
                fields: vec!["title".to_owned()],
                written: Some(Place { origin: Origin::Submission, epoch: 0, sequence: 4_000 }.into()),
            }],
            base_edition: None,
            round: revision,
            ..v1::Submitted::default()
        };
        change(&mut submitted);
        let event = self.hear(Actor::Person(author), Origin::Submission, entry, Payload::Submitted(submitted)).await;
        Filed { event, digest }
    }

    /// The body asks to have a submission back.
    pub(super) async fn recall(&mut self, entry: EntryId, filed: &Filed) {
        let asked = Payload::RecallAsked(v1::RecallAsked {
            command: Some(v1::AskRecall {}),
            submitted: Some(filed.event.head.place.into()),
        });
        let by = Actor::Person(self.subject("contributor-kz"));
        self.hear(by, Origin::Submission, entry, asked).await;
    }

    /// Publication follows the approval of an entry.
    pub(super) async fn publish(&mut self, entry: EntryId, edition: u32) {
        let (approved, digest) = {
            let view = self.service.engine().view();
            let review = view.state.entries[&entry].review().unwrap();
            (review.ended.unwrap().moment.place, review.digest)
        };
        let published = Payload::EditionPublished(v1::EditionPublished {
            command: Some(v1::PublishEdition { approved: Some(approved.into()) }),
            number: "EVT-2026-00001".to_owned(),
            edition,
            content: Some(v1::Content { digest: digest.to_vec(), ..v1::Content::default() }),
            ..v1::EditionPublished::default()
        });
        self.hear(Actor::System(Origin::Publication), Origin::Publication, entry, published).await;
    }

    pub(super) async fn send(&self, who: &str, request: http::request::Builder, body: Body) -> Reply {
        let request = match self.people.get(who) {
            Some((_, token)) => request.header(header::AUTHORIZATION, format!("Bearer {token}")),
            None => request,
        };
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 4 * 1024 * 1024).await.unwrap();
        let page = || if bytes.is_empty() { Value::Null } else { String::from_utf8_lossy(&bytes).into() };
        let body = serde_json::from_slice(&bytes).unwrap_or_else(|_| page());
        Reply { status: parts.status, headers: parts.headers, body }
    }

    pub(super) async fn get(&self, who: &str, path: &str) -> Reply {
        self.send(who, Request::get(format!("/review/api/v1{path}")), Body::empty()).await
    }

    pub(super) async fn post(&self, who: &str, path: &str, body: Value) -> Reply {
        self.post_with(who, path, body, &[]).await
    }

    pub(super) async fn post_with(&self, who: &str, path: &str, body: Value, headers: &[(&str, &str)]) -> Reply {
        let mut request = Request::post(format!("/review/api/v1{path}"));
        request = request.header(header::CONTENT_TYPE, "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(who, request, Body::from(body.to_string())).await
    }

    /// An act on [`ENTRY`].
    pub(super) async fn act(&self, who: &str, act: &str, body: Value) -> Reply {
        self.post(who, &format!("/reviews/{ENTRY}/{act}"), body).await
    }

    /// The review of [`ENTRY`] as somebody sees it.
    pub(super) async fn look(&self, who: &str) -> Reply {
        self.get(who, &format!("/reviews/{ENTRY}")).await
    }

    /// Seals a text as submission does, under a key of its own.
    pub(super) fn seal_for_submission(&self, entry: EntryId, purpose: Purpose, text: &str) -> v1::Sealed {
        let key = self.submission.fresh(Kind::Revision).unwrap();
        self.submission.seal(key, &Binding::entry(entry, purpose), text.as_bytes()).unwrap().into()
    }

    /// Destroys the keys of what was submitted.
    pub(super) fn forget(&self, filed: &Filed) {
        for key in keys_needed(&filed.event) {
            self.vault.erase(key).unwrap();
        }
    }

    /// How many events the journal holds.
    pub(super) fn size(&self) -> u64 {
        self.service.engine().journal().head().size
    }
}

fn start(directory: &TempDir, vault: &Vault, accounts: &Arc<Accounts>, clock: &Arc<TestClock>) -> Service {
    try_start(directory, vault, accounts, clock).unwrap()
}

fn try_start(
    directory: &TempDir,
    vault: &Vault,
    accounts: &Arc<Accounts>,
    clock: &Arc<TestClock>,
) -> Result<Service, dossier_engine::EngineError> {
    let signer = SigningKey::from_seed("dossier.example/moderation", &[7; 32]).unwrap();
    let clock = Arc::clone(clock) as Arc<dyn Clock>;
    let engine = EngineSettings::new(directory.path(), "dossier.example/moderation", signer, clock);
    crate::start(Config { engine, vault: vault.clone(), accounts: Arc::clone(accounts), post: Post::default() })
}

fn person(accounts: &Accounts, name: &str) -> (SubjectId, String) {
    let subject = accounts.create(&format!("Name of {name}"), None, Micros(BEGINNING)).unwrap();
    let token = accounts.issue_token(subject, "test", None, None, Micros(BEGINNING)).unwrap();
    (subject, token.expose().to_owned())
}

/// A content of the event type.
pub(super) fn content(title: &str) -> Value {
    json!({
        "original_language": "en",
        "title": { "en": title },
        "description": { "en": "The delegation took part in the first International Migration Review Forum." },
        "event_type": "conference",
        "organizers": [{ "text": "UN General Assembly" }],
        "languages": ["en"],
        "geographic_scope": "global",
    })
}
