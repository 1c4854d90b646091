//! Ranges of time and states of the subject.

use serde_json::Value;

use super::{Checker, FaultCode, Grade, Spot, escaped, shortened, spot::join};
use crate::{
    Language, dates,
    range::{Point, Range, is_zone},
};

/// Earlier dates kept with a state: who moved an event more often should say so in the text.
const PREVIOUS_DATES_MAX: usize = 10;

impl<'a> Checker<'a> {
    /// A range, at a part of the value (empty: the value itself).
    pub(super) fn range(&mut self, spot: Spot<'a>, part: &str, value: &'a Value) {
        let Value::Object(members) = value else {
            return self.wrong_type(
                spot,
                part,
                "a range, such as {\"start\": \"2022-05-17\", \"end\": \"2022-05-20\"}",
            );
        };
        let mut readable = true;
        for (key, member) in members {
            let at = join(part, key);
            match (key.as_str(), member) {
                ("start" | "end", Value::String(text)) if text.is_empty() || Point::parse(text).is_some() => {}
                ("start" | "end", _) => {
                    readable = false;
                    let message =
                        format!("{}: write a day as 2022-05-17 and a minute as 2022-05-17T09:00.", spot.name());
                    self.error(spot, &at, FaultCode::BadDate, message);
                }
                ("zone", Value::String(zone)) if zone.is_empty() || is_zone(zone) => {}
                ("zone", _) => {
                    let message = format!("{}: this is no time zone. Give one such as America/New_York.", spot.name());
                    self.error(spot, &at, FaultCode::UnknownZone, message);
                }
                ("ongoing", Value::Bool(_)) if spot.field.limits.ongoing => {}
                _ => self.unknown_part(spot, part, key),
            }
        }
        if readable && let Some(range) = Range::read(value) {
            self.order_and_zone(spot, part, &range);
        }
    }

    fn order_and_zone(&mut self, spot: Spot<'a>, part: &str, range: &Range) {
        let words = self.registry.words();
        if range.ends_before_start()
            && let Some(start) = range.start
        {
            let (last, first, since) = match start.time.filter(|_| range.end.is_some_and(|end| end.time.is_some())) {
                None => ("last day", "first day", dates::day(words, Language::En, start.date).text),
                Some(_) => ("end", "beginning", dates::moment(words, Language::En, start).text),
            };
            let message = format!("The {last} is before the {first}. Give {since} or later.");
            self.error(spot, &join(part, "end"), FaultCode::EndBeforeStart, message);
        }
        if range.start.is_none() {
            let message = format!("{}: the first day is missing. Give it, or leave the field empty.", spot.name());
            self.missing(spot, &join(part, "start"), FaultCode::Required, message);
        }
        if range.ongoing && range.end.is_some() {
            let message = format!("{}: it goes on, and it has a last day. Keep one of the two.", spot.name());
            self.error(spot, &join(part, "ongoing"), FaultCode::NotApplicable, message);
        }
        let timed = [range.start, range.end].into_iter().flatten().any(|point| point.time.is_some());
        if timed && range.zone.as_deref().is_none_or(str::is_empty) {
            let message = format!("{}: a time of day needs the time zone of the place. Give it.", spot.name());
            self.missing(spot, &join(part, "zone"), FaultCode::ZoneMissing, message);
        }
    }

    pub(super) fn status(&mut self, spot: Spot<'a>, value: &'a Value) {
        let Value::Object(members) = value else {
            return self.wrong_type(spot, "", "a state, such as {\"state\": \"postponed\"}");
        };
        for (key, member) in members {
            match (key.as_str(), member) {
                ("state", state) => self.term(spot, "state", state),
                ("previous_dates", Value::Array(ranges)) if ranges.len() <= PREVIOUS_DATES_MAX => {
                    for (at, range) in ranges.iter().enumerate() {
                        self.range(spot, &format!("previous_dates/{at}"), range);
                    }
                }
                ("previous_dates", _) => self.wrong_type(spot, key, "a list of at most 10 ranges"),
                _ => self.unknown_part(spot, "", key),
            }
        }
        let state = members.get("state").and_then(Value::as_str);
        if state.is_none() && !members.contains_key("state") {
            self.missing(
                spot,
                "state",
                FaultCode::Required,
                format!("{}: the state is missing. Choose one.", spot.name()),
            );
        }
        let carries = |state: &str| spot.field.limits.previous_dates_for.iter().any(|one| one == state);
        let given = members.get("previous_dates").and_then(Value::as_array).is_some_and(|ranges| !ranges.is_empty());
        if state.is_some_and(carries) && !given {
            let message = format!("{}: the dates given before are missing. Give them.", spot.name());
            self.missing(spot, "previous_dates", FaultCode::Required, message);
        }
        if state.is_some_and(|state| !carries(state)) && given {
            let message = format!("{}: earlier dates do not belong to this state.", spot.name());
            self.at(spot, "previous_dates", FaultCode::NotApplicable, Grade::Warning, message);
        }
    }

    /// A part that values of this kind do not have.
    pub(super) fn unknown_part(&mut self, spot: Spot<'_>, within: &str, key: &str) {
        let message = format!("{} has no part {:?}. Correct the name or leave it out.", spot.name(), shortened(key));
        self.error(spot, &join(within, &escaped(key)), FaultCode::UnknownField, message);
    }
}
