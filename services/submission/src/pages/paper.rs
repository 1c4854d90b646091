//! What a page of this room is drawn with: language, words, and the frame around it.

use askama::Template;
use axum::{
    extract::FromRequestParts,
    response::{IntoResponse, Response},
};
use dossier_identity::Role;
use dossier_proto::Micros;
use dossier_registry::Registry;
use dossier_web::{
    Answer, Cache, Language, Problem,
    page::{Frame, Html, Link, Purpose, Visitor, Words},
    visit::{Surroundings, Visit},
};
use http::{StatusCode, Uri, request::Parts};

use super::{CLEARANCE, HOME, said::Said};
use crate::office::Office;

/// Where people leave the house.
const SIGN_OUT: &str = "/review/sign-out";

/// What a page is drawn with.
#[derive(Debug, Clone)]
pub(super) struct Paper {
    pub(super) language: Language,
    /// The same, as the registry knows it.
    pub(super) tongue: dossier_registry::Language,
    pub(super) words: &'static Words,
    pub(super) address: Uri,
    pub(super) surroundings: Surroundings,
}

/// The parts of the room, of which one is marked in the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    /// What the body writes.
    Entries,
    /// What waits for its publishing authority.
    Clearance,
}

impl<S: Send + Sync> FromRequestParts<S> for Paper {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let language = Language::negotiate(&parts.uri, &parts.headers);
        let surroundings = Surroundings::from_request_parts(parts, state).await?;
        Ok(Self {
            language,
            tongue: language.code().parse().unwrap_or(dossier_registry::Language::En),
            words: Words::of(language),
            address: parts.uri.clone(),
            surroundings,
        })
    }
}

impl Paper {
    /// A word of this room.
    pub(super) fn w(&self, key: &str) -> &'static str {
        // A test reads every key that pages ask for; a missing one is seen at once.
        self.words.known(&format!("contributor.{key}")).unwrap_or("contributor.?")
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
    pub(super) fn page(
        &self,
        office: &Office,
        visit: &Visit,
        room: Room,
        title: &str,
        main: &impl Template,
    ) -> Answer<Response> {
        self.page_as(StatusCode::OK, office, visit, room, title, main)
    }

    /// The same with another status: what was typed comes again with what is to be mended.
    pub(super) fn page_as(
        &self,
        status: StatusCode,
        office: &Office,
        visit: &Visit,
        room: Room,
        title: &str,
        main: &impl Template,
    ) -> Answer<Response> {
        let page = self.frame(office, visit, room, title, main)?;
        Ok((status, Cache::Private, page).into_response())
    }

    fn frame(&self, office: &Office, visit: &Visit, room: Room, title: &str, main: &impl Template) -> Answer<Html> {
        let name = office.accounts().name_of(visit.bearer.subject);
        let visitor = Visitor { name, door: Link::to(SIGN_OUT, self.words.text("frame.sign_out")) };
        let navigation = self.navigation(office, visit, room);
        let title = format!("{title} – {}", self.w("room"));
        let frame = Frame {
            language: self.language,
            title: &title,
            purpose: Purpose::Work,
            address: &self.address,
            home: "/",
            room: Some(self.w("room")),
            navigation: &navigation,
            visitor: Some(&visitor),
            footer: &[],
            demonstration: &self.surroundings.demonstration,
        };
        frame.page(main).map_err(|error| Problem::internal(&error))
    }

    fn navigation(&self, office: &Office, visit: &Visit, room: Room) -> Vec<Link> {
        let mark = |link: Link, of: Room| if room == of { link.here() } else { link };
        let mut links = vec![mark(Link::to(HOME, self.w("nav_home")), Room::Entries)];
        let view = office.engine().view();
        let designations = &view.state().designations;
        if designations.holds(visit.bearer.subject, Role::PublishingAuthority, office.now()).is_ok() {
            links.push(mark(Link::to(CLEARANCE, self.w("nav_clearance")), Room::Clearance));
        }
        links.push(Link::to("/", self.w("nav_published")));
        links
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
