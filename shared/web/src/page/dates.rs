//! Dates in six languages, from the patterns and months in `words/*.toml`.

use dossier_proto::Micros;
use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::words::{Words, fill};

/// The date of a moment, in UTC. A moment outside the years −9999 to 9999 gives the nearest date there is.
pub fn date_in_utc(moment: Micros) -> Date {
    civil(moment).date()
}

fn civil(moment: Micros) -> jiff::civil::DateTime {
    let nearest = if moment.0 < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_microsecond(moment.0).unwrap_or(nearest).to_zoned(TimeZone::UTC).datetime()
}

impl Words {
    /// `9 March 2026`.
    pub fn date(&self, date: Date) -> String {
        let (day, month, year) = (self.day(date), self.month(date), date.year().to_string());
        fill(self.text("date.day"), &[("day", &day), ("month", month), ("year", &year)])
    }

    /// `17–20 May 2022`, or with both months, or both years, as far as they differ.
    pub fn dates(&self, from: Date, to: Date) -> String {
        if from == to {
            return self.date(from);
        }
        if from.year() != to.year() {
            return self.fill("date.across", &[("from", &self.date(from)), ("to", &self.date(to))]);
        }
        let key = if from.month() == to.month() { "date.in_month" } else { "date.in_year" };
        let (from_day, day, year) = (self.day(from), self.day(to), to.year().to_string());
        let values = [
            ("from_day", from_day.as_str()),
            ("from_month", self.month(from)),
            ("day", &day),
            ("month", self.month(to)),
            ("year", &year),
        ];
        self.fill(key, &values)
    }

    /// `9 March 2026, 10:58 UTC`.
    pub fn moment(&self, moment: Micros) -> String {
        let civil = civil(moment);
        let time = format!("{:02}:{:02}", civil.hour(), civil.minute());
        self.fill("date.at", &[("date", &self.date(civil.date())), ("time", &time)])
    }

    fn month(&self, date: Date) -> &str {
        self.known(&format!("date.months.{}", date.month())).unwrap_or_default()
    }

    /// The number of the day; the first has its own form in French.
    fn day(&self, date: Date) -> String {
        let first = self.known("date.first_day").filter(|_| date.day() == 1);
        first.map_or_else(|| date.day().to_string(), str::to_owned)
    }
}
