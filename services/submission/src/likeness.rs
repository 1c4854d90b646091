//! How much two contents say the same: the words of their titles, their days, their places. Pure, and fit for any type: it
//! asks the registry which fields those are.
//!
//! It offers, and decides nothing: whether something is a duplicate is said by people.

mod kept;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use dossier_registry::{Kind, RecordType};
use serde_json::Value;

pub use kept::{KEPT_MAX, KeptTraits};

/// The vocabulary of states and areas.
const COUNTRIES: &str = "countries";
/// Letters a word of an alphabet must have to say anything: "de", "la", "of" and "и" do not.
const LETTERS_MIN: usize = 3;
/// How much each counts. What one of the two does not say is left out of the account.
const OF_TITLE: f64 = 0.6;
const OF_DAYS: f64 = 0.25;
const OF_PLACE: f64 = 0.15;
/// From where on two are worth showing to a person: half of the words, and the days or the place besides.
const WORTH_SHOWING: f64 = 0.55;
/// Titles that share less than a third of their words are of different things, on whatever day and in whatever city.
const TITLE_MIN: f64 = 0.34;
/// From where on a part of it is called alike.
const ALIKE: f64 = 0.5;

/// What two contents are compared by.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Traits {
    /// The words of the title, by language.
    titles: BTreeMap<String, BTreeSet<String>>,
    /// The first and the last day of each range, as `2022-05-17`.
    days: Vec<(String, String)>,
    cities: BTreeSet<String>,
    countries: BTreeSet<String>,
}

/// How alike two are.
#[derive(Debug, Clone, PartialEq)]
pub struct Likeness {
    /// From 0 to 100.
    pub percent: u8,
    /// What is alike: title, dates, place.
    pub alike: Vec<&'static str>,
}

impl Traits {
    /// The traits of a content.
    pub fn of(kind: &RecordType, content: &Value) -> Self {
        let mut traits = Self::default();
        if let Some(title) = kind.title().and_then(|title| content.get(&title.key)).and_then(Value::as_object) {
            let words = title.iter().filter_map(|(language, text)| Some((language.clone(), words(text.as_str()?))));
            traits.titles = words.filter(|(_, words)| !words.is_empty()).collect();
        }
        for field in &kind.fields {
            let values = content.get(&field.key).map(each).unwrap_or_default();
            match field.kind {
                Kind::Range => traits.days.extend(values.iter().filter_map(|value| days(value))),
                Kind::Place => values.iter().for_each(|value| traits.place(value)),
                Kind::Term if field.vocabulary.as_deref() == Some(COUNTRIES) => {
                    traits.countries.extend(values.iter().filter_map(|value| value.as_str()).map(str::to_owned));
                }
                _ => {}
            }
        }
        traits
    }

    fn place(&mut self, value: &Value) {
        let part = |key: &str| value.get(key).and_then(Value::as_str);
        self.cities.extend(part("city").map(words_joined).filter(|city| !city.is_empty()));
        self.countries.extend(part("country").map(str::to_owned));
    }

    /// How alike the two are; none when it is not worth a person's look.
    pub fn likeness(&self, other: &Self) -> Option<Likeness> {
        let title = self.title_with(other).filter(|title| *title >= TITLE_MIN)?;
        let parts = [
            ("title", OF_TITLE, Some(title)),
            ("dates", OF_DAYS, self.days_with(other)),
            ("place", OF_PLACE, self.place_with(other)),
        ];
        let said = parts.iter().filter_map(|(_, weight, part)| Some((weight, (*part)?)));
        let (sum, whole) = said.fold((0.0, 0.0), |(sum, whole), (weight, part)| (sum + weight * part, whole + weight));
        let score: f64 = sum / whole;
        let alike = parts.iter().filter(|(_, _, part)| part.is_some_and(|part| part >= ALIKE));
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // between 0 and 100
        let percent = (score * 100.0).round().clamp(0.0, 100.0) as u8;
        (score >= WORTH_SHOWING).then(|| Likeness { percent, alike: alike.map(|(name, _, _)| *name).collect() })
    }

    /// The titles in the language in which they are most alike.
    fn title_with(&self, other: &Self) -> Option<f64> {
        let both = self.titles.iter().filter_map(|(language, words)| Some((words, other.titles.get(language)?)));
        both.map(|(one, two)| shared(one, two)).reduce(f64::max)
    }

    fn days_with(&self, other: &Self) -> Option<f64> {
        let pairs = self.days.iter().flat_map(|one| other.days.iter().map(move |two| (one, two)));
        pairs
            .map(|((from, to), (since, until))| match (from == since, from <= until && since <= to) {
                (true, _) => 1.0,
                (false, true) => ALIKE,
                (false, false) => 0.0,
            })
            .reduce(f64::max)
    }

    fn place_with(&self, other: &Self) -> Option<f64> {
        if !self.cities.is_empty() && !other.cities.is_empty() {
            return Some(shared(&self.cities, &other.cities));
        }
        let both = !self.countries.is_empty() && !other.countries.is_empty();
        both.then(|| shared(&self.countries, &other.countries))
    }
}

/// The values of a field, whether it takes one or many.
fn each(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(values) => values.iter().collect(),
        one => vec![one],
    }
}

/// How much of two sets is in both: twice what is shared, by the size of both.
#[allow(clippy::cast_precision_loss)] // words of a title
fn shared(one: &BTreeSet<String>, two: &BTreeSet<String>) -> f64 {
    let sizes = (one.len() + two.len()) as f64;
    if sizes == 0.0 { 0.0 } else { 2.0 * one.intersection(two).count() as f64 / sizes }
}

/// The words of a text in the form in which equal words are equal; pairs of signs where no blanks stand between words.
fn words(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for word in plain(text).split_whitespace() {
        let signs: Vec<char> = word.chars().collect();
        if signs.iter().any(|sign| is_ideograph(*sign)) {
            found.extend(signs.windows(2).map(|pair| pair.iter().collect::<String>()));
        } else if signs.len() >= LETTERS_MIN || signs.iter().any(char::is_ascii_digit) {
            found.insert(word.to_owned());
        }
    }
    found
}

fn words_joined(text: &str) -> String {
    plain(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Small letters, without marks above and below, anything else than letters and digits a blank.
fn plain(text: &str) -> String {
    let marks = |sign: &char| !matches!(*sign, '\u{300}'..='\u{36f}' | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{200c}'..='\u{200f}');
    let sign = |sign: char| if sign.is_alphanumeric() { sign } else { ' ' };
    text.chars().flat_map(char::to_lowercase).filter(marks).map(sign).collect()
}

const fn is_ideograph(sign: char) -> bool {
    matches!(sign, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

/// The first and the last day of a range. What is known as a year or a month is all of it.
fn days(range: &Value) -> Option<(String, String)> {
    let part = |key: &str| range.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    let start = part("start").or_else(|| part("end"))?;
    let is_ongoing = range.get("ongoing").and_then(Value::as_bool).unwrap_or(false);
    let end = if is_ongoing { "9999" } else { part("end").unwrap_or(start) };
    Some((filled(start, "-01-01"), filled(end, "-12-31")))
}

/// A year, month or day as a day, to be compared letter by letter: `2022-05` from below is `2022-05-01`.
fn filled(text: &str, rest: &str) -> String {
    let day: String = text.chars().take("2022-05-17".len()).collect();
    let tail: String = rest.chars().skip(day.chars().count().saturating_sub("2022".len())).collect();
    day + &tail
}
