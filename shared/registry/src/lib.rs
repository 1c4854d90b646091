//! The registry: record types, fields, vocabularies, notices and review paths, all of it data. Adding a type, a field, a
//! term, a stage or a notice changes files under `deploy/registry/` (see its README) and no Rust.
//!
//! A [`Registry`] is a checked set of those files. It travels as one canonical JSON document ([`Registry::bytes`]) and is
//! named by its digest. Everything here is pure but [`Registry::from_directory`], which reads files.
//!
//! # The shape of a content
//!
//! A content is one JSON object: `"original_language": "en"` and one member for each field that is filled in. Fields with
//! cardinality `1` or `0..1` hold one value, those with `0..n` or `1..n` an array of values. A field that is empty is left
//! out; `null` is not used. Values, by the kind of the field ([`Kind`]):
//!
//! | kind | value |
//! |---|---|
//! | `text`, `richtext` | `{"en": "…", "fr": "…"}`, keys out of ar zh en fr ru es; richtext is paragraphs, lists and links as typed |
//! | `range` | `{"start": "2022-05-17", "end": "2022-05-20", "zone": "America/New_York"}`; minutes as `2022-05-17T09:00`, in the local time of the zone; months and years as `2022-05` and `2022` where the field allows it ([`Limits::precision`]); `end` and `zone` may be missing; `"ongoing": true` where the field allows it |
//! | `place` | `{"city": "Tbilisi", "country": "GEO", "online": "KUDO"}`, each optional; `country` is a term |
//! | `term` | `"conference"`, the key of a term |
//! | `term-or-text` | `"iom"` or `{"text": "Ministry of Labour"}` |
//! | `bool` | `true` or `false`; a follow-up ("which?") is a field of its own with a condition ([`Condition`]) |
//! | `link` | `{"url": "https://…", "title": {"en": "…"}}`, title optional |
//! | `attachment` | `{"digest": "64 hex digits", "name": "…", "media_type": "…", "bytes": 1234}`, optional `title` per language and `language` |
//! | `status` | `{"state": "rescheduled", "previous_dates": [range, …]}` |
//! | `number` | a JSON number |
//! | `string` | a text without a language |
//! | `contact` | `{"name", "function", "organisation", "email", "phone"}`, texts, each optional; always personal |
//! | `reference` | `{"entry": "26 characters", "edition": 2}` |
//!
//! Personal fields ([`RecordType::personal_pointers`]) are sealed apart before a content is hashed; in their place stands
//! `{"$commitment": "64 hex digits"}`, which no other field may hold.
//!
//! # Time
//!
//! Types, fields, terms, names, notices and reasons may have a first and a last day (`valid_from`, `valid_to`, both
//! included, UTC). Questions therefore take a moment. A term that is past, or gone, never makes old content unreadable: it
//! shows its key plainly, and a content that had it when it was submitted may keep it ([`Known::after`]).
//!
//! # What the content does not say
//!
//! Whether a reference points to something public is known by a service and not by the content. The service gives it in
//! ([`Citations`]), so that checking stays pure; its outcome is an input of the decision.

mod address;
mod changes;
mod check;
mod content;
mod dates;
mod day;
mod difference;
mod directory;
mod document;
mod facts;
mod fault;
mod labels;
mod language;
pub mod media;
mod model;
mod notices;
mod numbers;
mod places;
mod range;
mod registry;
pub mod saved_page;
mod seen;
mod source;
mod validate;

pub use changes::{RegistryChange, changes};
pub use check::{check, check_directory};
pub use content::{CONTENT_BYTES_MAX, ORIGINAL_LANGUAGE, RESERVED_KEYS, languages_of, original_language, text_in};
pub use day::{Day, NotADay};
pub use difference::{Change, Detail, Difference, FieldDifference, Mark, Segment, difference, words};
pub use document::{Document, FORMAT};
pub use facts::{Fact, FactKind, FactValue, facts, title};
pub use fault::{RegistryBytesError, RegistryFault};
pub use labels::{Labels, Shown};
pub use language::{Direction, Language, UnknownLanguage};
pub use model::{
    BodyKind, Cardinality, ChecklistItem, City, Clearance, Condition, Expected, Field, FormerName, Kind, Limits,
    Notice, PastTerms, Places, Platform, Precision, Quorum, Reason, RecordType, RetractionUse, ReviewPath, ReviewRole,
    ReviewStage, SavedPageRules, Section, Term, TermGroup, Trigger, Vocabulary, Waiting, Words,
};
pub use notices::{NoticeReason, NoticeRef};
pub use registry::Registry;
pub use seen::says_something;
pub use source::SourceFile;
pub use validate::{Citation, Citations, FAULTS_MAX, Fault, FaultCode, Grade, Known, Stage, has_errors};
