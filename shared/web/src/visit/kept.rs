//! What somebody typed whose session had ended: on a page, to be sent again. Nothing typed is lost, and the server keeps none of it.

use askama::Template;
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::{FORM_TOKEN_FIELD, Field, FormToken, SIGN_IN, Visit, own_address};
use crate::{
    Cache, Problem,
    page::{Html, Paper, Room, Words},
};

/// The field that says where a kept form goes.
pub const KEPT_ADDRESS_FIELD: &str = "kept-address";
/// What stands before the names of kept fields, so that none is taken for one of the page that keeps them.
const KEPT: &str = "kept:";

/// What was typed into a form that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptForm {
    /// Where it was sent: an address of ours.
    pub address: String,
    /// What was typed.
    pub fields: Vec<Field>,
}

impl KeptForm {
    /// What a page for signing in brought along, if it did.
    pub fn brought(fields: &[Field]) -> Option<Self> {
        let address = fields.iter().find(|field| field.name == KEPT_ADDRESS_FIELD)?;
        let kept = fields.iter().filter_map(|field| {
            Some(Field { name: field.name.strip_prefix(KEPT)?.to_owned(), value: field.value.clone() })
        });
        Some(Self { address: own_address(&address.value)?.to_owned(), fields: kept.collect() })
    }
}

/// Who looks at such a page.
#[derive(Debug, Clone, Copy)]
pub enum Keeper<'a> {
    /// Somebody who has signed in again: the form can be sent.
    SignedIn(&'a FormToken),
    /// Somebody who has to sign in first; what they are told of the last time they tried.
    SignedOut(Option<&'a str>),
}

#[derive(Template)]
#[template(path = "kept.html")]
struct KeptTemplate<'a> {
    words: &'a Words,
    action: &'a str,
    told: Option<&'a str>,
    token: Option<&'a FormToken>,
    token_field: &'static str,
    address_field: &'static str,
    address: &'a str,
    prefix: &'static str,
    fields: &'a [Field],
}

/// The page that keeps what was typed.
///
/// # Errors
/// A template failed, which only one of our own can.
pub fn kept_page(form: &KeptForm, keeper: Keeper<'_>, paper: &Paper) -> Result<Html, Problem> {
    let words = paper.words;
    let (token, told) = match keeper {
        Keeper::SignedIn(token) => (Some(token), None),
        Keeper::SignedOut(told) => (None, told),
    };
    let main = KeptTemplate {
        words,
        action: if token.is_some() { &form.address } else { SIGN_IN },
        told,
        token,
        token_field: FORM_TOKEN_FIELD,
        address_field: KEPT_ADDRESS_FIELD,
        address: &form.address,
        prefix: if token.is_some() { "" } else { KEPT },
        fields: &form.fields,
    };
    paper.page(Room::Door, words.text("visit.kept_title"), &main)
}

/// What somebody typed whose session had ended, or who signed in again after the page was drawn.
#[derive(Debug)]
pub struct SignedOut {
    form: KeptForm,
    visit: Option<Visit>,
    paper: Paper,
}

impl SignedOut {
    pub(super) fn new(paper: Paper, fields: Vec<Field>, visit: Option<Visit>) -> Self {
        let address = paper.address.path_and_query().map(http::uri::PathAndQuery::as_str).and_then(own_address);
        Self { form: KeptForm { address: address.unwrap_or("/").to_owned(), fields }, visit, paper }
    }
}

impl IntoResponse for SignedOut {
    fn into_response(self) -> Response {
        let keeper = self.visit.as_ref().map_or(Keeper::SignedOut(None), |visit| Keeper::SignedIn(&visit.form));
        match kept_page(&self.form, keeper, &self.paper) {
            Ok(page) => (StatusCode::UNAUTHORIZED, Cache::Private, page).into_response(),
            Err(problem) => problem.into_response(),
        }
    }
}
