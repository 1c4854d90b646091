//! Where the mail server is, as a configuration says it.
//!
//! ```toml
//! [mail]
//! server = "mail.example"
//! port = 587                                   # may be left out: 587 with starttls, 465 with wrapped, 25 with none
//! tls = "starttls"                             # "wrapped" (TLS from the first byte), or "none"
//! user = "dossier"                             # with password_file; neither where the server knows us by our address
//! password_file = "mail.password"              # only its owner may read it
//! ca = "tls/mail-ca.pem"                       # instead of the system's authorities
//! from = "Registry <registry@registry.example>"
//! retry_seconds = 60                           # first; then twice as long each time, up to six hours, for five days
//! ```

use std::path::{Path, PathBuf};

use lettre::message::Mailbox;
use serde::Deserialize;

use crate::MailSettingsError;

/// A name of the internet has at most so many bytes.
const SERVER_BYTES_MAX: usize = 253;
/// A name, and an address of at most 254 bytes.
const FROM_BYTES_MAX: usize = 512;
/// Longer than any name of a user that servers give.
const USER_BYTES_MAX: usize = 320;

/// Where the mail server is, and as who it is spoken to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailSettings {
    /// Its name or address, without a port.
    pub server: String,
    /// Its port; the usual one of `tls` when it is left out.
    #[serde(default)]
    pub port: Option<u16>,
    /// How the line is encrypted.
    #[serde(default)]
    pub tls: MailTls,
    /// As who to sign in; nobody, where the server asks for no name.
    #[serde(default)]
    pub user: Option<String>,
    /// The file with the password of that user.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
    /// The certificate authorities to trust instead of the system's.
    #[serde(default)]
    pub ca: Option<PathBuf>,
    /// After how many seconds a mail is tried again that the server did not take; each time twice as long, up to six hours, for five days.
    #[serde(default = "a_minute")]
    pub retry_seconds: u16,
    /// Who writes: `NAME <ADDRESS>` or `ADDRESS`.
    pub from: String,
}

/// How the line to the server is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailTls {
    /// Not at first, and then it has to be ([RFC 3207](https://www.rfc-editor.org/rfc/rfc3207)).
    #[default]
    Starttls,
    /// From the first byte ([RFC 8314](https://www.rfc-editor.org/rfc/rfc8314)).
    Wrapped,
    /// Not at all: for a server on this machine.
    None,
}

const fn a_minute() -> u16 {
    60
}

impl MailTls {
    /// The usual port.
    pub const fn port(self) -> u16 {
        match self {
            Self::Starttls => 587,
            Self::Wrapped => 465,
            Self::None => 25,
        }
    }
}

impl MailSettings {
    /// The port of the server.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(self.tls.port())
    }

    /// The same with its files beside `directory`, where they are not absolute.
    #[must_use]
    pub fn beside(self, directory: &Path) -> Self {
        let at = |path: PathBuf| directory.join(path);
        Self { password_file: self.password_file.map(at), ca: self.ca.map(at), ..self }
    }

    /// Whether it can be so, without looking at a file or a server.
    ///
    /// # Errors
    /// [`MailSettingsError`]: the key, and what to write there.
    pub fn check(&self) -> Result<(), MailSettingsError> {
        let wrong = |key, what: &str| Err(MailSettingsError::Key { key, what: what.to_owned() });
        let plain = |c: char| c.is_ascii_alphanumeric() || ".-:".contains(c);
        if self.server.is_empty() || self.server.len() > SERVER_BYTES_MAX || !self.server.chars().all(plain) {
            return wrong("server", "write the name or address of the mail server, without a port");
        }
        if self.port() == 0 {
            return wrong("port", "write 1 to 65535, or leave it out");
        }
        if self.retry_seconds == 0 || self.retry_seconds > 3_600 {
            return wrong("retry_seconds", "write 1 to 3600, or leave it out");
        }
        if self.user.is_some() != self.password_file.is_some() {
            return wrong("user", "name user and password_file together, or neither");
        }
        if self.user.as_ref().is_some_and(|user| user.len() > USER_BYTES_MAX || user.chars().any(char::is_control)) {
            return wrong("user", "write the name that the mail server knows, of at most 320 bytes");
        }
        // Mails hold one-time links: whoever reads one on the line can come in as its reader.
        if self.tls == MailTls::None && !self.is_of_this_machine() {
            return wrong(
                "tls",
                "links and passwords are sent in clear to another machine; write \"starttls\" or \"wrapped\"",
            );
        }
        if self.ca.is_some() && self.tls == MailTls::None {
            return wrong("ca", "an authority is named, but the line is not encrypted; leave it out");
        }
        self.sender().map(drop)
    }

    /// Who writes.
    pub(crate) fn sender(&self) -> Result<Mailbox, MailSettingsError> {
        let wrong = || MailSettingsError::Key {
            key: "from",
            what: "write who the mail is from, such as \"Registry <registry@registry.example>\"".to_owned(),
        };
        if self.from.len() > FROM_BYTES_MAX || self.from.chars().any(char::is_control) {
            return Err(wrong());
        }
        self.from.parse().map_err(|_| wrong())
    }

    fn is_of_this_machine(&self) -> bool {
        self.server == "localhost"
            || self.server.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(server: &str, tls: &str) -> MailSettings {
        let said = serde_json::json!({"server": server, "tls": tls, "from": "Registry <registry@registry.example>"});
        serde_json::from_value(said).expect("settings")
    }

    #[test]
    fn a_line_to_another_machine_is_encrypted() {
        assert!(matches!(settings("mail.example", "none").check(), Err(MailSettingsError::Key { key: "tls", .. })));
        assert_eq!(settings("mail.example", "starttls").check(), Ok(()));
        for near in ["localhost", "127.0.0.1", "::1"] {
            assert_eq!(settings(near, "none").check(), Ok(()), "{near}");
        }
    }
}
