//! A correction that waits for a second moderator.

use dossier_identity::Thing;
use dossier_proto::v1;
use dossier_registry::{Registry, difference};
use dossier_vault::Purpose;
use dossier_web::{Answer, PlaceShown, Problem};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{corrections, errors, messages::Reader, moment, sealing::words, shown::Somebody};

/// A proposed correction of the public edition.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct CorrectionShown {
    /// The edition that it corrects.
    pub(crate) edition: u32,
    /// The digest of the corrected content: who confirms it names it.
    pub(crate) digest: String,
    /// The fields that it touches.
    pub(crate) fields: Vec<String>,
    /// Why; null when its key was erased.
    pub(crate) reason: Option<String>,
    /// What it changes, as in `difference`.
    #[schema(value_type = Vec<Object>)]
    pub(crate) changed: Value,
    /// Whether it was confirmed, and waits for publication.
    pub(crate) confirmed: bool,
    /// When it was proposed.
    pub(crate) at: String,
    /// Where that was recorded.
    pub(crate) place: PlaceShown,
    /// Who proposed it.
    pub(crate) by: Option<Somebody>,
}

impl Reader<'_> {
    /// The correction that waits, for those who may read what moderators tell each other.
    pub(super) fn correction(&self, registry: Option<&Registry>) -> Answer<Option<CorrectionShown>> {
        let Some(correction) = self.entry.correction.as_ref().filter(|_| self.eyes.sees(Thing::InternalNote)) else {
            return Ok(None);
        };
        let proposed = corrections::proposed(self.desk, self.entry)?;
        let reason = proposed.as_ref().and_then(|proposed| proposed.reason.as_ref());
        let reason =
            self.desk.words.text(self.id, Purpose::Reason, reason).map_err(|error| errors::of_words(&error))?;
        let changed = match (registry, proposed.as_ref().and_then(|proposed| proposed.content.as_ref())) {
            (Some(registry), Some(content)) => self.corrected(registry, content)?,
            _ => Value::Array(Vec::new()),
        };
        Ok(Some(CorrectionShown {
            edition: correction.base_edition,
            digest: correction.digest.to_string(),
            fields: correction.fields.clone(),
            reason,
            changed,
            confirmed: correction.confirmed.is_some(),
            at: moment::written(correction.proposed.at),
            place: correction.proposed.place.into(),
            by: correction.by.map(|by| self.moderator(by)),
        }))
    }

    fn corrected(&self, registry: &Registry, content: &v1::Content) -> Answer<Value> {
        let nothing = || Value::Array(Vec::new());
        let Some(kind) = registry.record_type(&self.entry.record_type) else { return Ok(nothing()) };
        let Some(before) = corrections::edition(self.desk, self.id, self.entry)? else { return Ok(nothing()) };
        let before = words(self.desk.words.without_personal(self.id, &before))?;
        let after = words(self.desk.words.without_personal(self.id, content))?;
        let changed = difference(kind, &before, &after).changed;
        serde_json::to_value(changed).map_err(|error| Problem::internal(&error))
    }
}
