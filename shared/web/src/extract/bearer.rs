//! `Authorization: Bearer <token>`: who is calling ([RFC 6750](https://www.rfc-editor.org/rfc/rfc6750)).

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use axum::extract::{ConnectInfo, FromRef, FromRequestParts};
use dossier_identity::{
    Accounts, Caller,
    accounts::{Authenticated, AuthenticationFailure, TokenId, TokenText},
};
use dossier_proto::{BodyCode, Micros, SubjectId};
use http::{HeaderValue, header, request::Parts};

use super::single;
use crate::{Problem, ProblemKind, proxies::Source};

/// The caller, whose token is valid. What they may do is for the designations to say.
///
/// The state of the router gives the accounts: `Arc<Accounts>: FromRef<S>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bearer {
    /// The person.
    pub subject: SubjectId,
    /// The one body the token is bound to.
    pub body: Option<BodyCode>,
    /// The token, by its name.
    pub token: TokenId,
}

impl Bearer {
    /// As who they act.
    pub const fn caller(&self) -> Caller {
        Caller::Person(self.subject)
    }

    /// Refuses to act for another body than the one the token is bound to.
    ///
    /// # Errors
    /// 403 when it is bound to another one.
    pub fn check_body(&self, body: &BodyCode) -> Result<(), Problem> {
        match &self.body {
            Some(bound) if bound != body => Err(Problem::new(ProblemKind::NotEntitled)
                .detail(format!("This token acts for {bound} only, not for {body}."))
                .with("reason", "token-bound-to-another-body")),
            _ => Ok(()),
        }
    }
}

/// The caller, or nobody in particular. A token that is not valid is a problem all the same: whoever sends one means to be
/// somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionalCaller(pub Option<Bearer>);

impl<S> FromRequestParts<S> for Bearer
where
    S: Send + Sync,
    Arc<Accounts>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let found = authenticate(parts, &Arc::<Accounts>::from_ref(state)).await?;
        found.ok_or_else(|| challenge("Bearer realm=\"dossier\"").detail("The request has no header Authorization."))
    }
}

impl<S> FromRequestParts<S> for OptionalCaller
where
    S: Send + Sync,
    Arc<Accounts>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        authenticate(parts, &Arc::<Accounts>::from_ref(state)).await.map(Self)
    }
}

/// Whose token this is.
async fn bearer_of(token: &str, parts: &Parts, accounts: &Accounts) -> Result<Bearer, Problem> {
    known(accounts.authenticate_asking(token, source(parts), wall_clock()).await)
}

/// Whose session this is, from the cookie.
pub(crate) async fn visitor_of(session: &TokenText, parts: &Parts, accounts: &Accounts) -> Result<Bearer, Problem> {
    known(accounts.authenticate_visit(session, source(parts), wall_clock()).await)
}

fn known(found: Result<Authenticated, AuthenticationFailure>) -> Result<Bearer, Problem> {
    let Authenticated { subject, body, token } = found.map_err(refused)?;
    Ok(Bearer { subject, body, token })
}

/// `None` when no one says who they are.
async fn authenticate(parts: &Parts, accounts: &Accounts) -> Result<Option<Bearer>, Problem> {
    let Some(text) = single(&parts.headers, &header::AUTHORIZATION)? else { return Ok(None) };
    let (scheme, token) = text.split_once(' ').unwrap_or((text, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(challenge("Bearer realm=\"dossier\"").detail("The header Authorization takes: Bearer <token>."));
    }
    bearer_of(token.trim_start_matches(' '), parts, accounts).await.map(Some)
}

fn refused(failure: AuthenticationFailure) -> Problem {
    match failure {
        AuthenticationFailure::NotHeard => Problem::accounts_not_heard(),
        AuthenticationFailure::TooMany { seconds } => Problem::new(ProblemKind::TooManyAttempts)
            .detail(sentence(&failure))
            .header(header::RETRY_AFTER, HeaderValue::from(seconds)),
        _ => challenge("Bearer realm=\"dossier\", error=\"invalid_token\"").detail(sentence(&failure)),
    }
}

fn challenge(challenge: &'static str) -> Problem {
    Problem::new(ProblemKind::Unauthenticated).header(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
}

/// An error's words as a sentence.
fn sentence(error: &AuthenticationFailure) -> String {
    let words = error.to_string();
    let mut letters = words.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

/// Where a request comes from, as far as it is known: what failed attempts are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallSource(pub Option<IpAddr>);

impl<S: Send + Sync> FromRequestParts<S> for CallSource {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(source(parts)))
    }
}

/// Whose request it is, where proxies are known ([`crate::proxies`]); else where the connection comes from, whatever headers say.
fn source(parts: &Parts) -> Option<IpAddr> {
    let connection = || parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| address.ip());
    parts.extensions.get::<Source>().map(|Source(address)| *address).or_else(connection)
}

/// What the clock of this machine says. For the edges only: a decision's moment is given to it.
pub fn wall_clock() -> Micros {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}
