//! Terms, places, answers, numbers.

use serde_json::Value;

use super::{Checker, FaultCode, Grade, Spot, shortened};
use crate::{
    Language,
    model::{Kind, PastTerms},
    places, says_something,
};

/// Characters of a city or platform: the longest city name in use has 85.
const NAME_CHARACTERS_MAX: u32 = 200;

impl<'a> Checker<'a> {
    pub(super) fn term(&mut self, spot: Spot<'a>, part: &str, value: &'a Value) {
        let Some(key) = value.as_str() else { return self.wrong_type(spot, part, "the key of a term") };
        let Some(vocabulary) = spot.field.vocabulary.as_deref().and_then(|name| self.registry.vocabulary(name)) else {
            return;
        };
        let Some(term) = self.registry.any_term(&vocabulary.key, key) else {
            let message =
                format!("{}: {:?} is not in the list. Choose a term of the list.", spot.name(), shortened(key));
            return self.error(spot, part, FaultCode::UnknownTerm, message);
        };
        if term.is_in_force(self.day) {
            return;
        }
        let name = term.labels.get(Language::En).unwrap_or(key);
        let message = format!("{}: “{name}” is not in use today. Choose another, if another fits.", spot.name());
        match vocabulary.past_terms {
            PastTerms::Refused => self.missing(spot, part, FaultCode::TermNotInForce, message),
            PastTerms::Remarked => self.at(spot, part, FaultCode::TermNotInForce, Grade::Warning, message),
        }
    }

    pub(super) fn term_or_text(&mut self, spot: Spot<'a>, value: &'a Value) {
        let Value::Object(members) = value else { return self.term(spot, "", value) };
        for (key, member) in members {
            match key.as_str() {
                "text" => self.line(spot, "text", member, spot.field.limits.characters_max(Kind::TermOrText)),
                _ => self.unknown_part(spot, "", key),
            }
        }
        if members.get("text").is_none_or(|text| text.as_str().is_some_and(|text| !says_something(text))) {
            self.missing(spot, "text", FaultCode::Required, format!("{}: the name is blank. Write it.", spot.name()));
        }
    }

    pub(super) fn place(&mut self, spot: Spot<'a>, value: &'a Value) {
        let Value::Object(members) = value else {
            return self.wrong_type(spot, "", "a place, such as {\"city\": \"Nairobi\", \"country\": \"KEN\"}");
        };
        for (key, member) in members {
            match key.as_str() {
                "city" | "online" => self.line(spot, key, member, NAME_CHARACTERS_MAX),
                "country" if member.as_str() == Some("") => {}
                "country" => self.term(spot, "country", member),
                _ => self.unknown_part(spot, "", key),
            }
        }
        if let Some(city) = members.get("city").and_then(Value::as_str) {
            self.former_city(spot, city);
        }
    }

    /// A remark only: a record of 2022 rightly says what the city was called in 2022.
    fn former_city(&mut self, spot: Spot<'_>, name: &str) {
        let Some(city) = places::city(self.registry.places(), name) else { return };
        let now = city.labels_on(self.day);
        if places::is_name(now, &city.aliases, name) {
            return;
        }
        let Some(now) = now.get(Language::En) else { return };
        let message =
            format!("{}: this city is called {now} today. Keep the name of the day if that is meant.", spot.name());
        self.at(spot, "city", FaultCode::FormerName, Grade::Info, message);
    }

    pub(super) fn answer(&mut self, spot: Spot<'a>, value: &'a Value) {
        if !value.is_boolean() {
            self.wrong_type(spot, "", "yes or no (true or false)");
        }
    }

    pub(super) fn number(&mut self, spot: Spot<'a>, value: &'a Value) {
        let Some(number) = value.as_f64() else { return self.wrong_type(spot, "", "a number") };
        let limits = &spot.field.limits;
        // Limits are at most 2^53, which a double holds exactly.
        let too_small = limits.minimum.is_some_and(|least| number < least as f64);
        let too_great = number.abs() > (1_i64 << 53) as f64 || limits.maximum.is_some_and(|most| number > most as f64);
        if too_small || too_great {
            let message = format!("{}: the number is out of range. Correct it.", spot.name());
            self.error(spot, "", FaultCode::OutOfRange, message);
        }
        let scaled = number * 10_f64.powi(i32::from(limits.decimals.unwrap_or(0)));
        if (scaled - scaled.round()).abs() > scaled.abs() * 1e-12 {
            let decimals = limits.decimals.unwrap_or(0);
            let message = format!("{}: at most {decimals} decimals are taken. Round it.", spot.name());
            self.error(spot, "", FaultCode::OutOfRange, message);
        }
    }
}
