//! Keys on request: which ones this service needs, and whom it gives which.

use dossier_engine::Engine;
use dossier_exchange::{KeyDesk, KeyRefusal, give};
use dossier_proto::{Event, KeyId, Origin, Payload, v1};
use dossier_vault::{GrantedKey, Vault};

use crate::{
    domain::Moderation,
    views::{Reviews, key_of, key_of_file},
};

/// The keys that must be held before a foreign event is acted upon: those of a submission, and nothing else.
pub fn keys_needed(event: &Event) -> Vec<KeyId> {
    let Some(Payload::Submitted(submitted)) = &event.payload else { return Vec::new() };
    let content = submitted.content.as_ref();
    let personal = content.map(|content| content.personal.as_slice()).unwrap_or_default();
    let command = submitted.command.as_ref();
    let answers = command.map(|command| command.answers.as_slice()).unwrap_or_default();
    let sealed: Vec<Option<&v1::Sealed>> = [
        content.and_then(|content| content.sealed.as_ref()),
        command.and_then(|command| command.what_changed.as_ref()),
    ]
    .into_iter()
    .chain(personal.iter().map(|value| value.sealed.as_ref()))
    .chain(answers.iter().map(|answer| answer.text.as_ref()))
    .collect();
    let files = content.into_iter().flat_map(|content| &content.files).filter_map(key_of_file);
    let mut keys: Vec<KeyId> = sealed.into_iter().flatten().filter_map(key_of).chain(files).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// Gives keys to those who are entitled to them by what they are.
pub struct ModerationDesk {
    engine: Engine<Moderation, Reviews>,
    vault: Vault,
}

impl ModerationDesk {
    /// Over this engine's view and this vault.
    pub fn new(engine: Engine<Moderation, Reviews>, vault: Vault) -> Self {
        Self { engine, vault }
    }
}

impl KeyDesk for ModerationDesk {
    fn grant(&self, asker: Origin, keys: &[KeyId]) -> Result<Vec<GrantedKey>, KeyRefusal> {
        give(&self.vault, asker, keys, |key| self.engine.view().keys.may_have(asker, key))
    }
}
