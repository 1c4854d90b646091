//! `/designations`: who may do what, granted and revoked.

use axum::{
    Json,
    extract::State as Extracted,
    response::{IntoResponse, Response},
};
use dossier_engine::{Outcome, Repeated};
use dossier_identity::{Held, Role, Sight, Stage, Thing, Viewer, sight};
use dossier_proto::{BodyCode, DesignationId, Micros, SubjectId, v1};
use dossier_web::{
    Answer, Cache, Cursor, CursorError, Page, PageSize, Problem, ProblemDocument, ProblemKind,
    as_of::{AsOfShown, Moment},
    extract::{Bearer, IdempotencyKey, MinSequence, StrictPath, StrictQuery},
};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::{
    App,
    asked::{Asked, Asker, Bare},
    designation::{DesignationShown, DesignationWritten, GrantBody, Known, command, shown},
    errors,
    execute::Errand,
    invitation::reads_name,
    scene::{Of, Scene},
};
use crate::domain::{Command, State};

const LIST: &str = "designations";

/// Which designations are wanted.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// Of this person.
    #[param(value_type = Option<String>)]
    pub(crate) subject: Option<SubjectId>,
    /// For this role.
    pub(crate) role: Option<String>,
    /// For this body.
    #[param(value_type = Option<String>)]
    pub(crate) body: Option<BodyCode>,
    /// Those that are valid at the moment asked for (`true`), or those that are not.
    pub(crate) valid: Option<bool>,
    /// How many at once.
    pub(crate) limit: Option<PageSize>,
    /// Where to go on.
    pub(crate) cursor: Option<Cursor>,
    /// The designations as they were: an instant (2026-03-09T09:00:00Z), or the place of an event of this service (moderation/17, or
    /// moderation/1/17 in a later epoch), each included. Who may see them is judged by the rights of now.
    pub(crate) as_of: Option<String>,
}

/// A page of designations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct DesignationsPage {
    /// The page.
    #[serde(flatten)]
    pub(crate) page: Page<DesignationShown>,
    /// The moment that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) as_of: Option<AsOfShown>,
}

/// Gives a person a right.
#[utoipa::path(
    post, path = "/review/api/v1/designations", tag = "designations", operation_id = "grantDesignation", request_body = GrantBody,
    params(IdempotencyKey),
    responses(
        (status = 201, description = "Granted", body = DesignationWritten),
        (status = 403, description = "Only an administrator grants, and for contributors the publishing authority of their body", body = ProblemDocument),
        (status = 422, body = ProblemDocument),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn grant(Extracted(app): Extracted<App>, asker: Asker, asked: Asked<GrantBody>) -> Answer<Response> {
    let sent = serde_json::to_value(&asked.body).unwrap_or_default();
    let body = &asked.body;
    check_token(&asker.bearer, body.body.as_ref())?;
    let registry = app.off_thread(|desk| desk.registry.get(&desk.engine).map_err(|error| errors::of_registry(&error)));
    let registry = registry.await?;
    let known = Known { registry: registry.as_ref(), accounts: &app.accounts };
    let command = command(body, &known, app.clock.now())?;
    let errand = Errand { entry: None, command: Command::GrantDesignation(command), digest: asked.digest, sent };
    let outcome = app.execute(&asker, errand).await.map_err(|failed| failed.problem)?;
    let granted = outcome.events.first().map(|event| DesignationId(event.head.id.0));
    // A grant always leads to an event.
    let id = granted.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    answer(&app, asker.bearer.subject, id, &outcome, StatusCode::CREATED).await
}

/// Takes a right away. The next command of the person is refused.
#[utoipa::path(
    post, path = "/review/api/v1/designations/{id}/revoke", tag = "designations", operation_id = "revokeDesignation",
    params(
        ("id" = String, Path, description = "The designation"),
        IdempotencyKey,
    ),
    responses((status = 200, body = DesignationWritten), (status = 403, body = ProblemDocument), (status = 409, body = ProblemDocument)),
    security(("bearer" = []))
)]
pub(crate) async fn revoke(
    Extracted(app): Extracted<App>,
    asker: Asker,
    StrictPath(id): StrictPath<DesignationId>,
    Bare(asked): Bare,
) -> Answer<Response> {
    {
        let view = app.engine.view();
        let (subject, now) = (asker.bearer.subject, app.clock.now());
        // Of a designation the caller does not see nothing is said here: the decision refuses.
        let held = view.state.designations.get(id).filter(|held| sees(&view.state, subject, held, now));
        held.map_or(Ok(()), |held| check_token(&asker.bearer, held.designation.body.as_ref()))?;
    }
    let command = Command::RevokeDesignation(v1::RevokeDesignation { designation: id.to_vec() });
    let errand = Errand { entry: None, command, digest: asked.digest, sent: Value::Object(Default::default()) };
    let outcome = app.execute(&asker, errand).await.map_err(|failed| failed.problem)?;
    answer(&app, asker.bearer.subject, id, &outcome, StatusCode::OK).await
}

/// Designations, as far as the caller may see them: one's own; those of one's body; all, for administrators, moderators,
/// reviewers, publishers and auditors.
///
/// With `as_of` as they were: those granted by then, with `revoked` only where that had happened by then, and `valid` as of then.
/// Designations are this service's own events, so what happened and what was known are the same here; the other services hear of them a
/// moment later.
#[utoipa::path(
    get, path = "/review/api/v1/designations", tag = "designations", operation_id = "listDesignations", params(
        Filter,
        MinSequence,
    ),
    responses(
        (status = 200, body = DesignationsPage),
        (status = 409, description = "The moment asked for is not settled", body = ProblemDocument),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn list(
    Extracted(app): Extracted<App>,
    bearer: Bearer,
    MinSequence(from): MinSequence,
    StrictQuery(filter): StrictQuery<Filter>,
) -> Answer<impl IntoResponse> {
    app.wait_for(from).await?;
    Ok((Cache::Private, Json(found(&app, bearer, &filter).await?)))
}

/// A page of what the caller may see.
pub(crate) async fn found(app: &App, bearer: Bearer, filter: &Filter) -> Answer<DesignationsPage> {
    let role: Option<Role> = filter
        .role
        .as_deref()
        .map(str::parse)
        .transpose()
        .map_err(|error| Problem::new(ProblemKind::MalformedQuery).detail(format!("{error}.")))?;
    let after = filter.cursor.as_ref().map(position).transpose();
    let after = after.map_err(|error| Problem::new(ProblemKind::MalformedQuery).detail(format!("{error}.")))?;
    let reader = bearer.subject;
    let scene = Scene::at(app, Of::Rules, filter.as_of.clone().map(Moment::as_of).as_ref()).await?;
    let page: Page<(Held, bool)> = scene.look(app, |look| {
        let (state, now) = (&look.rights.state, look.now);
        let wanted = |held: &&Held| {
            let designation = &held.designation;
            after.is_none_or(|after| after < (designation.subject, designation.id))
                && filter.subject.is_none_or(|subject| subject == designation.subject)
                && role.is_none_or(|role| role == designation.role)
                && filter.body.as_ref().is_none_or(|body| designation.body.as_ref() == Some(body))
                && filter.valid.is_none_or(|valid| held.is_valid(look.instant) == valid)
        };
        let visible = look.facts.state.designations.all().filter(wanted).filter(|held| {
            sees(state, reader, held, now) && check_token(&bearer, held.designation.body.as_ref()).is_ok()
        });
        let page = Page::of(visible, filter.limit.unwrap_or_default(), |held| {
            cursor(held.designation.subject, held.designation.id)
        });
        let named = |held: &Held| (held.clone(), reads_name(held, state, &app.accounts, reader, now));
        Page { items: page.items.into_iter().map(named).collect(), next: page.next }
    });
    let (instant, as_of) = (scene.instant(), scene.shown());
    // Names are read from the vault when nobody waits for the view.
    let page = app.off_thread(move |desk| {
        let name = |held: &Held| desk.accounts.name_of(held.designation.subject);
        let one = |(held, reads): &(Held, bool)| shown(held, reads.then(|| name(held)).flatten(), instant);
        Ok(Page { items: page.items.iter().map(one).collect::<Vec<DesignationShown>>(), next: page.next })
    });
    Ok(DesignationsPage { page: page.await?, as_of })
}

/// A token that is bound to one body has no say in what is for another one, or for all.
pub(super) fn check_token(bearer: &Bearer, body: Option<&BodyCode>) -> Answer<()> {
    match (&bearer.body, body) {
        (_, Some(body)) => bearer.check_body(body),
        (None, None) => Ok(()),
        (Some(bound), None) => Err(Problem::new(ProblemKind::NotEntitled)
            .detail(format!("This token acts for {bound} only, and this is for every body."))
            .with("reason", "token-bound-to-another-body")),
    }
}

/// A position in the list: subject (16 bytes) and designation (16).
fn position(cursor: &Cursor) -> Result<(SubjectId, DesignationId), CursorError> {
    let (subject, id) = cursor.position(LIST)?.split_first_chunk::<16>().ok_or(CursorError)?;
    Ok((SubjectId(*subject), DesignationId(id.try_into().map_err(|_| CursorError)?)))
}

fn cursor(subject: SubjectId, id: DesignationId) -> Cursor {
    Cursor::new(LIST, &[subject.0, id.0].concat())
}

/// Whether `subject` sees this designation: it is their own, or the table of who sees what shows it to what they are
/// towards its body. Roles of the secretariat belong to no body: contributors do not see who holds them.
fn sees(state: &State, subject: SubjectId, held: &Held, now: Micros) -> bool {
    if held.designation.subject == subject {
        return true;
    }
    let holds = |role| state.designations.holds(subject, role, now).is_ok();
    let of_body = |role| {
        let body = held.designation.body.as_ref();
        body.is_some_and(|body| state.designations.bodies_of(subject, role, now).contains(body))
    };
    let are = [
        (Viewer::Administrator, holds(Role::Administrator)),
        (Viewer::Auditor, holds(Role::Auditor)),
        (Viewer::ModeratorOrReviewer, holds(Role::Moderator) || holds(Role::Reviewer)),
        (Viewer::Publisher, holds(Role::Publisher)),
        (Viewer::ContributorOfBody, of_body(Role::Contributor) || of_body(Role::PublishingAuthority)),
    ];
    // The stage makes no difference to names on designations.
    let shows = |viewer| sight(viewer, Thing::NameOnDesignation, Stage::Published) == Sight::Shown;
    are.into_iter().any(|(viewer, is)| is && shows(viewer))
}

async fn answer(
    app: &App,
    reader: SubjectId,
    id: DesignationId,
    outcome: &Outcome,
    status: StatusCode,
) -> Answer<Response> {
    let now = app.clock.now();
    let (held, reads) = {
        let view = app.engine.view();
        let held = view.state.designations.get(id).ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
        (held.clone(), reads_name(held, &view.state, &app.accounts, reader, now))
    };
    let designation = app.off_thread(move |desk| {
        let name = reads.then(|| desk.accounts.name_of(held.designation.subject)).flatten();
        Ok(shown(&held, name, now))
    });
    let written = DesignationWritten {
        designation: designation.await?,
        recorded: outcome.events.first().map(|event| event.head.place.into()),
        repeated: outcome.repeated == Repeated::Yes,
    };
    Ok((status, Cache::Private, Json(written)).into_response())
}
