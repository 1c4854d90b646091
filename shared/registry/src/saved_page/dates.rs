//! Dates as pages print them: "17 May 2022", "17-20 May 2022", "May 17 - June 2, 2022", "2022-05-17".

use std::collections::HashMap;

use jiff::civil::Date;
use serde_json::{Value, json};

use crate::{Day, model::Words, places::fold};

/// Words between dates that say nothing about which.
const LINKS: [&str; 20] = [
    "to", "from", "until", "and", "of", "on", "the", "du", "au", "le", "et", "del", "de", "al", "el", "y", "с", "по",
    "из", "إلى",
];
/// Tokens of a date line: two dates with their links have at most eleven.
const TOKENS_MAX: usize = 16;

#[derive(Clone, Copy)]
enum Token {
    Small(i8),
    Year(i16),
    Month(i8),
}

/// The months by every word they are known by; `None` for a word that two months share, which says nothing by itself (the
/// first half of "كانون الثاني" and "كانون الأول"). Built once for a page.
pub(super) struct Months(HashMap<String, Option<i8>>);

impl Months {
    pub(super) fn new(words: &Words) -> Self {
        let months: Vec<(i8, String)> =
            words.months.values().flat_map(|months| (1_i8..).zip(months.iter().map(|name| fold(name)))).collect();
        let mut known = HashMap::new();
        for (number, name) in &months {
            name.split(' ').for_each(|part| learn(&mut known, part, *number));
        }
        // Abbreviations only where no whole name is meant.
        let mut short = HashMap::new();
        for (number, name) in &months {
            if let Some(beginning) = name.get(..3).filter(|beginning| beginning.is_ascii()) {
                learn(&mut short, beginning, *number);
            }
        }
        for (beginning, number) in short {
            known.entry(beginning).or_insert(number);
        }
        Self(known)
    }
}

fn learn(known: &mut HashMap<String, Option<i8>>, word: &str, number: i8) {
    let held = known.entry(word.to_owned()).or_insert(Some(number));
    if *held != Some(number) {
        *held = None;
    }
}

/// The range a text gives, as content; `None` if any word of it is not understood.
pub(super) fn range(months: &Months, text: &str) -> Option<Value> {
    // A time of day cannot be given without its zone, which such pages do not tell.
    if text.contains(':') || text.len() > 200 {
        return None;
    }
    let tokens = tokens(months, text)?;
    let (start, end) = dates(&tokens)?;
    Some(match end {
        Some(end) => json!({ "start": start.to_string(), "end": end.to_string() }),
        None => json!({ "start": start.to_string() }),
    })
}

fn tokens(months: &Months, text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    for word in fold(text).split(' ') {
        if LINKS.contains(&word) {
            continue;
        }
        let digits = word.trim_end_matches("st").trim_end_matches("nd").trim_end_matches("rd").trim_end_matches("th");
        let digits = if word == "1er" { "1" } else { digits };
        let token = match digits.parse::<i16>() {
            Ok(number) if digits.len() == 4 => Token::Year(number),
            Ok(number) if (1..=31).contains(&number) => Token::Small(i8::try_from(number).ok()?),
            Ok(_) => return None,
            Err(_) => match *months.0.get(word)? {
                Some(number) => Token::Month(number),
                None => continue,
            },
        };
        if let (Token::Month(number), Some(Token::Month(last))) = (token, tokens.last())
            && number == *last
        {
            // Both names of one month: "أيار/مايو".
            continue;
        }
        if tokens.len() >= TOKENS_MAX {
            return None;
        }
        tokens.push(token);
    }
    Some(tokens)
}

fn dates(tokens: &[Token]) -> Option<(Day, Option<Day>)> {
    use Token::{Month, Small, Year};
    let day = |year: i16, month: i8, day: i8| Day::from_date(Date::new(year, month, day).ok()?);
    let pair = |one: Option<Day>, other: Option<Day>| Some((one?, Some(other?)));
    match *tokens {
        [Small(d), Month(m), Year(y)] | [Month(m), Small(d), Year(y)] | [Year(y), Small(m), Small(d)] => {
            Some((day(y, m, d)?, None))
        }
        [Small(d), Small(d2), Month(m), Year(y)] | [Month(m), Small(d), Small(d2), Year(y)] => {
            pair(day(y, m, d), day(y, m, d2))
        }
        [Small(d), Month(m), Small(d2), Month(m2), Year(y)] | [Month(m), Small(d), Month(m2), Small(d2), Year(y)] => {
            pair(day(y, m, d), day(y, m2, d2))
        }
        [Small(d), Month(m), Year(y), Small(d2), Month(m2), Year(y2)]
        | [Month(m), Small(d), Year(y), Month(m2), Small(d2), Year(y2)]
        | [Year(y), Small(m), Small(d), Year(y2), Small(m2), Small(d2)] => pair(day(y, m, d), day(y2, m2, d2)),
        _ => None,
    }
}
