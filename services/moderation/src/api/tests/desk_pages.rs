//! The queue and the review page, in a browser without a script.

mod deciding;
mod looking;
mod queue;

use dossier_web::{extract::wall_clock, visit::FORM_TOKEN_FIELD};
use http::{Request, header};

use super::room::*;

/// Somebody with a browser who has signed in.
pub(super) struct Browser<'a> {
    room: &'a Room,
    cookie: String,
}

impl<'a> Browser<'a> {
    pub(super) fn of(room: &'a Room, who: &str) -> Self {
        Self { room, cookie: room.session(who) }
    }

    /// The same browser, after something happened in the room.
    pub(super) const fn again(room: &'a Room, cookie: String) -> Self {
        Self { room, cookie }
    }

    pub(super) fn cookie(&self) -> String {
        self.cookie.clone()
    }

    pub(super) async fn open(&self, address: &str) -> Reply {
        let request = Request::get(address).header(header::COOKIE, &self.cookie).header(header::ACCEPT, "text/html");
        self.room.send("a stranger", request, axum::body::Body::empty()).await
    }

    /// As the script of an open page looks again.
    pub(super) async fn fetch(&self, address: &str) -> Reply {
        let request = Request::get(address).header(header::COOKIE, &self.cookie).header("sec-fetch-dest", "empty");
        self.room.send("a stranger", request, axum::body::Body::empty()).await
    }

    pub(super) async fn send(&self, address: &str, fields: &[(&str, &str)]) -> Reply {
        let encode = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
        let pairs: Vec<_> = fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        let request = Request::post(address)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .header(header::ACCEPT, "text/html")
            .header(header::COOKIE, &self.cookie);
        self.room.send("a stranger", request, axum::body::Body::from(pairs.join("&"))).await
    }

    /// The hidden fields of the form on a page, with what was typed into it.
    pub(super) fn filled<'p>(page: &'p str, typed: &[(&'p str, &'p str)]) -> Vec<(&'p str, &'p str)> {
        let hidden = [FORM_TOKEN_FIELD, "once", "version", "digest"].map(|name| (name, hidden(page, name)));
        hidden.into_iter().chain(typed.iter().copied()).collect()
    }

    /// Opens the review of [`ENTRY`], types and presses a button.
    pub(super) async fn press(&self, act: &str, typed: &[(&str, &str)]) -> Reply {
        let shown = self.open(&review()).await.is(200);
        let mut fields = Self::filled(page(&shown), typed);
        fields.push(("act", act));
        self.send(&review(), &fields).await
    }
}

pub(super) fn review() -> String {
    format!("/review/entries/{ENTRY}")
}

pub(super) fn page(reply: &Reply) -> &str {
    reply.body.as_str().unwrap_or_else(|| panic!("no page: {:#}", reply.body))
}

/// What the hidden field of a page holds.
pub(super) fn hidden<'p>(page: &'p str, name: &str) -> &'p str {
    let found = page.split_once(&format!("name=\"{name}\" value=\""));
    let (_, rest) = found.unwrap_or_else(|| panic!("no {name}: {page}"));
    rest.split('"').next().unwrap()
}

/// What stands in a text area.
pub(super) fn typed<'p>(page: &'p str, name: &str) -> &'p str {
    let found = page.split_once(&format!(" name=\"{name}\""));
    let (_, rest) = found.unwrap_or_else(|| panic!("no {name}: {page}"));
    let (_, rest) = rest.split_once(">\n").unwrap();
    rest.split("</textarea>").next().unwrap()
}

pub(super) fn lacks(page: &str, text: &str) {
    assert!(!page.contains(text), "{text:?} stands on the page: {page}");
}

pub(super) fn has(page: &str, text: &str) {
    assert!(page.contains(text), "{text:?} does not stand on the page: {page}");
}

/// The clock of the service is that of the browser's session.
pub(super) fn to_the_present(room: &Room) {
    let behind = wall_clock().0 - room.desk().clock.now().0;
    room.clock.pass(behind);
}
