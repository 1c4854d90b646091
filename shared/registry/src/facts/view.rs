//! One value after the other, as it is printed.

use dossier_proto::Micros;
use serde_json::Value;

use super::{Fact, FactKind, FactValue};
use crate::{
    Language, Registry, Shown, address,
    content::{self, ORIGINAL_LANGUAGE, is_blank, values_of},
    dates,
    model::{Field, Kind, Section},
    numbers,
    range::Range,
};

/// A content seen by a reader of a language, with the names of a moment.
pub(super) struct View<'a> {
    pub(super) registry: &'a Registry,
    pub(super) language: Language,
    pub(super) at: Micros,
    pub(super) original: Option<Language>,
}

impl View<'_> {
    pub(super) fn fact(&self, field: &Field, value: &Value) -> Option<Fact> {
        let values: Vec<FactValue> = match field.kind {
            Kind::Text | Kind::Richtext if !field.cardinality.is_many() => {
                self.value(field, value).into_iter().collect()
            }
            _ => values_of(Some(value)).iter().filter_map(|one| self.value(field, one)).collect(),
        };
        if values.is_empty() {
            return None;
        }
        let label = self.registry.label(&field.labels, &field.key, self.language);
        Some(Fact { field: field.key.clone(), section: field.section, label, values })
    }

    fn value(&self, field: &Field, value: &Value) -> Option<FactValue> {
        if is_blank(value) {
            return None;
        }
        let shown = match field.kind {
            Kind::Text => self.text(value, FactKind::Text),
            Kind::Richtext => self.text(value, FactKind::Richtext),
            Kind::Range => self.range(value),
            Kind::Place => self.place(field, value),
            Kind::Term => self.term(field, value),
            Kind::TermOrText => self.term_or_text(field, value),
            Kind::Bool => self.answer(value),
            Kind::Link => self.link(value),
            Kind::Attachment => self.attachment(value),
            Kind::Status => self.status(field, value),
            Kind::Number => self.number(value),
            Kind::String => string(value),
            Kind::Reference => reference(value),
            Kind::Contact => return None,
        };
        Some(shown.unwrap_or_else(|| self.plain(value)))
    }

    fn text(&self, value: &Value, is: FactKind) -> Option<FactValue> {
        let shown = content::text_in(value, self.language, self.original)?;
        Some(FactValue { shown, is })
    }

    fn range(&self, value: &Value) -> Option<FactValue> {
        let range = Range::read(value)?;
        let shown = dates::range(self.registry.words(), self.language, &range)?;
        let text =
            |key: &str| value.get(key).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
        Some(FactValue { shown, is: FactKind::Range { start: text("start"), end: text("end"), zone: text("zone") } })
    }

    fn place(&self, field: &Field, value: &Value) -> Option<FactValue> {
        let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
        let country = text("country");
        let name = country.map(|key| self.term_name(field, key));
        let language = name.as_ref().and_then(|name| name.language);
        let city = text("city").map(str::to_owned);
        let spot: Vec<String> = city.into_iter().chain(name.map(|name| name.text)).collect();
        // A comma fits all six languages in a list of proper names but Arabic, which has its own.
        let comma = if language == Some(Language::Ar) { "، " } else { ", " };
        let parts: Vec<String> = [spot.join(comma), text("online").unwrap_or_default().to_owned()]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect();
        let shown = Shown { text: parts.join(" - "), language };
        (!shown.text.is_empty())
            .then(|| FactValue { shown, is: FactKind::Place { country: country.map(str::to_owned) } })
    }

    fn term_name(&self, field: &Field, key: &str) -> Shown {
        self.registry.term_label(field.vocabulary.as_deref().unwrap_or_default(), key, self.language, self.at)
    }

    fn term(&self, field: &Field, value: &Value) -> Option<FactValue> {
        let key = value.as_str()?;
        let vocabulary = field.vocabulary.clone().unwrap_or_default();
        Some(FactValue { shown: self.term_name(field, key), is: FactKind::Term { vocabulary, key: key.to_owned() } })
    }

    fn term_or_text(&self, field: &Field, value: &Value) -> Option<FactValue> {
        let Some(text) = value.get("text") else { return self.term(field, value) };
        Some(FactValue {
            shown: Shown { text: text.as_str()?.to_owned(), language: self.original },
            is: FactKind::Text,
        })
    }

    fn answer(&self, value: &Value) -> Option<FactValue> {
        let answer = value.as_bool()?;
        let words = self.registry.words();
        let shown = if answer { words.yes.show(self.language, "yes") } else { words.no.show(self.language, "no") };
        Some(FactValue { shown, is: FactKind::Answer(answer) })
    }

    fn link(&self, value: &Value) -> Option<FactValue> {
        let written = value.get("url")?.as_str()?;
        let title = value.get("title").and_then(|title| content::text_in(title, self.language, self.original));
        let url = address::is_web(written).then(|| written.to_owned());
        Some(FactValue { shown: title.unwrap_or_else(|| Shown::plain(written)), is: FactKind::Link { url } })
    }

    fn attachment(&self, value: &Value) -> Option<FactValue> {
        let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        let title = value.get("title").and_then(|title| content::text_in(title, self.language, self.original));
        let shown = title.or_else(|| text("name").map(Shown::plain))?;
        let bytes = value.get("bytes")?.as_u64()?;
        let is = FactKind::Attachment {
            digest: text("digest")?,
            media_type: text("media_type")?,
            bytes,
            name: text("name").unwrap_or_default(),
            size: numbers::size(self.registry.words(), bytes, self.language),
        };
        Some(FactValue { shown, is })
    }

    fn number(&self, value: &Value) -> Option<FactValue> {
        let Value::Number(number) = value else { return None };
        Some(FactValue { shown: Shown::plain(numbers::number(number, self.language)), is: FactKind::Number })
    }

    fn status(&self, field: &Field, value: &Value) -> Option<FactValue> {
        let key = value.get("state")?.as_str()?;
        let mut shown = self.term_name(field, key);
        let previous = values_of(value.get("previous_dates"));
        let ranges: Vec<String> = previous
            .iter()
            .filter_map(|range| dates::range(self.registry.words(), self.language, &Range::read(range)?))
            .map(|range| range.text)
            .collect();
        if !ranges.is_empty() {
            shown.text = format!("{} ({})", shown.text, ranges.join("; "));
        }
        let vocabulary = field.vocabulary.clone().unwrap_or_default();
        Some(FactValue { shown, is: FactKind::Term { vocabulary, key: key.to_owned() } })
    }

    /// The fields the type does not have (any more): never dropped in silence.
    pub(super) fn unknown(&self, content: &Value, known: impl Fn(&str) -> bool) -> Vec<Fact> {
        let members = content.as_object().into_iter().flatten();
        members
            .filter(|(key, value)| *key != ORIGINAL_LANGUAGE && !known(key) && !is_blank(value))
            .map(|(key, value)| Fact {
                field: key.clone(),
                section: Section::Facts,
                label: Shown::plain(key),
                values: values_of(Some(value)).iter().map(|one| self.plain(one)).collect(),
            })
            .collect()
    }

    fn plain(&self, value: &Value) -> FactValue {
        let shown = match value {
            Value::String(text) => Shown::plain(text),
            Value::Object(_) => {
                let text = content::text_in(value, self.language, self.original);
                text.unwrap_or_else(|| Shown::plain(value.to_string()))
            }
            _ => Shown::plain(value.to_string()),
        };
        FactValue { shown, is: FactKind::Plain }
    }
}

fn string(value: &Value) -> Option<FactValue> {
    Some(FactValue { shown: Shown::plain(value.as_str()?), is: FactKind::Text })
}

fn reference(value: &Value) -> Option<FactValue> {
    let (entry, edition) = (value.get("entry")?.as_str()?, value.get("edition")?.as_u64()?);
    let is = FactKind::Reference { entry: entry.to_owned(), edition };
    Some(FactValue { shown: Shown::plain(format!("{entry}, {edition}")), is })
}
