//! Keys on request: which of our keys somebody else may have, and which of theirs we need.
//!
//! A draft is its body's alone (P13), and so is what awaits clearance. So moderation and audit get the keys of what was
//! submitted, and of nothing else; publication gets that of the reason of a retraction once it is cleared, and asks
//! moderation for what was approved.

use dossier_engine::Engine;
use dossier_exchange::{KeyDesk, KeyRefusal, give};
use dossier_proto::{Event, KeyId, Origin, Payload, v1};
use dossier_vault::{GrantedKey, Vault};

use crate::{domain::Submission, policy::is_for_the_body, views::Entries};

/// Whether `asker` may have `key`, by what it is.
pub fn is_entitled(entries: &Entries, asker: Origin, key: KeyId) -> bool {
    match asker {
        Origin::Moderation => entries.submitted_key(key).is_some(),
        Origin::Publication => entries.cleared_key(key).is_some(),
        Origin::Audit => entries.submitted_key(key).is_some() || entries.cleared_key(key).is_some(),
        Origin::Submission => false,
    }
}

/// The keys that a foreign event needs to be read here: of what is said to the contributor, and of what is public in the
/// end.
pub fn keys_needed(foreign: &Event) -> Vec<KeyId> {
    match &foreign.payload {
        Some(Payload::ChangesRequested(v1::ChangesRequested { command: Some(command), .. })) => {
            let items = command.items.iter().flat_map(|item| [&item.quote, &item.text]).flatten();
            of(items.chain(said_to_the_body(&command.comments)))
        }
        Some(Payload::CommentMade(made)) => of(said_to_the_body(&made.command)),
        Some(Payload::ReviewFinished(v1::ReviewFinished { command: Some(command) })) => {
            of(said_to_the_body(&command.comments))
        }
        Some(Payload::ChangeSettled(v1::ChangeSettled { command: Some(command) })) => of(&command.text),
        Some(Payload::ReviewHeld(v1::ReviewHeld { command: Some(command) })) => of(&command.reason),
        Some(Payload::RetractionDeclined(v1::RetractionDeclined { command: Some(command), .. })) => of(&command.reason),
        Some(Payload::EntryRefused(v1::EntryRefused { command: Some(command), .. })) => of(&command.reason),
        Some(Payload::MarkedDuplicate(v1::MarkedDuplicate { command: Some(command), .. })) => of(&command.reason),
        // The next edition, from which the body goes on; the note between the moderators is theirs.
        Some(Payload::CorrectionConfirmed(confirmed)) => {
            let content = confirmed.content.iter().flat_map(|content| &content.sealed);
            of(content.chain(&confirmed.reason))
        }
        _ => Vec::new(),
    }
}

fn said_to_the_body<'a>(comments: impl IntoIterator<Item = &'a v1::Comment>) -> impl Iterator<Item = &'a v1::Sealed> {
    comments.into_iter().filter(|comment| is_for_the_body(Some(comment))).flat_map(|comment| &comment.text)
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
    let mut keys = of(words.chain(personal).chain(said));
    keys.extend(submitted.content.iter().flat_map(|content| &content.files).filter_map(key_of_file));
    keys
}

fn key_of_file(file: &v1::AttachedFile) -> Option<KeyId> {
    KeyId::try_from(file.key_id.as_slice()).ok()
}

/// The keys of sealed texts, each once.
pub(crate) fn of<'a>(sealed: impl IntoIterator<Item = &'a v1::Sealed>) -> Vec<KeyId> {
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
}

impl KeyDesk for Desk {
    fn grant(&self, asker: Origin, keys: &[KeyId]) -> Result<Vec<GrantedKey>, KeyRefusal> {
        give(&self.vault, asker, keys, |key| is_entitled(&self.engine.view(), asker, key))
    }
}
