//! The file of keys that an installation publishes: everything that signs for it, with its history.
//!
//! Lines of UTF-8 text. A line that begins with `#`, and an empty one, says nothing to who only wants keys; every other line is a key as the
//! [C2SP signed-note](https://c2sp.org/signed-note#verifier-keys) specification writes it. The line before a key says what it is for:
//!
//! ```text
//! # log NAME up to EPOCH/SIZE               the first key of a log that has taken another one
//! # log NAME after EPOCH/SIZE up to …       a key in between
//! # log NAME after EPOCH/SIZE               the present key
//! # cosigner up to SECONDS                  the installation's own audit service, former key
//! # cosigner from SECONDS                   its present one
//! # witness WORDS                           somebody else who cosigns
//! ```
//!
//! `EPOCH/SIZE` is a checkpoint: of that epoch, of that many events. A key signs checkpoints after the one, up to and with the other.
//! `SECONDS` are those since 1970 that a cosignature names: of the one in which a key was given up both sign. A key without such a line is the only one of its log, or of the cosigner.

#[cfg(test)]
mod tests;

use std::{fmt, str::FromStr};

use thiserror::Error;

use crate::{
    cosignature::CosignerKey,
    decimal,
    history::{KeyHistory, MAX_TURNS, Stand},
    keys::VerifierKey,
};

/// The longest file. A line has at most some 350 bytes (a name of 255, an id, 44 characters), and the line before it as many: four logs and a
/// cosigner with a hundred keys each, and sixty witnesses.
pub const MAX_KEY_FILE_BYTES: usize = 512 * 1024;
/// The most witnesses.
pub const MAX_WITNESSES: usize = 64;

/// A cosigner's key, and the seconds of its cosignatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CosignerReign {
    /// The key.
    pub key: CosignerKey,
    /// Its cosignatures are not earlier than this.
    pub after: Option<u64>,
    /// And not later than this.
    pub until: Option<u64>,
}

/// Somebody else who cosigns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// The key.
    pub key: CosignerKey,
    /// Who that is, in words: one line.
    pub words: String,
}

/// What signs for an installation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeyFile {
    /// The keys of each log.
    pub logs: Vec<KeyHistory>,
    /// Those of the installation's own cosigner, in order.
    pub cosigners: Vec<CosignerReign>,
    /// Those of others.
    pub witnesses: Vec<Witness>,
}

/// Why a text is no such file. Final.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KeyFileError {
    /// It is longer than any.
    #[error("a file of keys has at most {MAX_KEY_FILE_BYTES} bytes, this one has {0}")]
    TooLong(usize),
    /// A line cannot be read.
    #[error("line {line}: {what}")]
    Line {
        /// Which one, from 1.
        line: usize,
        /// What is wrong.
        what: String,
    },
}

/// What a line says of the key after it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Said {
    Log { log: String, after: Option<Stand>, until: Option<Stand> },
    Cosigner { after: Option<u64>, until: Option<u64> },
    Witness(String),
}

impl CosignerReign {
    /// Whether a cosignature of that second is this key's to make.
    #[must_use]
    pub fn covers(&self, seconds: u64) -> bool {
        self.after.is_none_or(|after| after <= seconds) && self.until.is_none_or(|until| seconds <= until)
    }
}

impl From<CosignerKey> for CosignerReign {
    /// The only one.
    fn from(key: CosignerKey) -> Self {
        Self { key, after: None, until: None }
    }
}

impl KeyFile {
    /// The keys of a log.
    #[must_use]
    pub fn log(&self, name: &str) -> Option<&KeyHistory> {
        self.logs.iter().find(|history| history.log() == name)
    }

    /// The keys of the only log whose name ends with `/service`; nothing when there is none, or several.
    #[must_use]
    pub fn log_of(&self, service: &str) -> Option<&KeyHistory> {
        let mut found = self.logs.iter().filter(|history| ends_with(history.log(), service));
        found.next().filter(|_| found.next().is_none())
    }

    fn take(&mut self, line: &str, said: Option<Said>) -> Result<(), String> {
        if let Ok(key) = VerifierKey::parse(line) {
            return self.take_log_key(key, said);
        }
        let key = CosignerKey::parse(line).map_err(|error| format!("it is no verifier key: {error}"))?;
        match said {
            Some(Said::Log { .. }) => Err("the key of a log should stand here, and it is a cosigner's".to_owned()),
            Some(Said::Witness(words)) => self.take_witness(Witness { key, words }),
            Some(Said::Cosigner { after, until }) => self.take_cosigner(CosignerReign { key, after, until }),
            // As it was before there were witnesses and histories.
            None if ends_with(key.name().as_str(), "cosigner") => self.take_cosigner(key.into()),
            None => self.take_witness(Witness { key, words: String::new() }),
        }
    }

    fn take_log_key(&mut self, key: VerifierKey, said: Option<Said>) -> Result<(), String> {
        let after = match said {
            None => None,
            Some(Said::Log { log, after, .. }) if log == key.name().as_str() => after,
            Some(Said::Log { log, .. }) => {
                return Err(format!("the key of {log} should stand here, not of {}", key.name()));
            }
            Some(_) => return Err("a cosigner's key should stand here, and it is a log's".to_owned()),
        };
        let known = self.logs.iter_mut().find(|history| history.log() == key.name().as_str());
        match (known, after) {
            (None, None) => self.logs.push(key.into()),
            (Some(history), Some(after)) => {
                let former = history.current().to_string();
                history.turn(after, &former, &key.to_string()).map_err(|error| error.to_string())?;
            }
            (None, Some(_)) => return Err(format!("the first key of {} is missing", key.name())),
            (Some(history), None) if history.turns().is_empty() && *history.first() == key => {}
            (Some(_), None) => {
                return Err(format!("a second key of {}, and nothing says from where on it signs", key.name()));
            }
        }
        Ok(())
    }

    fn take_cosigner(&mut self, reign: CosignerReign) -> Result<(), String> {
        let follows = self.cosigners.last().map_or(reign.after.is_none(), |last| {
            last.until.is_some()
                && last.until == reign.after
                && reign.until.is_none_or(|until| last.until <= Some(until))
        });
        if !follows || self.cosigners.iter().any(|other| other.key == reign.key) {
            return Err("a second key of the cosigner that does not follow on the one before".to_owned());
        }
        if self.cosigners.len() > MAX_TURNS {
            return Err(format!("a cosigner takes at most {MAX_TURNS} keys"));
        }
        self.cosigners.push(reign);
        Ok(())
    }

    fn take_witness(&mut self, witness: Witness) -> Result<(), String> {
        if self.witnesses.len() >= MAX_WITNESSES {
            return Err(format!("there are at most {MAX_WITNESSES} witnesses"));
        }
        self.witnesses.push(witness);
        Ok(())
    }

    /// What the lines say of ends has to be what follows from the next key.
    fn check_end(&self, said: &Said) -> Result<(), String> {
        match said {
            Said::Log { log, after, until } => {
                let history = self.log(log).ok_or_else(|| format!("there is no key of {log}"))?;
                let reign = history.reigns().find(|reign| reign.after == *after);
                if reign.is_none_or(|reign| reign.until != *until) {
                    return Err(format!("another end of a key of {log} is given than the beginning of the next"));
                }
                Ok(())
            }
            Said::Cosigner { .. } | Said::Witness(_) => Ok(()),
        }
    }
}

/// The last part of a name, after a slash.
fn ends_with(name: &str, last: &str) -> bool {
    name.rsplit_once('/').is_some_and(|(_, end)| end == last)
}

impl FromStr for KeyFile {
    type Err = KeyFileError;

    fn from_str(text: &str) -> Result<Self, KeyFileError> {
        if text.len() > MAX_KEY_FILE_BYTES {
            return Err(KeyFileError::TooLong(text.len()));
        }
        let (mut file, mut said, mut all) = (Self::default(), None, Vec::new());
        for (line, text) in (1..).zip(text.lines()) {
            let wrong = |what: String| KeyFileError::Line { line, what };
            let text = text.trim();
            if text.is_empty() {
                continue;
            }
            if let Some(words) = text.strip_prefix('#') {
                if let Some(new) = Said::read(words.trim()).map_err(wrong)? {
                    said = Some(new);
                }
                continue;
            }
            let of_this = said.take();
            all.extend(of_this.clone().map(|said| (line, said)));
            file.take(text, of_this).map_err(wrong)?;
        }
        for (line, said) in all {
            file.check_end(&said).map_err(|what| KeyFileError::Line { line, what })?;
        }
        Ok(file)
    }
}

impl Said {
    /// What a remark says of the key after it; nothing when it is a remark for people.
    fn read(words: &str) -> Result<Option<Self>, String> {
        let wrong = || format!("\"# {words}\" should say after which and up to which checkpoint or second a key signs");
        let (kind, rest) = words.split_once(' ').unwrap_or((words, ""));
        let read = match kind {
            "log" => {
                let (log, rest) = rest.split_once(' ').unwrap_or((rest, ""));
                let (after, until) = stretch(rest, "after", |text| text.parse::<Stand>().ok()).ok_or_else(wrong)?;
                Self::Log { log: log.to_owned(), after, until }
            }
            "cosigner" => {
                let (after, until) = stretch(rest, "from", decimal::parse).ok_or_else(wrong)?;
                Self::Cosigner { after, until }
            }
            "witness" => Self::Witness(rest.to_owned()),
            _ => return Ok(None),
        };
        Ok(Some(read))
    }
}

/// `after X` (or another word), `up to Y`, both, or neither.
fn stretch<T>(words: &str, begins: &str, read: impl Fn(&str) -> Option<T>) -> Option<(Option<T>, Option<T>)> {
    match words.split(' ').collect::<Vec<_>>()[..] {
        [""] => Some((None, None)),
        [word, after] if word == begins => Some((Some(read(after)?), None)),
        ["up", "to", until] => Some((None, Some(read(until)?))),
        [word, after, "up", "to", until] if word == begins => Some((Some(read(after)?), Some(read(until)?))),
        _ => None,
    }
}

impl fmt::Display for KeyFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for history in &self.logs {
            for reign in history.reigns() {
                write!(f, "# log {}", history.log())?;
                ends(f, "after", reign.after, reign.until)?;
                writeln!(f, "{}", reign.key)?;
            }
        }
        for reign in &self.cosigners {
            write!(f, "# cosigner")?;
            ends(f, "from", reign.after, reign.until)?;
            writeln!(f, "{}", reign.key)?;
        }
        for witness in &self.witnesses {
            writeln!(f, "{}", format!("# witness {}", witness.words.replace(['\r', '\n'], " ")).trim_end())?;
            writeln!(f, "{}", witness.key)?;
        }
        Ok(())
    }
}

fn ends(
    f: &mut fmt::Formatter<'_>,
    begins: &str,
    after: Option<impl fmt::Display>,
    until: Option<impl fmt::Display>,
) -> fmt::Result {
    if let Some(after) = after {
        write!(f, " {begins} {after}")?;
    }
    if let Some(until) = until {
        write!(f, " up to {until}")?;
    }
    writeln!(f)
}
