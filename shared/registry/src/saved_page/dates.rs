//! Dates as pages print them: "17 May 2022", "17-20 May 2022", "May 17 - June 2, 2022", "2022-05-17".

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

/// The range a text gives, as content; `None` if any word of it is not understood.
pub(super) fn range(words: &Words, text: &str) -> Option<Value> {
    // A time of day cannot be given without its zone, which such pages do not tell.
    if text.contains(':') || text.len() > 200 {
        return None;
    }
    let tokens = tokens(words, text)?;
    let (start, end) = dates(&tokens)?;
    Some(match end {
        Some(end) => json!({ "start": start.to_string(), "end": end.to_string() }),
        None => json!({ "start": start.to_string() }),
    })
}

fn tokens(words: &Words, text: &str) -> Option<Vec<Token>> {
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
            Err(_) => Token::Month(month(words, word)?),
        };
        if tokens.len() >= TOKENS_MAX {
            return None;
        }
        tokens.push(token);
    }
    Some(tokens)
}

fn month(words: &Words, word: &str) -> Option<i8> {
    let is = |name: &String| {
        let name = fold(name);
        name.split(' ').any(|part| part == word) || (word.len() == 3 && word.is_ascii() && name.starts_with(word))
    };
    // Names first: an abbreviation could begin a month of another language.
    let at = words.months.values().find_map(|months| months.iter().position(is))?;
    i8::try_from(at + 1).ok()
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
