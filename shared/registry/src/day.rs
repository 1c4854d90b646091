//! Days of validity: written `2022-06-01`, counted in UTC, first and last day included.

use std::{fmt, str::FromStr};

use dossier_proto::Micros;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A calendar day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(Date);

/// A text is not a day written `YYYY-MM-DD`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a day; write it like \"2022-06-01\", in quotes")]
pub struct NotADay(String);

impl Day {
    /// The day, in UTC, of a moment. Moments outside the years −9999 to 9999 count as the first or last of them.
    pub fn of(moment: Micros) -> Self {
        let stamp =
            Timestamp::from_microsecond(moment.0).unwrap_or(if moment.0 < 0 { Timestamp::MIN } else { Timestamp::MAX });
        Self(stamp.to_zoned(TimeZone::UTC).date())
    }

    /// The day of a calendar date; `None` outside the years 1 to 9999, which are written with four digits.
    pub(crate) fn from_date(date: Date) -> Option<Self> {
        (1..=9999).contains(&date.year()).then_some(Self(date))
    }

    /// The calendar date.
    pub const fn date(self) -> Date {
        self.0
    }
}

/// Whether `day` lies between `from` and `to`, both included; an open end has no limit.
pub(crate) fn in_force(from: Option<Day>, to: Option<Day>, day: Day) -> bool {
    from.is_none_or(|from| from <= day) && to.is_none_or(|to| day <= to)
}

impl FromStr for Day {
    type Err = NotADay;
    fn from_str(text: &str) -> Result<Self, NotADay> {
        strict_date(text).map(Self).ok_or_else(|| NotADay(text.chars().take(32).collect()))
    }
}

/// Reads `YYYY-MM-DD` and nothing else (the library alone would accept several ways to write one day).
pub(crate) fn strict_date(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    let shape = bytes.len() == 10
        && bytes
            .iter()
            .enumerate()
            .all(|(at, byte)| if at == 4 || at == 7 { *byte == b'-' } else { byte.is_ascii_digit() });
    if !shape {
        return None;
    }
    let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<i16>().ok();
    let (month, day) = (i8::try_from(number(5..7)?).ok()?, i8::try_from(number(8..10)?).ok()?);
    Date::new(number(0..4)?, month, day).ok()
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0.year(), self.0.month(), self.0.day())
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
