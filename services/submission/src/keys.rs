//! Keys on request: which of our keys somebody else may have, and which of theirs we need.
//!
//! A draft is its body's alone (P13). So moderation and audit get the keys of what was submitted, and of nothing else;
//! publication gets none here: it asks moderation for what was approved.

use std::time::{Duration, Instant};

use dossier_engine::Engine;
use dossier_exchange::{KEYS_PER_REQUEST_MAX, KeyDesk, KeyRefusal};
use dossier_proto::{Event, KeyId, Origin, Payload, v1};
use dossier_vault::{GrantedKey, Vault};

use crate::{domain::Submission, views::Entries};

/// For how long a request for a key waits for the view to hold what is durable already.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often it looks. Between a commit and the view are microseconds.
const LOOK_AGAIN: Duration = Duration::from_millis(1);

/// Whether `asker` may have `key`, by what it is.
pub fn is_entitled(entries: &Entries, asker: Origin, key: KeyId) -> bool {
    match asker {
        Origin::Moderation | Origin::Audit => entries.submitted_key(key).is_some(),
        Origin::Publication | Origin::Submission => false,
    }
}

/// The keys that a foreign event needs to be read here: of what is said to the contributor, and of nothing else.
pub fn keys_needed(foreign: &Event) -> Vec<KeyId> {
    let sealed: Vec<&v1::Sealed> = match &foreign.payload {
        Some(Payload::ChangesRequested(v1::ChangesRequested { command: Some(command), .. })) => {
            command.items.iter().flat_map(|item| [&item.quote, &item.text]).flatten().collect()
        }
        Some(Payload::EntryRefused(v1::EntryRefused { command: Some(command), .. })) => command.reason.iter().collect(),
        _ => Vec::new(),
    };
    distinct(sealed)
}

/// The keys of everything that a submission says.
pub fn of_submitted(submitted: &v1::Submitted) -> Vec<KeyId> {
    let content = submitted.content.iter();
    let words = content.clone().flat_map(|content| &content.sealed);
    let personal = content.flat_map(|content| &content.personal).flat_map(|value| &value.sealed);
    let said = submitted
        .command
        .iter()
        .flat_map(|command| command.what_changed.iter().chain(command.answers.iter().flat_map(|answer| &answer.text)));
    distinct(words.chain(personal).chain(said))
}

fn distinct<'a>(sealed: impl IntoIterator<Item = &'a v1::Sealed>) -> Vec<KeyId> {
    let mut keys: Vec<KeyId> =
        sealed.into_iter().filter_map(|sealed| KeyId::try_from(sealed.key_id.as_slice()).ok()).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// The desk of this service.
pub struct Desk {
    engine: Engine<Submission, Entries>,
    vault: Vault,
}

impl Desk {
    /// A desk over this engine's view and these keys.
    pub fn new(engine: Engine<Submission, Entries>, vault: Vault) -> Self {
        Self { engine, vault }
    }

    /// Waits until the view holds what was durable when the request came. Others read the journal itself, so they may
    /// ask for the keys of an event in the instant before the view has it; a "no" would be final for them.
    fn catch_up(&self) -> Result<(), KeyRefusal> {
        let head = self.engine.journal().head();
        let deadline = Instant::now() + PATIENCE;
        while self.engine.view().applied() < (head.epoch, head.size) {
            if Instant::now() > deadline {
                return Err(KeyRefusal::Unreadable);
            }
            std::thread::sleep(LOOK_AGAIN);
        }
        Ok(())
    }
}

impl KeyDesk for Desk {
    fn grant(&self, asker: Origin, keys: &[KeyId]) -> Result<Vec<GrantedKey>, KeyRefusal> {
        if keys.len() > KEYS_PER_REQUEST_MAX {
            return Err(KeyRefusal::TooMany { asked: keys.len(), max: KEYS_PER_REQUEST_MAX });
        }
        self.catch_up()?;
        let refused = {
            let entries = self.engine.view();
            keys.iter().copied().find(|key| !is_entitled(&entries, asker, *key))
        };
        if let Some(key) = refused {
            tracing::warn!(%asker, %key, "a key was refused");
            return Err(KeyRefusal::NotEntitled { asker, key });
        }
        let granted = self.vault.grant(keys).map_err(|error| {
            tracing::error!(%error, "keys could not be read");
            KeyRefusal::Unreadable
        })?;
        match granted.erased.first().or(granted.unknown.first()) {
            Some(key) => Err(KeyRefusal::Gone { key: *key }),
            None => Ok(granted.keys),
        }
    }
}
