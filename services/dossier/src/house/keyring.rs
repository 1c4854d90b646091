//! Whether the keys of a service are those its journal was written with. Keys that were lost, or put back from a time before
//! the journal's, must not be made anew without a word: what was written would be unreadable, and nobody would know since when.

use std::path::Path;

use dossier_journal::{Journal, Stored};
use dossier_proto::{Event, KeyId, Origin, Payload, v1};
use dossier_vault::{Holding, Vault};

use crate::{Failure, Layout, offline::holds_journal};

/// So many of a journal's last events are looked at. The newest sealed words are mostly among the last ten.
const EVENTS_LOOKED_AT: u64 = 1_024;
/// Bytes of them read at once.
const BYTES_AT_ONCE: usize = 4 * 1024 * 1024;

/// A service's vault is made before its journal, so a journal without one has lost it.
///
/// # Errors
/// [`Failure`]: it has. Nothing was made.
pub(super) fn must_be_there(layout: &Layout, origin: Origin) -> Result<(), Failure> {
    let keys = layout.service_keys(origin);
    let holds_something = std::fs::read_dir(&keys).is_ok_and(|mut items| items.next().is_some());
    if holds_something || !holds_journal(&layout.service(origin).join("journal")) {
        return Ok(());
    }
    Err(lost(&keys, origin, "there is a journal, but its keys are gone"))
}

/// Accounts whose vault is gone: names and addresses under keys that nobody has.
///
/// # Errors
/// [`Failure`]: there are some. Nothing was made.
pub(super) fn of_persons_must_be_there(layout: &Layout) -> Result<(), Failure> {
    let is_empty = |place: &Path| std::fs::read_dir(place).map_or(true, |mut items| items.next().is_none());
    if is_empty(&layout.accounts()) || !is_empty(&layout.person_keys()) {
        return Ok(());
    }
    Err(Failure::damaged(format!(
        "{} is gone, but there are accounts in {}. Without those keys nobody can read the names in them. Put both back from the same backup, \
         then start again",
        layout.person_keys().display(),
        layout.accounts().display()
    )))
}

/// Compares a vault with the newest sealed words of a journal: a key that the service made itself is on disk before its
/// first use. Those it was given may have been destroyed by their owner before they came, but not all of them.
///
/// # Errors
/// [`Failure`]: the vault does not hold what it must hold, or the journal cannot be read.
pub(super) fn must_fit(layout: &Layout, origin: Origin, journal: &Journal, vault: &Vault) -> Result<(), Failure> {
    let (mut made, mut given) = (None, Vec::new());
    for stored in newest(journal)? {
        let Ok(Event { payload: Some(payload), head }) = Event::decode(&stored.event) else { continue };
        made = made_by(origin, &payload).map(|key| (key, head.place)).or(made);
        given.extend(given_to(&payload));
    }
    let keys = layout.service_keys(origin);
    let is_unknown = |key: KeyId| vault.holding(key) == Holding::Unknown;
    if let Some((key, place)) = made.filter(|(key, _)| is_unknown(*key)) {
        return Err(lost(&keys, origin, &format!("the key {key} is not there, under which {place} was sealed")));
    }
    if !given.is_empty() && given.iter().all(|key| is_unknown(*key)) {
        let found = format!("none of the {} keys that were given to it last is there", given.len());
        return Err(lost(&keys, origin, &found));
    }
    Ok(())
}

fn newest(journal: &Journal) -> Result<Vec<Stored>, Failure> {
    let head = journal.head();
    let mut events = Vec::new();
    let mut next = head.size.saturating_sub(EVENTS_LOOKED_AT);
    while next < head.size {
        let read = journal.read(head.epoch, next, EVENTS_LOOKED_AT as usize, BYTES_AT_ONCE);
        let read = read.map_err(|error| Failure::damaged(error.to_string()))?;
        if read.is_empty() {
            break;
        }
        next += read.len() as u64;
        events.extend(read);
    }
    Ok(events)
}

/// A key that the service made for these words.
fn made_by(origin: Origin, payload: &Payload) -> Option<KeyId> {
    let sealed = match (origin, payload) {
        (Origin::Submission, Payload::DraftStarted(one)) => of_content(one.command.as_ref()?.content.as_ref()),
        (Origin::Submission, Payload::DraftSaved(one)) => of_content(one.command.as_ref()?.content.as_ref()),
        (Origin::Moderation, Payload::CommentMade(one)) => one.command.as_ref()?.text.as_ref(),
        (Origin::Moderation, Payload::ChangesRequested(one)) => one.command.as_ref()?.items.first()?.text.as_ref(),
        (Origin::Moderation, Payload::EntryRefused(one)) => one.command.as_ref()?.reason.as_ref(),
        (Origin::Moderation, Payload::Approved(one)) => one.command.as_ref()?.note.as_ref(),
        (Origin::Publication, Payload::EntryRetracted(one)) => one.command.as_ref()?.explanation.as_ref(),
        _ => None,
    };
    key_of(sealed)
}

/// The key to a content that passed through other hands. Of the audit service the copy of submission's journal is asked.
fn given_to(payload: &Payload) -> Option<KeyId> {
    let content = match payload {
        Payload::Approved(one) => one.content.as_ref(),
        Payload::EditionPublished(one) => one.content.as_ref(),
        Payload::Submitted(one) => one.content.as_ref(),
        _ => None,
    };
    key_of(of_content(content))
}

fn of_content(content: Option<&v1::Content>) -> Option<&v1::Sealed> {
    content?.sealed.as_ref()
}

fn key_of(sealed: Option<&v1::Sealed>) -> Option<KeyId> {
    KeyId::try_from(sealed?.key_id.as_slice()).ok()
}

fn lost(keys: &Path, origin: Origin, found: &str) -> Failure {
    Failure::damaged(format!(
        "{} does not belong to the journal of {origin}: {found}. Without its keys nobody can read what was written. Put keys/ back from the \
         backup that is as old as journal/ or newer, then start again",
        keys.display()
    ))
}
