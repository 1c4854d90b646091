//! Ranges of time: from a day or minute to another, in a zone.

use jiff::{
    civil::{Date, DateTime, Time},
    tz::TimeZoneDatabase,
};
use serde_json::Value;

use crate::{day::strict_date, model::Precision};

/// A year, a month, a day, or a minute of a day, as the clocks of the place show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Point {
    /// The day, or the first day of the month or year.
    pub(crate) date: Date,
    /// The minute; only at [`Precision::Minute`].
    pub(crate) time: Option<Time>,
    pub(crate) precision: Precision,
}

/// A range as a content gives it. Each part may be missing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Range {
    pub(crate) start: Option<Point>,
    pub(crate) end: Option<Point>,
    pub(crate) zone: Option<String>,
    pub(crate) ongoing: bool,
}

impl Point {
    /// Reads `2022`, `2022-05`, `2022-05-17` or `2022-05-17T09:00`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let first_of =
            |rest: &str, precision| Some(Self { date: strict_date(&format!("{text}{rest}"))?, time: None, precision });
        match (text.len(), text.split_once('T')) {
            (4, None) => first_of("-01-01", Precision::Year),
            (7, None) => first_of("-01", Precision::Month),
            (_, None) => first_of("", Precision::Day),
            (_, Some((date, time))) => {
                let (date, time) = (strict_date(date)?, strict_time(time)?);
                Some(Self { date, time: Some(time), precision: Precision::Minute })
            }
        }
    }

    /// The last day of what is meant.
    pub(crate) fn last_day(self) -> Date {
        match self.precision {
            Precision::Year => self.date.last_of_year(),
            Precision::Month => self.date.last_of_month(),
            Precision::Day | Precision::Minute => self.date,
        }
    }

    fn earliest(self) -> DateTime {
        self.date.to_datetime(self.time.unwrap_or(Time::midnight()))
    }
}

/// Reads `HH:MM`, 00:00 to 23:59.
fn strict_time(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    let two_digits = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    if !two_digits(hour) || !two_digits(minute) {
        return None;
    }
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

impl Range {
    /// What can be read of a value; `None` if nothing says when.
    pub(crate) fn read(value: &Value) -> Option<Self> {
        let text = |key: &str| value.get(key).and_then(Value::as_str);
        let range = Self {
            start: text("start").and_then(Point::parse),
            end: text("end").and_then(Point::parse),
            zone: text("zone").map(str::to_owned),
            ongoing: value.get("ongoing").and_then(Value::as_bool).unwrap_or(false),
        };
        (range.start.is_some() || range.end.is_some()).then_some(range)
    }

    /// The last day of the whole range; `None` while it goes on.
    pub(crate) fn last_day(&self) -> Option<Date> {
        if self.ongoing { None } else { self.end.or(self.start).map(Point::last_day) }
    }

    /// Whether the last moment lies before the first. A day and a minute of the same day are in order, and so are a month and
    /// a day of it.
    pub(crate) fn ends_before_start(&self) -> bool {
        let (Some(start), Some(end)) = (self.start, self.end) else { return false };
        match (start.time, end.time) {
            (Some(_), Some(_)) => end.earliest() < start.earliest(),
            _ => end.last_day() < start.date,
        }
    }
}

/// Whether this is the name of a zone of the IANA database, spelt exactly. The database is the one built into the
/// program, so that the answer does not depend on the machine.
pub(crate) fn is_zone(name: &str) -> bool {
    TimeZoneDatabase::bundled().get(name).is_ok_and(|zone| zone.iana_name() == Some(name))
}
