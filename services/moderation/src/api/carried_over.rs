//! What was said about an earlier revision is carried over to the next, and marked when the words it is about have changed.

use std::collections::BTreeMap;

use dossier_proto::Digest;
use serde_json::Value;

use super::{compared, messages::Reader};

/// The contents that something was said about, read once each.
pub(super) struct Contents<'a> {
    reader: &'a Reader<'a>,
    read: BTreeMap<Digest, Option<Value>>,
}

impl<'a> Contents<'a> {
    pub(super) fn new(reader: &'a Reader<'a>) -> Self {
        Self { reader, read: BTreeMap::new() }
    }

    /// Whether the field has another value now than in the content with this digest; `None` when one of the two cannot be
    /// read. An empty field is the whole.
    pub(super) fn changed_since(&mut self, digest: Digest, field: &str, language: &str) -> Option<bool> {
        let current = self.reader.entry.review()?.digest;
        if current == digest {
            return Some(false);
        }
        let (before, now) = (self.content(digest)?, self.content(current)?);
        Some(part(&before, field, language) != part(&now, field, language))
    }

    fn content(&mut self, digest: Digest) -> Option<Value> {
        let reader = self.reader;
        let read = self.read.entry(digest).or_insert_with(|| {
            let review = reader.entry.reviews.iter().rev().find(|review| review.digest == digest)?;
            if !reader.eyes.sees_content_of(reader.entry, review) {
                return None;
            }
            // What cannot be read leaves the mark away; the content itself says why.
            compared::content_of(reader.desk, reader.id, review).ok().flatten().map(|readable| readable.content)
        });
        read.clone()
    }
}

/// A field, in a language where it has any; deeper parts count with their field.
fn part<'v>(content: &'v Value, field: &str, language: &str) -> Option<&'v Value> {
    let key = field.split(['.', '/']).next().unwrap_or_default();
    if key.is_empty() {
        return Some(content);
    }
    let value = content.get(key)?;
    match value.get(language).filter(|_| !language.is_empty()) {
        Some(text) => Some(text),
        None if !language.is_empty() && value.is_object() => None,
        None => Some(value),
    }
}
