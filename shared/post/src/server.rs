//! The mail server: a line to it, and handing mail over.

use std::{fmt, fs, future::Future, io::Read, os::unix::fs::PermissionsExt, path::Path, sync::Arc, time::Duration};

use lettre::{
    message::Mailbox,
    transport::smtp::{
        self,
        authentication::{Credentials, Mechanism},
        client::{AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters},
        commands,
        extension::{ClientId, Extension, MailBodyParameter, MailParameter},
    },
};
use tokio::{net::TcpStream, time::timeout};
use zeroize::Zeroizing;

use crate::{Answer, Mail, MailError, MailSettings, MailSettingsError, MailTls, answer::Stage, bounded::Bounded};

/// A line that is not there after that long will not come: names are looked up, TLS is agreed, the password is checked.
const LINE_WITHIN: Duration = Duration::from_secs(60);
/// A server may look somebody up before it answers a line ([RFC 5321, 4.5.3.2](https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.2)).
const ANSWER_WITHIN: Duration = Duration::from_secs(5 * 60);
/// After the last byte it may look for viruses; whoever hangs up meanwhile sends it twice (the same section says ten minutes).
const ACCEPTED_WITHIN: Duration = Duration::from_secs(10 * 60);
/// Saying goodbye is a courtesy.
const GOODBYE_WITHIN: Duration = Duration::from_secs(2);
/// A password has one line.
const PASSWORD_BYTES_MAX: u64 = 1024;
/// All authorities of a system are 250 KB.
const AUTHORITIES_BYTES_MAX: u64 = 1024 * 1024;
/// What a server says is shown to an operator.
const SAID_CHARS_MAX: usize = 300;

/// The server has taken a mail: from now on it is the server's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// What it said; often under which name it goes on.
    pub said: String,
}

/// A mail server.
#[derive(Clone)]
pub struct MailServer {
    inner: Arc<Inner>,
}

struct Inner {
    host: String,
    port: u16,
    tls: Option<TlsParameters>,
    mode: MailTls,
    credentials: Option<Credentials>,
    from: Mailbox,
    first_retry: Duration,
}

impl fmt::Debug for MailServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MailServer({})", self.name())
    }
}

impl MailServer {
    /// A server by its settings. Reads the files they name; asks nobody yet.
    ///
    /// # Errors
    /// [`MailSettingsError`]: the key, and what to write there.
    pub fn of(settings: &MailSettings) -> Result<Self, MailSettingsError> {
        settings.check()?;
        let credentials = match (&settings.user, &settings.password_file) {
            (Some(user), Some(file)) => Some(Credentials::new(user.clone(), password(file)?.to_string())),
            _ => None,
        };
        let tls = match settings.tls {
            MailTls::None => None,
            MailTls::Starttls | MailTls::Wrapped => Some(encryption(settings)?),
        };
        let inner = Inner {
            host: settings.server.clone(),
            port: settings.port(),
            tls,
            mode: settings.tls,
            credentials,
            from: settings.sender()?,
            first_retry: Duration::from_secs(u64::from(settings.retry_seconds)),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Its name and port, for messages.
    pub fn name(&self) -> String {
        format!("{}:{}", self.inner.host, self.inner.port)
    }

    /// After how long a mail is tried again for the first time.
    pub fn first_retry(&self) -> Duration {
        self.inner.first_retry
    }

    /// Hands a mail over. When this answers [`Accepted`], the mail is the server's. Takes milliseconds as a rule, and with a slow server
    /// up to [20 minutes](https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.2): do not hang up before, or it comes twice.
    ///
    /// # Errors
    /// [`MailError`]; [`MailError::is_final`] says whether trying again is of use.
    pub async fn send(&self, mail: &Mail) -> Result<Accepted, MailError> {
        let (to, bytes) = mail.written(&self.inner.from)?;
        let mut line = self.within(LINE_WITHIN, self.line()).await?;
        let sent = self.hand_over(&mut line, to, &bytes).await;
        // Whether it goes well or not, the mail's end is known already.
        drop(timeout(GOODBYE_WITHIN, line.abort()).await);
        sent
    }

    async fn within<T>(
        &self,
        limit: Duration,
        part: impl Future<Output = Result<T, MailError>>,
    ) -> Result<T, MailError> {
        let late = || MailError::Unreachable {
            server: self.name(),
            reason: format!("it said nothing for {} s", limit.as_secs()),
        };
        timeout(limit, part).await.unwrap_or_else(|_elapsed| Err(late()))
    }

    /// A line that is encrypted and signed in as the settings say.
    async fn line(&self) -> Result<AsyncSmtpConnection, MailError> {
        let Inner { host, port, tls, mode, credentials, from, .. } = &*self.inner;
        let name = ClientId::Domain(from.email.domain().to_owned());
        let wrapped = tls.clone().filter(|_| *mode == MailTls::Wrapped);
        let line = match wrapped {
            // Whoever answers there has shown a certificate of that name.
            Some(tls) => {
                AsyncSmtpConnection::connect_tokio1((host.as_str(), *port), None, &name, Some(tls), None).await
            }
            None => {
                let reached = TcpStream::connect((host.as_str(), *port)).await;
                let reached = reached.map_err(|error| MailError::Unreachable {
                    server: self.name(),
                    reason: short(&error.to_string()),
                })?;
                AsyncSmtpConnection::connect_with_transport(Box::new(Bounded::new(reached)), &name).await
            }
        };
        let mut line = line.map_err(|error| self.not_let_in(&error))?;
        if let (MailTls::Starttls, Some(tls)) = (mode, tls) {
            line.starttls(tls.clone(), &name).await.map_err(|error| self.not_let_in(&error))?;
        }
        if let Some(credentials) = credentials {
            let signed_in = line.auth(&[Mechanism::Plain, Mechanism::Login], credentials).await;
            signed_in.map_err(|error| self.not_let_in(&error))?;
        }
        Ok(line)
    }

    async fn hand_over(
        &self,
        line: &mut AsyncSmtpConnection,
        to: lettre::Address,
        bytes: &[u8],
    ) -> Result<Accepted, MailError> {
        let from = self.inner.from.email.clone();
        let mut options = Vec::new();
        if !(from.to_string().is_ascii() && to.to_string().is_ascii()) {
            if !line.server_info().supports_feature(Extension::SmtpUtfEight) {
                return Err(MailError::Unsendable(
                    "the server takes no address with letters of this script".to_owned(),
                ));
            }
            options.push(MailParameter::SmtpUtfEight);
        }
        if !bytes.is_ascii() {
            options.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        // A sender that is not taken is nothing that another recipient could help.
        let sender =
            async { line.command(commands::Mail::new(Some(from), options)).await.map_err(|e| self.not_let_in(&e)) };
        self.within(ANSWER_WITHIN, sender).await?;
        let recipient = async {
            line.command(commands::Rcpt::new(to, Vec::new())).await.map_err(|e| self.not_taken(&e, Stage::Recipient))
        };
        self.within(ANSWER_WITHIN, recipient).await?;
        let begun = async { line.command(commands::Data).await.map_err(|e| self.not_taken(&e, Stage::Text)) };
        self.within(ANSWER_WITHIN, begun).await?;
        let accepted = async { line.message(bytes).await.map_err(|e| self.not_taken(&e, Stage::Text)) };
        let accepted = self.within(ACCEPTED_WITHIN, accepted).await?;
        Ok(Accepted { said: short(&accepted.message().collect::<Vec<_>>().join(" ")) })
    }

    /// What went wrong before a recipient was named: a refusal is of us and not of the mail, and what was said names nobody.
    fn not_let_in(&self, error: &smtp::Error) -> MailError {
        let (server, said) = (self.name(), short(&in_full(error)));
        match error.status().map(u16::from) {
            Some(code) if error.is_permanent() => MailError::Unwelcome { server, said: format!("{code} {said}") },
            Some(421) => MailError::Unreachable { server, reason: said },
            Some(code) => MailError::Postponed { server, answer: Answer::read(code, &words(error)) },
            None if error.is_client() || error.is_tls() => MailError::Unwelcome { server, said },
            None => MailError::Unreachable { server, reason: said },
        }
    }

    /// What went wrong after a recipient was named: what was said may repeat the address, so it is read and not kept.
    fn not_taken(&self, error: &smtp::Error, stage: Stage) -> MailError {
        let server = self.name();
        let Some(code) = error.status().map(u16::from) else {
            return MailError::Unreachable { server, reason: in_short(error).to_owned() };
        };
        let answer = Answer::read(code, &words(error));
        match code {
            // The service itself ends (RFC 5321, 3.8): that is nothing against this mail.
            421 => MailError::Unreachable { server, reason: format!("it ended the conversation ({answer})") },
            _ if !error.is_permanent() => MailError::Postponed { server, answer },
            _ if answer.is_of_the_recipient(stage) => MailError::Refused { server, answer },
            _ if answer.wants_a_name() => {
                MailError::Unwelcome { server, said: format!("{answer}: it wants a name and a password") }
            }
            _ => MailError::TurnedAway { server, answer },
        }
    }
}

/// What a server said with its code.
fn words(error: &smtp::Error) -> String {
    std::error::Error::source(error).map(ToString::to_string).unwrap_or_default()
}

/// What became of a line on which somebody was named, without a word of the server.
fn in_short(error: &smtp::Error) -> &'static str {
    match error {
        _ if error.is_timeout() => "it did not answer in time",
        _ if error.is_response() => "its answer is none that a mail server gives, or the line broke in it",
        _ => "the line broke before it answered",
    }
}

/// An error with what led to it.
fn in_full(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let more = inner.to_string();
        if !words.contains(&more) {
            words = format!("{words}: {more}");
        }
        cause = inner.source();
    }
    words
}

/// What a server says is anybody's text.
fn short(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(SAID_CHARS_MAX)
        .collect::<String>()
        .trim()
        .to_owned()
}

fn encryption(settings: &MailSettings) -> Result<TlsParameters, MailSettingsError> {
    let mut builder = TlsParameters::builder(settings.server.clone());
    if let Some(file) = &settings.ca {
        let read = read_file("ca", file, AUTHORITIES_BYTES_MAX)?;
        let wrong = |reason: String| MailSettingsError::File { key: "ca", file: file.clone(), reason };
        let found = Certificate::from_pem(&read).map_err(|error| wrong(in_full(&error)))?;
        builder = builder.certificate_store(CertificateStore::None).add_root_certificate(found);
    }
    let built = builder.build();
    built.map_err(|error| MailSettingsError::Key { key: "tls", what: format!("no encryption: {}", in_full(&error)) })
}

fn password(file: &Path) -> Result<Zeroizing<String>, MailSettingsError> {
    let bytes = read_file("password_file", file, PASSWORD_BYTES_MAX)?;
    let wrong = |reason: &str| MailSettingsError::File {
        key: "password_file",
        file: file.to_owned(),
        reason: reason.to_owned(),
    };
    let text = std::str::from_utf8(&bytes).map_err(|_| wrong("it is no text in UTF-8"))?;
    let password = text.trim_end_matches(['\r', '\n']);
    if password.is_empty() || password.chars().any(char::is_control) {
        return Err(wrong("write the password into it, in one line"));
    }
    let mode = fs::metadata(file).map_or(0, |about| about.permissions().mode() & 0o777);
    if mode & 0o077 != 0 {
        tracing::warn!(file = %file.display(), "the mail password can be read by others than its owner; run: chmod 600 {}", file.display());
    }
    Ok(Zeroizing::new(password.to_owned()))
}

fn read_file(key: &'static str, file: &Path, bytes_max: u64) -> Result<Zeroizing<Vec<u8>>, MailSettingsError> {
    let wrong = |reason: String| MailSettingsError::File { key, file: file.to_owned(), reason };
    let mut bytes = Zeroizing::new(Vec::new());
    let open = fs::File::open(file).map_err(|error| wrong(error.to_string()))?;
    open.take(bytes_max + 1).read_to_end(&mut bytes).map_err(|error| wrong(error.to_string()))?;
    if bytes.len() as u64 > bytes_max {
        return Err(wrong(format!("it is longer than {bytes_max} bytes")));
    }
    Ok(bytes)
}
