//! Texts: per language, and short ones without.

use serde_json::Value;

use super::{Checker, FaultCode, Grade, Saying, Spot, escaped, shortened};
use crate::{Language, model::Kind, says_something};

/// Whether line ends may stand in a text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lines {
    One,
    Many,
}

impl<'a> Checker<'a> {
    pub(super) fn per_language(&mut self, spot: Spot<'a>, value: &'a Value) {
        let Value::Object(texts) = value else {
            return self.wrong_type(spot, "", Saying::ATextPerLanguage);
        };
        for (tag, text) in texts {
            if tag.parse::<Language>().is_err() {
                let said = Saying::UnknownLanguage.with("name", shortened(tag));
                self.error(spot, &escaped(tag), FaultCode::UnknownLanguage, said);
                continue;
            }
            match text {
                Value::String(text) => self.text(spot, tag, text),
                _ => self.wrong_type(spot, tag, Saying::AText),
            }
        }
        let Some(original) = self.original else { return };
        let in_original = texts.get(original.tag()).and_then(Value::as_str);
        if !in_original.is_some_and(says_something) {
            let said = Saying::OriginalMissing.with("language", original);
            self.missing(spot, original.tag(), FaultCode::OriginalMissing, said);
        }
    }

    fn text(&mut self, spot: Spot<'_>, tag: &str, text: &str) {
        let limits = &spot.field.limits;
        let lines = if spot.field.kind == Kind::Richtext { Lines::Many } else { Lines::One };
        self.characters(spot, tag, text, lines, limits.characters_max(spot.field.kind));
        let (found, least) = (text.chars().count(), limits.characters_min.unwrap_or(0));
        if found > 0 && found < least as usize {
            let said = Saying::TooShort.with("found", found).with("least", least);
            self.at(spot, tag, FaultCode::TooShort, self.unready(), said);
        }
    }

    /// A line of text in a part of a value.
    pub(super) fn line(&mut self, spot: Spot<'_>, part: &str, value: &Value, most: u32) {
        match value {
            Value::String(text) => self.characters(spot, part, text, Lines::One, most),
            _ => self.wrong_type(spot, part, Saying::AText),
        }
    }

    fn characters(&mut self, spot: Spot<'_>, part: &str, text: &str, lines: Lines, most: u32) {
        let found = text.chars().count();
        if found > most as usize {
            self.error(spot, part, FaultCode::TooLong, Saying::TooLong.with("found", found).with("most", most));
        }
        let forbidden = |c: char| c.is_control() && !(lines == Lines::Many && matches!(c, '\n' | '\t'));
        if let Some(found) = text.chars().find(|c| forbidden(*c)) {
            let said = Saying::ForbiddenCharacter.with("sign", named(found));
            self.error(spot, part, FaultCode::ForbiddenCharacter, said);
        }
        // Embeddings and overrides of direction; isolates (U+2066 to U+2069) are the proper means and stay.
        if let Some(found) = text.chars().find(|c| matches!(c, '\u{202A}'..='\u{202E}')) {
            let said = Saying::MisleadingCharacter.with("sign", named(found));
            self.at(spot, part, FaultCode::MisleadingCharacter, Grade::Warning, said);
        }
    }

    pub(super) fn string(&mut self, spot: Spot<'a>, value: &'a Value) {
        self.line(spot, "", value, spot.field.limits.characters_max(Kind::String));
    }
}

/// A sign by its number in Unicode, since it cannot be seen.
fn named(sign: char) -> String {
    format!("U+{:04X}", u32::from(sign))
}
