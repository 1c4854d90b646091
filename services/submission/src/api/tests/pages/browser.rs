//! Somebody with a browser: keeps the session, fills forms in as they stand on the page, and sends them.

use axum::body::Body;
use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt;
use tower::ServiceExt;

use crate::api::tests::house::House;

/// A page that was shown.
#[derive(Debug)]
pub(in crate::api::tests) struct Shown {
    pub(in crate::api::tests) status: StatusCode,
    pub(in crate::api::tests) headers: HeaderMap,
    pub(in crate::api::tests) html: String,
}

/// Somebody who has signed in, or not.
pub(in crate::api::tests) struct Browser<'a> {
    house: &'a House,
    token: Option<String>,
}

/// A form as it stands on a page, being filled in.
pub(in crate::api::tests) struct Filling<'a> {
    browser: &'a Browser<'a>,
    action: String,
    pub(in crate::api::tests) fields: Vec<(String, String)>,
}

impl Shown {
    #[track_caller]
    pub(in crate::api::tests) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{:?}\n{}", self.headers, self.html);
        self
    }

    /// Where it leads on.
    pub(in crate::api::tests) fn location(&self) -> String {
        self.headers[header::LOCATION].to_str().unwrap().to_owned()
    }

    #[track_caller]
    pub(in crate::api::tests) fn says(&self, text: &str) -> &Self {
        assert!(self.html.contains(text), "no {text:?} in\n{}", self.html);
        self
    }

    #[track_caller]
    pub(in crate::api::tests) fn says_not(&self, text: &str) -> &Self {
        assert!(!self.html.contains(text), "{text:?} in\n{}", self.html);
        self
    }
}

impl<'a> Browser<'a> {
    pub(in crate::api::tests) fn of(house: &'a House, name: &str) -> Self {
        Self { house, token: Some(house.person(name).token) }
    }

    pub(in crate::api::tests) fn signed_out(house: &'a House) -> Self {
        Self { house, token: None }
    }

    pub(in crate::api::tests) async fn get(&self, path: &str) -> Shown {
        self.send(Request::get(path), Body::empty()).await
    }

    /// As the browser of somebody who reads this language.
    pub(in crate::api::tests) async fn get_in(&self, path: &str, language: &str) -> Shown {
        self.send(Request::get(path).header(header::ACCEPT_LANGUAGE, language), Body::empty()).await
    }

    /// Sends fields to an address from a page of ours.
    pub(in crate::api::tests) async fn post(&self, path: &str, fields: &[(String, String)]) -> Shown {
        let text: Vec<String> =
            fields.iter().map(|(name, value)| format!("{}={}", escaped(name), escaped(value))).collect();
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        self.send(request, Body::from(text.join("&"))).await
    }

    pub(in crate::api::tests) async fn send(&self, request: http::request::Builder, body: Body) -> Shown {
        let mut request = request.header(header::HOST, "registry.example").header(header::ACCEPT, "text/html");
        if let Some(token) = &self.token {
            request = request.header(header::COOKIE, format!("dossier-session={token}"));
        }
        let response = self.house.service.router().oneshot(request.body(body).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Shown { status: parts.status, headers: parts.headers, html: String::from_utf8_lossy(&bytes).into_owned() }
    }

    /// The form on a page that is sent to this address, with what stands in it.
    #[track_caller]
    pub(in crate::api::tests) fn form(&'a self, page: &Shown, action: &str) -> Filling<'a> {
        let begin = page.html.find(&format!("<form method=\"post\" action=\"{action}\""));
        let begin = begin.unwrap_or_else(|| panic!("no form to {action} in\n{}", page.html));
        let text = &page.html[begin..];
        let text = &text[..text.find("</form>").unwrap()];
        Filling { browser: self, action: action.to_owned(), fields: fields_of(text) }
    }
}

impl Filling<'_> {
    pub(in crate::api::tests) fn set(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(one, _)| one != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(in crate::api::tests) fn value(&self, name: &str) -> &str {
        self.fields.iter().find(|(one, _)| one == name).map_or("", |(_, value)| value.as_str())
    }

    /// Presses the button of this name and value.
    pub(in crate::api::tests) async fn press(self, name: &str, value: &str) -> Shown {
        let Filling { browser, action, mut fields } = self;
        if !name.is_empty() {
            fields.push((name.to_owned(), value.to_owned()));
        }
        browser.post(&action, &fields).await
    }
}

/// The controls that a browser would send.
fn fields_of(html: &str) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    let mut select: Option<String> = None;
    for tag in html.split('<').skip(1) {
        let (inside, after) = tag.split_once('>').unwrap_or((tag, ""));
        let is = |word: &str| inside.split([' ', '\n']).any(|one| one == word);
        match inside.split([' ', '\n']).next().unwrap_or_default() {
            "input" => {
                let kind = attribute(inside, "type");
                let is_sent = !matches!(kind.as_str(), "radio" | "checkbox") || is("checked");
                if is_sent && kind != "file" {
                    fields.push((attribute(inside, "name"), attribute(inside, "value")));
                }
            }
            "textarea" => fields.push((attribute(inside, "name"), plain(after.strip_prefix('\n').unwrap_or(after)))),
            "select" => select = Some(attribute(inside, "name")),
            "option" if is("selected") => {
                if let Some(name) = &select {
                    fields.push((name.clone(), attribute(inside, "value")));
                }
            }
            "/select" => select = None,
            _ => {}
        }
    }
    fields
}

fn attribute(tag: &str, name: &str) -> String {
    let Some(at) = tag.find(&format!(" {name}=\"")) else { return String::new() };
    let rest = &tag[at + name.len() + 3..];
    plain(&rest[..rest.find('"').unwrap()])
}

fn plain(text: &str) -> String {
    let marks = [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")];
    marks.iter().fold(text.to_owned(), |text, (mark, sign)| text.replace(mark, sign))
}

fn escaped(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
