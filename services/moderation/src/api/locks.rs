//! What the words of an act are sealed under.

use dossier_identity::Role;
use dossier_proto::{EntryId, KeyId, SubjectId, v1};
use dossier_registry::Registry;
use dossier_vault::Purpose;
use dossier_web::Answer;

use super::{Desk, errors, sealing::words};
use crate::domain::{Chair, Review};

/// What sealing needs to know.
pub(super) struct Context {
    pub(super) entry: EntryId,
    /// The key of the review's internal words, if it has one.
    internal: Option<KeyId>,
    /// Whether the caller has any part in the review. For others no key is made and no content read: their request is
    /// refused, and what they typed goes back to them and nowhere else. (A key is a sync of the disk, and stays.)
    pub(super) takes_part: bool,
    /// Whether something that was requested before keeps the content from being approved.
    pub(super) has_open_changes: bool,
    pub(super) record_type: Option<String>,
    pub(super) registry: Option<Registry>,
    pub(super) under: Under,
}

/// Whether the words are sealed yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Under {
    /// No: it is being found out whether there is any use in it.
    Placeholders,
    /// Under their keys.
    Keys,
}

/// Whose words they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// What moderators and reviewers tell each other: one key for a review.
    Internal,
    /// What the contributor is told: a key for each command, which is given to submission. What was refused on record was told
    /// to nobody, and shares its key with nothing.
    Message,
}

/// What words are sealed under.
#[derive(Debug, Clone, Copy)]
pub(super) enum Lock {
    /// They are not kept.
    Nothing,
    /// They will be.
    Placeholder,
    /// This key.
    Key(KeyId),
}

impl Lock {
    pub(super) fn seal(self, desk: &Desk, entry: EntryId, purpose: Purpose, text: &str) -> Answer<Option<v1::Sealed>> {
        match self {
            Self::Nothing => Ok(None),
            Self::Placeholder => Ok(Some(v1::Sealed::default())),
            Self::Key(key) => words(desk.words.seal(key, entry, purpose, text)).map(Some),
        }
    }
}

impl Context {
    /// Before anything is sealed.
    pub(super) fn of(desk: &Desk, subject: SubjectId, entry: EntryId) -> Answer<Self> {
        let registry = desk.registry.get(&desk.engine).map_err(|error| errors::of_registry(&error))?;
        let now = desk.clock.now();
        let view = desk.engine.view();
        let known = view.state.entries.get(&entry);
        let holds = |role| {
            known.is_some_and(|known| {
                let (body, record_type) = (Some(&known.body), Some(known.record_type.as_str()));
                view.state.designations.entitled(subject, role, body, record_type, now).is_ok()
            })
        };
        let stage = known.and_then(|known| known.review()).filter(|review| review.is_open()).and_then(Review::stage);
        let publishes =
            stage.is_some_and(|stage| stage.chairs().any(|chair| chair == Chair::Publisher)) && holds(Role::Publisher);
        let takes_part = holds(Role::Moderator) || holds(Role::Reviewer) || publishes;
        let record_type = known.map(|known| known.record_type.clone());
        let internal = view.internal.get(&entry).copied();
        let has_open_changes = known.is_some_and(|known| known.change_in_the_way().is_some());
        Ok(Self { entry, internal, takes_part, has_open_changes, record_type, registry, under: Under::Placeholders })
    }

    pub(super) fn lock(&self, desk: &Desk, whose: Whose) -> Answer<Lock> {
        if !self.takes_part {
            return Ok(Lock::Nothing);
        }
        let known = match (self.under, whose) {
            (Under::Placeholders, _) => return Ok(Lock::Placeholder),
            (Under::Keys, Whose::Internal) => self.internal,
            (Under::Keys, Whose::Message) => None,
        };
        words(desk.words.key_or_fresh(known)).map(Lock::Key)
    }
}
