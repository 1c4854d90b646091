//! From nothing to four running services: `deploy/make-keys` and `deploy/run`, as the README says.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
    time::Duration,
};

use dossier_broker::Port;
use dossier_deploy::{Deployment, SERVICES, deployment, until};

/// A deployment whose services have ports of their own here, so that tests can run side by side.
struct Moved {
    deployment: Deployment,
    front: u16,
    _ports: Vec<Port>,
}

impl Moved {
    fn make() -> Self {
        let deployment = Deployment::make(&["--name", "registry.example"]);
        let ports: Vec<_> = (0..6).map(|_| Port::reserve()).collect();
        let number = |k: usize| ports[k].number();
        let rewrite = |name: &str, from: &str, to: String| {
            let text = deployment.text(name);
            assert!(text.contains(from), "{name} says {from}");
            fs::write(deployment.path().join(name), text.replace(from, &to)).unwrap();
        };
        rewrite("nats.conf", "port: 4222", format!("port: {}", number(0)));
        for (k, service) in SERVICES.into_iter().enumerate() {
            let file = format!("{service}.toml");
            rewrite(&file, "localhost:4222", format!("localhost:{}", number(0)));
            rewrite(&file, &format!("127.0.0.1:{}", 8081 + k), format!("127.0.0.1:{}", number(1 + k)));
        }
        Self { deployment, front: number(5), _ports: ports }
    }

    fn run(&self) -> Running {
        let mut command = Command::new(deployment::root().join("deploy/run"));
        command.arg(self.deployment.path()).arg(format!("127.0.0.1:{}", self.front));
        command.env("DOSSIER_BIN", deployment::program()).env("DOSSIER_NATS_SERVER", dossier_broker::program());
        Running(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
    }

    /// What is answered under a path, headers and all; nothing when nobody does.
    fn get(&self, path: &str) -> Option<String> {
        let mut line = TcpStream::connect(("127.0.0.1", self.front)).ok()?;
        line.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        write!(line, "GET {path} HTTP/1.1\r\nHost: registry.example\r\nConnection: close\r\n\r\n").ok()?;
        let mut said = String::new();
        line.read_to_string(&mut said).ok()?;
        Some(said)
    }
}

struct Running(Child);

impl Running {
    fn end(mut self) -> (Option<i32>, String, String) {
        let id = self.0.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        self.wait()
    }

    fn wait(&mut self) -> (Option<i32>, String, String) {
        let status = self.0.wait().unwrap();
        let (mut out, mut err) = (String::new(), String::new());
        self.0.stdout.take().unwrap().read_to_string(&mut out).unwrap();
        self.0.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        (status.code(), out, err)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // A test that failed; the script ends what it started.
        let _ = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_commands_from_nothing_to_four_running_services() {
    let moved = Moved::make();
    let running = moved.run();
    until("all four are ready, behind one address", || {
        moved.get("/readyz").filter(|said| said.starts_with("HTTP/1.1 200")).map(drop)
    })
    .await;
    assert!(moved.get("/").unwrap().starts_with("HTTP/1.1 200"));
    let (code, out, err) = running.end();
    assert_eq!((code, out.contains("Ended cleanly.")), (Some(0), true), "{out}{err}");
    // A directory of one service is nobody else's, from the first moment on.
    let data = moved.deployment.path().join("submission/data");
    let refused = Command::new(deployment::program()).args(["up", "--data"]).arg(data).output().unwrap();
    assert_eq!(refused.status.code(), Some(2), "{}", String::from_utf8_lossy(&refused.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_run_ends_all_of_it_and_says_why() {
    let moved = Moved::make();
    fs::remove_file(moved.deployment.path().join("audit/nkey.seed")).unwrap();
    let (code, _, err) = moved.run().wait();
    assert_eq!(code, Some(1), "{err}");
    assert!(err.contains("audit has ended") && err.contains("nkey.seed"), "{err}");
    assert_eq!(moved.get("/healthz"), None, "the front has ended too");
}

#[test]
fn the_first_administrator_is_made_with_the_keys() {
    let directory = tempfile::tempdir().unwrap();
    let made = deployment::make_keys(directory.path(), &["--administrator", "Ada Lovelace"]);
    let said = String::from_utf8_lossy(&made.stdout);
    assert!(made.status.success() && said.contains("dsr_"), "{said}");
    assert!(fs::read_dir(directory.path().join("moderation/data/accounts")).unwrap().count() > 0);
}

/// The umask of a hardened root: what services and the broker read must be readable to their users, and nothing else.
#[test]
fn whatever_the_umask_what_services_read_is_readable_and_secrets_are_not() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path().join("deployment");
    let script = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/make-keys");
    let made = Command::new("sh")
        .args(["-c", "umask 077; exec \"$0\" \"$@\""])
        .arg(&script)
        .arg(&place)
        .env("DOSSIER_BIN", deployment::program())
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let mode = |path: &str| fs::metadata(place.join(path)).unwrap().permissions().mode() & 0o777;
    for open in [
        "",
        "tls",
        "tls/ca.pem",
        "tls/server.pem",
        "verifiers",
        "nkeys.conf",
        "nats.conf",
        "nats-tls.conf",
        "submission.toml",
        "moderation.toml",
        "publication.toml",
        "audit.toml",
    ] {
        assert_eq!(mode(open) & 0o044, 0o044, "{open} has mode {:03o}", mode(open));
    }
    for secret in
        ["tls/server.key", "audit/nkey.seed", "audit/data/keys/master.key", "authority", "jetstream", "submission"]
    {
        assert_eq!(mode(secret) & 0o077, 0, "{secret} has mode {:03o}", mode(secret));
    }
}

#[test]
fn replicas_that_are_none_are_refused_before_anything_is_made() {
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path().join("deployment");
    for wrong in ["abc", "0", "2"] {
        let refused = deployment::make_keys(&place, &["--replicas", wrong]);
        assert_eq!(refused.status.code(), Some(2), "{wrong}");
        assert!(!place.exists(), "nothing was made");
    }
}
