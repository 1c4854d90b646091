//! Reads from servers of whom nothing is believed: over HTTP or HTTPS, within limits on bytes and time, and nowhere else than where it was told to.

use std::{io::Read as _, path::Path, sync::Arc, time::Duration};

use ureq::{
    Agent, http,
    tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem},
};

use crate::{Exit, Failure, public_url};

/// One question, from the name's look-up to the last byte of the answer. What is asked for has at most some 100 KiB.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest file of certificates.
const CA_BYTES_MAX: u64 = 1024 * 1024;

/// Somebody who asks one server.
#[derive(Debug, Clone)]
pub struct Reader {
    agent: Agent,
    base: String,
    /// Who asks, where that is said.
    token: Option<String>,
}

/// What a server answered: any status, a redirection too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The HTTP status.
    pub status: u16,
    /// What it says the body is.
    pub content_type: String,
    /// The body, whole.
    pub body: Vec<u8>,
}

/// Why there is no answer. May pass by itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unanswered {
    /// Nobody answers, or too slowly, or not in HTTP, or as somebody else.
    #[error("{url} does not answer: {why}")]
    Unreachable {
        /// What was asked for.
        url: String,
        /// What happened.
        why: String,
    },
    /// More bytes than were asked for.
    #[error("{url} answers with more than {max} bytes, so it is not read")]
    TooLong {
        /// What was asked for.
        url: String,
        /// The limit.
        max: usize,
    },
}

impl Reader {
    /// For a server, `https://…` or `http://…`. Certificates are believed that the system believes, or those that an authority in `ca` has signed.
    ///
    /// # Errors
    /// [`Failure`]: that is no address, or there are no certificates.
    pub fn new(base: &str, ca: Option<&Path>) -> Result<Self, Failure> {
        let base = public_url(base).map_err(|remedy| Failure::new(Exit::Usage, format!("{base:?}: {remedy}")))?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = TlsConfig::builder().unversioned_rustls_crypto_provider(provider);
        // Without TLS nobody's certificates are needed.
        let tls = if base.starts_with("https://") { tls.root_certs(authorities(ca)?) } else { tls };
        let config = Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            // Where somebody is sent is not where the operator said.
            .max_redirects(0)
            .tls_config(tls.build())
            .build();
        Ok(Self { agent: config.into(), base: base.trim_end_matches('/').to_owned(), token: None })
    }

    /// The same, as whoever has this token.
    #[must_use]
    pub fn with_token(self, token: Option<String>) -> Self {
        Self { token, ..self }
    }

    /// Whether it says who is calling.
    pub const fn has_token(&self) -> bool {
        self.token.is_some()
    }

    /// Where it asks.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Reads at most `max` bytes.
    ///
    /// # Errors
    /// [`Unanswered`].
    pub fn get(&self, path: &str, max: usize) -> Result<Received, Unanswered> {
        self.ask("GET", path, None, max)
    }

    /// Brings something, and reads at most `max` bytes of what is said to that.
    ///
    /// # Errors
    /// [`Unanswered`].
    pub fn post(&self, path: &str, body: &str, max: usize) -> Result<Received, Unanswered> {
        self.ask("POST", path, Some(body), max)
    }

    fn ask(&self, method: &str, path: &str, body: Option<&str>, max: usize) -> Result<Received, Unanswered> {
        let url = format!("{}{path}", self.base);
        let unreachable = |why: String| Unanswered::Unreachable { url: url.clone(), why };
        let mut request = http::Request::builder().method(method).uri(&url);
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if body.is_some() {
            request = request.header("content-type", "text/plain; charset=utf-8");
        }
        let sent = match body {
            Some(body) => request.body(body.to_owned()).map(|request| self.agent.run(request)),
            None => request.body(()).map(|request| self.agent.run(request)),
        };
        let mut response =
            sent.map_err(|error| unreachable(error.to_string()))?.map_err(|error| unreachable(error.to_string()))?;
        let mut bytes = Vec::new();
        // One byte more than the longest, so that a longer one is told as such.
        let read = response.body_mut().as_reader().take(max as u64 + 1).read_to_end(&mut bytes);
        read.map_err(|error| unreachable(error.to_string()))?;
        if bytes.len() > max {
            return Err(Unanswered::TooLong { url, max });
        }
        let kind = response.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
        Ok(Received { status: response.status().as_u16(), content_type: kind.to_owned(), body: bytes })
    }
}

fn authorities(ca: Option<&Path>) -> Result<RootCerts, Failure> {
    let found: Vec<Certificate<'static>> = match ca {
        Some(file) => in_file(file)?,
        None => {
            let system = rustls_native_certs::load_native_certs().certs;
            system.iter().map(|certificate| Certificate::from_der(certificate.as_ref()).to_owned()).collect()
        }
    };
    if found.is_empty() {
        let said =
            "there is no certificate of an authority, so no server can be believed: name a file of them with --ca";
        return Err(Failure::new(Exit::NotThere, said));
    }
    Ok(RootCerts::new_with_certs(&found))
}

fn in_file(file: &Path) -> Result<Vec<Certificate<'static>>, Failure> {
    let failed = |error: std::io::Error| Failure::disk(file, &error);
    let mut bytes = Vec::new();
    std::fs::File::open(file).map_err(failed)?.take(CA_BYTES_MAX).read_to_end(&mut bytes).map_err(failed)?;
    let items: Result<Vec<_>, _> = parse_pem(&bytes).collect();
    let items = items.map_err(|error| Failure::damaged(format!("{}: {error}", file.display())))?;
    let certificate = |item| match item {
        PemItem::Certificate(certificate) => Some(certificate),
        _ => None,
    };
    Ok(items.into_iter().filter_map(certificate).collect())
}
