//! Which texts a language lacks.

use serde_json::Value;

use super::{Checker, FaultCode, Grade, Saying, Spot};
use crate::{Language, content, model::Field};

impl Checker<'_> {
    /// Remarks on texts missing in a language that other texts of the content have.
    pub(super) fn translations(&mut self) {
        let texts: Vec<(&Field, &Value)> = self
            .record_type
            .fields
            .iter()
            .filter(|field| field.kind.is_per_language() && !field.cardinality.is_many())
            .filter_map(|field| Some((field, self.members.get(&field.key)?)))
            .collect();
        let has =
            |value: &Value, language: Language| value.get(language.tag()).is_some_and(|text| !content::is_blank(text));
        for language in Language::ALL {
            if Some(language) == self.original || !texts.iter().any(|(_, value)| has(value, language)) {
                continue;
            }
            for (field, value) in &texts {
                if !has(value, language) && !content::is_blank(value) {
                    let spot = Spot { field, item: None };
                    let said = Saying::TranslationMissing.with("language", language);
                    self.at(spot, language.tag(), FaultCode::TranslationMissing, Grade::Info, said);
                }
            }
        }
    }
}
