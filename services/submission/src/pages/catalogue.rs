//! Entries by the numbers that people know.

use dossier_proto::EntryId;

use super::form_fields::Numbers;
use crate::office::Office;

/// What this service has heard of the public catalogue.
pub(super) struct Catalogue<'a>(&'a Office);

impl<'a> Catalogue<'a> {
    pub(super) const fn of(office: &'a Office) -> Self {
        Self(office)
    }
}

impl Numbers for Catalogue<'_> {
    /// Walks the public entries, of one type at a time: asked only for a number that somebody typed, not for what stands there.
    fn id_of(&self, number: &str) -> Option<String> {
        let wanted = number.trim();
        // No id and no word is looked for: a number has a dash and 32 letters at most.
        if !wanted.contains('-') || wanted.len() > 32 {
            return None;
        }
        let view = self.0.engine().view();
        let found =
            view.state().entries.iter().find(|(_, entry)| {
                entry.public.as_ref().is_some_and(|public| public.number.eq_ignore_ascii_case(wanted))
            });
        found.map(|(id, _)| id.to_string())
    }

    fn number_of(&self, id: &str) -> Option<String> {
        let id: EntryId = id.parse().ok()?;
        let view = self.0.engine().view();
        Some(view.entry(id)?.public.as_ref()?.number.clone())
    }
}
