//! A mail as it came, read as a mailbox reads it.

use base64::{Engine as _, engine::general_purpose::STANDARD};

/// A mail that the server has accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// From whom, by the envelope.
    pub from: String,
    /// To whom, by the envelope.
    pub to: Vec<String>,
    /// The headers, unfolded, in their order; encoded words are decoded.
    pub headers: Vec<(String, String)>,
    /// The text, decoded.
    pub text: String,
    /// All of it as it came.
    pub raw: String,
}

impl Received {
    /// A header by its name; empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
    }

    /// What it is about.
    pub fn subject(&self) -> &str {
        self.header("Subject")
    }

    /// By what a mailbox knows a repetition.
    pub fn message_id(&self) -> &str {
        self.header("Message-ID")
    }

    pub(super) fn parse(from: String, to: Vec<String>, raw: &str) -> Self {
        let (head, body) = raw.split_once("\n\n").unwrap_or((raw, ""));
        let mut headers: Vec<(String, String)> = Vec::new();
        for line in head.lines() {
            match (line.starts_with([' ', '\t']), headers.last_mut()) {
                (true, Some((_, value))) => value.push_str(&format!(" {}", line.trim())),
                _ => headers.extend(line.split_once(':').map(|(key, value)| (key.to_owned(), value.trim().to_owned()))),
            }
        }
        headers.iter_mut().for_each(|(_, value)| *value = words(value));
        let mut found = Self { from, to, headers, text: String::new(), raw: raw.to_owned() };
        found.text = match found.header("Content-Transfer-Encoding") {
            "quoted-printable" => quoted(body, false),
            "base64" => based(&body.replace('\n', "")),
            _ => body.to_owned(),
        };
        found
    }
}

fn based(text: &str) -> String {
    String::from_utf8_lossy(&STANDARD.decode(text).unwrap_or_default()).replace("\r\n", "\n")
}

/// Quoted-printable ([RFC 2045](https://www.rfc-editor.org/rfc/rfc2045#section-6.7)), and as encoded words have it.
fn quoted(text: &str, underscores_are_spaces: bool) -> String {
    let (bytes, mut out, mut at) = (text.as_bytes(), Vec::new(), 0);
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'=' if bytes.get(at) == Some(&b'\n') => at += 1,
            b'=' => {
                let digits = text.get(at..at + 2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
                out.extend(digits);
                at += 2;
            }
            b'_' if underscores_are_spaces => out.push(b' '),
            other => out.push(other),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Encoded words ([RFC 2047](https://www.rfc-editor.org/rfc/rfc2047)); white space between two of them is nothing.
fn words(text: &str) -> String {
    let (mut out, mut rest, mut was_word) = (String::new(), text, false);
    while let Some((before, after)) = rest.split_once("=?") {
        let mut parts = after.splitn(4, '?');
        let (Some(_charset), Some(how), Some(word), Some(end)) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            break;
        };
        let Some(end) = end.strip_prefix('=') else { break };
        if !(was_word && before.trim().is_empty()) {
            out.push_str(before);
        }
        out.push_str(&if how.eq_ignore_ascii_case("b") { based(word) } else { quoted(word, true) });
        (rest, was_word) = (end, true);
    }
    out + rest
}
