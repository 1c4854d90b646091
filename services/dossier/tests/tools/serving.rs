//! `dossier serve`, `front` and `up --nats`: what each refuses to start with, what it shows, and that it ends cleanly.

use std::{
    fs,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
};

use dossier::{Exit, client::Client};
use dossier_broker::{Broker, Settings};
use serde_json::{Value, json};

use crate::{
    fixture::{Installation, Said, copy, dossier, on},
    running::{Running, reason},
};

/// A deployment with keys, whose broker is nowhere.
pub(crate) struct Deployment(Installation);

impl Deployment {
    pub(crate) fn make() -> Self {
        let made = Self(Installation::empty());
        dossier(["keys".as_ref(), made.root().as_os_str()]).exits(0);
        for service in ["submission", "moderation", "publication", "audit"] {
            made.configure(service, &format!("{service}/data"));
        }
        made
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.0.path("deployment")
    }

    fn configure(&self, service: &str, data: &str) {
        // Nobody listens there any more.
        let nowhere = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
        self.configure_at(&format!("nats://{nowhere}"), service, data);
    }

    pub(crate) fn configure_at(&self, broker: &str, service: &str, data: &str) {
        let text = format!(
            "data = \"{data}\"\nlisten = \"127.0.0.1:0\"\npublic_url = \"http://127.0.0.1:8080\"\nverifiers = \"verifiers\"\n\
             [nats]\nservers = [\"{broker}\"]\nnkey = \"{service}/nkey.seed\"\n"
        );
        let file = self.root().join(format!("{service}.toml"));
        fs::write(&file, text).unwrap();
    }

    fn serve(&self, service: &str) -> Said {
        dossier(["serve".as_ref(), service.as_ref(), "--config".as_ref(), self.file(service).as_os_str()])
    }

    pub(crate) fn serve_at(&self, service: &str, listen: &str) -> Said {
        let file = self.file(service);
        dossier([
            "serve".as_ref(),
            service.as_ref(),
            "--config".as_ref(),
            file.as_os_str(),
            "--listen".as_ref(),
            listen.as_ref(),
        ])
    }

    fn file(&self, service: &str) -> PathBuf {
        self.root().join(format!("{service}.toml"))
    }

    pub(crate) fn start(&self, service: &str) -> Running {
        Running::start(["serve".as_ref(), service.as_ref(), "--config".as_ref(), self.file(service).as_os_str()])
    }
}

#[test]
fn without_its_broker_a_service_answers_readers_alone_and_ends_cleanly() {
    let deployment = Deployment::make();
    let running = deployment.start("publication");
    assert_eq!(running.get("/api/v1/entries").status, 200, "what is on its journal is read");
    assert_eq!(running.get("/healthz").status, 200);
    let ready = running.is_ready(false);
    for (check, words) in [
        ("broker", "publication: the broker has not been reached"),
        ("started", "until then nothing is written"),
        ("authority", "publication: moderation was not heard"),
        ("accounts", "were not heard"),
        ("exchange", "publication does not read the others yet"),
        ("relay", "it has not begun"),
    ] {
        assert!(reason(&ready, check).contains(words), "{check}: {}", ready.document);
    }
    assert_eq!(reason(&ready, "history"), "", "its own journal is whole");
    let metrics = running.get("/metrics");
    assert_eq!(metrics.status, 200);
    // Others' prefixes are others'.
    for elsewhere in ["/review/api/v1/queue", "/contribute/api/v1/entries", "/audit/api/v1/state"] {
        assert_eq!(running.get(elsewhere).status, 404, "{elsewhere}");
    }
    // Whoever calls is neither known nor turned away.
    let caller = Client::to(&running.url, Some("dsr_somebody-0000000000000000".to_owned()));
    let answer = caller.post("/api/v1/entries/EVT-2026-00001/retract", &json!({})).unwrap();
    assert_eq!((answer.status, answer.text("type")), (503, "/problems/accounts-not-heard"), "{}", answer.document);
    let asked = dossier(["doctor", "--server", &running.url]).exits(Exit::Failed as i32);
    assert!(asked.out.contains("the broker has not been reached"), "{}", asked.out);
    assert_eq!(running.end(), Some(0));
    let data = deployment.root().join("publication/data");
    let found = on(&data, &["--json", "doctor"]).exits(0).out;
    assert!(found.contains("the data directory of publication alone"), "{found}");
    let verified = on(&data, &["--json", "verify"]).exits(0).document();
    assert_eq!(verified["sound"], true, "others' journals are elsewhere, and not missed: {verified}");
}

#[test]
fn the_directory_of_one_service_is_no_others() {
    let deployment = Deployment::make();
    let data = deployment.root().join("publication/data");
    assert_eq!(deployment.start("publication").end(), Some(0));
    let refused = on(&data, &["up", "--listen", "127.0.0.1:0"]).exits(Exit::Usage as i32);
    assert!(refused.err.contains("dossier serve publication"), "{}", refused.err);
    let refused = on(&data, &["account", "create", "Ada", "--administrator"]).exits(Exit::Usage as i32);
    assert!(refused.err.contains("people are kept by moderation"), "{}", refused.err);
    deployment.configure("audit", "publication/data");
    let refused = deployment.serve("audit").exits(Exit::Usage as i32);
    assert!(refused.err.contains("data directory of publication, not of audit"), "{}", refused.err);
}

#[test]
fn what_a_start_needs_is_named_when_it_is_not_there() {
    let deployment = Deployment::make();
    let gone = |path: &str| {
        let file = deployment.root().join(path);
        let bytes = fs::read(&file).unwrap();
        fs::remove_file(&file).unwrap();
        (file, bytes)
    };
    for (path, words) in [
        ("submission/nkey.seed", "who submission is to the broker"),
        ("verifiers", "what each service signs with"),
        ("submission/data/keys/installation.json", "`dossier keys DIR`"),
    ] {
        let (file, bytes) = gone(path);
        let refused = deployment.serve("submission").exits(Exit::NotThere as i32);
        assert!(refused.err.contains(words) && refused.err.contains(path), "{}", refused.err);
        fs::write(file, bytes).unwrap();
    }
    let refused = dossier(["serve", "submission", "--config", "/not/there.toml"]).exits(Exit::NotThere as i32);
    assert!(refused.err.contains("--config"), "{}", refused.err);
}

#[test]
fn the_first_administrator_of_a_deployment_is_one_command() {
    let deployment = Deployment::make();
    let data = deployment.root().join("moderation/data");
    let made = on(&data, &["--json", "account", "create", "Ada", "--administrator"]).exits(0).document();
    assert!(made["token"].as_str().unwrap().starts_with("dsr_"), "{made}");
    let again = on(&data, &["account", "create", "Bo", "--administrator"]).exits(Exit::Failed as i32);
    assert!(again.err.contains("has an administrator already"), "{}", again.err);
    assert_eq!(deployment.start("moderation").end(), Some(0), "and it starts");
}

#[test]
fn a_front_before_nobody_says_so_and_ends_cleanly() {
    let nowhere = "http://127.0.0.1:9";
    let four = ["--submission", nowhere, "--moderation", nowhere, "--publication", nowhere, "--audit", nowhere];
    let running = Running::start(["front", "--listen", "127.0.0.1:0"].into_iter().chain(four));
    assert_eq!(running.get("/healthz").status, 200);
    assert_eq!(running.get("/entries").status, 502);
    assert_eq!(reason(&running.is_ready(false), "moderation"), "it is not running");
    assert_eq!(running.end(), Some(0));
    let wrong =
        ["front", "--submission", "https://x", "--moderation", nowhere, "--publication", nowhere, "--audit", nowhere];
    let refused = dossier(wrong).exits(Exit::Usage as i32);
    assert!(refused.err.contains("--submission") && refused.err.contains("http://HOST:PORT"), "{}", refused.err);
}

/// P3, in one process: the broker forgets everything between two runs, and nothing is missed.
#[test]
fn four_services_of_one_process_meet_over_a_broker() {
    let mut broker = Broker::start(Settings::default());
    let place = Installation::empty();
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/event-imrf-2022-kazakhstan.txt");
    let (data, url) = (place.data(), broker.url());
    let start = || {
        let mut arguments = vec!["up".as_ref(), "--demo".as_ref(), "--listen".as_ref(), "127.0.0.1:0".as_ref()];
        arguments.extend(["--nats".as_ref(), url.as_ref(), "--data".as_ref(), data.as_os_str()]);
        arguments.extend(["--story".as_ref(), sample.as_os_str()]);
        Running::start(arguments)
    };
    let first = start();
    first.says("steps in");
    first.says("Ctrl-C ends it cleanly");
    let ready = first.is_ready(true);
    assert_eq!((reason(&ready, "broker"), reason(&ready, "relay")), (String::new(), String::new()));
    let published = first.get("/api/v1/entries").document;
    assert_eq!(published["items"][0]["edition"], 2, "{published}");
    // A second instance on a copy of the directory is not one more Dossier.
    assert_eq!(second(&url, &place), Exit::Occupied as i32);
    assert_eq!(first.end(), Some(0));
    broker.kill();
    broker.delete_store();
    broker.restart();
    let again = start();
    again.says("Everything is there already");
    again.is_ready(true);
    assert_eq!(again.get("/api/v1/entries").document["items"][0]["edition"], 2);
    assert_eq!(again.end(), Some(0));
}

fn second(url: &str, place: &Installation) -> i32 {
    let data = place.path("second");
    // Who it is to others stands in its keys; it is found out before a journal is opened.
    copy(&place.data().join("keys"), &data.join("keys"));
    let data = data.as_os_str();
    let arguments = [
        "up".as_ref(),
        "--listen".as_ref(),
        "127.0.0.1:0".as_ref(),
        "--nats".as_ref(),
        url.as_ref(),
        "--data".as_ref(),
        data,
    ];
    let said: Said = dossier(arguments);
    assert!(said.err.contains("another instance"), "{}", said.err);
    said.code
}

/// The story told a second time over HTTP finds everything there.
#[test]
fn the_story_is_told_to_a_running_house_and_files_nothing_twice() {
    let place = Installation::empty();
    let data = place.data();
    let house = Running::start([
        "up".as_ref(),
        "--demo".as_ref(),
        "--listen".as_ref(),
        "127.0.0.1:0".as_ref(),
        "--data".as_ref(),
        data.as_os_str(),
    ]);
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/event-imrf-2022-kazakhstan.txt");
    let tokens = data.join("demo-tokens.json");
    let tell = |more: &[&str]| {
        let mut arguments =
            vec!["story".as_ref(), "--server".as_ref(), house.url.as_ref(), "--tokens".as_ref(), tokens.as_os_str()];
        arguments.extend(["--sample".as_ref(), sample.as_os_str()]);
        dossier(more.iter().map(AsRef::as_ref).chain(arguments)).exits(0)
    };
    let first = tell(&[]);
    let told: Vec<_> = first.out.lines().filter(|line| line.starts_with("  ")).collect();
    assert!(told.len() >= 14, "each step with origin and sequence: {}", first.out);
    assert!(told[0].trim_start().starts_with("submission"), "{}", first.out);
    assert!(told.iter().any(|line| line.contains("Edition 2 was published")), "{}", first.out);
    assert!(!first.out.contains("received"), "{}", first.out);
    let again: Vec<Value> = tell(&["--json"]).documents();
    assert_eq!(again.len(), 1, "no step is told again: {again:?}");
    assert_eq!((again[0]["steps"].as_u64(), again[0]["edition"].as_u64()), (Some(0), Some(2)));
    assert_eq!(house.end(), Some(0));
}
