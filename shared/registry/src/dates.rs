//! Writing days, minutes and ranges out, in the words of the registry.

use jiff::civil::Date;

use crate::{
    Labels, Language, Shown,
    model::{Precision, Words},
    range::{Point, Range},
};

/// Whether a month stands by itself or after "since": some languages write it otherwise.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Alone,
    InPhrase,
}

/// A day: "17 May 2022".
pub(crate) fn day(words: &Words, language: Language, date: Date) -> Shown {
    let (language, months) = months(words, language);
    Shown { text: fill(&words.day, language, &date_parts(words, language, months, date, "")), language: Some(language) }
}

/// A year, a month, a day, or a minute of it: "17 May 2022, 09:00".
pub(crate) fn moment(words: &Words, language: Language, point: Point) -> Shown {
    moment_in(words, language, point, Standing::Alone)
}

fn moment_in(words: &Words, language: Language, point: Point, standing: Standing) -> Shown {
    if point.precision < Precision::Day {
        return part_of_year(words, language, point, standing);
    }
    let day = day(words, language, point.date);
    let Some(time) = point.time else { return day };
    let language = day.language.unwrap_or(Language::En);
    let time = clock(time);
    Shown { text: fill(&words.moment, language, &[("{day}", day.text), ("{time}", time)]), language: Some(language) }
}

/// A month or a whole year: "May 2022", "2022".
fn part_of_year(words: &Words, language: Language, point: Point, standing: Standing) -> Shown {
    let (language, in_date) = months(words, language);
    let pattern = if point.precision == Precision::Year { &words.year } else { &words.month };
    if pattern.is_empty() {
        // A registry from before there were such dates.
        return Shown::plain(written(point));
    }
    let alone = words.months_alone.get(&language).filter(|_| standing == Standing::Alone);
    let names = alone.map_or(in_date, Vec::as_slice);
    let text = fill(pattern, language, &date_parts(words, language, names, point.date, ""));
    Shown { text, language: Some(language) }
}

/// A month or year as contents write it.
fn written(point: Point) -> String {
    match point.precision {
        Precision::Year => format!("{:04}", point.date.year()),
        _ => format!("{:04}-{:02}", point.date.year(), point.date.month()),
    }
}

/// A range, with its zone where a city names one: "17 to 20 May 2022 (New York time)".
pub(crate) fn range(words: &Words, language: Language, range: &Range) -> Option<Shown> {
    let (language, _) = months(words, language);
    let text = match (range.start, range.end) {
        (None, None) => return None,
        (Some(one), None) if range.ongoing => moment_in(words, language, one, Standing::InPhrase).text,
        (Some(one), None) | (None, Some(one)) => moment(words, language, one).text,
        (Some(start), Some(end)) if start == end => moment(words, language, start).text,
        (Some(start), Some(end)) => between(words, language, start, end),
    };
    let text = if range.ongoing { fill(&words.ongoing, language, &[("{from}", text)]) } else { text };
    let zone = range.zone.as_deref().and_then(zone_city);
    let text = match zone {
        Some(zone) => fill(&words.zone, language, &[("{zone}", zone), ("{range}", text)]),
        None => text,
    };
    Some(Shown { text, language: Some(language) })
}

fn between(words: &Words, language: Language, start: Point, end: Point) -> String {
    if let (Some(_), Some(time)) = (start.time, end.time)
        && start.date == end.date
    {
        let from = moment(words, language, start).text;
        return fill(&words.span, language, &[("{from}", from), ("{to}", clock(time))]);
    }
    let same_year = start.date.year() == end.date.year();
    let by_days = [start, end].iter().all(|point| point.precision == Precision::Day);
    if !by_days || !same_year {
        let (from, to) = (moment(words, language, start).text, moment(words, language, end).text);
        return fill(&words.span, language, &[("{from}", from), ("{to}", to)]);
    }
    let (language, names) = months(words, language);
    let mut parts = date_parts(words, language, names, start.date, "");
    parts.extend(date_parts(words, language, names, end.date, "2"));
    let same_month = start.date.month() == end.date.month();
    let pattern = if same_month { &words.days_of_month } else { &words.days_of_year };
    fill(pattern, language, &parts)
}

/// The months in this language, else in English; the language they are in.
fn months(words: &Words, language: Language) -> (Language, &[String]) {
    match words.months.get(&language) {
        Some(months) => (language, months),
        None => (Language::En, words.months.get(&Language::En).map(Vec::as_slice).unwrap_or_default()),
    }
}

fn date_parts(
    words: &Words,
    language: Language,
    months: &[String],
    date: Date,
    second: &str,
) -> Vec<(&'static str, String)> {
    let first = words.first_day.get(language).filter(|_| date.day() == 1);
    let number = first.map_or_else(|| date.day().to_string(), str::to_owned);
    let month = usize::try_from(date.month() - 1).ok().and_then(|at| months.get(at)).cloned().unwrap_or_default();
    let year = date.year().to_string();
    match second {
        "" => vec![("{d}", number), ("{month}", month), ("{y}", year)],
        _ => vec![("{d2}", number), ("{month2}", month), ("{y2}", year)],
    }
}

fn clock(time: jiff::civil::Time) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

/// The city in the name of a zone: `America/New_York` gives "New York"; `UTC` gives itself.
fn zone_city(zone: &str) -> Option<String> {
    let city = zone.rsplit('/').next()?.replace('_', " ");
    (!city.is_empty()).then_some(city)
}

fn fill(pattern: &Labels, language: Language, parts: &[(&str, String)]) -> String {
    let pattern = pattern.best(language).map(|(_, text)| text).unwrap_or_default();
    parts.iter().fold(pattern.to_owned(), |text, (name, value)| text.replace(name, value))
}
