//! Texts: per language, and short ones without.

use serde_json::Value;

use super::{Checker, FaultCode, Grade, Spot, Stage, escaped, shortened};
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
            return self.wrong_type(spot, "", "a text per language, such as {\"en\": \"…\"}");
        };
        for (tag, text) in texts {
            if tag.parse::<Language>().is_err() {
                let message = format!("{}: {:?} is not one of ar, zh, en, fr, ru, es.", spot.name(), shortened(tag));
                self.error(spot, &escaped(tag), FaultCode::UnknownLanguage, message);
                continue;
            }
            match text {
                Value::String(text) => self.text(spot, tag, text),
                _ => self.wrong_type(spot, tag, "a text"),
            }
        }
        let Some(original) = self.original else { return };
        let in_original = texts.get(original.tag()).and_then(Value::as_str);
        if !in_original.is_some_and(says_something) {
            let message = format!(
                "{} is missing in {}, the original language. Write it, or name another original.",
                spot.name(),
                original.english_name()
            );
            self.missing(spot, original.tag(), FaultCode::OriginalMissing, message);
        }
    }

    fn text(&mut self, spot: Spot<'_>, tag: &str, text: &str) {
        let limits = &spot.field.limits;
        let lines = if spot.field.kind == Kind::Richtext { Lines::Many } else { Lines::One };
        self.characters(spot, tag, text, lines, limits.characters_max(spot.field.kind));
        let (found, least) = (text.chars().count(), limits.characters_min.unwrap_or(0));
        if found > 0 && found < least as usize {
            let grade = if self.stage == Stage::Submission { Grade::Error } else { Grade::Warning };
            let message = format!("{} has {found} characters, at least {least} are asked for. Say more.", spot.name());
            self.at(spot, tag, FaultCode::TooShort, grade, message);
        }
    }

    /// A line of text in a part of a value.
    pub(super) fn line(&mut self, spot: Spot<'_>, part: &str, value: &Value, most: u32) {
        match value {
            Value::String(text) => self.characters(spot, part, text, Lines::One, most),
            _ => self.wrong_type(spot, part, "a text"),
        }
    }

    fn characters(&mut self, spot: Spot<'_>, part: &str, text: &str, lines: Lines, most: u32) {
        let found = text.chars().count();
        if found > most as usize {
            let message = format!("{} has {found} characters, {most} fit. Shorten it.", spot.name());
            self.error(spot, part, FaultCode::TooLong, message);
        }
        let forbidden = |c: char| c.is_control() && !(lines == Lines::Many && matches!(c, '\n' | '\t'));
        if let Some(found) = text.chars().find(|c| forbidden(*c)) {
            let message =
                format!("{}: the character U+{:04X} is not for texts. Take it out.", spot.name(), u32::from(found));
            self.error(spot, part, FaultCode::ForbiddenCharacter, message);
        }
        // Embeddings and overrides of direction; isolates (U+2066 to U+2069) are the proper means and stay.
        if let Some(found) = text.chars().find(|c| matches!(c, '\u{202A}'..='\u{202E}')) {
            let message = format!(
                "{}: the sign U+{:04X} can make text read otherwise than it is written. Take it out.",
                spot.name(),
                u32::from(found)
            );
            self.at(spot, part, FaultCode::MisleadingCharacter, Grade::Warning, message);
        }
    }

    pub(super) fn string(&mut self, spot: Spot<'a>, value: &'a Value) {
        self.line(spot, "", value, spot.field.limits.characters_max(Kind::String));
    }
}
