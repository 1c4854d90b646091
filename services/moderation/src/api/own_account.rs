//! `/account`: what somebody says about themselves, and their password.

use std::fmt;

use axum::{Json, extract::State as Extracted, response::IntoResponse};
use dossier_identity::accounts::{Authenticated, EnteringFailure, Language, Wanted, Wishes};
use dossier_proto::SubjectId;
use dossier_web::{
    Answer, Cache, Problem, ProblemDocument, ProblemKind,
    extract::{Bearer, CallSource, FieldError, StrictJson, wall_clock},
};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{App, Desk, entering, inviting::of_accounts};

/// One's own account.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct AccountShown {
    /// The id by which the log knows the person.
    subject: String,
    /// The name.
    name: String,
    /// The address; absent when none was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    mail: Option<String>,
    /// In which language mail is written: ar, zh, en, fr, ru or es.
    language: String,
    /// Which letters come by mail: every-letter, when-it-is-my-turn or none. Mail about the account itself always does.
    mail_wanted: String,
}

/// What is to be changed; what is absent stays.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct AccountBody {
    /// 1 to 200 characters on one line.
    name: Option<String>,
    /// ar, zh, en, fr, ru or es.
    language: Option<String>,
    /// every-letter, when-it-is-my-turn or none.
    mail_wanted: Option<String>,
}

/// Names and addresses are for their owner, not for logs.
impl fmt::Debug for AccountShown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccountShown({}, …, {}, {})", self.subject, self.language, self.mail_wanted)
    }
}

/// As [`AccountShown`].
impl fmt::Debug for AccountBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccountBody(…, {:?}, {:?})", self.language, self.mail_wanted)
    }
}

/// A new password in place of an old one.
#[derive(Deserialize, ToSchema)]
pub(crate) struct PasswordBody {
    /// The one that is in force.
    old: String,
    /// 12 to 128 characters of any kind.
    new: String,
}

/// Reads one's own account.
#[utoipa::path(
    get, path = "/review/api/v1/account", tag = "people", operation_id = "readAccount",
    responses((status = 200, body = AccountShown)),
    security(("bearer" = []))
)]
pub(crate) async fn read(Extracted(app): Extracted<App>, bearer: Bearer) -> Answer<impl IntoResponse> {
    let subject = bearer.subject;
    let account = app.off_thread(move |desk| shown(desk, subject)).await?;
    Ok((Cache::Private, Json(account)))
}

/// Changes one's own name, the language of mail, and which letters come by mail.
#[utoipa::path(
    patch, path = "/review/api/v1/account", tag = "people", operation_id = "changeAccount", request_body = AccountBody,
    responses((status = 200, body = AccountShown), (status = 422, body = ProblemDocument)),
    security(("bearer" = []))
)]
pub(crate) async fn change(
    Extracted(app): Extracted<App>,
    bearer: Bearer,
    StrictJson(body): StrictJson<AccountBody>,
) -> Answer<impl IntoResponse> {
    whole(&bearer)?;
    let wishes = wishes(body)?;
    let subject = bearer.subject;
    let account = app.off_thread(move |desk| {
        desk.accounts.wish(subject, &wishes).map_err(|error| of_accounts(&error))?;
        shown(desk, subject)
    });
    Ok((Cache::Private, Json(account.await?)))
}

/// Changes one's own password. All other sessions end.
#[utoipa::path(
    post, path = "/review/api/v1/account/password", tag = "people", operation_id = "changePassword", request_body = PasswordBody,
    responses(
        (status = 204, description = "Changed"),
        (status = 401, description = "The old password is wrong", body = ProblemDocument),
        (status = 422, description = "The new password is none that is taken", body = ProblemDocument),
        (status = 429, body = ProblemDocument),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn change_password(
    Extracted(app): Extracted<App>,
    bearer: Bearer,
    CallSource(source): CallSource,
    StrictJson(body): StrictJson<PasswordBody>,
) -> Answer<impl IntoResponse> {
    whole(&bearer)?;
    let caller = Authenticated { subject: bearer.subject, body: bearer.body, token: bearer.token };
    let changed = app.accounts.change_password(&caller, &body.old, &body.new, source, wall_clock()).await;
    changed.map_err(|failure| match failure {
        EnteringFailure::Password(fault) => entering::of_password(fault, "/new"),
        EnteringFailure::Wrong => Problem::new(ProblemKind::SignInFailed).detail("The old password is wrong."),
        failure => entering::problem(&failure),
    })?;
    Ok((StatusCode::NO_CONTENT, Cache::Private))
}

/// A token that is bound to one body acts for that alone, and not for the whole of its owner.
fn whole(bearer: &Bearer) -> Answer<()> {
    match &bearer.body {
        None => Ok(()),
        Some(bound) => Err(Problem::new(ProblemKind::NotEntitled)
            .detail(format!("This token acts for {bound} only, and an account is its owner's. Sign in."))
            .with("reason", "token-bound-to-another-body")),
    }
}

fn wishes(body: AccountBody) -> Answer<Wishes> {
    let mut errors = Vec::new();
    let mut note = |pointer: &str, detail: String| errors.push(FieldError { pointer: pointer.to_owned(), detail });
    if let Some(name) = &body.name
        && let Err(error) = dossier_identity::Accounts::check_invitee(name, "a@b.c")
    {
        note("/name", error.to_string());
    }
    let language = body.language.as_deref().map(str::parse::<Language>).transpose();
    let language = language.unwrap_or_else(|error| {
        note("/language", error.to_string());
        None
    });
    let wanted = body.mail_wanted.as_deref().map(str::parse::<Wanted>).transpose();
    let wanted = wanted.unwrap_or_else(|error| {
        note("/mail_wanted", error.to_string());
        None
    });
    match errors.is_empty() {
        true => Ok(Wishes { name: body.name, language, wanted }),
        false => Err(FieldError::problem(ProblemKind::InvalidRequest, &errors)),
    }
}

fn shown(desk: &Desk, subject: SubjectId) -> Answer<AccountShown> {
    let account = desk.accounts.own(subject).ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    Ok(AccountShown {
        subject: subject.to_string(),
        name: account.name,
        mail: account.mail,
        language: account.language.code().to_owned(),
        mail_wanted: account.wanted.key().to_owned(),
    })
}
