//! What somebody typed that no revision holds: answers that wait for the submission, what has changed, and what does not fit a field yet.
//! It is kept under seal beside the entry, with the key of the revision it was typed on, each person's apart. It is no part of the entry:
//! nobody else reads it, it is in no journal, and it goes with the key.

use dossier_proto::{Digest, EntryId, SubjectId};
use dossier_web::{Answer, Problem};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{
    api::{contents, refusals},
    attachments::Attachments,
    domain::Revision,
    office::Office,
    words::{self, Words},
};

/// The longest that is kept: as much as a content may have (448 KiB).
pub(super) const TYPING_BYTES_MAX: usize = dossier_registry::CONTENT_BYTES_MAX;

/// What was typed and is in no revision.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Typing {
    /// The version of the draft it was typed on.
    pub(super) version: u64,
    /// Whether the whole form stands here; else only what is in no revision.
    #[serde(default)]
    pub(super) is_whole: bool,
    /// Names of controls with their texts.
    pub(super) fields: Vec<(String, String)>,
}

/// The name under which it is kept: one for each person, which says nothing of them.
fn mark(words: &Words, subject: SubjectId) -> Digest {
    words.mark_of_file(&[b"typing of ".as_slice(), subject.as_bytes()].concat())
}

/// Keeps it in the place of what was kept; nothing where there is nothing.
///
/// # Errors
/// The disk or the vault refuses. What is longer than [`TYPING_BYTES_MAX`] is not kept: `false`.
pub(super) fn keep(
    office: &Office,
    (id, revision): (EntryId, Revision),
    subject: SubjectId,
    typing: &Typing,
) -> Answer<bool> {
    let mark = mark(office.words(), subject);
    // What is damaged is there too: it is written over.
    if typing.fields.is_empty() && matches!(office.attachments().read(id, mark), Ok(None)) {
        return Ok(true);
    }
    let bytes = Zeroizing::new(serde_json::to_vec(typing).map_err(|error| Problem::internal(&error))?);
    if bytes.len() > TYPING_BYTES_MAX {
        return Ok(false);
    }
    let content = contents::sealed(office, id, revision)?;
    let key = words::key_of(&content).ok_or_else(|| Problem::internal(&words::WordsError::NoContent))?;
    let sealed = office.words().seal_file(key, id, mark, &bytes).map_err(|error| refusals::words_failed(&error))?;
    office.attachments().keep(id, mark, &sealed).map_err(|error| Problem::internal(&error))?;
    Ok(true)
}

/// What was kept of this person; nothing when there is none, its key is gone, or it is damaged: nobody is kept from the
/// entry by it.
///
/// # Errors
/// The disk refuses.
pub(super) fn kept(office: &Office, id: EntryId, subject: SubjectId) -> Answer<Typing> {
    let mark = mark(office.words(), subject);
    let sealed = match office.attachments().read(id, mark) {
        Ok(Some(sealed)) => sealed,
        Ok(None) => return Ok(Typing::default()),
        Err(error) if error.kind() == std::io::ErrorKind::InvalidData => return Ok(unreadable(id, &error)),
        Err(error) => return Err(Problem::internal(&error)),
    };
    match office.words().open_file(id, mark, sealed) {
        Ok(Some(bytes)) => Ok(serde_json::from_slice(&bytes).unwrap_or_else(|error| unreadable(id, &error))),
        Ok(None) => Ok(Typing::default()),
        Err(error) => Ok(unreadable(id, &error)),
    }
}

fn unreadable(entry: EntryId, error: &(dyn std::error::Error + 'static)) -> Typing {
    tracing::warn!(%entry, error, "what somebody typed and did not save cannot be read; it counts as nothing");
    Typing::default()
}

/// Destroys all that this person typed and did not save, of every entry.
///
/// # Errors
/// The disk refuses.
pub(crate) fn forget(attachments: &Attachments, words: &Words, subject: SubjectId) -> std::io::Result<()> {
    attachments.remove_everywhere(mark(words, subject))
}

impl Typing {
    /// The text of a control; empty when there is none.
    pub(super) fn value(&self, name: &str) -> &str {
        self.fields.iter().find(|(one, _)| one == name).map_or("", |(_, text)| text.as_str())
    }
}
