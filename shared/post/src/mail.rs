//! A mail to one person: plain text.

use std::{
    fmt,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use lettre::{
    Address, Message,
    message::{Mailbox, header},
};

use crate::MailError;

/// A mail says what happened in a few lines and has a link to the rest.
const TEXT_BYTES_MAX: usize = 64 * 1024;
/// Longer ones are cut by every reader.
const SUBJECT_CHARS_MAX: usize = 200;
/// As an account holds it.
const NAME_CHARS_MAX: usize = 200;

/// The name of a mail for ever: what is sent again under the same name is the same mail.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MessageId(String);

impl MessageId {
    /// `<HEX@DOMAIN>`: 16 bytes that tell one mail from all others, and the domain of who writes (or `dossier` when it is none).
    pub fn of(id: [u8; 16], domain: &str) -> Self {
        let plain = |c: char| c.is_ascii_alphanumeric() || ".-".contains(c);
        let domain = if !domain.is_empty() && domain.chars().all(plain) { domain } else { "dossier" };
        let hex: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
        Self(format!("<{hex}@{domain}>"))
    }

    /// With its angle brackets.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A mail to one person.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// The address.
    pub to: String,
    /// The name of the person; empty when it is not known.
    pub name: String,
    /// The language of the text (BCP 47), such as `fr`.
    pub language: &'static str,
    /// What it is about, in one line.
    pub subject: String,
    /// Plain text; lines end with `\n`.
    pub text: String,
    /// 16 bytes that name this mail for ever.
    pub id: [u8; 16],
    /// When what it tells of happened, in microseconds since 1970 (UTC). Not when it is sent: a repetition has the same date.
    pub date_micros: i64,
}

/// Addresses and words of people do not belong into a log.
impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail").field("id", &self.id).field("language", &self.language).finish_non_exhaustive()
    }
}

impl Mail {
    /// Whether a text is an address that a mail can be sent to.
    pub fn is_address(text: &str) -> bool {
        text.parse::<Address>().is_ok()
    }

    /// The address, and the bytes as they go over the line.
    pub(crate) fn written(&self, from: &Mailbox) -> Result<(Address, Vec<u8>), MailError> {
        if self.text.len() > TEXT_BYTES_MAX {
            return Err(MailError::Unsendable(format!("its text is longer than {TEXT_BYTES_MAX} bytes")));
        }
        let to: Address = self.to.parse().map_err(|_| MailError::Unsendable("the address is none".to_owned()))?;
        let name = one_line(&self.name, NAME_CHARS_MAX);
        let mailbox = Mailbox::new((!name.is_empty()).then_some(name), to.clone());
        let message = Message::builder()
            .from(from.clone())
            .to(mailbox)
            .subject(one_line(&self.subject, SUBJECT_CHARS_MAX))
            .date(self.date())
            .message_id(Some(MessageId::of(self.id, from.email.domain()).as_str().to_owned()))
            .header(Language(self.language.to_owned()))
            .header(AutoSubmitted)
            .header(header::ContentType::TEXT_PLAIN)
            .body(self.text.clone());
        let message = message.map_err(|error| MailError::Unsendable(error.to_string()))?;
        Ok((to, message.formatted()))
    }

    fn date(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_micros(u64::try_from(self.date_micros).unwrap_or(0))
    }
}

/// Without anything that ends a header, and of bounded length.
fn one_line(text: &str, chars_max: usize) -> String {
    let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    plain.take(chars_max).collect::<String>().trim().to_owned()
}

/// `Content-Language` ([RFC 3282](https://www.rfc-editor.org/rfc/rfc3282)): what reads a mail aloud needs it.
#[derive(Debug, Clone)]
struct Language(String);

/// `Auto-Submitted` ([RFC 3834](https://www.rfc-editor.org/rfc/rfc3834)): nobody's holiday answer comes back.
#[derive(Debug, Clone)]
struct AutoSubmitted;

type Unparsed = Box<dyn std::error::Error + Send + Sync>;

impl header::Header for Language {
    fn name() -> header::HeaderName {
        header::HeaderName::new_from_ascii_str("Content-Language")
    }

    fn parse(text: &str) -> Result<Self, Unparsed> {
        Ok(Self(text.to_owned()))
    }

    fn display(&self) -> header::HeaderValue {
        header::HeaderValue::new(Self::name(), self.0.clone())
    }
}

impl header::Header for AutoSubmitted {
    fn name() -> header::HeaderName {
        header::HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Unparsed> {
        Ok(Self)
    }

    fn display(&self) -> header::HeaderValue {
        header::HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}
