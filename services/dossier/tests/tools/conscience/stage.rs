//! A practice of Kenya in the middle of its review, stopped there; and a house that runs over a forged copy of it.

use std::{
    net::{Ipv4Addr, TcpListener},
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::LazyLock,
    time::Duration,
};

use dossier::{
    house::{House, HouseSettings, router},
    offline::Offline,
    story::practice::{Heard, tell},
};
use dossier_audit::Patience;
use dossier_identity::Role;
use dossier_proto::{Authority, Digest, EntryId, Event, EventId, Origin, Payload, Place, SubjectId};
use dossier_web::page::Demonstration;
use http_body_util::BodyExt as _;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use serde_json::Value;
use tower::ServiceExt as _;

use crate::{
    fixture::{Installation, copy, until},
    tampering,
};

/// Everything is looked at often.
pub(super) const HASTY: Patience = Patience {
    heads: Duration::from_secs(5),
    erasures: Duration::from_secs(60),
    states: Duration::from_millis(100),
    thorough: Duration::from_millis(300),
    heads_every: Duration::from_millis(200),
};

/// A data directory whose story stopped somewhere.
pub(super) struct Stage {
    installation: Installation,
}

/// A house at work.
pub(super) struct Playing {
    pub(super) house: House,
    metrics: PrometheusHandle,
}

pub(super) async fn open(data: &Path) -> Playing {
    open_with(data, HASTY).await
}

pub(super) async fn open_with(data: &Path, patience: Patience) -> Playing {
    let mut settings = HouseSettings::new(data, Demonstration::Yes(None), "http://127.0.0.1:8080");
    settings.patience = patience;
    // One recorder a process, and a test opens several houses.
    static RECORDER: LazyLock<PrometheusHandle> =
        LazyLock::new(|| PrometheusBuilder::new().install_recorder().unwrap());
    let metrics = RECORDER.clone();
    Playing { house: House::open(settings).await.unwrap(), metrics }
}

impl Stage {
    /// Tells the practice until somebody does something that these words are in; then `meanwhile` happens, and everything is closed.
    #[allow(clippy::needless_pass_by_value, reason = "a closure where it is called reads better")]
    pub(super) fn stopped_after(words: &'static str, meanwhile: impl AsyncFn(&House)) -> Self {
        let installation = Installation::empty();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let playing = open(&installation.data()).await;
            let (url, served) = serve(&playing);
            let tokens = playing.house.tokens.clone();
            let told = tokio::task::spawn_blocking(move || {
                let mut hear = |heard: Heard| {
                    let is_there = matches!(&heard, Heard::Done(what) if !words.is_empty() && what.contains(words));
                    assert!(!is_there, "{words}");
                };
                catch_unwind(AssertUnwindSafe(|| tell(&url, &tokens, &mut hear).map(drop)))
            });
            match told.await.unwrap() {
                Err(_stopped) => {}
                Ok(told) => assert!(words.is_empty() && told.is_ok(), "it never came to {words:?}: {told:?}"),
            }
            meanwhile(&playing.house).await;
            assert!(playing.house.is_level().await);
            served.abort();
            let _ = served.await;
            playing.house.close().await;
        });
        drop(runtime);
        installation.wait_until_closed();
        Self { installation }
    }

    /// One that was made elsewhere.
    pub(super) fn of(installation: Installation) -> Self {
        Self { installation }
    }

    /// The whole practice.
    pub(super) fn whole() -> Self {
        Self::stopped_after("", async |_| {})
    }

    pub(super) fn wait_until_closed(&self) {
        self.installation.wait_until_closed();
    }

    pub(super) fn data(&self) -> PathBuf {
        self.installation.data()
    }

    /// All events of a journal.
    pub(super) fn events(&self, origin: Origin) -> Vec<Event> {
        tampering::events(&Offline::open(&self.data()).unwrap().journal(origin).unwrap())
    }

    /// A copy, with forged events at the end of a journal.
    pub(super) fn forged(&self, name: &str, origin: Origin, mut forged: Vec<Event>) -> PathBuf {
        let data = self.installation.path(name);
        copy(&self.data(), &data);
        for event in forged.drain(..) {
            tampering::append(&data, origin, |journal| {
                let last = tampering::events(journal).last().unwrap().head.clone();
                let mut event = event;
                event.head.place = Place { sequence: last.place.sequence + 1, ..last.place };
                event.head.recorded_at = event.head.recorded_at.max(last.recorded_at.plus(1));
                event
            });
        }
        data
    }
}

/// What people say to it over HTTP.
fn serve(playing: &Playing) -> (String, tokio::task::JoinHandle<()>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    let site = router(&playing.house, playing.metrics.clone());
    let served = tokio::spawn(async move { axum::serve(listener, site).await.unwrap() });
    (url, served)
}

impl Playing {
    /// What an auditor reads.
    pub(super) async fn get(&self, path: &str) -> Value {
        serde_json::from_str(&self.text(path).await).unwrap()
    }

    pub(super) async fn text(&self, path: &str) -> String {
        let token = &self.house.tokens["auditor"];
        let request = http::Request::builder().uri(path).header("authorization", format!("Bearer {token}"));
        let request = request.body(axum::body::Body::empty()).unwrap();
        let answer = router(&self.house, self.metrics.clone()).oneshot(request).await.unwrap();
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    /// The findings, once one of this kind is there.
    pub(super) async fn found(&self, kind: &str) -> Vec<Value> {
        until(&format!("a finding of the kind {kind}"), async || {
            let found = self.findings().await;
            found.iter().any(|one| one["kind"] == kind).then_some(found)
        })
        .await
    }

    pub(super) async fn findings(&self) -> Vec<Value> {
        self.get("/audit/api/v1/findings").await["items"].as_array().unwrap().clone()
    }

    /// Returns when everything that is written was judged.
    pub(super) async fn judged(&self) {
        until("everything is judged", async || {
            let judged = self.house.audit.judged();
            let all = self.house.journals().iter().all(|(origin, journal)| {
                let (head, next) = (journal.head(), judged.get(origin));
                next.is_some_and(|next| (next.epoch, next.sequence) == (head.epoch, head.size))
            });
            all.then_some(())
        })
        .await;
    }

    pub(super) async fn close(self) {
        self.house.close().await;
    }
}

/// Somebody of the demonstration.
pub(super) fn subject(house: &House, who: &str) -> SubjectId {
    house.accounts.authenticate(&house.tokens[who], None, tampering::tomorrow()).unwrap().subject
}

/// What somebody may do it by.
pub(super) fn authority(house: &House, who: SubjectId, role: Role) -> Authority {
    let view = house.moderation.engine().view();
    let held = view.state.designations.of_subject(who).find(|held| held.designation.role == role).unwrap();
    Authority { designation: held.designation.id, granted: held.designation.place }
}

/// An event like one that is there: of another command, with another payload.
pub(super) fn like(event: &Event, payload: Payload) -> Event {
    let mut forged = event.clone();
    forged.head.id = EventId([0x77; 16]);
    forged.head.cause = None;
    forged.head.must_understand = dossier_proto::must_understand(&payload);
    forged.head.schema = dossier_proto::schema_of(&payload);
    if let Some(command) = &mut forged.head.command {
        command.id.0[0] ^= 0xff;
        command.index = 0;
        command.expected_version = None;
    }
    forged.payload = Some(payload);
    forged
}

/// What was submitted last of an entry.
pub(super) fn submitted(events: &[Event]) -> (EntryId, Digest) {
    let last = events.iter().rfind(|event| matches!(event.payload, Some(Payload::Submitted(_)))).unwrap();
    let Some(Payload::Submitted(submitted)) = &last.payload else { unreachable!("it was looked for") };
    let digest = Digest::try_from(submitted.content.as_ref().unwrap().digest.as_slice()).unwrap();
    (last.head.entry.unwrap(), digest)
}
