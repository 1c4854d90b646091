//! The cookie of a session ([RFC 6265bis](https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html)).

use dossier_identity::accounts::TokenText;
use http::{HeaderMap, HeaderValue, header};

use super::Line;

/// Over TLS: `__Host-` keeps sibling hosts and other paths from setting one of this name.
const ENCRYPTED: &str = "__Host-dossier-session";
/// Without TLS browsers refuse that prefix.
const PLAIN: &str = "dossier-session";
/// A browser sends at most so many cookies of one site; more is somebody's attack.
const COOKIES_MAX: usize = 64;

const fn name(line: Line) -> &'static str {
    match line {
        Line::Encrypted => ENCRYPTED,
        Line::Plain => PLAIN,
    }
}

/// The token of the session, if the request brings one that looks like one.
pub(super) fn session(headers: &HeaderMap, line: Line) -> Option<TokenText> {
    let texts = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut pairs =
        texts.flat_map(|text| text.split(';')).take(COOKIES_MAX).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(known, _)| *known == name(line)).and_then(|(_, token)| TokenText::in_cookie(token))
}

/// `Set-Cookie` with which the browser keeps the session for so many seconds. No script reads it, and no page of another site
/// makes the browser send it with a form.
pub fn keep_session(token: &TokenText, seconds: i64, line: Line) -> HeaderValue {
    set(token.expose(), seconds.max(0), line)
}

/// `Set-Cookie` with which the browser forgets the session.
pub fn forget_session(line: Line) -> HeaderValue {
    set("", 0, line)
}

fn set(value: &str, seconds: i64, line: Line) -> HeaderValue {
    let secure = if line == Line::Encrypted { "; Secure" } else { "" };
    let text = format!("{}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}", name(line));
    let mut header = HeaderValue::try_from(text).expect("a token is made of letters, digits, - and _");
    header.set_sensitive(true);
    header
}
