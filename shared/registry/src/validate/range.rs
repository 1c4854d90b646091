//! Ranges of time and states of the subject.

use serde_json::Value;

use super::{Checker, FaultCode, Grade, Saying, Spot, escaped, shortened, spot::join};
use crate::{
    Labels, Language, dates,
    model::{Kind, Precision},
    range::{Point, Range, is_zone},
};

/// Earlier dates kept with a state: who moved an event more often should say so in the text.
const PREVIOUS_DATES_MAX: usize = 10;

impl<'a> Checker<'a> {
    /// A range, at a part of the value (empty: the value itself).
    pub(super) fn range(&mut self, spot: Spot<'a>, part: &str, value: &'a Value) {
        let Value::Object(members) = value else { return self.wrong_type(spot, part, Saying::ARange) };
        let mut readable = true;
        for (key, member) in members {
            let at = join(part, key);
            match (key.as_str(), member) {
                ("start" | "end", Value::String(text)) if text.is_empty() => {}
                ("start" | "end", _) => readable &= self.point(spot, &at, member),
                ("zone", Value::String(zone)) if zone.is_empty() || is_zone(zone) => {}
                ("zone", _) => self.error(spot, &at, FaultCode::UnknownZone, Saying::UnknownZone),
                ("ongoing", Value::Bool(_)) if spot.field.limits.ongoing => {}
                _ => self.unknown_part(spot, part, key),
            }
        }
        if readable && let Some(range) = Range::read(value) {
            self.order(spot, part, &range);
            self.completeness(spot, part, &range);
        }
    }

    /// One end of a range. Answers whether it can be read.
    fn point(&mut self, spot: Spot<'a>, at: &str, value: &Value) -> bool {
        let Some(point) = value.as_str().and_then(Point::parse) else {
            self.error(spot, at, FaultCode::BadDate, Saying::BadDate);
            return false;
        };
        // States keep dates as exact as the range they once were, so only the range's own precision counts.
        let coarsest = if spot.field.kind == Kind::Range { spot.field.limits.precision_min() } else { Precision::Year };
        if point.precision < coarsest {
            let said = Saying::TooCoarse.with("example", coarsest.example());
            self.at(spot, at, FaultCode::TooCoarse, self.unready(), said);
        }
        true
    }

    fn order(&mut self, spot: Spot<'a>, part: &str, range: &Range) {
        if range.ends_before_start()
            && let Some(start) = range.start
        {
            let timed = start.time.is_some() && range.end.is_some_and(|end| end.time.is_some());
            let said = if timed {
                Saying::EndBeforeBeginning.with("since", self.moment(start))
            } else {
                Saying::LastBeforeFirst.with("since", self.moment(Point { time: None, ..start }))
            };
            self.error(spot, &join(part, "end"), FaultCode::EndBeforeStart, said);
        }
        let expected = spot.field.limits.expected_from.filter(|_| part.is_empty());
        if let (Some(expected), Some(last)) = (expected, range.last_day())
            && last < expected.date()
        {
            let since = Point { date: expected.date(), time: None, precision: Precision::Day };
            let said = Saying::TooEarly.with("since", self.moment(since));
            self.at(spot, part, FaultCode::TooEarly, Grade::Warning, said);
        }
    }

    /// A moment in the words of each language.
    fn moment(&self, point: Point) -> Labels {
        let mut said = Labels::default();
        for language in Language::ALL {
            said.set(language, dates::moment(self.registry.words(), language, point).text);
        }
        said
    }

    fn completeness(&mut self, spot: Spot<'a>, part: &str, range: &Range) {
        if range.start.is_none() {
            self.missing(spot, &join(part, "start"), FaultCode::Required, Saying::FirstMissing);
        }
        if range.ongoing && range.end.is_some() {
            self.error(spot, &join(part, "ongoing"), FaultCode::NotApplicable, Saying::OngoingAndLast);
        }
        let timed = [range.start, range.end].into_iter().flatten().any(|point| point.time.is_some());
        if timed && range.zone.as_deref().is_none_or(str::is_empty) {
            self.missing(spot, &join(part, "zone"), FaultCode::ZoneMissing, Saying::ZoneMissing);
        }
    }

    pub(super) fn status(&mut self, spot: Spot<'a>, value: &'a Value) {
        let Value::Object(members) = value else { return self.wrong_type(spot, "", Saying::AState) };
        for (key, member) in members {
            match (key.as_str(), member) {
                ("state", state) => self.term(spot, "state", state),
                ("previous_dates", Value::Array(ranges)) if ranges.len() <= PREVIOUS_DATES_MAX => {
                    for (at, range) in ranges.iter().enumerate() {
                        self.range(spot, &format!("previous_dates/{at}"), range);
                    }
                }
                ("previous_dates", _) => {
                    self.wrong_type(spot, key, Saying::SomeRanges.with("most", PREVIOUS_DATES_MAX));
                }
                _ => self.unknown_part(spot, "", key),
            }
        }
        let state = members.get("state").and_then(Value::as_str);
        if state.is_none() && !members.contains_key("state") {
            self.missing(spot, "state", FaultCode::Required, Saying::StateMissing);
        }
        let carries = |state: &str| spot.field.limits.previous_dates_for.iter().any(|one| one == state);
        let given = members.get("previous_dates").and_then(Value::as_array).is_some_and(|ranges| !ranges.is_empty());
        if state.is_some_and(carries) && !given {
            self.missing(spot, "previous_dates", FaultCode::Required, Saying::PreviousMissing);
        }
        if state.is_some_and(|state| !carries(state)) && given {
            let (code, grade) = (FaultCode::NotApplicable, Grade::Warning);
            self.at(spot, "previous_dates", code, grade, Saying::PreviousNotHere);
        }
    }

    /// A part that values of this kind do not have.
    pub(super) fn unknown_part(&mut self, spot: Spot<'_>, within: &str, key: &str) {
        let said = Saying::UnknownPart.with("name", shortened(key));
        self.error(spot, &join(within, &escaped(key)), FaultCode::UnknownField, said);
    }
}
