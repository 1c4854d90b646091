//! What the pages of this room say in the same way: moments, places, how long something took, people, texts in their language.

use dossier_identity::Role;
use dossier_proto::{Micros, Origin, Place};
use dossier_registry::{Language as Tongue, Shown};
use dossier_web::{
    Language,
    page::{Words, date_in_utc},
};
use http::Uri;

use crate::trail::{By, Turn, Who};

/// A text, and the attributes that say its language where it is not the page's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) text: String,
    tags: String,
}

impl Said {
    /// A text in its language, on a page in another or the same.
    pub(super) fn new(shown: Shown, page: Language) -> Self {
        let tags = match shown.language {
            Some(language) if language == tongue(page) => String::new(),
            Some(language) => format!(" lang=\"{}\" dir=\"{}\"", language.tag(), language.direction().as_str()),
            None => " dir=\"auto\"".to_owned(),
        };
        Self { text: shown.text, tags }
    }

    /// The attributes, ready to stand in a tag: they are made of the names of languages alone.
    pub(super) fn tags(&self) -> &str {
        &self.tags
    }
}

/// An icon that is mirrored where the page runs from the right.
pub(super) fn flipped(name: &str) -> String {
    dossier_web::page::icon(name).replace("class=\"i\"", "class=\"i i-flip\"")
}

/// The registry's name for a language of the interface.
pub(super) fn tongue(language: Language) -> Tongue {
    language.code().parse().expect("both name the same six languages; a test goes through all")
}

/// A moment for machines and for people, to the minute.
pub(super) fn minute(words: &Words, at: Micros) -> (String, String) {
    (dossier_web::moment::written(at), words.moment(at))
}

/// A day for people.
pub(super) fn day(words: &Words, at: Micros) -> String {
    words.date(date_in_utc(at))
}

/// The time of day, to the second: `09:12:44`.
pub(super) fn clock(at: Micros) -> String {
    let seconds = at.0.div_euclid(1_000_000).rem_euclid(86_400);
    format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

/// The name of a service.
pub(super) fn origin(words: &Words, origin: Origin) -> String {
    words.text(&format!("auditor.origin.{}", origin.name())).to_owned()
}

/// A place as addresses take it: `moderation/17`, or `moderation/1/17` in a later epoch than the first.
pub(crate) fn address_of(place: Place) -> String {
    let Place { origin, epoch, sequence } = place;
    if epoch == 0 { format!("{origin}/{sequence}") } else { format!("{origin}/{epoch}/{sequence}") }
}

/// How long something took, in the largest unit of which there are two at least.
pub(super) fn duration(words: &Words, micros: i64) -> String {
    let seconds = u64::try_from(micros / 1_000_000).unwrap_or_default();
    let (key, count) = match seconds {
        0 => return words.text("auditor.duration.moment").to_owned(),
        1..120 => ("auditor.duration.seconds", seconds),
        120..7_200 => ("auditor.duration.minutes", seconds / 60),
        7_200..172_800 => ("auditor.duration.hours", seconds / 3_600),
        _ => ("auditor.duration.days", seconds / 86_400),
    };
    words.count(key, count)
}

/// Who has a move.
pub(super) fn turn(words: &Words, turn: Turn) -> &str {
    words.text(match turn {
        Turn::Body => "auditor.turn.body",
        Turn::PublishingAuthority => "auditor.turn.publishing_authority",
        Turn::Moderation => "auditor.turn.moderation",
        Turn::Publication => "auditor.turn.publication",
    })
}

/// The name of a role; of a person without one nothing.
pub(super) fn role(words: &Words, role: Option<Role>) -> Option<String> {
    role.map(|role| words.text(&format!("role.{}", role.key())).to_owned())
}

/// Who did something: the name of a person, as far as it is known, else what did it.
pub(super) fn who(words: &Words, who: &Who) -> String {
    match (who.kind, &who.name) {
        (By::Person, Some(name)) => name.clone(),
        (By::Person, None) => words.text("auditor.who.forgotten").to_owned(),
        (By::Service | By::System, _) => words.text("auditor.who.system").to_owned(),
    }
}

/// The address of the page with other values of some parameters; an empty one is left out.
pub(super) fn address_with(address: &Uri, changes: &[(&str, &str)]) -> String {
    let kept = address.query().unwrap_or_default().split('&').filter(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        !pair.is_empty() && !changes.iter().any(|(changed, _)| *changed == name)
    });
    let mut pairs: Vec<String> = kept.map(ToOwned::to_owned).collect();
    let set = changes.iter().filter(|(_, value)| !value.is_empty());
    pairs.extend(set.map(|(name, value)| format!("{name}={}", encoded(value))));
    format!("{}?{}", address.path(), pairs.join("&"))
}

/// Percent-encoded for a query.
pub(super) fn encoded(value: &str) -> String {
    value
        .bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}

/// A day that was typed as the moment in which it begins; whatever else was typed stays as it is.
pub(super) fn beginning_of(typed: Option<String>) -> Option<String> {
    typed.map(|text| if day_of(&text).is_some() { format!("{text}T00:00:00Z") } else { text })
}

/// A day that was typed as the moment in which it is over.
pub(super) fn end_of(typed: Option<String>) -> Option<String> {
    let after = |text: &str| day_of(text)?.tomorrow().ok();
    typed.map(|text| after(&text).map_or(text, |day| format!("{day}T00:00:00Z")))
}

fn day_of(text: &str) -> Option<jiff::civil::Date> {
    if text.len() == 10 { text.parse().ok() } else { None }
}

/// The first so many characters, and an ellipsis where more there were.
pub(super) fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// Digits of a digest as people compare them: two groups of four.
pub(super) fn beginning_of_digest(digest: &str) -> String {
    format!("{} {}", digest.get(..4).unwrap_or_default(), digest.get(4..8).unwrap_or_default())
}

/// A choice in a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) label: String,
    pub(super) is_chosen: bool,
}

/// The services as choices, none of them first.
pub(super) fn origins(words: &Words, chosen: Option<Origin>) -> Vec<Choice> {
    let all = Choice {
        value: String::new(),
        label: words.text("auditor.all_services").to_owned(),
        is_chosen: chosen.is_none(),
    };
    let one = |one: Origin| Choice {
        value: one.name().to_owned(),
        label: origin(words, one),
        is_chosen: chosen == Some(one),
    };
    std::iter::once(all).chain(Origin::ALL.map(one)).collect()
}
