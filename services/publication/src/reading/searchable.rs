//! What of an edition can be searched.

use dossier_registry::{FactKind, Language, facts, languages_of};

use crate::{
    finding::{Document, Terms, terms_of},
    registries::body_name,
    richtext,
    shelf::Edition,
};

/// What of an edition can be found.
pub(super) fn document(edition: &Edition) -> Document {
    let mut text = edition.number.to_string();
    let mut say = |words: &str| {
        text.push('\n');
        text.push_str(words);
    };
    let Edition { registry, record, facts: known, .. } = edition;
    let mut terms = Terms::new();
    if let Some(words) = &edition.words {
        terms = terms_of(registry, &record.record_type, edition.body.as_str(), &words.content);
        let mut languages = languages_of(&words.content);
        // Terms are found by their English names too: a reader of English looks for "Kazakhstan" in Russian records.
        if !languages.contains(&Language::En) {
            languages.push(Language::En);
        }
        for language in languages {
            say(&body_name(registry, &edition.body, language, known.at).text);
            for fact in facts(registry, &record.record_type, &words.content, language, known.at) {
                for value in fact.values {
                    match value.is {
                        FactKind::Richtext => say(&richtext::plain(&value.shown.text)),
                        FactKind::Answer(_) => {}
                        _ => say(&value.shown.text),
                    }
                }
            }
        }
    }
    Document { entry: edition.entry, place: known.place, terms, text }
}
