//! Opens sealed words for auditors: the only place of this service that touches contents.

use dossier_proto::{Digest, EntryId, Event, v1};
use dossier_vault::{Binding, PersonalValue, Purpose, Sealed, UnsealError, Vault};
use serde_json::Value;

use crate::{
    sealed_parts::{self, Contents, Part},
    trail::{Mark, Said},
};

/// Whether contents are to be shown beside what was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Reasons, comments, requests, answers, notes.
    Said,
    /// The contents that were submitted as well.
    Contents,
}

/// Everything that was said in an event of an entry. Blocks for microseconds a text, on the vault's files.
pub fn spoken(vault: &Vault, entry: EntryId, event: &Event, depth: Depth) -> Vec<Said> {
    let Some(payload) = &event.payload else { return Vec::new() };
    let mut all: Vec<_> = sealed_parts::said(payload).into_iter().map(|part| said(vault, entry, part)).collect();
    // What was submitted is shown where it was submitted; an approval and an edition name the same digest.
    let submitted = matches!(payload, dossier_proto::Payload::Submitted(_));
    if let (Depth::Contents, true, Some(Contents::Submitted(content))) =
        (depth, submitted, sealed_parts::contents(payload))
    {
        all.push(content_said(vault, entry, content));
    }
    all
}

fn said(vault: &Vault, entry: EntryId, part: Part<'_>) -> Said {
    let opened = open(vault, part.sealed, &Binding::entry(entry, part.purpose));
    let opened = opened.and_then(|bytes| String::from_utf8(bytes).map_err(|_| Mark::Altered));
    let (mark, text) = match opened {
        Ok(text) => (Mark::Said, Some(text)),
        Err(mark) => (mark, None),
    };
    Said {
        what: name_of(part.purpose).to_owned(),
        item: part.item,
        field: part.field.map(ToOwned::to_owned),
        language: part.language.map(ToOwned::to_owned),
        mark,
        text,
        content: None,
    }
}

/// A submitted content with its personal values in place, as far as their keys are here.
fn content_said(vault: &Vault, entry: EntryId, content: &v1::Content) -> Said {
    let opened = open_content(vault, entry, content);
    let (mark, content) = match opened {
        Ok(value) => (Mark::Said, Some(value)),
        Err(mark) => (mark, None),
    };
    Said {
        what: name_of(Purpose::Content).to_owned(),
        item: None,
        field: None,
        language: None,
        mark,
        text: None,
        content,
    }
}

fn open_content(vault: &Vault, entry: EntryId, content: &v1::Content) -> Result<Value, Mark> {
    let value = committed(vault, entry, content)?;
    let personal: Result<Vec<PersonalValue>, _> = content.personal.iter().cloned().map(TryInto::try_into).collect();
    let joined = vault.join(entry, value, &personal.map_err(|_| Mark::Altered)?);
    joined.map(|joined| joined.content).map_err(|_| Mark::Altered)
}

/// A content as it was judged: with tokens where personal values stand.
pub(crate) fn committed(vault: &Vault, entry: EntryId, content: &v1::Content) -> Result<Value, Mark> {
    let sealed = content.sealed.as_ref().ok_or(Mark::NotHeld)?;
    let digest = Digest::try_from(content.digest.as_slice()).map_err(|_| Mark::Altered)?;
    let bytes = open(vault, sealed, &Binding::entry(entry, Purpose::Content))?;
    // The digest is what was judged: words that do not lead to it are not those words.
    let key = sealed_parts::key_of(sealed).ok_or(Mark::Altered)?;
    if vault.content_digest(key, &bytes).map_err(|_| Mark::NotHeld)? != digest {
        return Err(Mark::Altered);
    }
    serde_json::from_slice(&bytes).map_err(|_| Mark::Altered)
}

/// Whether a content is surely not the one its digest names: its key is here, and what it opens is another one, or nothing that was
/// sealed so. What cannot be opened is not known to be altered.
pub(crate) fn is_altered(vault: &Vault, entry: EntryId, content: &v1::Content) -> bool {
    matches!(open_content(vault, entry, content), Err(Mark::Altered))
}

pub(crate) fn open(vault: &Vault, sealed: &v1::Sealed, binding: &Binding) -> Result<Vec<u8>, Mark> {
    let sealed: Sealed = sealed.clone().try_into().map_err(|_| Mark::Altered)?;
    vault.unseal(&sealed, binding).map(|bytes| bytes.to_vec()).map_err(|error| match error {
        UnsealError::Erased(_) => Mark::Erased,
        UnsealError::Unknown(_) => Mark::NotHeld,
        UnsealError::Damaged(_) => Mark::Altered,
        UnsealError::Vault(error) => {
            tracing::error!(%error, "the vault could not be read");
            Mark::NotHeld
        }
    })
}

/// What words are called in answers.
const fn name_of(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Content => "content",
        Purpose::WhatChanged => "what-changed",
        Purpose::Reason => "reason",
        Purpose::Comment => "comment",
        Purpose::Note => "note",
        Purpose::Message => "message",
        Purpose::RequestedChange => "requested-change",
        Purpose::Quote => "quote",
        Purpose::Answer => "answer",
        Purpose::Explanation => "explanation",
        Purpose::PersonalValue => "personal-value",
        Purpose::Name => "name",
        Purpose::Address => "address",
        Purpose::Attachment => "attachment",
        Purpose::Secret => "secret",
    }
}
