//! A small installation: invented people, one record from draft to published, made through the library.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Body,
    http::{Request, header},
};
use dossier::{
    commands::import_file::{self, Record},
    house::{House, HouseSettings},
    offline::Offline,
};
use dossier_proto::Origin;
use dossier_registry::Language;
use dossier_web::page::Demonstration;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

/// Everything here takes milliseconds; a machine that is busy may take longer.
const PATIENCE: Duration = Duration::from_secs(30);

/// A data directory in two states.
pub(crate) struct Installation {
    directory: tempfile::TempDir,
}

/// What a command said.
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Installation {
    /// Nothing but a place for one.
    pub(crate) fn empty() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    /// One with a published entry, and the same as it was before that entry.
    pub(crate) fn with_an_entry() -> Self {
        let made = Self::empty();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async { open(&made.data()).await.close().await });
        made.wait_until_closed();
        copy(&made.data(), &made.before());
        runtime.block_on(async {
            let house = open(&made.data()).await;
            publish(&house).await;
            house.close().await;
        });
        made.wait_until_closed();
        made
    }

    /// One entry more, which is submitted and not approved.
    #[allow(dead_code, reason = "the tests of losses use it")]
    pub(crate) fn submit_another(&self) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let house = open(&self.data()).await;
            submit(&house).await;
            until("audit has copied everything", async || is_copied(&house).then_some(())).await;
            house.close().await;
        });
        self.wait_until_closed();
    }

    /// The data directory.
    pub(crate) fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// The same before anything was filed.
    pub(crate) fn before(&self) -> PathBuf {
        self.path("before")
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// A copy of the data directory, to be spoiled.
    pub(crate) fn another(&self) -> PathBuf {
        let another = self.path("another");
        copy(&self.data(), &another);
        another
    }

    pub(crate) fn wait_until_closed(&self) {
        let deadline = Instant::now() + PATIENCE;
        let offline = Offline::open(&self.data()).unwrap();
        for origin in Origin::ALL {
            while let Err(error) = offline.journal(origin) {
                assert!(Instant::now() < deadline, "{origin} was not closed: {error}");
                thread::sleep(Duration::from_millis(5)); // between looks
            }
        }
    }
}

/// Runs the binary.
pub(crate) fn dossier<S: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = S>) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dossier"));
    let command = command.args(arguments).env_remove("DOSSIER_MASTER_KEY").env_remove("DOSSIER_TOKEN");
    let Output { status, stdout, stderr } = command.stdin(Stdio::null()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Said { code: status.code().unwrap(), out: text(stdout), err: text(stderr) }
}

/// Runs a command with `--data`.
pub(crate) fn on(data: &Path, arguments: &[&str]) -> Said {
    let data = ["--data".as_ref(), data.as_os_str()];
    dossier(arguments.iter().map(AsRef::as_ref).chain(data))
}

impl Said {
    /// The code is this one; otherwise everything is shown.
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "standard output:\n{}\nstandard error:\n{}", self.out, self.err);
        self
    }

    /// The lines of standard output, as JSON.
    pub(crate) fn documents(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The one document on standard output.
    pub(crate) fn document(&self) -> Value {
        let mut documents = self.documents();
        assert_eq!(documents.len(), 1, "{}", self.out);
        documents.remove(0)
    }
}

/// The record that is filed.
pub(crate) fn sample() -> Record {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/event-imrf-2022-kazakhstan.txt");
    import_file::read(&file, "event", Language::En).unwrap()
}

pub(crate) async fn open(data: &Path) -> House {
    let settings = HouseSettings::new(data, Demonstration::Yes(None), "http://127.0.0.1:8080");
    House::open(settings).await.unwrap()
}

/// Files the sample and submits it; moderation has its review, with this digest.
async fn submit(house: &House) -> (String, Value) {
    let record = sample();
    let doors = house.submission.router().merge(house.moderation.router());
    let ask = |who: &'static str, method: &'static str, path: String, body: Value| {
        ask(doors.clone(), house.tokens[who].clone(), method, path, body)
    };
    let filed = json!({"type": "event", "language": "en", "content": record.content});
    let entry = ask("contributor-kz", "POST", "/contribute/api/v1/entries".to_owned(), filed).await.unwrap();
    let entry = entry["id"].as_str().unwrap().to_owned();
    let certified = json!({"what_changed": "The first one.", "certify": true});
    ask("contributor-kz", "POST", format!("/contribute/api/v1/entries/{entry}/submit"), certified).await.unwrap();
    let digest = until("moderation has the review", async || {
        let review = ask("moderator-a", "GET", format!("/review/api/v1/reviews/{entry}"), Value::Null).await.ok()?;
        (!review["digest"].is_null()).then(|| review["digest"].clone())
    })
    .await;
    (entry, digest)
}

/// Files the sample, submits it, has it approved.
async fn publish(house: &House) {
    let (entry, digest) = submit(house).await;
    let doors = house.submission.router().merge(house.moderation.router());
    let ask = |who: &'static str, method: &'static str, path: String, body: Value| {
        ask(doors.clone(), house.tokens[who].clone(), method, path, body)
    };
    until("moderation can approve it", async || {
        let approval = json!({"digest": digest, "note": ""});
        ask("moderator-a", "POST", format!("/review/api/v1/reviews/{entry}/approve"), approval).await.ok()
    })
    .await;
    until("the entry is published", async || {
        let entry =
            ask("contributor-kz", "GET", format!("/contribute/api/v1/entries/{entry}"), Value::Null).await.ok()?;
        (entry["state"] == "published").then_some(())
    })
    .await;
    until("audit has copied everything", async || is_copied(house).then_some(())).await;
}

fn is_copied(house: &House) -> bool {
    house.journals().iter().all(|(origin, journal)| {
        let (copies, root) = (house.audit.copies(), journal.head().root);
        let is_seen = || copies.seen().newest(*origin).is_some_and(|seen| seen.root() == root);
        copies.journal(*origin).is_none_or(|copy| copy.head().root == root && is_seen())
    })
}

pub(crate) async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(Instant::now() < deadline, "it was not so in time: {what}");
        tokio::time::sleep(Duration::from_millis(2)).await; // between looks
    }
}

async fn ask(doors: Router, token: String, method: &str, path: String, body: Value) -> Result<Value, String> {
    let request = Request::builder().method(method).uri(&path).header(header::AUTHORIZATION, format!("Bearer {token}"));
    let request = match body {
        Value::Null => request.body(Body::empty()),
        body => request.header(header::CONTENT_TYPE, "application/json").body(body.to_string().into()),
    };
    let answer = doors.oneshot(request.unwrap()).await.unwrap();
    let status = answer.status();
    let bytes = answer.into_body().collect().await.unwrap().to_bytes();
    if !status.is_success() {
        return Err(format!("{method} {path}: {status} {}", String::from_utf8_lossy(&bytes)));
    }
    Ok(serde_json::from_slice(&bytes).unwrap())
}

/// Copies a directory with everything in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    fs::set_permissions(to, fs::metadata(from).unwrap().permissions()).unwrap();
    for item in fs::read_dir(from).unwrap() {
        let item = item.unwrap();
        let target = to.join(item.file_name());
        let kind = item.file_type().unwrap();
        if kind.is_dir() {
            copy(&item.path(), &target);
        } else if kind.is_file() {
            fs::copy(item.path(), target).unwrap();
        }
    }
}
