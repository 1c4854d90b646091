//! What a command prints: words for people, or JSON for programs.

use std::{
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
    let written = writeln!(out, "{text}").and_then(|()| out.flush());
    if written.is_err_and(|error| error.kind() != ErrorKind::BrokenPipe) {
        LOST.store(true, Ordering::Relaxed);
    }
}

/// Whether a line did not get to where standard output goes.
pub fn something_was_lost() -> bool {
    LOST.load(Ordering::Relaxed)
}

/// Prints a line to standard error.
pub fn aside(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// A text of a document, or nothing.
pub fn text<'a>(document: &'a Value, name: &str) -> &'a str {
    document.get(name).and_then(Value::as_str).unwrap_or_default()
}
