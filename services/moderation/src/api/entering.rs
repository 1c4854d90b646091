//! Coming in: by a link, with a password, and out again.
//!
//! What is sent here is repeated in no answer and no log. Who is known here is told to nobody: see
//! [`dossier_identity::accounts`].

use axum::{Json, extract::State as Extracted, response::IntoResponse};
use dossier_identity::accounts::{Entered, EnteringFailure, LinkKind, PasswordFault};
use dossier_web::{
    Answer, Cache, Problem, ProblemDocument, ProblemKind,
    extract::{Bearer, CallSource, FieldError, StrictJson, wall_clock},
    moment,
};
use http::{HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{App, inviting::of_accounts};

/// A link that came by mail, and the password to be.
#[derive(Deserialize, ToSchema)]
pub(crate) struct LinkBody {
    /// What stands behind # in the link.
    #[schema(example = "dsi_0000000000000000000000000000000000000000000000000000000000000000")]
    secret: String,
    /// 12 to 128 characters of any kind.
    password: String,
}

/// Who signs in.
#[derive(Deserialize, ToSchema)]
pub(crate) struct SignInBody {
    /// The address to which the invitation went.
    mail: String,
    /// The password.
    password: String,
}

/// Who forgot their password.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ForgottenBody {
    /// The address to which the invitation went.
    mail: String,
}

/// A session.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionShown {
    /// The person.
    subject: String,
    /// What to call with, in the header Authorization after the word Bearer; all services take it.
    token: String,
    /// Until when.
    expires_at: String,
}

fn session(entered: &Entered) -> impl IntoResponse + use<> {
    let shown = SessionShown {
        subject: entered.subject.to_string(),
        token: entered.token.expose().to_owned(),
        expires_at: moment::written(entered.expires),
    };
    (StatusCode::CREATED, Cache::Private, Json(shown))
}

/// Uses an invitation: chooses the password, and signs in. A link works once.
#[utoipa::path(
    post, path = "/review/api/v1/welcome", tag = "people", operation_id = "useInvitation", request_body = LinkBody,
    responses(
        (status = 201, description = "Signed in", body = SessionShown),
        (status = 404, description = "No such link, or a newer one was sent", body = ProblemDocument),
        (status = 409, description = "The link was used", body = ProblemDocument),
        (status = 410, description = "The link has expired", body = ProblemDocument),
        (status = 422, description = "The password is none that is taken", body = ProblemDocument),
        (status = 429, body = ProblemDocument),
    )
)]
pub(crate) async fn welcome(
    Extracted(app): Extracted<App>,
    CallSource(source): CallSource,
    StrictJson(body): StrictJson<LinkBody>,
) -> Answer<impl IntoResponse> {
    by_link(&app, LinkKind::Invitation, source, &body).await
}

/// Uses a link for a forgotten password: chooses a new one, ends all sessions, and signs in. A link works once.
#[utoipa::path(
    post, path = "/review/api/v1/password-resets/complete", tag = "people", operation_id = "completePasswordReset",
    request_body = LinkBody,
    responses(
        (status = 201, description = "Signed in", body = SessionShown),
        (status = 404, description = "No such link, or a newer one was sent", body = ProblemDocument),
        (status = 409, description = "The link was used", body = ProblemDocument),
        (status = 410, description = "The link has expired", body = ProblemDocument),
        (status = 422, description = "The password is none that is taken", body = ProblemDocument),
        (status = 429, body = ProblemDocument),
    )
)]
pub(crate) async fn complete_reset(
    Extracted(app): Extracted<App>,
    CallSource(source): CallSource,
    StrictJson(body): StrictJson<LinkBody>,
) -> Answer<impl IntoResponse> {
    by_link(&app, LinkKind::Reset, source, &body).await
}

async fn by_link(
    app: &App,
    kind: LinkKind,
    source: Option<std::net::IpAddr>,
    body: &LinkBody,
) -> Answer<impl IntoResponse + use<>> {
    let entered = app.accounts.enter_by_link(kind, &body.secret, &body.password, source, wall_clock()).await;
    Ok(session(&entered.map_err(|failure| problem(&failure))?))
}

/// Signs in: a token for twelve hours.
#[utoipa::path(
    post, path = "/review/api/v1/sessions", tag = "people", operation_id = "signIn", request_body = SignInBody,
    responses(
        (status = 201, description = "Signed in", body = SessionShown),
        (status = 401, description = "Nobody has this address with this password", body = ProblemDocument),
        (status = 429, body = ProblemDocument),
        (status = 503, description = "Too many people sign in at this moment", body = ProblemDocument),
    )
)]
pub(crate) async fn sign_in(
    Extracted(app): Extracted<App>,
    CallSource(source): CallSource,
    StrictJson(body): StrictJson<SignInBody>,
) -> Answer<impl IntoResponse> {
    let entered = app.accounts.sign_in(&body.mail, &body.password, source, wall_clock()).await;
    Ok(session(&entered.map_err(|failure| problem(&failure))?))
}

/// Signs out: the token of this request is revoked.
#[utoipa::path(
    delete, path = "/review/api/v1/sessions/current", tag = "people", operation_id = "signOut",
    responses((status = 204, description = "Signed out")),
    security(("bearer" = []))
)]
pub(crate) async fn sign_out(Extracted(app): Extracted<App>, bearer: Bearer) -> Answer<impl IntoResponse> {
    let (subject, token) = (bearer.subject, bearer.token);
    let signed_out = move |desk: &super::Desk| desk.accounts.sign_out(subject, Some(token), wall_clock());
    app.off_thread(move |desk| signed_out(desk).map_err(|error| of_accounts(&error))).await?;
    Ok((StatusCode::NO_CONTENT, Cache::Private))
}

/// Signs out everywhere: all one's sessions end. Tokens that an operator issued stay.
#[utoipa::path(
    delete, path = "/review/api/v1/sessions", tag = "people", operation_id = "signOutEverywhere",
    responses((status = 204, description = "Signed out everywhere")),
    security(("bearer" = []))
)]
pub(crate) async fn sign_out_everywhere(Extracted(app): Extracted<App>, bearer: Bearer) -> Answer<impl IntoResponse> {
    let subject = bearer.subject;
    let signed_out = move |desk: &super::Desk| desk.accounts.sign_out(subject, None, wall_clock());
    app.off_thread(move |desk| signed_out(desk).map_err(|error| of_accounts(&error))).await?;
    Ok((StatusCode::NO_CONTENT, Cache::Private))
}

/// Asks for a new password: whoever has this address gets a mail with a link that works once, for an hour. The answer is the same for every
/// address.
#[utoipa::path(
    post, path = "/review/api/v1/password-resets", tag = "people", operation_id = "askPasswordReset", request_body = ForgottenBody,
    responses(
        (status = 202, description = "If anybody has this address, a mail is on its way"),
        (status = 429, description = "Too many from one place", body = ProblemDocument),
    )
)]
pub(crate) async fn ask_reset(
    Extracted(app): Extracted<App>,
    CallSource(source): CallSource,
    StrictJson(body): StrictJson<ForgottenBody>,
) -> Answer<impl IntoResponse> {
    // Without a mail server nothing would ever take them up; an operator hands a link over.
    if app.post.server.is_some() {
        app.accounts.ask_reset(&body.mail, source, wall_clock()).map_err(|failure| problem(&failure))?;
    }
    Ok((StatusCode::ACCEPTED, Cache::Private))
}

/// Why somebody did not come in, as a problem.
pub(crate) fn problem(failure: &EnteringFailure) -> Problem {
    let new = |kind| Problem::new(kind).detail(sentence(&failure.to_string()));
    match failure {
        EnteringFailure::UnknownLink => new(ProblemKind::LinkUnknown),
        EnteringFailure::UsedLink => new(ProblemKind::LinkUsed),
        EnteringFailure::ExpiredLink => new(ProblemKind::LinkExpired),
        EnteringFailure::Shut => new(ProblemKind::WrongState).with("code", "account-shut"),
        EnteringFailure::Password(fault) => of_password(*fault, "/password"),
        EnteringFailure::Wrong => Problem::new(ProblemKind::SignInFailed),
        EnteringFailure::TooMany { seconds } => {
            new(ProblemKind::TooManyAttempts).header(header::RETRY_AFTER, HeaderValue::from(*seconds))
        }
        EnteringFailure::Crowded(_) => {
            new(ProblemKind::Unavailable).header(header::RETRY_AFTER, HeaderValue::from_static("2"))
        }
        EnteringFailure::Accounts(error) => of_accounts(error),
        EnteringFailure::Broken(_) => Problem::internal(failure),
    }
}

/// Why a password is not taken, and where it stands in what was sent.
pub(super) fn of_password(fault: PasswordFault, pointer: &str) -> Problem {
    let error = FieldError { pointer: pointer.to_owned(), detail: fault.to_string() };
    FieldError::problem(ProblemKind::InvalidRequest, &[error]).with("code", fault.code())
}

fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}
