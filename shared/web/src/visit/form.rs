//! Forms as they are sent.

use std::sync::Arc;

use axum::{
    extract::{FromRef, FromRequest, Request},
    response::{IntoResponse, Response},
};
use dossier_identity::Accounts;
use http::{HeaderMap, header, request::Parts};

use super::{FORM_TOKEN_FIELD, SignedOut, Visit, is_from_here, visit_of};
use crate::{
    Problem, ProblemKind,
    extract::{body, single},
    page::Paper,
};

/// A content of 448 KiB in a script of two bytes a letter, each byte written as three characters, is 1.3 MiB; the fields' names and comments
/// are the rest.
pub const FORM_BYTES_MAX: usize = 2 * 1024 * 1024;
/// The largest record type has below a hundred fields, in six languages, of which some repeat.
pub const FORM_FIELDS_MAX: usize = 4_096;

/// One field: its name, and what was typed.
#[derive(Clone, PartialEq, Eq)]
pub struct Field {
    /// The name that the page gave it.
    pub name: String,
    /// What was typed, chosen or hidden there. Line ends as browsers send them, CR LF, are one LF here.
    pub value: String,
}

/// A form of somebody who has signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentForm {
    /// Who sent it.
    pub visit: Visit,
    /// Its fields in their order, without the hidden one that guards it.
    pub fields: Vec<Field>,
}

/// A form of somebody who has not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenForm {
    /// Its fields in their order.
    pub fields: Vec<Field>,
}

/// Why a form is not taken.
#[derive(Debug)]
pub enum NotTaken {
    /// The session has ended meanwhile. What was typed is here, for the page on which it can be sent again.
    SignedOut(Box<SignedOut>),
    /// Anything else.
    Problem(Box<Problem>),
}

impl From<Problem> for NotTaken {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

impl<S> FromRequest<S> for SentForm
where
    S: Send + Sync,
    Arc<Accounts>: FromRef<S>,
{
    type Rejection = NotTaken;

    async fn from_request(request: Request, state: &S) -> Result<Self, NotTaken> {
        let accounts = Arc::<Accounts>::from_ref(state);
        let (mut parts, mut fields) = sent(request).await?;
        let said = take(&mut fields, FORM_TOKEN_FIELD);
        match visit_of(&mut parts, &accounts).await? {
            Some(visit) if said.is_some_and(|said| visit.form.is(&said)) => Ok(Self { visit, fields }),
            // Nobody, or drawn for a session before this one: what was typed is not lost, it can be sent again.
            other => Err(NotTaken::SignedOut(Box::new(SignedOut::new(Paper::of(&mut parts).await, fields, other)))),
        }
    }
}

impl<S: Send + Sync> FromRequest<S> for OpenForm {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        let (_, fields) = sent(request).await?;
        Ok(Self { fields })
    }
}

/// The fields of a form that comes from a page of ours.
async fn sent(request: Request) -> Result<(Parts, Vec<Field>), Problem> {
    let (parts, content) = request.into_parts();
    if !is_from_here(&parts.headers) {
        return Err(Problem::new(ProblemKind::ForeignForm));
    }
    check_content_type(&parts.headers)?;
    let bytes = body::read(&parts.headers, content, FORM_BYTES_MAX).await?;
    Ok((parts, fields(&bytes)?))
}

fn check_content_type(headers: &HeaderMap) -> Result<(), Problem> {
    let text = single(headers, &header::CONTENT_TYPE)?.unwrap_or_default();
    let essence = text.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Ok(());
    }
    Err(Problem::new(ProblemKind::UnsupportedMediaType).detail("A form comes as application/x-www-form-urlencoded."))
}

fn fields(bytes: &[u8]) -> Result<Vec<Field>, Problem> {
    let malformed = |what: String| Problem::new(ProblemKind::MalformedRequest).detail(what);
    let text = std::str::from_utf8(bytes).map_err(|_| malformed("The form is not in UTF-8.".to_owned()))?;
    if text.split('&').count() > FORM_FIELDS_MAX {
        return Err(malformed(format!("The form may have at most {FORM_FIELDS_MAX} fields.")));
    }
    let pairs: Vec<(String, String)> =
        serde_html_form::from_str(text).map_err(|_| malformed("The form cannot be read.".to_owned()))?;
    let field = |(name, value): (String, String)| Field { name, value: value.replace("\r\n", "\n") };
    Ok(pairs.into_iter().map(field).collect())
}

/// Takes the first field of this name out.
fn take(fields: &mut Vec<Field>, name: &str) -> Option<String> {
    let position = fields.iter().position(|field| field.name == name)?;
    Some(fields.remove(position).value)
}

/// Fields by their names.
fn value<'a>(fields: &'a [Field], name: &str) -> &'a str {
    fields.iter().find(|field| field.name == name).map_or("", |field| field.value.as_str())
}

impl SentForm {
    /// What stands in the first field of this name; nothing when there is none.
    pub fn value(&self, name: &str) -> &str {
        value(&self.fields, name)
    }
}

impl OpenForm {
    /// What stands in the first field of this name; nothing when there is none.
    pub fn value(&self, name: &str) -> &str {
        value(&self.fields, name)
    }
}

/// What people type is in no log.
impl std::fmt::Debug for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Field({:?}, …)", self.name)
    }
}

impl IntoResponse for NotTaken {
    fn into_response(self) -> Response {
        match self {
            Self::Problem(problem) => problem.into_response(),
            Self::SignedOut(signed_out) => signed_out.into_response(),
        }
    }
}
