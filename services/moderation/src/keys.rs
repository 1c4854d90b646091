//! Keys on request: which ones this service needs, and whom it gives which.

use std::time::{Duration, Instant};

use dossier_engine::Engine;
use dossier_exchange::{KEYS_PER_REQUEST_MAX, KeyDesk, KeyRefusal};
use dossier_proto::{Event, KeyId, Origin, Payload, v1};
use dossier_vault::{GrantedKey, Vault};

use crate::{
    domain::Moderation,
    views::{Reviews, key_of},
};

/// For how long a request for keys waits for the view to hold what is durable already.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often it looks. Between a commit and the view are microseconds.
const LOOK_AGAIN: Duration = Duration::from_millis(1);

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
    let mut keys: Vec<KeyId> = sealed.into_iter().flatten().filter_map(key_of).collect();
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

    /// Waits until the view holds what was durable when the request came. Others read the journal itself, so they may
    /// ask for the keys of an approval in the instant before the view has it; a "no" would be final for them.
    fn catch_up(&self) -> Result<(), KeyRefusal> {
        let head = self.engine.journal().head();
        let deadline = Instant::now() + PATIENCE;
        while self.engine.view().applied < (head.epoch, head.size) {
            if Instant::now() > deadline {
                return Err(KeyRefusal::Unreadable);
            }
            std::thread::sleep(LOOK_AGAIN);
        }
        Ok(())
    }
}

impl KeyDesk for ModerationDesk {
    fn grant(&self, asker: Origin, keys: &[KeyId]) -> Result<Vec<GrantedKey>, KeyRefusal> {
        if keys.len() > KEYS_PER_REQUEST_MAX {
            return Err(KeyRefusal::TooMany { asked: keys.len(), max: KEYS_PER_REQUEST_MAX });
        }
        self.catch_up()?;
        let refused = {
            let view = self.engine.view();
            keys.iter().find(|key| !view.keys.may_have(asker, **key)).copied()
        };
        if let Some(key) = refused {
            return Err(KeyRefusal::NotEntitled { asker, key });
        }
        let granted = self.vault.grant(keys).map_err(|error| {
            tracing::error!(%error, %asker, "keys could not be read");
            KeyRefusal::Unreadable
        })?;
        match granted.erased.first().or(granted.unknown.first()) {
            Some(key) => Err(KeyRefusal::Gone { key: *key }),
            None => Ok(granted.keys),
        }
    }
}
