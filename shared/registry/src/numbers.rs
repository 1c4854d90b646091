//! Writing numbers and sizes of files as each language writes them (Unicode CLDR, <https://cldr.unicode.org>).

use serde_json::Number;

use crate::{Labels, Language, Shown, model::Words};

/// From so many digits before the decimals on, they stand in groups of three; 2022 stays 2022.
const DIGITS_GROUPED: usize = 5;
const KILOBYTE: u64 = 1_000;
const MEGABYTE: u64 = 1_000_000;

/// The sign before decimals, and the one between groups of digits: a comma, a point, or a space at which no line breaks.
const fn signs(language: Language) -> (char, char) {
    match language {
        Language::En | Language::Zh | Language::Ar => ('.', ','),
        Language::Es => (',', '.'),
        Language::Fr => (',', '\u{202F}'),
        Language::Ru => (',', '\u{A0}'),
    }
}

/// A number: "12,500.25".
pub(crate) fn number(number: &Number, language: Language) -> String {
    // A whole number that was typed as 3.0 means 3.
    let text = match number.as_f64() {
        Some(value) if number.is_f64() && value.fract() == 0.0 && value.abs() < 1e15 => format!("{value:.0}"),
        _ => number.to_string(),
    };
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("\u{2212}", digits),
        None => ("", text.as_str()),
    };
    if !digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        // Too great or too small to be written out.
        return text;
    }
    let (decimal, between) = signs(language);
    let (whole, rest) = digits.split_once('.').unwrap_or((digits, ""));
    let mut written = format!("{sign}{}", grouped(whole, between));
    if !rest.is_empty() {
        written.push(decimal);
        written.push_str(rest);
    }
    written
}

fn grouped(digits: &str, between: char) -> String {
    if digits.len() < DIGITS_GROUPED {
        return digits.to_owned();
    }
    let mut written = String::with_capacity(digits.len() * 2);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            written.push(between);
        }
        written.push(digit);
    }
    written
}

/// The size of a file: "1.2 MB". At least a thousandth of what is said, so that no file has 0.
pub(crate) fn size(words: &Words, bytes: u64, language: Language) -> Shown {
    let (unit, pattern, otherwise) = match bytes {
        MEGABYTE.. => (MEGABYTE, &words.megabytes, "{n} MB"),
        _ => (KILOBYTE, &words.kilobytes, "{n} kB"),
    };
    let tenths = (u128::from(bytes) * 10).div_ceil(u128::from(unit));
    let (decimal, _) = signs(language);
    let amount = match (unit, tenths % 10) {
        (MEGABYTE, tenth @ 1..) => format!("{}{decimal}{tenth}", tenths / 10),
        _ => tenths.div_ceil(10).to_string(),
    };
    let fallback = Labels::english_only(otherwise);
    let pattern = if pattern.is_empty() { &fallback } else { pattern };
    let shown = pattern.show(language, otherwise);
    Shown { text: shown.text.replace("{n}", &amount), language: shown.language }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_each_language_writes_them() {
        let written = |json: &str, language| number(&json.parse().unwrap(), language);
        assert_eq!(written("2022", Language::En), "2022");
        assert_eq!(written("1250000.5", Language::En), "1,250,000.5");
        assert_eq!(written("1250000.5", Language::Fr), "1\u{202F}250\u{202F}000,5");
        assert_eq!(written("1250000.5", Language::Es), "1.250.000,5");
        assert_eq!(written("-12500", Language::Ru), "\u{2212}12\u{A0}500");
        assert_eq!(written("3.0", Language::Zh), "3");
        assert_eq!(written("1e300", Language::En), "1e+300");
    }

    #[test]
    fn sizes_are_never_nothing() {
        let registry = crate::Registry::embedded();
        let written = |bytes, language| size(registry.words(), bytes, language).text;
        assert_eq!(written(1, Language::En), "1 kB");
        assert_eq!(written(999_999, Language::En), "1000 kB");
        assert_eq!(written(1_000_000, Language::En), "1 MB");
        assert_eq!(written(1_200_001, Language::Fr), "1,3 Mo");
        assert_eq!(written(u64::MAX, Language::En), "18446744073709.6 MB");
    }
}
