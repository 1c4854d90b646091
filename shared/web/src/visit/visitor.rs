//! Who has signed in.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use dossier_identity::Accounts;
use http::request::Parts;

use super::{FormToken, SignInFirst, Surroundings, cookie, own_address};
use crate::{
    Problem, ProblemKind,
    extract::{Bearer, visitor_of},
};

/// Somebody who has signed in. What they may do is for the designations to say.
///
/// Whoever has not is sent to sign in, and comes back after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// Who they are.
    pub bearer: Bearer,
    /// What the forms on their pages hold.
    pub form: FormToken,
}

/// Somebody, who may have signed in. A session that has ended is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionalVisit(pub Option<Visit>);

/// Found once for a request, for the page and for the masthead around it.
#[derive(Clone)]
struct Found(Option<Visit>);

/// Who the session's cookie says that they are; `None` when there is no session, or none any more.
pub(crate) async fn visit_of(parts: &mut Parts, accounts: &Accounts) -> Result<Option<Visit>, Problem> {
    if let Some(Found(visit)) = parts.extensions.get() {
        return Ok(visit.clone());
    }
    let visit = look_up(parts, accounts).await?;
    parts.extensions.insert(Found(visit.clone()));
    Ok(visit)
}

async fn look_up(parts: &Parts, accounts: &Accounts) -> Result<Option<Visit>, Problem> {
    let Some(session) = cookie::session(&parts.headers, Surroundings::of(parts).line) else { return Ok(None) };
    match visitor_of(&session, parts, accounts).await {
        Ok(bearer) => Ok(Some(Visit { form: FormToken::of(&session), bearer })),
        Err(problem) if problem.kind() == ProblemKind::Unauthenticated => Ok(None),
        Err(problem) => Err(problem),
    }
}

impl<S> FromRequestParts<S> for Visit
where
    S: Send + Sync,
    Arc<Accounts>: FromRef<S>,
{
    type Rejection = SignInFirst;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, SignInFirst> {
        let found = visit_of(parts, &Arc::<Accounts>::from_ref(state)).await;
        let found = found.map_err(|problem| SignInFirst::Problem(Box::new(problem)))?;
        let address = parts.uri.path_and_query().map(http::uri::PathAndQuery::as_str).and_then(own_address);
        found.ok_or_else(|| SignInFirst::At(address.unwrap_or("/").to_owned()))
    }
}

impl<S> FromRequestParts<S> for OptionalVisit
where
    S: Send + Sync,
    Arc<Accounts>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        visit_of(parts, &Arc::<Accounts>::from_ref(state)).await.map(Self)
    }
}
