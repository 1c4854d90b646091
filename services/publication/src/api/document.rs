//! The shapes of answers.

mod editions;
mod erased;
mod scheduled;
mod steps;
mod summary;
mod tombstone;
mod turns;

use std::collections::BTreeMap;

use dossier_proto::Micros;
use dossier_registry::{Language, Registry, languages_of};
use dossier_web::{Part, PlaceShown, Tag, as_of::AsOfShown, file::AttachedShown};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

pub(crate) use editions::{BaseShown, EditionSummary, EditionsDocument};
pub(crate) use erased::{ErasedDocument, ErasureFacts};
pub(crate) use scheduled::{ScheduledDocument, ScheduledShown};
pub(crate) use summary::EntrySummary;
pub(crate) use tombstone::TombstoneDocument;
pub(crate) use turns::{OtherEntry, TurnShown, history};

use steps::{StepShown, steps};

use crate::{
    domain::Standing,
    moment,
    reading::{Known, Nearby},
    registries::body_name,
    shelf::Edition,
    words::Agreement,
};

/// A body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct BodyShown {
    /// Its code.
    #[schema(example = "KAZ")]
    pub(crate) code: String,
    /// Its name in English, as it was on the day.
    #[schema(example = "Kazakhstan")]
    pub(crate) name: String,
}

/// A notice that is part of an edition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct NoticeShown {
    /// Its key in the registry.
    #[schema(example = "kosovo-1244")]
    pub(crate) key: String,
    /// Its text, by language.
    pub(crate) text: BTreeMap<String, String>,
}

/// An edition of an entry, with its content.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct EntryDocument {
    /// The entry, for life.
    #[schema(example = "01K9ZV3Q0M5T7N8R2W4X6Y8Z0A")]
    pub(crate) id: String,
    /// Its public number, given once.
    #[schema(example = "EVT-2026-00042")]
    pub(crate) number: String,
    /// `published`; or `superseded` for an edition that is not the current one, and for every edition of an entry in whose
    /// place another one stands (`superseded_by`).
    #[schema(example = "published")]
    pub(crate) state: String,
    /// Version of the entry; the ETag is "e" and this number.
    pub(crate) version: u64,
    /// The type of record.
    #[serde(rename = "type")]
    #[schema(example = "event")]
    pub(crate) record_type: String,
    /// The body that put it on record.
    pub(crate) body: BodyShown,
    /// This edition.
    pub(crate) edition: u32,
    /// The current edition.
    pub(crate) current_edition: u32,
    /// When this edition was published.
    pub(crate) published_at: String,
    /// When the first edition was.
    pub(crate) first_published_at: String,
    /// The language it was written in.
    #[schema(example = "en")]
    pub(crate) original_language: String,
    /// The languages it can be read in.
    pub(crate) languages: Vec<String>,
    /// The content; personal values stand in it as commitments. `null` when it was erased.
    #[schema(value_type = Object, nullable)]
    pub(crate) content: Value,
    /// The files that the content names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) files: Vec<AttachedShown>,
    /// SHA-256 of salt and canonical content, as it was approved.
    pub(crate) digest: String,
    /// Whether the digest of the content was computed again for this answer and is the approved one.
    pub(crate) digest_holds: bool,
    /// `submission`, or `correction` for an editorial correction of the edition before.
    #[schema(example = "submission")]
    pub(crate) kind: String,
    /// The edition that it revises or corrects; none of the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) base: Option<BaseShown>,
    /// The languages that the edition before could be read in and this one cannot; the earlier edition still can.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) dropped_languages: Vec<String>,
    /// The entry that stands in the place of this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) superseded_by: Option<OtherEntry>,
    /// The entries that this one stands in the place of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) supersedes: Vec<OtherEntry>,
    /// What the body said has changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) what_changed: Option<String>,
    /// The notices that are part of it.
    pub(crate) notices: Vec<NoticeShown>,
    /// How it came to be published.
    pub(crate) steps: Vec<StepShown>,
    /// What publishers decided on the entry since, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) history: Vec<TurnShown>,
    /// Digest of the registry it was published under.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) registry: Option<String>,
    /// The event that published it.
    pub(crate) place: PlaceShown,
    /// The address of its page.
    #[schema(example = "/entries/EVT-2026-00042")]
    pub(crate) public_address: String,
    /// Where its receipt is: a file that proves offline how it came to be public. Absent when the text was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/audit/api/v1/receipts/EVT-2026-00042/1")]
    pub(crate) receipt: Option<String>,
    /// The moment that was asked for; absent of what stands now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) as_of: Option<AsOfShown>,
}

/// The tag of an entry as it stands.
pub(crate) fn tag_of(known: &Known) -> Tag {
    Tag::Version(Part::Edition, known.entry.version)
}

/// Where the receipt of an edition is made: the audit service holds what it takes.
pub(crate) fn receipt_address(known: &Known, edition: u32) -> String {
    format!("/audit/api/v1/receipts/{}/{edition}", known.entry.number)
}

/// Where the certificate of registration of an edition is: a page to be printed, made where the receipt is.
pub(crate) fn certificate_address(known: &Known, edition: u32) -> String {
    format!("/audit/certificates/{}/{edition}", known.entry.number)
}

pub(crate) fn body(registry: &Registry, body: &dossier_proto::BodyCode, at: Micros) -> BodyShown {
    BodyShown { code: body.to_string(), name: body_name(registry, body, Language::En, at).text }
}

impl EntryDocument {
    pub(crate) fn of(
        known: &Known,
        edition: &Edition,
        nearby: &Nearby,
        history: Vec<TurnShown>,
        files: Vec<AttachedShown>,
    ) -> Self {
        let words = edition.words.as_ref();
        let content = words.map(|words| &words.content);
        let is_current = edition.facts.edition == known.entry.edition;
        let standing = if is_current { known.entry.standing() } else { Standing::Superseded };
        let first = known.published.editions.first().map_or(edition.facts.at, |first| first.at);
        let languages = content.map(languages_of).unwrap_or_default();
        Self {
            id: known.id.to_string(),
            number: known.entry.number.to_string(),
            state: standing.name().to_owned(),
            version: known.entry.version,
            record_type: edition.record.record_type.clone(),
            body: body(&edition.registry, &edition.body, edition.facts.at),
            edition: edition.facts.edition,
            current_edition: known.entry.edition,
            published_at: moment::written(edition.facts.at),
            first_published_at: moment::written(first),
            original_language: edition.record.original_language.clone(),
            languages: languages.into_iter().map(|one| one.tag().to_owned()).collect(),
            content: content.cloned().unwrap_or_default(),
            files,
            digest: edition.facts.digest.to_string(),
            digest_holds: edition.approval == Agreement::Same
                && words.is_some_and(|words| words.agreement == Agreement::Same),
            kind: edition.facts.kind.name().to_owned(),
            base: BaseShown::of(known, edition.facts.edition),
            dropped_languages: nearby.dropped.iter().map(|one| one.tag().to_owned()).collect(),
            superseded_by: known.published.supersession().and_then(OtherEntry::in_place),
            supersedes: nearby.instead_of.iter().map(|(id, number)| OtherEntry::of(*id, number)).collect(),
            what_changed: words.and_then(|words| words.what_changed.clone()),
            notices: notices(edition),
            steps: steps(edition),
            history,
            registry: edition.facts.registry.map(|digest| digest.to_string()),
            place: edition.place.into(),
            public_address: known.entry.number.address(),
            receipt: words.map(|_| receipt_address(known, edition.facts.edition)),
            as_of: None,
        }
    }
}

fn notices(edition: &Edition) -> Vec<NoticeShown> {
    let shown = edition.record.notices.iter().map(|key| NoticeShown {
        key: key.clone(),
        text: edition
            .registry
            .notice(key)
            .into_iter()
            .flat_map(|notice| notice.texts.iter())
            .map(|(language, text)| (language.tag().to_owned(), text.to_owned()))
            .collect(),
    });
    shown.collect()
}
