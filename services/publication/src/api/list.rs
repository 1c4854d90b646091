//! The list of published entries.

// The macro of utoipa writes whole paths.
#![allow(unused_qualifications)]

use std::collections::BTreeMap;

use axum::{extract::State, response::Response};
use dossier_web::{
    Answer, Cache, Cursor, PageSize, Problem, ProblemDocument, ProblemKind, Tag,
    as_of::AsOfShown,
    conditional,
    extract::{FieldError, MinSequence, StrictQuery},
};
use http::{HeaderMap, HeaderValue, header};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{App, document::EntrySummary, errors, past, turning};
use crate::{
    asked::{CHARACTERS_MAX, Filters, PAGE_MAX, TERMS_MAX},
    finding::{Facet, Query},
    off_thread,
    reading::{From, Listed, Moment, More},
    wait_for,
};

/// The name of this list in its cursors.
const LIST: &str = "entries";

/// What a list may be narrowed by. Several terms of one filter widen, several filters narrow.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(super) struct ListQuery {
    /// Words that all must be in the entry; a beginning of two letters or more will do.
    text: Option<String>,
    /// Countries or areas, by their ISO 3166-1 alpha-3 codes.
    #[param(example = json!(["KAZ"]))]
    country: Vec<String>,
    /// Regions.
    region: Vec<String>,
    /// Objectives of the Global Compact.
    #[param(example = json!(["23"]))]
    gcm_objectives: Vec<String>,
    /// Themes that cut across the objectives.
    cross_cutting_theme: Vec<String>,
    /// Record types.
    #[param(example = json!(["event"]))]
    type_of_resource: Vec<String>,
    /// Languages the entry can be read in.
    resource_language: Vec<String>,
    /// How far the matter reaches.
    #[param(example = json!(["global"]))]
    geographic_scope: Vec<String>,
    /// The page, from 1. For lists that do not change meanwhile; a cursor is better.
    page: Option<usize>,
    /// Where the page begins: `next` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
    /// How many entries; 50 when nothing is said.
    #[param(value_type = Option<u8>, minimum = 1, maximum = 200)]
    limit: Option<PageSize>,
    /// The list as it stood: an instant (2026-03-09T09:00:00Z), or the place of an event of this service (publication/17, or
    /// publication/1/17 in a later epoch), each included. What is suspended or retracted today is not on it.
    as_of: Option<String>,
}

/// A page of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct ListDocument {
    /// How many entries there are in all.
    total: usize,
    /// The entries, the newest edition first.
    items: Vec<EntrySummary>,
    /// Where the next page begins; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    next: Option<Cursor>,
    /// For each filter and term, how many entries there would be if the term were chosen.
    facets: BTreeMap<String, BTreeMap<String, u32>>,
    /// The moment that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<AsOfShown>,
}

/// The published entries, the newest edition first. Retracted ones are not listed.
///
/// With `as_of`, total, entries, counts and pages are those of then: the editions that were current, found by their own words. Publishing is
/// this service's own doing, so what was public and what was known are the same here.
#[utoipa::path(
    get, path = "/api/v1/entries", tag = "entries", operation_id = "listPublished",
    params(ListQuery, MinSequence),
    responses(
        (status = 200, description = "A page of the list", body = ListDocument, headers(("ETag" = String))),
        (status = 304, description = "The caller has it already"),
        (status = 400, description = "A parameter cannot be read", body = ProblemDocument),
        (status = 409, description = "The moment asked for is not settled", body = ProblemDocument),
        (status = 422, description = "A parameter has a value that does not fit", body = ProblemDocument),
    ),
)]
pub(super) async fn list(
    State(app): State<App>,
    StrictQuery(query): StrictQuery<ListQuery>,
    min_sequence: MinSequence,
    headers: HeaderMap,
) -> Answer<Response> {
    wait_for(app.engine(), min_sequence).await?;
    let (moment, shown) = match &query.as_of {
        None => (Moment::Now, None),
        Some(text) => {
            let (last, shown) = past::last(&app, text).await?;
            (Moment::After(last), Some(shown))
        }
    };
    off_thread(move || {
        let limit = query.limit.unwrap_or_default().get();
        let from = query.begins(limit)?;
        let filters = query.filters()?;
        let looked_for = Query::new(&filters.text, &filters.chosen);
        let listed = app.reading.list(&looked_for, moment, from, limit).map_err(|error| errors::of_shelf(&error))?;
        let bytes = serde_json::to_vec(&ListDocument::of(&listed, shown)).map_err(|error| Problem::internal(&error))?;
        let tag = Tag::of_bytes(&bytes);
        let kind = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
        Ok(conditional::answer(&headers, &tag, Cache::PublicJson, || (kind, bytes)))
    })
    .await
}

impl ListQuery {
    fn begins(&self, limit: usize) -> Answer<From> {
        match (&self.cursor, self.page) {
            (Some(_), Some(_)) => Err(misfit("/page", "give a page or a cursor, not both")),
            (Some(cursor), None) => {
                let place = turning::place_in(LIST, cursor).map_err(|error| misfit("/cursor", &error.to_string()))?;
                Ok(From::Before(place))
            }
            (None, page) => {
                let page = page.unwrap_or(1);
                if page > PAGE_MAX {
                    return Err(misfit(
                        "/page",
                        &format!("a list is turned to page {PAGE_MAX} at most; use the cursor"),
                    ));
                }
                // Lists of other hubs begin at 0; both mean the first.
                Ok(From::Offset(page.saturating_sub(1).saturating_mul(limit)))
            }
        }
    }

    /// The filters of a query for everything: a part of it cannot be asked for.
    pub(super) fn whole(self) -> Answer<Filters> {
        let parts =
            [("/page", self.page.is_some()), ("/cursor", self.cursor.is_some()), ("/limit", self.limit.is_some())];
        match parts.iter().find(|(_, is_there)| *is_there) {
            Some((pointer, _)) => Err(misfit(pointer, "the whole list is written; leave this out")),
            None => self.filters(),
        }
    }

    fn filters(self) -> Answer<Filters> {
        let mut filters = Filters::default();
        let text = self.text.unwrap_or_default();
        if text.chars().count() > CHARACTERS_MAX {
            return Err(misfit("/text", &format!("at most {CHARACTERS_MAX} characters are searched for")));
        }
        filters.text = text;
        let chosen = [
            (Facet::Country, self.country),
            (Facet::Region, self.region),
            (Facet::GcmObjectives, self.gcm_objectives),
            (Facet::CrossCuttingTheme, self.cross_cutting_theme),
            (Facet::TypeOfResource, self.type_of_resource),
            (Facet::ResourceLanguage, self.resource_language),
            (Facet::GeographicScope, self.geographic_scope),
        ];
        for (facet, terms) in chosen {
            let pointer = format!("/{}", facet.name());
            if terms.len() > TERMS_MAX {
                return Err(misfit(&pointer, &format!("at most {TERMS_MAX} terms are taken")));
            }
            for term in terms {
                if term.chars().count() > CHARACTERS_MAX {
                    return Err(misfit(&pointer, &format!("a term has at most {CHARACTERS_MAX} characters")));
                }
                filters.choose(facet, term);
            }
        }
        Ok(filters)
    }
}

fn misfit(pointer: &str, detail: &str) -> Problem {
    let error = FieldError { pointer: pointer.to_owned(), detail: detail.to_owned() };
    FieldError::problem(ProblemKind::InvalidRequest, &[error])
}

impl ListDocument {
    fn of(listed: &Listed, as_of: Option<AsOfShown>) -> Self {
        let last = listed.editions.last().filter(|_| listed.more == More::Follow);
        let facets = listed.found.counts.iter().map(|(facet, terms)| (facet.name().to_owned(), terms.clone()));
        Self {
            total: listed.found.places.len(),
            items: listed.editions.iter().map(|edition| EntrySummary::of(edition)).collect(),
            next: last.map(|edition| turning::after(LIST, edition.facts.place)),
            facets: facets.collect(),
            as_of,
        }
    }
}
