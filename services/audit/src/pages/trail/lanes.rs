//! The lanes of the four services: a mark for each step, an arrow from a cause to what it caused, days as bands. Pure, in whole pixels.
//!
//! Time runs with the text: from the left, or from the right on a page that runs from the right. Everything in it is in the list below too.

use dossier_proto::{Origin, Place};
use dossier_web::{Language, page::Words};

use crate::{
    pages::said,
    trail::{Step, slot},
};

/// Room for the names of the lanes.
const NAMES: i32 = 128;
/// Between two marks: a label of thirteen pixels has twelve letters at most.
const PITCH: i32 = 96;
/// Where the first lane lies, and how far the next is.
const TOP: i32 = 92;
const APART: i32 = 80;
const HEIGHT: i32 = TOP + 3 * APART + 52;

/// The picture.
pub(super) struct Lanes {
    pub(super) width: i32,
    pub(super) height: i32,
    pub(super) bands: Vec<Band>,
    pub(super) lanes: Vec<Lane>,
    pub(super) arrows: Vec<Arrow>,
    pub(super) marks: Vec<Mark>,
}

/// A day: every second one is shaded.
pub(super) struct Band {
    pub(super) x: i32,
    pub(super) width: i32,
    pub(super) is_shaded: bool,
    pub(super) text_x: i32,
    pub(super) text: String,
}

/// The line of a service.
pub(super) struct Lane {
    pub(super) text_x: i32,
    pub(super) text_y: i32,
    pub(super) text: String,
    pub(super) line: String,
}

/// From a cause to what it caused.
pub(super) struct Arrow {
    pub(super) line: String,
    pub(super) tip: String,
}

/// A step.
pub(super) struct Mark {
    pub(super) number: usize,
    /// What is read aloud.
    pub(super) aloud: String,
    pub(super) hit_x: i32,
    pub(super) hit_y: i32,
    pub(super) shape: Shape,
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) label_y: i32,
    pub(super) label: String,
}

/// Diamond, disc, ring or square.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Submitted, decided, published.
    Key,
    /// Anything else.
    Own,
    /// Received from another service.
    Got,
    /// Somebody wanted to and may not.
    No,
}

impl Shape {
    fn of(step: &Step) -> Self {
        match step.kind.as_str() {
            "submission-refused" | "moderation-refused" | "publication-refused" | "audit-refused" => Self::No,
            "received" | "review-opened" => Self::Got,
            "submitted" | "edition-published" | "entry-retracted" | "entry-suspended" | "entry-reinstated"
            | "entry-superseded" => Self::Key,
            kind if crate::trail::is_decision(kind) => Self::Key,
            _ => Self::Own,
        }
    }
}

/// Where a label stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Above,
    Below,
}

impl Lanes {
    /// Of the steps of a page.
    pub(super) fn of(steps: &[Step], words: &Words, language: Language) -> Self {
        let count = i32::try_from(steps.len()).unwrap_or_default();
        let drawing = Drawing { width: NAMES + count * PITCH + 12, is_from_right: language == Language::Ar };
        let found = |place: Place| steps.iter().position(|step| step.place == place);
        let mut arrows = Vec::new();
        let mut marks = Vec::new();
        for (at, step) in steps.iter().enumerate() {
            let cause = step.cause.and_then(found).filter(|cause| *cause < at);
            if let Some(cause) = cause {
                arrows.push(drawing.arrow((cause, lane_of(&steps[cause])), (at, lane_of(step))));
            }
            let from = cause.map(|cause| lane_of(&steps[cause]));
            marks.push(drawing.mark(at, step, from, words));
        }
        Self {
            width: drawing.width,
            height: HEIGHT,
            bands: drawing.bands(steps, words),
            lanes: Origin::ALL.map(|origin| drawing.lane(origin, words)).into(),
            arrows,
            marks,
        }
    }
}

fn lane_of(step: &Step) -> usize {
    slot(step.place.origin)
}

fn height_of(lane: usize) -> i32 {
    TOP + i32::try_from(lane).unwrap_or_default() * APART
}

struct Drawing {
    width: i32,
    is_from_right: bool,
}

impl Drawing {
    /// Where something stands that is so far from the beginning of the text.
    const fn x(&self, along: i32) -> i32 {
        if self.is_from_right { self.width - along } else { along }
    }

    fn column(at: usize) -> i32 {
        NAMES + i32::try_from(at).unwrap_or_default() * PITCH + PITCH / 2
    }

    fn bands(&self, steps: &[Step], words: &Words) -> Vec<Band> {
        let mut bands: Vec<Band> = Vec::new();
        let mut begin = 0;
        for end in 1..=steps.len() {
            let day = said::day(words, steps[begin].recorded_at);
            if steps.get(end).is_some_and(|next| said::day(words, next.recorded_at) == day) {
                continue;
            }
            let (from, to) = (Self::column(begin) - PITCH / 2, Self::column(end) - PITCH / 2);
            bands.push(Band {
                x: self.x(from).min(self.x(to)),
                width: to - from,
                is_shaded: bands.len().is_multiple_of(2),
                text_x: self.x(from + 8),
                text: day,
            });
            begin = end;
        }
        bands
    }

    fn lane(&self, origin: Origin, words: &Words) -> Lane {
        let y = height_of(slot(origin));
        Lane {
            text_x: self.x(14),
            text_y: y + 5,
            text: said::origin(words, origin),
            line: format!("M{} {y}H{}", self.x(NAMES), self.x(self.width - 8)),
        }
    }

    /// Leaves the cause at its side, and comes from above or below; within a lane in a bow above it.
    fn arrow(&self, (from, from_lane): (usize, usize), (to, to_lane): (usize, usize)) -> Arrow {
        let (begin, end) = (Self::column(from), Self::column(to));
        let (y1, y2) = (height_of(from_lane), height_of(to_lane));
        // Down the page is forward.
        let down = if to_lane > from_lane { 1 } else { -1 };
        let x2 = self.x(end);
        if from_lane == to_lane {
            let (x1, top) = (self.x(begin + 5), y1 - 40);
            return Arrow {
                line: format!("M{x1} {}C{x1} {top} {x2} {top} {x2} {}", y1 - 9, y2 - 15),
                tip: tip(x2, y2 - 17, 1),
            };
        }
        let (x1, x3) = (self.x(begin + 5), self.x(begin + 5 + (end - begin) * 5 / 8));
        Arrow {
            line: format!(
                "M{x1} {}C{x3} {} {x2} {} {x2} {}",
                y1 + 8 * down,
                y1 + 26 * down,
                y2 - 40 * down,
                y2 - 15 * down
            ),
            tip: tip(x2, y2 - 17 * down, down),
        }
    }

    fn mark(&self, at: usize, step: &Step, from: Option<usize>, words: &Words) -> Mark {
        let lane = lane_of(step);
        let (x, y) = (self.x(Self::column(at)), height_of(lane));
        let side = match from {
            // The arrow comes from there.
            Some(from) if from > lane => Side::Above,
            Some(_) => Side::Below,
            None if lane == 0 => Side::Above,
            None => Side::Below,
        };
        let kind = words.text(&format!("auditor.kind.{}", step.kind)).to_owned();
        let values =
            [("service", said::origin(words, step.place.origin)), ("step", step.number.to_string()), ("what", kind)];
        let (hit_y, label_y) = match side {
            Side::Above => (y - 34, y - 17),
            Side::Below => (y - 14, y + 26),
        };
        Mark {
            number: step.number,
            aloud: words.fill("auditor.trail.mark", &values.each_ref().map(|(name, value)| (*name, value.as_str()))),
            hit_x: x - PITCH / 2 + 2,
            hit_y,
            shape: Shape::of(step),
            x,
            y,
            label_y,
            label: words.text(&format!("auditor.mark.{}", short(&step.kind))).to_owned(),
        }
    }
}

/// The head of an arrow that points down (1) or up (-1).
fn tip(x: i32, y: i32, down: i32) -> String {
    format!("M{} {y}h10l-5 {}z", x - 5, 8 * down)
}

/// The one word under a mark.
fn short(kind: &str) -> &'static str {
    match kind {
        "draft-started" | "revision-opened" => "opened",
        "draft-saved" => "saved",
        "submitted" => "submitted",
        "received" => "received",
        "review-opened" => "review",
        "review-claimed" | "review-assigned" => "taken",
        "review-released" => "released",
        "comment-made" | "review-finished" => "comment",
        "approval-counted" | "objection-made" => "opinion",
        "changes-requested" | "change-settled" => "changes",
        "review-held" | "review-resumed" => "hold",
        "approved" | "correction-confirmed" => "approved",
        "cleared" | "retraction-cleared" => "cleared",
        "clearance-asked" => "clearance",
        "entry-refused"
        | "publication-declined"
        | "correction-rejected"
        | "retraction-declined"
        | "retraction-returned"
        | "clearance-returned" => "declined",
        "submission-refused" | "moderation-refused" | "publication-refused" | "audit-refused" => "not_allowed",
        "edition-scheduled" | "edition-rescheduled" => "scheduled",
        "edition-published" | "entry-reinstated" => "published",
        "entry-retracted" | "entry-suspended" | "entry-superseded" | "marked-duplicate" => "withheld",
        "recall-asked"
        | "withdrawal-asked"
        | "retraction-asked"
        | "retraction-proposed"
        | "appeal-asked"
        | "correction-proposed"
        | "correction-objected" => "asked",
        "withdrawn" | "withdrawal-granted" | "recall-granted" | "clearance-recalled" | "expired" => "back",
        "trail-read" => "read",
        _ => "other",
    }
}

#[cfg(test)]
mod tests;
