//! What a record cites, by the number and title under which the public knows it.

use dossier_proto::EntryId;
use dossier_registry::{Fact, FactKind, FactValue, title};

use crate::{
    pages::{Pages, frame::Paper},
    reading::EntryName,
};

/// Writes the references out. One that cannot be found keeps its plain id: what was published is never hidden.
pub(super) fn write_out(pages: &Pages, paper: &Paper<'_>, shown: &mut [Fact]) {
    for value in shown.iter_mut().flat_map(|fact| &mut fact.values) {
        if let Some(written) = written_out(pages, paper, value) {
            *value = written;
        }
    }
}

fn written_out(pages: &Pages, paper: &Paper<'_>, value: &FactValue) -> Option<FactValue> {
    let FactKind::Reference { entry, edition } = &value.is else { return None };
    let id: EntryId = entry.parse().ok()?;
    let known = pages.reading.known(&EntryName::Id(id))?;
    let number = known.entry.number.to_string();
    let edition_text = paper.words.with("record.edition", "number", edition);
    let mut shown = value.shown.clone();
    shown.text = format!("{number}, {edition_text}");
    // Of what was retracted the number is said, and nothing that stood in it.
    let facts = known.published.editions.iter().find(|facts| u64::from(facts.edition) == *edition);
    if let Some(facts) = facts.filter(|_| known.entry.withheld.is_none())
        && let Ok(cited) = pages.reading.edition(id, facts)
        && let Some(words) = &cited.words
        && let Some(record_type) = cited.registry.record_type(&cited.record.record_type)
        && let Some(said) = title(record_type, &words.content, paper.tongue)
    {
        shown.text = format!("{number}, {edition_text}: {}", said.text);
        shown.language = said.language;
    }
    Some(FactValue { shown, is: FactKind::Reference { entry: number, edition: *edition } })
}
