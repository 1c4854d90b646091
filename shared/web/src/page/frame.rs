//! The frame of every page: language bar, brand, navigation, footer, and the sprite with the icons the page uses.

use askama::Template;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, Uri, header};

use super::{OwnScript, Words, icons::sprite_for, script_address, style_address, tab_icon::tab_icon_address};
use crate::Language;

/// What a page is for: it decides the ground, the size of the type and how dense it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The public reads.
    Reading,
    /// Contributors, moderators and auditors work.
    Work,
}

/// Whether this installation shows invented people and entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Demonstration {
    /// It is a real one.
    No,
    /// It is one, and every page says so; the address of the page on which one takes another's part.
    Yes(Option<&'static str>),
}

/// A link with its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Where it leads.
    pub address: String,
    /// What it says.
    pub label: String,
    here: Option<Here>,
}

/// How a link belongs to the page it stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Here {
    /// It leads to this very page.
    Page,
    /// It leads to what this page is a part of.
    Part,
}

impl Link {
    /// A link to elsewhere.
    pub fn to(address: impl Into<String>, label: impl Into<String>) -> Self {
        Self { address: address.into(), label: label.into(), here: None }
    }

    /// The link to the page it stands on.
    #[must_use]
    pub fn here(self) -> Self {
        Self { here: Some(Here::Page), ..self }
    }

    /// The link to what the page it stands on is a part of.
    #[must_use]
    pub fn around_here(self) -> Self {
        Self { here: Some(Here::Part), ..self }
    }

    /// Whether it leads to the page it stands on, or to what that is a part of.
    pub const fn is_here(&self) -> bool {
        self.here.is_some()
    }

    /// The value of `aria-current`, if it is current.
    pub fn current(&self) -> Option<&'static str> {
        self.here.map(|here| match here {
            Here::Page => "page",
            Here::Part => "true",
        })
    }
}

/// Who looks at the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visitor {
    /// Their own name, when they have signed in.
    pub name: Option<String>,
    /// What they are here, in words.
    pub parts: Option<String>,
    /// The way in, or out.
    pub door: Link,
}

/// What stands around a page. Links that lead nowhere yet are left out.
#[derive(Debug, Clone)]
pub struct Frame<'a> {
    /// The language of the interface.
    pub language: Language,
    /// The title of the tab, without the name of the house; begins with what waits ("Your turn: …").
    pub title: &'a str,
    /// What the page is for.
    pub purpose: Purpose,
    /// The address of the page, so that changing the language stays on it.
    pub address: &'a Uri,
    /// Where the brand leads.
    pub home: &'a str,
    /// The name of the room, beside the brand.
    pub room: Option<&'a str>,
    /// The main navigation.
    pub navigation: &'a [Link],
    /// Who looks; left out where nobody can sign in.
    pub visitor: Option<&'a Visitor>,
    /// Links in the footer.
    pub footer: &'a [Link],
    /// Whether to say that this is a demonstration.
    pub demonstration: &'a Demonstration,
}

/// What stands beside the text of some pages.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Beside {
    pub(super) script: Option<&'static OwnScript>,
    pub(super) live: Option<Live>,
}

/// Where a page hears that something has changed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Live(pub(super) &'static str);

#[derive(Template)]
#[template(path = "frame.html")]
struct FrameTemplate<'a> {
    language: Language,
    words: &'a Words,
    title: &'a str,
    style: &'a str,
    icon: &'a str,
    script: &'a str,
    own_script: Option<&'a str>,
    live: Option<&'a str>,
    translation: Option<String>,
    is_for_reading: bool,
    sprite: String,
    demonstration: Option<Option<&'static str>>,
    tongues: Vec<Tongue>,
    home: &'a str,
    room: Option<&'a str>,
    navigation: &'a [Link],
    visitor: Option<&'a Visitor>,
    main: &'a str,
    footer: &'a [Link],
}

/// One of the six in the language bar.
struct Tongue {
    language: Language,
    address: String,
    is_current: bool,
}

impl Frame<'_> {
    /// The whole page around what `main` renders.
    ///
    /// # Errors
    /// A template failed, which only one of our own can.
    pub fn page(&self, main: &impl Template) -> Result<Html, askama::Error> {
        self.page_beside(Beside::default(), main)
    }

    pub(super) fn page_beside(&self, beside: Beside, main: &impl Template) -> Result<Html, askama::Error> {
        self.around(beside, &main.render()?)
    }

    /// The whole page around HTML that is escaped already.
    fn around(&self, beside: Beside, main: &str) -> Result<Html, askama::Error> {
        let words = Words::of(self.language);
        let frame = FrameTemplate {
            language: self.language,
            words,
            title: self.title,
            style: style_address(),
            icon: tab_icon_address(),
            script: script_address(),
            own_script: beside.script.map(OwnScript::address),
            live: beside.live.map(|live| live.0),
            translation: words.reviewer_line(),
            is_for_reading: self.purpose == Purpose::Reading,
            sprite: sprite_for(main),
            demonstration: match self.demonstration {
                Demonstration::No => None,
                Demonstration::Yes(step) => Some(*step),
            },
            tongues: self.tongues(),
            home: self.home,
            room: self.room,
            navigation: self.navigation,
            visitor: self.visitor,
            main,
            footer: self.footer,
        };
        Ok(Html { language: self.language, text: frame.render()? })
    }

    fn tongues(&self) -> Vec<Tongue> {
        let tongue = |language| Tongue {
            language,
            address: in_language(self.address, language),
            is_current: language == self.language,
        };
        Language::ALL.map(tongue).into()
    }
}

/// The query of the same page in another language, all its other parameters kept.
fn in_language(address: &Uri, language: Language) -> String {
    let mut query = format!("?lang={language}");
    let others = address.query().unwrap_or_default().split('&');
    for pair in others.filter(|pair| !pair.is_empty() && *pair != "lang" && !pair.starts_with("lang=")) {
        query.push('&');
        query.push_str(pair);
    }
    query
}

/// A whole page. Answered with its language; who may keep it is for the handler to say ([`crate::Cache`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Html {
    language: Language,
    text: String,
}

impl Html {
    /// The text of the page.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The text of the page.
    pub fn into_string(self) -> String {
        self.text
    }
}

impl IntoResponse for Html {
    fn into_response(self) -> Response {
        let kind = HeaderValue::from_static("text/html; charset=utf-8");
        let headers = [(header::CONTENT_TYPE, kind), (header::CONTENT_LANGUAGE, self.language.header_value())];
        (headers, self.text).into_response()
    }
}
