//! The editions of an entry, without their words.

use dossier_web::{PlaceShown, as_of::AsOfShown};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{moment, reading::Known, views::EditionFacts};

/// An edition in a list of editions: no words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct EditionSummary {
    /// Its number, from 1.
    pub(crate) edition: u32,
    /// When it was published.
    pub(crate) published_at: String,
    /// `submission`, or `correction` for an editorial correction of the edition before.
    #[schema(example = "submission")]
    pub(crate) kind: String,
    /// SHA-256 of salt and canonical content.
    pub(crate) digest: String,
    /// The edition that it revises or corrects; none of the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) base: Option<BaseShown>,
    /// The event that published it.
    pub(crate) place: PlaceShown,
    /// Where it can be read.
    #[schema(example = "/api/v1/entries/EVT-2026-00042/editions/1")]
    pub(crate) address: String,
}

/// The edition that another one revises or corrects. Its digest was current when the other was published, so the digests of
/// an entry's editions form a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct BaseShown {
    /// Its number.
    pub(crate) edition: u32,
    /// Its digest.
    pub(crate) digest: String,
}

/// The editions of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct EditionsDocument {
    /// The entry.
    pub(crate) id: String,
    /// Its public number.
    pub(crate) number: String,
    /// `published`, `superseded`, `suspended` or `retracted`.
    pub(crate) state: String,
    /// The editions, the newest first.
    pub(crate) items: Vec<EditionSummary>,
    /// The moment that was asked for; absent of what stands now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) as_of: Option<AsOfShown>,
}

impl BaseShown {
    pub(super) fn of(known: &Known, edition: u32) -> Option<Self> {
        let base = known.published.before(edition)?;
        Some(Self { edition: base.edition, digest: base.digest.to_string() })
    }
}

impl EditionSummary {
    fn of(known: &Known, facts: &EditionFacts) -> Self {
        Self {
            edition: facts.edition,
            published_at: moment::written(facts.at),
            kind: facts.kind.name().to_owned(),
            digest: facts.digest.to_string(),
            base: BaseShown::of(known, facts.edition),
            place: facts.place.into(),
            address: format!("/api/v1/entries/{}/editions/{}", known.entry.number, facts.edition),
        }
    }

    pub(crate) fn all(known: &Known) -> Vec<Self> {
        known.published.editions.iter().rev().map(|facts| Self::of(known, facts)).collect()
    }
}

impl EditionsDocument {
    pub(crate) fn of(known: &Known) -> Self {
        Self {
            id: known.id.to_string(),
            number: known.entry.number.to_string(),
            state: known.entry.standing().name().to_owned(),
            items: EditionSummary::all(known),
            as_of: None,
        }
    }
}
