//! What fields ask of each other.

use serde_json::Value;

use super::{Checker, FaultCode, Saying, Spot, known::term_of};
use crate::{content::values_of, model::Field};

impl<'a> Checker<'a> {
    pub(super) fn relations(&mut self, spot: Spot<'a>, filled: &'a Value) {
        let (record_type, field) = (self.record_type, spot.field);
        for other in field.needs.iter().filter_map(|key| record_type.field(key)) {
            if self.filled(other).is_none() {
                let said = Saying::Needed.with("other", &field.labels);
                self.missing(Spot { field: other, item: None }, "", FaultCode::Required, said);
            }
        }
        for other in field.distinct_from.iter().filter_map(|key| record_type.field(key)) {
            self.distinct(spot, filled, other);
        }
    }

    /// No term stands in both fields.
    fn distinct(&mut self, spot: Spot<'a>, filled: &'a Value, other: &'a Field) {
        let elsewhere = values_of(self.filled(other));
        for (at, value) in values_of(Some(filled)).iter().enumerate() {
            let Some(term) = term_of(spot.field.kind, value) else { continue };
            if !elsewhere.iter().any(|value| term_of(other.kind, value) == Some(term)) {
                continue;
            }
            let vocabulary = spot.field.vocabulary.as_deref().unwrap_or_default();
            let known = self.registry.any_term(vocabulary, term);
            let labels =
                known.map_or_else(|| crate::Labels::english_only(super::shortened(term)), |one| one.labels.clone());
            let item = spot.field.cardinality.is_many().then_some(at);
            let said = Saying::StandsElsewhere.with("term", labels).with("other", &other.labels);
            self.error(Spot { item, ..spot }, "", FaultCode::Repeated, said);
        }
    }
}
