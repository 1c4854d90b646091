//! The page as it was: the text of a moment under the registry of that text, labelled as readers see it.

use dossier_proto::Payload;
use dossier_registry::{FactKind, Section};
use dossier_web::{
    Answer, Language,
    page::{Words, richtext},
};
use serde::Deserialize;

use crate::{
    api::moments::{MomentDocument, event},
    moment::Public,
    office::Office,
    pages::said::{self, Choice, Said},
    trail::{Mark, carried},
    words::committed,
};

/// So much of one value is shown, in characters: a record of 448 KiB is not read here. The export has all of it.
const VALUE_MAX: usize = 6_000;
/// So much of all values, in bytes: half of what a page may have.
const TEXT_BYTES_MAX: usize = 48 * 1024;

/// Which text of a moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Which {
    /// What the public read; what was submitted where it read nothing.
    #[default]
    Public,
    /// What was submitted last.
    Submitted,
}

/// The choice in the form.
pub(super) fn choices(chosen: Which, words: &Words) -> Vec<Choice> {
    let one = |(which, value): (Which, &str)| Choice {
        value: value.to_owned(),
        label: words.text(&format!("auditor.as_of.which_{value}")).to_owned(),
        is_chosen: which == chosen,
    };
    [(Which::Public, "public"), (Which::Submitted, "submitted")].map(one).into()
}

/// A text as the page showed it.
pub(super) struct Shown {
    pub(super) heading: String,
    /// Why no text is shown.
    pub(super) note: Option<String>,
    pub(super) title: Option<Said>,
    pub(super) facts: Vec<(Said, Vec<Value>)>,
    pub(super) is_cut: bool,
}

/// A value on it.
pub(super) struct Value {
    pub(super) text: Said,
    /// Paragraphs, lists and links as they were typed, as HTML that is escaped.
    pub(super) html: Option<String>,
}

/// The text of a moment. The reading of it is on record already.
pub(super) fn shown(
    office: &Office,
    document: &MomentDocument,
    which: Which,
    (words, language): (&'static Words, Language),
) -> Answer<Shown> {
    let stand = &document.happened_by;
    let edition = stand.edition.as_ref().filter(|_| which == Which::Public);
    let withheld =
        stand.public.map(|public| public.state).filter(|state| matches!(state, Public::Suspended | Public::Retracted));
    let (heading, version) = match (edition, &stand.submitted) {
        (Some(edition), _) => (words.with("auditor.as_of.text_public", "number", edition.edition), edition.text),
        (None, Some(submitted)) => {
            (words.with("auditor.as_of.text_submitted", "number", submitted.revision), *submitted)
        }
        (None, None) => {
            let (heading, note) = (words.text("auditor.as_of.text"), words.text("auditor.as_of.no_text"));
            return Ok(Shown::without(heading.to_owned(), note));
        }
    };
    if edition.is_some() && withheld.is_some() {
        return Ok(Shown::without(heading, words.text("auditor.as_of.was_withheld")));
    }
    let carrying = event(office, version.place)?;
    let content = carrying.payload.as_ref().and_then(|payload: &Payload| carried(payload));
    let opened = content.ok_or(Mark::NotHeld).and_then(|content| committed(office.vault(), document.entry, content));
    let content = match opened {
        Ok(content) => content,
        Err(Mark::Erased) => return Ok(Shown::without(heading, words.text("auditor.words.erased"))),
        Err(Mark::Altered) => return Ok(Shown::without(heading, words.text("auditor.words.altered"))),
        Err(Mark::NotHeld | Mark::Said) => return Ok(Shown::without(heading, words.text("auditor.words.not_held"))),
    };
    let registry = office.registries().get(office, carrying.head.registry);
    let tongue = said::tongue(language);
    let title =
        registry.record_type(&document.record_type).and_then(|kind| dossier_registry::title(kind, &content, tongue));
    let mut room = TEXT_BYTES_MAX;
    let mut is_cut = false;
    let facts = dossier_registry::facts(&registry, &document.record_type, &content, tongue, version.at);
    let fact = |fact: dossier_registry::Fact| {
        let values = fact.values.into_iter().map(|value| {
            let most = VALUE_MAX.min(room);
            let mut shown = value.shown;
            let text = said::shortened(&shown.text, most);
            is_cut |= text.len() < shown.text.len();
            room = room.saturating_sub(text.len());
            shown.text = text;
            let html = (value.is == FactKind::Richtext).then(|| richtext::html(&shown.text));
            Value { html, text: Said::new(shown, language) }
        });
        (Said::new(fact.label, language), values.collect())
    };
    // The title stands over it.
    let facts = facts.into_iter().filter(|fact| fact.section != Section::Title).map(fact).collect();
    Ok(Shown { heading, note: None, title: title.map(|title| Said::new(title, language)), facts, is_cut })
}

impl Shown {
    fn without(heading: String, note: &str) -> Self {
        Self { heading, note: Some(note.to_owned()), title: None, facts: Vec::new(), is_cut: false }
    }
}
