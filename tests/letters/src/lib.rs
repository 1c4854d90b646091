//! A running Dossier whose people are written to, and the mail server that takes what it sends.

use std::{fs, net::SocketAddr, path::PathBuf, sync::Arc};

use dossier_endtoend::{Caller, House, acts::text, command_line::run, house::Start, people::ADMINISTRATOR};
use dossier_post::testing::{Received, Sink};
use serde_json::json;
use tempfile::TempDir;

/// Somebody with an address and a token.
#[derive(Debug, Clone)]
pub struct Penpal {
    /// The subject id.
    pub subject: String,
    /// Where letters to them go.
    pub mail: String,
    token: String,
}

/// Dossier and its directory, which outlives it.
pub struct Office {
    /// Dossier.
    pub house: House,
    /// Its directory.
    pub directory: Arc<TempDir>,
    mail: PathBuf,
}

impl Office {
    /// A demonstration that writes by way of the server at this address. What was not taken is tried again after a second.
    ///
    /// # Panics
    /// When it does not start.
    pub fn open(server: SocketAddr) -> Self {
        let directory = Arc::new(tempfile::tempdir().expect("a place for temporary directories"));
        let mail = directory.path().join("mail.toml");
        let settings = format!(
            "[mail]\nserver = \"{}\"\nport = {}\ntls = \"none\"\nretry_seconds = 1\nfrom = \"Registry <registry@registry.example>\"\n",
            server.ip(),
            server.port()
        );
        fs::write(&mail, settings).expect("the directory can be written to");
        Self { house: start(&directory, &mail), directory, mail }
    }

    /// The same after it was killed without warning.
    #[must_use]
    pub fn killed_and_started(self) -> Self {
        let Self { house, directory, mail } = self;
        house.kill();
        Self { house: start(&directory, &mail), directory, mail }
    }

    /// Somebody new, who may do this from now on; and the designation.
    ///
    /// # Panics
    /// When that is refused.
    pub fn arrive(&self, name: &str, role: &str, body: Option<&str>) -> (Penpal, String) {
        let data = self.house.data();
        let data = data.to_str().expect("paths of tests are text");
        let mail = format!("{}@mission.example", name.to_lowercase());
        let create = ["--json", "account", "--data", data, "create", name, "--mail", &mail];
        let made = run(self.house.beside(), None, &create).ended(0).document();
        let (subject, token) = (text(&made, "subject").to_owned(), text(&made, "token").to_owned());
        let mut grant = json!({"subject": subject, "role": role});
        if let Some(body) = body {
            grant["body"] = json!(body);
        }
        let granted = self.house.caller(ADMINISTRATOR).post("/review/api/v1/designations", &grant).expect(201);
        (Penpal { subject, mail, token }, text(&granted, "id").to_owned())
    }

    /// Somebody who asks.
    pub fn caller(&self, who: &Penpal) -> Caller {
        self.house.bearer(&who.token)
    }

    /// How many letters wait to be sent.
    pub fn waiting(&self) -> f64 {
        self.house.figure("dossier_letters_waiting")
    }
}

fn start(directory: &Arc<TempDir>, mail: &std::path::Path) -> House {
    let mail = mail.to_str().expect("paths of tests are text");
    House::on(directory, &Start { more: &["--mail", mail], ..Start::default() })
}

/// The mails to somebody.
pub fn to<'a>(all: &'a [Received], who: &Penpal) -> Vec<&'a Received> {
    all.iter().filter(|one| one.to == [who.mail.clone()]).collect()
}

/// Waits until somebody has so many mails, and gives them.
///
/// # Panics
/// After a minute.
pub fn wait_for(sink: &Sink, who: &Penpal, count: usize) -> Vec<Received> {
    let all = sink.wait_until(&format!("{count} mails to {}", who.mail), |all| to(all, who).len() >= count);
    to(&all, who).into_iter().cloned().collect()
}
