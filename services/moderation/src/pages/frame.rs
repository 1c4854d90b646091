//! The frame around the pages at the door.

use askama::Template;
use axum::extract::FromRequestParts;
use dossier_identity::accounts::{Entered, EnteringFailure, PasswordFault};
use dossier_web::{
    Language, Problem,
    extract::wall_clock,
    page::{Frame, Html, Purpose, Words},
    visit::{Surroundings, keep_session},
};
use http::{HeaderName, HeaderValue, Uri, header, request::Parts};

use crate::api::of_entering;

/// What a page at the door is drawn with.
#[derive(Debug, Clone)]
pub(super) struct Paper {
    pub(super) language: Language,
    pub(super) words: &'static Words,
    pub(super) address: Uri,
    pub(super) surroundings: Surroundings,
}

impl<S: Send + Sync> FromRequestParts<S> for Paper {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let language = Language::negotiate(&parts.uri, &parts.headers);
        let surroundings = Surroundings::from_request_parts(parts, state).await?;
        Ok(Self { language, words: Words::of(language), address: parts.uri.clone(), surroundings })
    }
}

impl Paper {
    /// The whole page; its title is a key of the words.
    pub(super) fn page(&self, title: &str, main: &impl Template) -> Result<Html, Problem> {
        let frame = Frame {
            language: self.language,
            title: self.words.text(title),
            purpose: Purpose::Work,
            address: &self.address,
            home: "/",
            room: None,
            navigation: &[],
            visitor: None,
            footer: &[],
            demonstration: &self.surroundings.demonstration,
        };
        frame.page(main).map_err(|error| Problem::internal(&error))
    }

    /// With this the browser keeps the session as long as it lasts.
    pub(super) fn keeping(&self, entered: &Entered) -> [(HeaderName, HeaderValue); 1] {
        let seconds = entered.expires.0.saturating_sub(wall_clock().0) / dossier_proto::Micros::SECOND;
        [(header::SET_COOKIE, keep_session(&entered.token, seconds, self.surroundings.line))]
    }

    /// Why somebody did not come in, in their language; and the problem, whose status and headers the page takes over.
    pub(super) fn told(&self, failure: &EnteringFailure) -> (String, Problem) {
        let problem = of_entering(failure);
        let text = match failure {
            EnteringFailure::Password(fault) => self.words.text(fault_key(*fault)).to_owned(),
            _ => self.of_problem(&problem),
        };
        (text, problem)
    }

    fn of_problem(&self, problem: &Problem) -> String {
        let (kind, key) = (problem.kind(), format!("problem.{}", problem.kind().code()));
        let what = self.words.known(&key).unwrap_or(kind.title());
        let todo = self.words.known(&format!("{key}-todo")).unwrap_or(kind.todo());
        format!("{what} {todo}")
    }
}

const fn fault_key(fault: PasswordFault) -> &'static str {
    match fault {
        PasswordFault::TooShort => "visit.password_too_short",
        PasswordFault::TooLong => "visit.password_too_long",
        PasswordFault::Known => "visit.password_known",
        PasswordFault::OneOfYours => "visit.password_yours",
    }
}
