//! What a page is drawn on: the language, the address, who looks, and the masthead that follows from these.

use std::convert::Infallible;

use askama::Template;
use axum::extract::FromRequestParts;
use dossier_identity::Role;
use http::{Uri, request::Parts};

use super::{
    Frame, Guest, Html, Link, OwnScript, Room, Visitor, Words,
    frame::{Beside, Live},
};
use crate::{
    Cache, Language, Problem,
    visit::{SIGN_OUT, Surroundings, sign_in_for},
};

/// What every page is drawn on. An extractor for any router: it asks nothing of its state.
///
/// ```text
/// async fn show(visit: Visit, paper: Paper) -> Answer<Response> {
///     let main = QueueTemplate { … };
///     Ok((paper.cache(), paper.page(Room::Queue, &title, &main)?).into_response())
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Paper {
    /// The language of the interface.
    pub language: Language,
    /// Its words.
    pub words: &'static Words,
    /// The address of the page.
    pub address: Uri,
    /// What is known of the installation.
    pub surroundings: Surroundings,
    /// Who looks.
    pub guest: Guest,
}

impl<S: Send + Sync> FromRequestParts<S> for Paper {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self::of(parts).await)
    }
}

impl Paper {
    /// For the answer to this request.
    pub(crate) async fn of(parts: &mut Parts) -> Self {
        let guest = Guest::of(parts).await;
        Self { guest, ..Self::plain(parts) }
    }

    /// The same, without asking who it is.
    pub(crate) fn plain(parts: &Parts) -> Self {
        let language = Language::negotiate(&parts.uri, &parts.headers);
        let surroundings = Surroundings::of(parts);
        Self { language, words: Words::of(language), address: parts.uri.clone(), surroundings, guest: Guest::Unknown }
    }

    /// What the one who looks is; nothing for a stranger.
    pub fn roles(&self) -> &[Role] {
        match &self.guest {
            Guest::Known { roles, .. } => roles,
            Guest::Unknown | Guest::Stranger => &[],
        }
    }

    /// Who may keep the page: everybody what strangers are shown, nobody what shows a name.
    pub const fn cache(&self) -> Cache {
        match self.guest {
            Guest::Stranger | Guest::Unknown => Cache::PublicPage,
            Guest::Known { .. } => Cache::Private,
        }
    }

    /// The whole page; `title` is the text of the tab, without the name of the house.
    ///
    /// # Errors
    /// A template failed, which only one of our own can.
    pub fn page(&self, room: Room, title: &str, main: &impl Template) -> Result<Html, Problem> {
        self.sheet(room, title).page(main)
    }

    /// A page with more than its text.
    pub const fn sheet<'a>(&'a self, room: Room, title: &'a str) -> Sheet<'a> {
        Sheet { paper: self, room, title, script: None, live: None }
    }
}

/// A page with more than its text: a script of its own, or news while it stands open.
#[derive(Debug, Clone, Copy)]
#[must_use]
pub struct Sheet<'a> {
    paper: &'a Paper,
    room: Room,
    title: &'a str,
    script: Option<&'static OwnScript>,
    live: Option<Live>,
}

impl Sheet<'_> {
    /// With a script beside that of the house.
    pub fn script(self, script: &'static OwnScript) -> Self {
        Self { script: Some(script), ..self }
    }

    /// Elements with `data-live` follow what happens, from the stream at this address ([`crate::live`]).
    pub fn live(self, address: &'static str) -> Self {
        Self { live: Some(Live(address)), ..self }
    }

    /// The whole page.
    ///
    /// # Errors
    /// A template failed, which only one of our own can.
    pub fn page(self, main: &impl Template) -> Result<Html, Problem> {
        let Self { paper, room, title, script, live } = self;
        let words = paper.words;
        let footer = [Link::to(api_of(room), words.text("frame.api"))];
        let navigation = navigation(paper, room);
        let visitor = visitor(paper, room);
        let frame = Frame {
            language: paper.language,
            title,
            purpose: room.purpose(),
            address: &paper.address,
            home: "/",
            room: room.beside_brand().map(|key| words.text(key)),
            navigation: &navigation,
            visitor: visitor.as_ref(),
            footer: if room == Room::Door { &[] } else { &footer },
            demonstration: &paper.surroundings.demonstration,
        };
        frame.page_beside(Beside { script, live }, main).map_err(|error| Problem::internal(&error))
    }
}

fn navigation(paper: &Paper, room: Room) -> Vec<Link> {
    let rooms = Room::IN_NAVIGATION.into_iter().filter(|one| one.is_open_to(paper.roles()));
    let link = |one: Room| {
        let link = Link::to(one.address(), paper.words.text(one.key()));
        match one == room {
            true if paper.address.path() == one.address() => link.here(),
            true => link.around_here(),
            false => link,
        }
    };
    rooms.map(link).collect()
}

/// The name and the way out, or the way in. At the door itself there is no other door.
fn visitor(paper: &Paper, room: Room) -> Option<Visitor> {
    let words = paper.words;
    match &paper.guest {
        Guest::Unknown => None,
        Guest::Stranger if room == Room::Door => None,
        Guest::Stranger => {
            let here = paper.address.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
            let door = Link::to(sign_in_for(here), words.text("frame.sign_in"));
            Some(Visitor { name: None, parts: None, door })
        }
        Guest::Known { name, roles, .. } => {
            let parts: Vec<&str> = roles.iter().map(|role| words.of_role(*role)).collect();
            let parts = (!parts.is_empty()).then(|| words.list(&parts));
            Some(Visitor { name: name.clone(), parts, door: Link::to(SIGN_OUT, words.text("frame.sign_out")) })
        }
    }
}

/// What programs read instead of the pages of a room.
const fn api_of(room: Room) -> &'static str {
    match room {
        Room::Entries | Room::Publishing | Room::Door => "/api/v1/openapi.json",
        Room::MyEntries | Room::Clearance => "/contribute/api/v1/openapi.json",
        Room::Queue | Room::People | Room::Registry | Room::Health => "/review/api/v1/openapi.json",
        Room::Audit => "/audit/api/v1/openapi.json",
    }
}
