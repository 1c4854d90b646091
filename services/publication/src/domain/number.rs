//! Public numbers: `EVT-2026-00042`. Given once, never reused, the name of an entry for the rest of the world.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A public number: the prefix of the record type, the year (UTC) of the first edition, and a running number of that
/// prefix and year.
///
/// Written with at least five digits, so that numbers sort as texts up to 99 999 a year; a larger one is written with
/// as many digits as it takes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicNumber {
    prefix: String,
    year: i16,
    running: u32,
}

/// A text is no public number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a public number; one looks like EVT-2026-00042")]
pub struct NotANumber(String);

/// The longest prefix. Three letters are usual; a prefix stands in every address and in every citation.
pub const PREFIX_CHARACTERS_MAX: usize = 8;
/// Digits of the running number, at least.
const DIGITS_MIN: usize = 5;
/// 10 digits hold every `u32`.
const DIGITS_MAX: usize = 10;

impl PublicNumber {
    /// The number of these parts; `None` when they cannot be written as one.
    pub fn new(prefix: &str, year: i16, running: u32) -> Option<Self> {
        let fits = is_prefix(prefix) && (1..=9999).contains(&year) && running > 0;
        fits.then(|| Self { prefix: prefix.to_owned(), year, running })
    }

    /// The prefix of the record type.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The year in which its first edition was published.
    pub const fn year(&self) -> i16 {
        self.year
    }

    /// The running number of that prefix and year, from 1.
    pub const fn running(&self) -> u32 {
        self.running
    }

    /// The address of its page on this site.
    pub fn address(&self) -> String {
        format!("/entries/{self}")
    }
}

/// Whether a record type's prefix can stand in a number: 2 to 8 capital letters (no digits and no hyphen, so that a
/// number is read in one way only).
fn is_prefix(text: &str) -> bool {
    (2..=PREFIX_CHARACTERS_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

impl fmt::Display for PublicNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:04}-{:0width$}", self.prefix, self.year, self.running, width = DIGITS_MIN)
    }
}

impl FromStr for PublicNumber {
    type Err = NotANumber;

    /// Reads a number in the one way it is written; letters may be small (addresses are typed by hand).
    fn from_str(text: &str) -> Result<Self, NotANumber> {
        read(text).ok_or_else(|| NotANumber(text.chars().take(64).collect()))
    }
}

fn read(text: &str) -> Option<PublicNumber> {
    let mut parts = text.splitn(3, '-');
    let (prefix, year, running) = (parts.next()?, parts.next()?, parts.next()?);
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let padded = running.len() == DIGITS_MIN || !running.starts_with('0');
    let shaped = year.len() == 4 && (DIGITS_MIN..=DIGITS_MAX).contains(&running.len()) && padded;
    if !(shaped && digits(year) && digits(running)) {
        return None;
    }
    PublicNumber::new(&prefix.to_ascii_uppercase(), year.parse().ok()?, running.parse().ok()?)
}

impl Serialize for PublicNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PublicNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
