//! Asking a person at a terminal; a program answers with lines on standard input.

use std::io::{self, BufRead, IsTerminal, Read, Write};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use zeroize::Zeroizing;

use crate::{Exit, Failure};

/// A line: a secret has 68 characters, a password 128 of at most 4 bytes.
const LINE_BYTES_MAX: u64 = 4096;

/// Asks for one line that everybody may see.
///
/// # Errors
/// Nobody answers.
pub(crate) fn ask(question: &str) -> Result<String, Failure> {
    prompt(question);
    Ok(read()?.to_string())
}

/// Asks for one line that is not shown while it is typed.
///
/// # Errors
/// As [`ask`].
pub(crate) fn ask_hidden(question: &str) -> Result<Zeroizing<String>, Failure> {
    prompt(question);
    let hidden = Hidden::begin();
    let answer = read();
    if hidden.is_some() {
        // The end of the line was not shown either.
        let _ = writeln!(io::stderr());
    }
    answer
}

fn prompt(question: &str) {
    if io::stdin().is_terminal() {
        let mut out = io::stderr().lock();
        let _ = write!(out, "{question}: ").and_then(|()| out.flush());
    }
}

fn read() -> Result<Zeroizing<String>, Failure> {
    let nobody = |why: &str| Failure::new(Exit::Usage, format!("there is no answer on standard input ({why})"));
    // A lock keeps what was read ahead for the next question.
    let mut line = Zeroizing::new(Vec::new());
    let read = io::stdin().lock().take(LINE_BYTES_MAX).read_until(b'\n', &mut line);
    read.map_err(|error| nobody(&error.to_string()))?;
    let text = std::str::from_utf8(&line).map_err(|_| nobody("it is no text in UTF-8"))?;
    match text.trim_end_matches(['\r', '\n']) {
        "" => Err(nobody("it is empty")),
        answer => Ok(Zeroizing::new(answer.to_owned())),
    }
}

/// A terminal that does not show what is typed, until this is dropped.
struct Hidden(Termios);

impl Hidden {
    fn begin() -> Option<Self> {
        let before = tcgetattr(io::stdin()).ok()?;
        let mut hidden = before.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        tcsetattr(io::stdin(), OptionalActions::Flush, &hidden).ok()?;
        Some(Self(before))
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.0);
    }
}
