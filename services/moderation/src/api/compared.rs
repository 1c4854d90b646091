//! The difference of two contents of one entry.

use dossier_proto::{Digest, EntryId, v1};
use dossier_registry::{Registry, difference};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{Desk, corrections, eyes::Eyes};
use crate::{
    domain::{Entry, Review},
    reading,
    words::{Readable, WordsError},
};

/// What a content is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Against {
    /// The public edition, or what was submitted last when there is none.
    Usual,
    /// The public edition.
    Edition,
    /// What was submitted last.
    Submission,
    /// What was submitted under this digest.
    Digest(Digest),
    /// Nothing.
    Nothing,
}

/// A difference, and with what.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct DifferenceShown {
    /// `edition` or `submission`.
    #[schema(example = "edition")]
    pub(crate) against: String,
    /// The digest of the earlier content.
    pub(crate) digest: String,
    /// Its revision.
    pub(crate) revision: u32,
    /// Its edition, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) edition: Option<u32>,
    /// What changed, field by field; in texts word by word: `words` with marks same, removed, added, or `values` with
    /// before and after.
    #[schema(value_type = Vec<Object>)]
    pub(crate) changed: Value,
    /// The keys of the fields that did not change.
    #[schema(value_type = Vec<String>)]
    pub(crate) unchanged: Value,
}

/// An earlier content to compare with.
pub(super) struct Base<'a> {
    review: &'a Review,
    edition: Option<u32>,
}

/// The earlier content that is wanted, if there is one and the caller may read it.
pub(super) fn base<'a>(entry: &'a Entry, eyes: &Eyes, against: Against) -> Option<Base<'a>> {
    let current = entry.review()?;
    let edition = || {
        let edition = entry.edition.as_ref()?;
        let approved = |review: &&Review| review.ended.is_some_and(|ended| ended.moment.place == edition.approved);
        let review = entry.reviews.iter().rev().find(approved)?;
        Some(Base { review, edition: Some(edition.edition) })
    };
    let submission = || {
        let before = entry.reviews.iter().rev().find(|review| review.submitted != current.submitted)?;
        Some(Base { review: before, edition: None })
    };
    let found = match against {
        Against::Usual => edition().or_else(submission),
        Against::Edition => edition(),
        Against::Submission => submission(),
        Against::Digest(digest) => {
            let review = entry.reviews.iter().rev().find(|review| review.digest == digest)?;
            Some(Base { review, edition: None })
        }
        Against::Nothing => None,
    };
    // What is published already is not compared with itself.
    let found = found.filter(|base| base.review.submitted != current.submitted);
    found.filter(|base| eyes.sees_content_of(entry, base.review))
}

/// The content of a review in the clear; `None` when it was erased.
pub(super) fn content_of(desk: &Desk, id: EntryId, review: &Review) -> Result<Option<Readable>, super::Problem> {
    Ok(content_with_files(desk, id, review)?.map(|(readable, _)| readable))
}

/// The content of a review in the clear, with the files it names; `None` when it was erased.
pub(super) fn content_with_files(
    desk: &Desk,
    id: EntryId,
    review: &Review,
) -> Result<Option<(Readable, Vec<v1::AttachedFile>)>, super::Problem> {
    let kept = desk.engine.view().contents.submitted(id, review.submitted.place);
    let Some(kept) = kept else { return Ok(None) };
    let submitted = reading::submitted_at(&desk.engine, kept.at).map_err(|error| super::errors::of_record(&error))?;
    let Some(content) = submitted.and_then(|submitted| submitted.content) else { return Ok(None) };
    match desk.words.content(id, &content) {
        Ok(readable) => Ok(Some((readable, content.files))),
        Err(WordsError::Erased(_)) => Ok(None),
        Err(error) => Err(super::errors::of_words(&error)),
    }
}

/// The difference between `base` and `current`.
pub(super) fn compare(
    desk: &Desk,
    id: EntryId,
    entry: &Entry,
    registry: &Registry,
    base: &Base<'_>,
    current: &Value,
) -> Result<Option<DifferenceShown>, super::Problem> {
    let Some(record_type) = registry.record_type(&entry.record_type) else { return Ok(None) };
    // An edition that was corrected is compared as it is read now.
    let corrected = entry.edition.as_ref().filter(|edition| base.edition.is_some() && edition.corrected.is_some());
    let before = match corrected {
        Some(_) => corrections::edition_content(desk, id, entry)?,
        None => content_of(desk, id, base.review)?,
    };
    let Some(before) = before else { return Ok(None) };
    let found = difference(record_type, &before.content, current);
    let json = |value: Result<Value, serde_json::Error>| value.map_err(|error| super::Problem::internal(&error));
    Ok(Some(DifferenceShown {
        against: if base.edition.is_some() { "edition" } else { "submission" }.to_owned(),
        digest: corrected.map_or(base.review.digest, |edition| edition.digest).to_string(),
        revision: base.review.revision,
        edition: base.edition,
        changed: json(serde_json::to_value(&found.changed))?,
        unchanged: json(serde_json::to_value(&found.unchanged))?,
    }))
}
