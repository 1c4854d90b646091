//! Which form of a word a number takes: the cardinal rules of CLDR for whole numbers in the six languages
//! (<https://www.unicode.org/cldr/charts/latest/supplemental/language_plural_rules.html>).

use crate::Language;

/// The category of `count`: `zero`, `one`, `two`, `few`, `many` or `other`.
pub(super) const fn category(language: Language, count: u64) -> &'static str {
    match language {
        Language::Zh => "other",
        Language::En => one_or_other(count == 1),
        // Millions are `many` in French and Spanish; no list here is that long, and `other` reads the same.
        Language::Es => one_or_other(count == 1),
        Language::Fr => one_or_other(count < 2),
        Language::Ru => match (count % 10, count % 100) {
            (1, tail) if tail != 11 => "one",
            (2..=4, tail) if tail < 12 || tail > 14 => "few",
            _ => "many",
        },
        Language::Ar => match (count, count % 100) {
            (0, _) => "zero",
            (1, _) => "one",
            (2, _) => "two",
            (_, 3..=10) => "few",
            (_, 11..) => "many",
            _ => "other",
        },
    }
}

const fn one_or_other(is_one: bool) -> &'static str {
    if is_one { "one" } else { "other" }
}

#[cfg(test)]
mod tests {
    use super::category;
    use crate::Language;

    #[test]
    fn numbers_take_their_forms() {
        let cases: [(Language, &[(u64, &str)]); 6] = [
            (Language::Zh, &[(0, "other"), (1, "other"), (5, "other")]),
            (Language::En, &[(0, "other"), (1, "one"), (2, "other"), (101, "other")]),
            (Language::Es, &[(0, "other"), (1, "one"), (21, "other")]),
            (Language::Fr, &[(0, "one"), (1, "one"), (2, "other")]),
            (Language::Ru, &[(1, "one"), (21, "one"), (101, "one"), (2, "few"), (24, "few"), (0, "many"), (5, "many")]),
            (Language::Ru, &[(11, "many"), (12, "many"), (14, "many"), (111, "many"), (112, "many"), (122, "few")]),
        ];
        for (language, counts) in cases {
            for (count, expected) in counts {
                assert_eq!(category(language, *count), *expected, "{count} in {language}");
            }
        }
        let arabic = [0, 1, 2, 3, 10, 11, 99, 100, 101, 102, 103, 111, 200];
        let forms = arabic.map(|count| category(Language::Ar, count));
        let expected = "zero one two few few many many other other other few many other";
        assert_eq!(forms.join(" "), expected);
    }
}
