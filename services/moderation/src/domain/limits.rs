//! How much one review may hold.

use dossier_proto::Micros;

/// How long a claim keeps others from deciding: 2 hours.
pub const LEASE: i64 = 2 * 60 * 60 * Micros::SECOND;

/// How long a review that was assigned to somebody is theirs: a day, so that they can come to it.
pub const ASSIGNED_LEASE: i64 = 24 * 60 * 60 * Micros::SECOND;

/// How far ahead a review on hold may be told to go on: 366 days.
pub const HOLD_MAX: i64 = 366 * 24 * 60 * 60 * Micros::SECOND;

/// How far ahead an approval may ask that nothing be published: five years.
pub const PUBLISH_AHEAD_MAX: i64 = 5 * 366 * 24 * 60 * 60 * Micros::SECOND;

/// For whom or what a review may wait, where the registry in force lists no codes.
pub const AWAITED: [&str; 7] =
    ["contributor", "publishing-authority", "reviewer", "moderator", "publisher", "secretariat", "third-party"];

/// Why words may be destroyed, where the registry in force lists no codes.
pub const ERASURE_REASONS: [&str; 4] = ["own-request", "court-order", "never-public", "retention-over"];

/// The reason of the system, for an operator who has a person forgotten; in no registry, because nobody else gives it.
pub const BY_OPERATOR: &str = "operator";

/// Contents that one order of an erasure may name: 32 bytes each, 2 KiB.
pub const ERASED_CONTENTS_MAX: usize = 64;

/// Answers to a checklist that one opinion may carry: a registry has some twenty questions.
pub const CHECKLIST_MAX: usize = 64;

/// Comments that may be sent in one go. With at most 4 KiB of words each they stay below 256 KiB.
pub const HELD_COMMENTS_MAX: usize = 64;

/// Fields that one correction may touch.
pub const CORRECTED_FIELDS_MAX: usize = 64;

/// Changes that one request may list. With at most 6 KiB of words each (2 KiB quoted, 4 KiB text) they stay below
/// 64 × 6 KiB = 384 KiB, and so the event below 512 KiB.
pub const REQUESTED_CHANGES_MAX: usize = 64;

/// Comments that one review may hold: more are a conversation that belongs elsewhere, and the review page lists all.
pub const COMMENTS_MAX: u32 = 1_000;

/// Bytes of a field's name as a comment or request gives it; `dates.start`, `links.12.address`.
pub const FIELD_BYTES_MAX: usize = 128;

/// Bytes of a language tag: language, script and region (RFC 5646), `zh-Hant-419`.
pub const LANGUAGE_BYTES_MAX: usize = 11;

/// Things due that are answered at once; the engine asks again.
pub(crate) const DUE_MAX: usize = 256;

/// Whether this is the name of a field: what stands in the clear in the journal must be no words (P11).
pub(crate) fn is_field(text: &str) -> bool {
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-' | b'.' | b'/');
    text.len() <= FIELD_BYTES_MAX && text.bytes().all(fits)
}

/// Whether this is a language tag, or empty where a field has no languages.
pub(crate) fn is_language(text: &str) -> bool {
    let mut parts = text.split('-');
    let language = parts.next().unwrap_or_default();
    let named = (2..=3).contains(&language.len()) && language.bytes().all(|b| b.is_ascii_lowercase());
    let refined = parts.all(|part| (2..=4).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()));
    text.is_empty() || (text.len() <= LANGUAGE_BYTES_MAX && named && refined)
}

/// Whether this is the key of a record type or a code of the registry.
pub(crate) fn is_key(text: &str) -> bool {
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-');
    (1..=64).contains(&text.len()) && text.bytes().all(fits)
}

/// Whether this is the number of a note, or empty: it stands in the clear, so it must be no words.
pub(crate) fn is_note_number(text: &str) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'/' | b'_');
    text.len() <= 64 && text.bytes().all(fits)
}
