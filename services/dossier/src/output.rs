//! What a command prints: words for people, or JSON for programs.

use std::{
    borrow::Cow,
    io::{self, ErrorKind, Write},
    sync::atomic::{AtomicBool, Ordering},
};

use serde_json::Value;

/// For whom a command prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Lines of words.
    Person,
    /// One JSON document a line.
    Program,
}

impl Audience {
    /// As `--json` says.
    pub fn of(json: bool) -> Self {
        if json { Self::Program } else { Self::Person }
    }

    /// Prints a document: as it is for a program, in words for a person.
    pub fn show(self, document: &Value, words: impl FnOnce(&Value) -> String) {
        match self {
            Self::Program => line(&document.to_string()),
            Self::Person => line(words(document).trim_end()),
        }
    }
}

static LOST: AtomicBool = AtomicBool::new(false);

/// Prints a line to standard output. When nobody reads it any more (a closed pipe) there is nothing left to say; when it
/// cannot be written (a full disk), [`something_was_lost`].
pub fn line(text: &str) {
    let mut out = io::stdout().lock();
    let written = writeln!(out, "{}", harmless(text)).and_then(|()| out.flush());
    if written.is_err_and(|error| error.kind() != ErrorKind::BrokenPipe) {
        LOST.store(true, Ordering::Relaxed);
    }
}

/// What is printed may hold others' words: a file that was forged, an answer of a server that lies. A terminal obeys control characters (one of them
/// rubs out what stands there already), so all but the ends of lines are shown as what they are.
fn harmless(text: &str) -> Cow<'_, str> {
    let obeyed = |c: char| (c.is_control() && c != '\n' && c != '\t') || is_turning(c);
    if !text.contains(obeyed) {
        return Cow::Borrowed(text);
    }
    let shown = |c: char| if obeyed(c) { c.escape_unicode().to_string() } else { c.to_string() };
    Cow::Owned(text.chars().map(shown).collect())
}

/// Whether a character turns the direction of what follows, or ends a line where none is meant
/// ([Unicode, UAX #9](https://www.unicode.org/reports/tr9/)).
const fn is_turning(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether a line did not get to where standard output goes.
pub fn something_was_lost() -> bool {
    LOST.load(Ordering::Relaxed)
}

/// Prints a line to standard error.
pub fn aside(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", harmless(text));
}

/// A text of a document, or nothing.
pub fn text<'a>(document: &'a Value, name: &str) -> &'a str {
    document.get(name).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::harmless;

    /// A forged receipt wrote "holds" over what was said of it.
    #[test]
    fn others_words_give_a_terminal_no_orders() {
        assert_eq!(harmless("Ünï 中 \u{200f}\u{1f30d}\n\tä"), "Ünï 中 \u{200f}\u{1f30d}\n\tä");
        assert_eq!(harmless("no\r\u{1b}[2Kyes"), "no\\u{d}\\u{1b}[2Kyes");
        assert_eq!(harmless("\u{9b}2J\u{7f}\u{202e}"), "\\u{9b}2J\\u{7f}\\u{202e}");
    }
}
