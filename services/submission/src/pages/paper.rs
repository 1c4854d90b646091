//! What a page of this room is drawn with: language, words, and the frame around it.

use askama::Template;
use axum::{
    extract::FromRequestParts,
    response::{IntoResponse, Response},
};
use dossier_proto::Micros;
use dossier_registry::Registry;
pub(super) use dossier_web::page::Room;
use dossier_web::{Answer, Problem, page::Words};
use http::{StatusCode, request::Parts};

use super::{FORM_SCRIPT, live::LIVE, said::Said};

/// What a page is drawn with.
#[derive(Debug, Clone)]
pub(super) struct Paper {
    sheet: dossier_web::page::Paper,
    /// The language of the page, as the registry knows it.
    pub(super) tongue: dossier_registry::Language,
    pub(super) words: &'static Words,
}

impl<S: Send + Sync> FromRequestParts<S> for Paper {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let sheet = dossier_web::page::Paper::from_request_parts(parts, state).await?;
        let tongue = sheet.language.code().parse().unwrap_or(dossier_registry::Language::En);
        Ok(Self { tongue, words: sheet.words, sheet })
    }
}

impl Paper {
    /// A word of this room.
    pub(super) fn w(&self, key: &str) -> &'static str {
        // A test reads every key that pages ask for; a missing one is seen at once.
        self.words.known(&format!("contributor.{key}")).unwrap_or("contributor.?")
    }

    /// A word of this room, if there is one under this key.
    pub(super) fn known(&self, key: &str) -> Option<String> {
        self.words.known(&format!("contributor.{key}")).map(str::to_owned)
    }

    /// A word of this room with one place filled in.
    pub(super) fn with(&self, key: &str, place: &str, value: impl std::fmt::Display) -> String {
        self.words.with(&format!("contributor.{key}"), place, value)
    }

    /// The word of this room for so many.
    pub(super) fn count(&self, key: &str, count: usize) -> String {
        self.words.count(&format!("contributor.{key}"), u64::try_from(count).unwrap_or(u64::MAX))
    }

    /// The name of a record type.
    pub(super) fn kind(&self, registry: &Registry, record_type: &str) -> Said {
        let kind = registry.record_type(record_type);
        kind.map_or_else(|| Said::plain(record_type), |kind| kind.labels.show(self.tongue, record_type).into())
    }

    /// The name of a body.
    pub(super) fn body(&self, registry: &Registry, code: &str, now: Micros) -> Said {
        registry.body_label(code, self.tongue, now).into()
    }

    /// The whole page; `title` is what the tab says first.
    pub(super) fn page(&self, room: Room, title: &str, main: &impl Template) -> Answer<Response> {
        self.page_as(StatusCode::OK, room, title, main)
    }

    /// The same with another status: what was typed comes again with what is to be mended.
    pub(super) fn page_as(
        &self,
        status: StatusCode,
        room: Room,
        title: &str,
        main: &impl Template,
    ) -> Answer<Response> {
        let page = self.sheet.sheet(room, title).script(&FORM_SCRIPT).live(LIVE).page(main)?;
        Ok((status, dossier_web::Cache::Private, page).into_response())
    }

    /// A moment, in words and as machines read it.
    pub(super) fn moment(&self, at: Micros) -> Time {
        Time { machine: dossier_web::moment::written(at), words: self.words.moment(at) }
    }

    /// How long something has lasted: minutes, then hours, then days.
    pub(super) fn lasting(&self, since: Micros, now: Micros) -> String {
        let seconds = now.0.saturating_sub(since.0).max(0) / Micros::SECOND;
        let amount = |unit: i64| usize::try_from(seconds / unit).unwrap_or(usize::MAX);
        match seconds {
            86_400.. => self.count("days", amount(86_400)),
            3_600.. => self.count("hours", amount(3_600)),
            _ => self.count("minutes", amount(60)),
        }
    }

    /// What a problem is and what to do, in the language of the page where its words are known.
    pub(super) fn of_problem(&self, problem: &Problem) -> String {
        let code = problem.kind().code();
        let own = self.words.known(&format!("contributor.problem.{code}"));
        if let Some(own) = own {
            return own.to_owned();
        }
        let (kind, key) = (problem.kind(), format!("problem.{code}"));
        let what = self.words.known(&key).unwrap_or(kind.title());
        let todo = self.words.known(&format!("{key}-todo")).unwrap_or(kind.todo());
        format!("{what} {todo}")
    }
}

/// A moment on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Time {
    pub(super) machine: String,
    pub(super) words: String,
}
