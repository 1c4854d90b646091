//! A demonstration's page on which anybody steps into the shoes of one of its invented people. A real installation has no such page.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::State,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use dossier_identity::{
    Accounts, Role,
    accounts::{Entered, SESSION_LASTS},
};
use dossier_proto::Micros;
use dossier_web::{
    Answer, Cache, Problem,
    extract::wall_clock,
    off_thread,
    page::{Paper, Room, Words},
    problem::method_not_allowed,
    visit::{OpenForm, Surroundings, keep_session, own_address},
};
use http::header;

use super::demo::{DEMO_PEOPLE, DemoPerson, Part, Tokens};

/// Where the page is.
pub(super) const ADDRESS: &str = "/demo";

/// What the page is made of.
struct Wardrobe {
    accounts: Arc<Accounts>,
    tokens: Tokens,
}

/// The route of the page.
pub(super) fn router(accounts: Arc<Accounts>, tokens: Tokens) -> Router {
    let wardrobe = Arc::new(Wardrobe { accounts, tokens });
    Router::new()
        .route(ADDRESS, get(show).post(step_in))
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(wardrobe)
}

/// One person, as the page shows them.
struct Shown {
    key: &'static str,
    name: &'static str,
    parts: Vec<String>,
    act: String,
}

#[derive(Template)]
#[template(path = "shoes.html")]
struct ShoesTemplate {
    words: &'static Words,
    action: &'static str,
    people: Vec<Shown>,
}

async fn show(paper: Paper) -> Answer<Response> {
    let words = paper.words;
    let main =
        ShoesTemplate { words, action: ADDRESS, people: DEMO_PEOPLE.iter().map(|one| shown(one, words)).collect() };
    let page = paper.page(Room::Door, words.text("visit.shoes_title"), &main)?;
    Ok((Cache::Private, page).into_response())
}

fn shown(person: &DemoPerson, words: &Words) -> Shown {
    let role = |role: Role| words.text(&format!("role.{}", role.key())).to_owned();
    let part = |part: &Part| match part {
        Part::Of(as_what, body) => format!("{} {}", role(*as_what), words.with("visit.of_body", "body", body)),
        Part::Secretariat(as_what) => format!("{} · {}", role(*as_what), words.text("visit.secretariat")),
        Part::Reviewer(_) => role(Role::Reviewer),
    };
    Shown {
        key: person.key,
        name: person.name,
        parts: person.parts.iter().map(part).collect(),
        act: words.with("visit.act_as", "name", person.name),
    }
}

/// A session of its own, so that signing out ends this session and not the person's token.
async fn step_in(
    State(wardrobe): State<Arc<Wardrobe>>,
    surroundings: Surroundings,
    form: OpenForm,
) -> Answer<Response> {
    let next = own_address(form.value("next")).unwrap_or("/").to_owned();
    let whom = form.value("person").to_owned();
    // A page from before somebody left the list, or a form that somebody has written: whoever is there can be chosen again.
    let Some(entered) = off_thread(move || wardrobe.session_of(&whom, wall_clock())).await? else {
        return Ok((Cache::Private, Redirect::to(ADDRESS)).into_response());
    };
    let keep = keep_session(&entered.token, SESSION_LASTS / Micros::SECOND, surroundings.line);
    Ok((Cache::Private, [(header::SET_COOKIE, keep)], Redirect::to(&next)).into_response())
}

impl Wardrobe {
    /// Nothing when nobody of that name is invented here.
    fn session_of(&self, key: &str, now: Micros) -> Answer<Option<Entered>> {
        let Some(token) = self.tokens.get(key) else { return Ok(None) };
        self.accounts.enter_by_token(token, now).map(Some).map_err(|error| Problem::internal(&error))
    }
}

#[cfg(test)]
mod tests;
