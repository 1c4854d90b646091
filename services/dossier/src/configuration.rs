//! The configuration of one service of a deployment: a TOML file. Paths in it are relative to the file.
//!
//! ```toml
//! data = "submission/data"              # the service's own data directory
//! listen = "127.0.0.1:8081"
//! public_url = "https://registry.example"
//! verifiers = "verifiers"               # what each service signs with: a line each, public
//! trusted_proxies = ["127.0.0.1"]       # who is believed whose request it passes on; this machine, where `listen` is on it alone
//! witnesses = "witnesses"               # of audit alone: foreign witnesses, a line each; may be left out
//! demo = false                          # whether people here are invented; every page then says so
//! log = "json"                          # or "text"
//!
//! [nats]
//! servers = ["tls://localhost:4222"]    # all nodes of a cluster
//! nkey = "submission/nkey.seed"         # only the owner may read it
//! ca = "tls/ca.pem"                     # instead of the system's authorities
//! replicas = 1                          # 3 on a cluster of three
//!
//! [mail]                                # may be left out: then nobody is written to, and inboxes work
//! server = "mail.example"
//! from = "Registry <registry@registry.example>"
//! user = "dossier"                      # port, tls, ca: see `dossier_post::MailSettings`
//! password_file = "mail.password"
//! ```

#[cfg(test)]
mod tests;

use std::{
    fs,
    io::Read,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use dossier_audit::Witnesses;
use dossier_post::{MailServer, MailSettings};
use dossier_web::proxies::{Network, TrustedProxies};
use serde::{Deserialize, Deserializer, de::Error as _};

use crate::{Exit, Failure, public_url};

/// A configuration has a dozen lines.
const FILE_BYTES_MAX: u64 = 64 * 1024;
/// Fronts and load balancers, by network.
const PROXIES_MAX: usize = 16;
/// A cluster has three or five nodes.
const SERVERS_MAX: usize = 16;

/// What one service of a deployment is started with.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Configuration {
    /// The service's own data directory.
    pub data: PathBuf,
    /// Where it listens.
    pub listen: SocketAddr,
    /// Where the public reaches the site, without a slash at the end.
    pub public_url: String,
    /// The file with what each service signs with.
    pub verifiers: PathBuf,
    /// Proxies, by address or network, of whom it is believed whose request they pass on. Without it those of this machine, when the service
    /// listens on this machine alone; else nobody.
    #[serde(default, deserialize_with = "networks")]
    pub trusted_proxies: Option<Vec<Network>>,
    /// The file of foreign witnesses whose cosignatures are taken: of the audit service alone.
    #[serde(default)]
    pub witnesses: Option<PathBuf>,
    /// Whether people here are invented.
    #[serde(default)]
    pub demo: bool,
    /// How what happens is written to standard error.
    #[serde(default)]
    pub log: LogForm,
    /// The broker.
    pub nats: Nats,
    /// The mail server.
    #[serde(default)]
    pub mail: Option<MailSettings>,
}

/// What `dossier up --mail` is told: a file with a table `[mail]`, as the configuration of a service has it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MailAlone {
    mail: MailSettings,
}

/// The mail server that a file with a table `[mail]` names.
///
/// # Errors
/// [`Failure`] that names the file, the key, and what to write there.
pub fn read_mail(file: &Path) -> Result<MailServer, Failure> {
    let found: MailAlone = parse(file)?;
    mail_server(&found.mail.beside(file.parent().unwrap_or(Path::new(""))))
}

/// The foreign witnesses that a file names.
///
/// # Errors
/// [`Failure`] that names the file, the line, and what to write there.
pub fn read_witnesses(file: &Path) -> Result<Witnesses, Failure> {
    let text = read_text(file)?;
    Witnesses::parse(&text)
        .map_err(|error| Failure::new(Exit::Usage, format!("{}: {error}. Nothing was started", file.display())))
}

/// The mail server of a configuration that was read.
///
/// # Errors
/// [`Failure`] that names the key, and what to write there.
pub fn mail_server(settings: &MailSettings) -> Result<MailServer, Failure> {
    MailServer::of(settings).map_err(|error| Failure::new(Exit::Usage, format!("{error}. Nothing was started")))
}

/// The broker.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nats {
    /// `nats://HOST:PORT` or `tls://HOST:PORT`.
    pub servers: Vec<String>,
    /// The file with the seed of this service's key.
    pub nkey: PathBuf,
    /// The certificate authority to trust instead of the system's.
    #[serde(default)]
    pub ca: Option<PathBuf>,
    /// How many nodes keep the service's stream.
    #[serde(default = "one")]
    pub replicas: u32,
}

/// How what happens is written to standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogForm {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<Network>>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    if texts.len() > PROXIES_MAX {
        return Err(D::Error::custom(format!("name at most {PROXIES_MAX} addresses or networks")));
    }
    texts.iter().map(|text| text.parse().map_err(D::Error::custom)).collect::<Result<_, _>>().map(Some)
}

const fn one() -> u32 {
    1
}

impl LogForm {
    /// The name, as the command line has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
        }
    }
}

impl Configuration {
    /// Reads a file.
    ///
    /// # Errors
    /// [`Failure`] that names the file, the key, and what to write there.
    pub fn read(file: &Path) -> Result<Self, Failure> {
        parse::<Self>(file)?.checked(file)
    }

    /// Proxies of whom it is believed whose request they pass on.
    pub fn proxies(&self) -> TrustedProxies {
        match &self.trusted_proxies {
            Some(networks) => TrustedProxies::of(networks.iter().copied()),
            None if self.listen.ip().to_canonical().is_loopback() => TrustedProxies::of_this_machine(),
            None => TrustedProxies::default(),
        }
    }

    fn checked(self, file: &Path) -> Result<Self, Failure> {
        let wrong = |key: &str, what: String| Err(refused(file, &format!("{key}: {what}"), None));
        let public_url = match public_url(&self.public_url) {
            Ok(url) => url.trim_end_matches('/').to_owned(),
            Err(remedy) => return wrong("public_url", remedy.to_owned()),
        };
        if self.nats.servers.is_empty() || self.nats.servers.len() > SERVERS_MAX {
            return wrong("nats.servers", format!("name 1 to {SERVERS_MAX} servers, such as \"tls://localhost:4222\""));
        }
        if let Some(bad) = self.nats.servers.iter().find(|server| !is_server(server)) {
            return wrong(
                "nats.servers",
                format!("{bad:?} is no server; write nats://HOST:PORT or tls://HOST:PORT, without a name or password"),
            );
        }
        if self.nats.ca.is_some() && !self.nats.servers.iter().all(|server| server.starts_with("tls://")) {
            return wrong(
                "nats.ca",
                "an authority is named, but not every server is tls://; write tls:// or leave it out".to_owned(),
            );
        }
        if ![1, 3, 5].contains(&self.nats.replicas) {
            return wrong("nats.replicas", "write 1, or 3 or 5 on a cluster of as many nodes or more".to_owned());
        }
        let beside = file.parent().unwrap_or(Path::new(""));
        let at = |path: &Path| beside.join(path);
        let mail = self.mail.clone().map(|mail| mail.beside(beside));
        if let Some(Err(error)) = mail.as_ref().map(MailSettings::check) {
            return Err(refused(file, &error.to_string(), None));
        }
        let nats = Nats { nkey: at(&self.nats.nkey), ca: self.nats.ca.as_deref().map(at), ..self.nats.clone() };
        let witnesses = self.witnesses.as_deref().map(at);
        Ok(Self { data: at(&self.data), verifiers: at(&self.verifiers), witnesses, public_url, nats, mail, ..self })
    }
}

/// A scheme, a host and a port. Whoever writes a password here shows it to everybody who may read the file and the log.
fn is_server(text: &str) -> bool {
    let rest = text.strip_prefix("nats://").or_else(|| text.strip_prefix("tls://"));
    let Some((host, port)) = rest.and_then(|rest| rest.rsplit_once(':')) else { return false };
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-_[]:".contains(c);
    !host.is_empty() && host.chars().all(plain) && port.parse::<u16>().is_ok_and(|port| port > 0)
}

fn parse<T: for<'de> Deserialize<'de>>(file: &Path) -> Result<T, Failure> {
    let text = read_text(file)?;
    let parsed = toml::Deserializer::parse(&text)
        .map_err(|error| refused(file, error.message(), line_of(&text, error.span())))?;
    serde_path_to_error::deserialize(parsed).map_err(|error| {
        let (key, inner) = (error.path().to_string(), error.inner());
        let words = if key == "." { inner.message().to_owned() } else { format!("{key}: {}", inner.message()) };
        refused(file, &words, line_of(&text, inner.span()))
    })
}

fn read_text(file: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let read = fs::File::open(file).and_then(|open| open.take(FILE_BYTES_MAX + 1).read_to_string(&mut text));
    match read {
        Ok(length) if length as u64 > FILE_BYTES_MAX => {
            Err(refused(file, "it is longer than a configuration can be", None))
        }
        Ok(_) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(Failure::not_there(format!(
            "{} does not exist. Name the service's configuration with --config; deploy/ has one for each service",
            file.display()
        ))),
        Err(error) if error.kind() == std::io::ErrorKind::InvalidData => {
            Err(refused(file, "it is no text in UTF-8, so it is no configuration", None))
        }
        Err(error) if error.kind() == std::io::ErrorKind::IsADirectory => {
            Err(refused(file, "it is a directory; name the configuration in it", None))
        }
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => Err(Failure::new(
            Exit::Disk,
            format!(
                "{}: {error}. The user of this service has to be able to read it, and to enter the directories above it",
                file.display()
            ),
        )),
        Err(error) => Err(Failure::disk(file, &error)),
    }
}

fn line_of(text: &str, span: Option<std::ops::Range<usize>>) -> Option<usize> {
    let start = span?.start;
    text.get(..start).map(|before| before.matches('\n').count() + 1)
}

fn refused(file: &Path, what: &str, line: Option<usize>) -> Failure {
    let place = line.map(|line| format!(" line {line}")).unwrap_or_default();
    Failure::new(
        Exit::Usage,
        format!("{}{place}: {}. `dossier serve --help` shows a whole configuration", file.display(), what.trim_end()),
    )
}
