//! The six languages, and which one a caller gets.

use std::{convert::Infallible, fmt, str::FromStr};

use axum::{
    extract::{FromRequestParts, Request},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, HeaderValue, Uri, header, request::Parts};
use serde::Serialize;

use crate::weighted;

/// A language of the United Nations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// العربية
    Ar,
    /// 中文
    Zh,
    /// English
    En,
    /// Français
    Fr,
    /// Русский
    Ru,
    /// Español
    Es,
}

/// A text that is none of the six codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the languages are ar, zh, en, fr, ru, es")]
pub struct UnknownLanguage;

/// Where the choice of a reader is kept.
const COOKIE: &str = "lang";

impl Language {
    /// All six, in the order in which they stand on every page.
    pub const ALL: [Self; 6] = [Self::Ar, Self::Zh, Self::En, Self::Fr, Self::Ru, Self::Es];

    /// The code (BCP 47).
    pub const fn code(self) -> &'static str {
        match self {
            Self::Ar => "ar",
            Self::Zh => "zh",
            Self::En => "en",
            Self::Fr => "fr",
            Self::Ru => "ru",
            Self::Es => "es",
        }
    }

    /// Its name in itself.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ar => "العربية",
            Self::Zh => "中文",
            Self::En => "English",
            Self::Fr => "Français",
            Self::Ru => "Русский",
            Self::Es => "Español",
        }
    }

    /// The direction of its script, as HTML writes it.
    pub const fn direction(self) -> &'static str {
        match self {
            Self::Ar => "rtl",
            _ => "ltr",
        }
    }

    /// For `Content-Language`.
    pub const fn header_value(self) -> HeaderValue {
        HeaderValue::from_static(self.code())
    }

    /// The language for a request: `?lang=`, else the cookie `lang`, else `Accept-Language`, else English. What cannot be
    /// read is passed over: a wrong language code is no reason to show nothing.
    pub fn negotiate(address: &Uri, headers: &HeaderMap) -> Self {
        chosen(address).or_else(|| from_cookie(headers)).or_else(|| accepted(headers)).unwrap_or(Self::En)
    }
}

fn chosen(address: &Uri) -> Option<Language> {
    let query = address.query()?;
    query.split('&').find_map(|pair| pair.strip_prefix("lang=")).and_then(|code| code.parse().ok())
}

fn from_cookie(headers: &HeaderMap) -> Option<Language> {
    let cookies = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|text| text.split(';').take(64)).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).and_then(|(_, code)| code.parse().ok())
}

/// The heaviest of the six that the caller takes; of equals, the first one named.
fn accepted(headers: &HeaderMap) -> Option<Language> {
    let mut best: Option<(u16, Language)> = None;
    for value in headers.get_all(header::ACCEPT_LANGUAGE) {
        for (range, weight) in weighted::items(value.to_str().unwrap_or_default()) {
            // zh-Hans-CN is Chinese here, fr-CA French: there is one of each.
            let primary = range.split('-').next().unwrap_or_default().to_ascii_lowercase();
            let Ok(language) = primary.parse() else { continue };
            if weight > 0 && best.is_none_or(|(known, _)| known < weight) {
                best = Some((weight, language));
            }
        }
    }
    best.map(|(_, language)| language)
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Language {
    type Err = UnknownLanguage;
    fn from_str(text: &str) -> Result<Self, UnknownLanguage> {
        Self::ALL.into_iter().find(|language| language.code() == text).ok_or(UnknownLanguage)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Language {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self::negotiate(&parts.uri, &parts.headers))
    }
}

/// A layer (`axum::middleware::from_fn`) for pages: who chose a language by `?lang=` keeps it for a year, by a cookie
/// that says the language and nothing else. Such an answer is not for a shared cache; what nobody may keep stays so.
pub async fn remember_language(request: Request, next: Next) -> Response {
    let chosen = chosen(request.uri()).filter(|language| from_cookie(request.headers()) != Some(*language));
    let mut response = next.run(request).await;
    if let Some(language) = chosen {
        let cookie = format!("{COOKIE}={language}; Path=/; Max-Age=31536000; SameSite=Lax");
        let cookie = HeaderValue::from_str(&cookie).expect("a language code and fixed ASCII text make a header");
        response.headers_mut().append(header::SET_COOKIE, cookie);
        // What says nothing is private (`security_headers`).
        let public = |said: &HeaderValue| said.as_bytes().starts_with(b"public");
        if response.headers().get(header::CACHE_CONTROL).is_some_and(public) {
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, Uri, header};

    use super::Language;

    fn negotiate(address: &'static str, cookie: &'static str, accept: &'static str) -> Language {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static(cookie));
        headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static(accept));
        Language::negotiate(&Uri::from_static(address), &headers)
    }

    #[test]
    fn the_address_comes_before_the_cookie_before_the_browser_before_english() {
        assert_eq!(negotiate("/?lang=ar", "lang=ru", "fr"), Language::Ar);
        assert_eq!(negotiate("/?text=x&lang=ar", "", ""), Language::Ar);
        assert_eq!(negotiate("/", "a=b; lang=ru", "fr"), Language::Ru);
        assert_eq!(negotiate("/", "", "de, fr-CA;q=0.5, es;q=0.7, zh;q=0"), Language::Es);
        assert_eq!(negotiate("/", "", "zh-Hans-CN"), Language::Zh);
        assert_eq!(negotiate("/", "", "de, it"), Language::En);
    }

    #[test]
    fn what_cannot_be_read_is_passed_over() {
        assert_eq!(negotiate("/?lang=xx", "lang=ru", ""), Language::Ru);
        assert_eq!(negotiate("/?lang=%FF", "lang=;lang", "fr"), Language::Fr);
        assert_eq!(negotiate("/?notlang=ar", "", ";;;q=,=;"), Language::En);
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_bytes(b"\xff\xfe").unwrap());
        headers.insert(header::COOKIE, HeaderValue::from_bytes(b"lang=\xff").unwrap());
        assert_eq!(Language::negotiate(&Uri::from_static("/"), &headers), Language::En);
    }

    #[test]
    fn only_arabic_runs_from_the_right() {
        assert_eq!(Language::ALL.map(Language::direction), ["rtl", "ltr", "ltr", "ltr", "ltr", "ltr"]);
    }
}
