//! References: an entry and the edition of it that is meant.

use dossier_proto::EntryId;
use serde_json::Value;

use super::{Checker, Citation, FaultCode, Grade, Said, Saying, Spot};
use crate::Labels;

/// Editions of an entry: one a day for 27 years.
const EDITION_MAX: u64 = 9_999;

impl<'a> Checker<'a> {
    pub(super) fn reference(&mut self, spot: Spot<'a>, value: &'a Value) {
        let Some(members) = self.object(spot, value, Saying::AReference) else { return };
        let (mut entry, mut edition) = (None, None);
        for (key, member) in members {
            let fits = match key.as_str() {
                "entry" => {
                    // Written as it is written everywhere, so that what is cited is compared letter by letter.
                    entry = member
                        .as_str()
                        .and_then(|text| text.parse::<EntryId>().ok().filter(|id| id.to_string() == text));
                    entry.is_some()
                }
                "edition" => {
                    edition = member.as_u64().filter(|number| (1..=EDITION_MAX).contains(number));
                    edition.is_some()
                }
                _ => {
                    self.unknown_part(spot, "", key);
                    continue;
                }
            };
            if !fits {
                self.error(spot, key, FaultCode::BadReference, Saying::BadReference);
            }
        }
        self.needs(spot, members, "entry");
        self.needs(spot, members, "edition");
        if let (Some(entry), Some(edition)) = (entry, edition.and_then(|number| u32::try_from(number).ok())) {
            self.cited(spot, value, entry, edition);
        }
    }

    /// Looks the edition up, if there is anybody to ask. A reference that was right when it was submitted stays: what became of
    /// the cited entry since is for the reader to know.
    fn cited(&mut self, spot: Spot<'a>, value: &Value, entry: EntryId, edition: u32) {
        let (code, said): (FaultCode, Said) = match self.known.cited(entry, edition) {
            None => return,
            Some(Citation::Published { record_type }) => {
                let types = &spot.field.limits.types;
                if types.is_empty() || types.contains(&record_type) {
                    return;
                }
                (FaultCode::CitedType, Saying::CitedType.with("types", self.names_of(types)))
            }
            Some(Citation::Retracted) => (FaultCode::CitedRetracted, Saying::CitedRetracted.into()),
            Some(Citation::Unpublished) => (FaultCode::CitedUnpublished, Saying::CitedUnpublished.into()),
            Some(Citation::Itself) => (FaultCode::CitedItself, Saying::CitedItself.into()),
        };
        let grade = if self.known.had(&spot.field.key, value) { Grade::Warning } else { self.unready() };
        self.at(spot, "", code, grade, said);
    }

    /// The names of record types, as a list in each language.
    fn names_of(&self, types: &[String]) -> Labels {
        let mut names = Labels::default();
        for language in crate::Language::ALL {
            let shown = types.iter().map(|key| match self.registry.record_type(key) {
                Some(one) => one.labels.show(language, key).text,
                None => key.clone(),
            });
            names.set(language, shown.collect::<Vec<_>>().join(", "));
        }
        names
    }
}
