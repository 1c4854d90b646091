//! How far a long run has come: one line on a terminal, nothing in a pipe.

use std::{
    cell::RefCell,
    io::{self, IsTerminal, Write},
    time::{Duration, Instant},
};

/// The line is written again at most so often: more is not readable.
const EVERY: Duration = Duration::from_millis(100);

/// A line on standard error that says what is being done, and is taken away when it is done.
#[derive(Debug)]
pub struct Progress {
    line: Option<RefCell<Line>>,
}

#[derive(Debug)]
struct Line {
    what: String,
    begun: Instant,
    drawn: Option<Instant>,
}

impl Progress {
    /// Shown when standard error is a terminal.
    pub fn on_terminal() -> Self {
        if io::stderr().is_terminal() { Self::shown() } else { Self::quiet() }
    }

    /// Never shown.
    pub fn quiet() -> Self {
        Self { line: None }
    }

    fn shown() -> Self {
        Self { line: Some(RefCell::new(Line { what: String::new(), begun: Instant::now(), drawn: None })) }
    }

    /// Something else begins.
    pub fn begin(&self, what: &str) {
        let Some(line) = &self.line else { return };
        *line.borrow_mut() = Line { what: what.to_owned(), begun: Instant::now(), drawn: Some(Instant::now()) };
        draw(what);
    }

    /// So much of it is done.
    pub fn at(&self, done: u64, total: u64) {
        let Some(line) = &self.line else { return };
        let mut line = line.borrow_mut();
        if line.drawn.is_some_and(|drawn| drawn.elapsed() < EVERY) {
            return;
        }
        line.drawn = Some(Instant::now());
        draw(&format!("{}: {}", line.what, words(done, total, line.begun.elapsed())));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.line.is_some() {
            draw("");
        }
    }
}

/// `12000 of 48000 events (25 %), 4000 a second, 9 s left`
fn words(done: u64, total: u64, spent: Duration) -> String {
    if total == 0 {
        return format!("{done} events");
    }
    let done = done.min(total);
    let percent = u128::from(done) * 100 / u128::from(total);
    let mut words = format!("{done} of {total} events ({percent} %)");
    // Before a second has passed the rest is a guess.
    if done > 0 && spent >= Duration::from_secs(1) {
        let left = spent.as_secs_f64() * ((total - done) as f64 / done as f64);
        let rate = done as f64 / spent.as_secs_f64();
        words.push_str(&format!(", {rate:.0} a second, {left:.0} s left"));
    }
    words
}

/// Replaces the line. A terminal that does not take it is no reason to stop.
fn draw(text: &str) {
    let mut err = io::stderr().lock();
    // Carriage return, text, erase to the end of the line (ECMA-48 EL).
    let _ = write!(err, "\r{text}\x1b[K").and_then(|()| err.flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_say_how_much_and_how_long_it_will_take() {
        assert_eq!(words(5, 0, Duration::ZERO), "5 events");
        assert_eq!(words(0, 8, Duration::from_secs(3)), "0 of 8 events (0 %)");
        assert_eq!(words(2, 8, Duration::from_millis(900)), "2 of 8 events (25 %)");
        assert_eq!(words(2, 8, Duration::from_secs(3)), "2 of 8 events (25 %), 1 a second, 9 s left");
        assert_eq!(
            words(9, 8, Duration::from_secs(3)),
            "8 of 8 events (100 %), 3 a second, 0 s left",
            "never more than all"
        );
    }

    #[test]
    fn a_quiet_one_takes_everything() {
        let progress = Progress::quiet();
        progress.begin("reading");
        progress.at(1, 2);
    }
}
