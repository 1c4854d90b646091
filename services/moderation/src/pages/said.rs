//! Texts with the language they are in, and how long somebody has waited.

use dossier_registry::{Language, Shown};
use dossier_web::page::Words;

/// A day has so many seconds.
const DAY: u64 = 24 * 3_600;
/// The usual time until a decision: ten working days.
pub(super) const USUAL_SECONDS: u64 = 14 * DAY;
/// Units of the gauge.
const GAUGE: u64 = 80;

/// A text to be shown, and the attributes that say its language where it is not the page's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spoken {
    /// The text, not escaped.
    pub(super) text: String,
    tags: String,
}

impl Spoken {
    /// A text in its language, on a page in another or the same.
    pub(super) fn of(shown: Shown, page: Language) -> Self {
        Self { tags: tags(shown.language, page), text: shown.text }
    }

    /// A text in the language of the page.
    pub(super) const fn ours(text: String) -> Self {
        Self { text, tags: String::new() }
    }

    /// A text of which nobody said the language.
    pub(super) fn plain(text: String) -> Self {
        Self { text, tags: " dir=\"auto\"".to_owned() }
    }

    /// The attributes, ready to stand in a tag.
    pub(super) fn tags(&self) -> &str {
        &self.tags
    }
}

/// `lang` and `dir` of a text on a page: nothing when it is in the language of the page, and the direction by its letters when nobody said
/// its language.
pub(super) fn tags(language: Option<Language>, page: Language) -> String {
    match language {
        Some(language) if language == page => String::new(),
        Some(language) => format!(" lang=\"{}\" dir=\"{}\"", language.tag(), language.direction().as_str()),
        None => " dir=\"auto\"".to_owned(),
    }
}

/// Escapes text for HTML, as askama does.
pub(super) fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + text.len() / 8);
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            other => html.push(other),
        }
    }
    html
}

/// How long somebody has waited, beside the usual time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Clock {
    pub(super) waiting: String,
    pub(super) is_late: bool,
    /// Of 80.
    pub(super) gauge: u64,
}

/// The clock of a review; on hold it stands still.
pub(super) fn clock_of(state: &str, seconds: u64, words: &Words) -> Clock {
    let gauge = (seconds.min(USUAL_SECONDS) * GAUGE / USUAL_SECONDS).min(GAUGE);
    let is_stopped = state == "on-hold";
    let waiting = if is_stopped { words.text("review.stopped").to_owned() } else { duration(seconds, words) };
    Clock { waiting, is_late: !is_stopped && seconds > USUAL_SECONDS, gauge }
}

/// A span in the largest unit that fits.
pub(super) fn duration(seconds: u64, words: &Words) -> String {
    match seconds {
        0..60 => words.text("review.just_now").to_owned(),
        60..3_600 => words.count("review.minutes", seconds / 60),
        3_600..86_400 => words.count("review.hours", seconds / 3_600),
        _ => words.count("review.days", seconds / DAY),
    }
}
