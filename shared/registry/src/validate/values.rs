//! Terms, places, answers, numbers.

use serde_json::Value;

use super::{Checker, FaultCode, Grade, Saying, Spot, shortened};
use crate::{
    model::{Kind, PastTerms},
    places, says_something,
};

/// Characters of a city or platform: the longest city name in use has 85.
const NAME_CHARACTERS_MAX: u32 = 200;

impl<'a> Checker<'a> {
    pub(super) fn term(&mut self, spot: Spot<'a>, part: &str, value: &'a Value) {
        let Some(key) = value.as_str() else { return self.wrong_type(spot, part, Saying::ATerm) };
        let Some(vocabulary) = spot.field.vocabulary.as_deref().and_then(|name| self.registry.vocabulary(name)) else {
            return;
        };
        let stood_here = self.known.had_term(spot.field, key);
        let Some(term) = self.registry.any_term(&vocabulary.key, key) else {
            let (grade, saying) = match stood_here {
                true => (Grade::Warning, Saying::TermGone),
                false => (Grade::Error, Saying::UnknownTerm),
            };
            return self.at(spot, part, FaultCode::UnknownTerm, grade, saying.with("name", shortened(key)));
        };
        if term.is_in_force(self.day) {
            return;
        }
        let code = FaultCode::TermNotInForce;
        match vocabulary.past_terms {
            _ if stood_here => {
                self.at(spot, part, code, Grade::Warning, Saying::TermKept.with("term", &term.labels));
            }
            PastTerms::Refused => self.missing(spot, part, code, Saying::TermPast.with("term", &term.labels)),
            PastTerms::Remarked => {
                self.at(spot, part, code, Grade::Warning, Saying::TermPast.with("term", &term.labels));
            }
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
            self.missing(spot, "text", FaultCode::Required, Saying::NameBlank);
        }
    }

    pub(super) fn place(&mut self, spot: Spot<'a>, value: &'a Value) {
        let Value::Object(members) = value else {
            return self.wrong_type(spot, "", Saying::APlace);
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
        self.at(spot, "city", FaultCode::FormerName, Grade::Info, Saying::FormerName.with("name", now));
    }

    pub(super) fn answer(&mut self, spot: Spot<'a>, value: &'a Value) {
        if !value.is_boolean() {
            self.wrong_type(spot, "", Saying::AnAnswer);
        }
    }

    pub(super) fn number(&mut self, spot: Spot<'a>, value: &'a Value) {
        let Some(number) = value.as_f64() else { return self.wrong_type(spot, "", Saying::ANumber) };
        let limits = &spot.field.limits;
        // Limits are at most 2^53, which a double holds exactly.
        let too_small = limits.minimum.is_some_and(|least| number < least as f64);
        let too_great = number.abs() > (1_i64 << 53) as f64 || limits.maximum.is_some_and(|most| number > most as f64);
        if too_small || too_great {
            self.error(spot, "", FaultCode::OutOfRange, Saying::OutOfRange);
        }
        let scaled = number * 10_f64.powi(i32::from(limits.decimals.unwrap_or(0)));
        if (scaled - scaled.round()).abs() > scaled.abs() * 1e-12 {
            let decimals = limits.decimals.unwrap_or(0);
            self.error(spot, "", FaultCode::OutOfRange, Saying::Decimals.with("most", decimals));
        }
    }
}
