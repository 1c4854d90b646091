//! `GET /invitations`: who was invited, and who has come.

use axum::{Json, extract::State as Extracted, response::IntoResponse};
use dossier_identity::Held;
use dossier_proto::{DesignationId, Micros};
use dossier_web::{
    Answer, Cache, Cursor, CursorError, Page, PageSize, Problem, ProblemKind,
    extract::{Bearer, MinSequence, StrictQuery, wall_clock},
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    App,
    designations::check_token,
    invitation::{InvitationShown, InvitationState, invitation_shown, looks_after, reads_name, state_of},
};

const LIST: &str = "invitations";

/// Which invitations are wanted.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// Those that stand so: open, accepted, expired or withdrawn.
    #[param(value_type = Option<String>)]
    pub(crate) state: Option<InvitationState>,
    /// How many at once.
    pub(crate) limit: Option<PageSize>,
    /// Where to go on.
    pub(crate) cursor: Option<Cursor>,
}

/// The invitations that the caller looks after, the newest first: their own; all, for administrators; those of contributors of their body,
/// for publishing authorities.
#[utoipa::path(
    get, path = "/review/api/v1/invitations", tag = "people", operation_id = "listInvitations", params(
        Filter,
        ("min_sequence" = Option<u64>, Query, description = "Answer once this event can be read"),
    ),
    responses((status = 200, body = Page<InvitationShown>)),
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

/// A page of the invitations that the caller looks after.
pub(crate) async fn found(app: &App, bearer: Bearer, filter: &Filter) -> Answer<Page<InvitationShown>> {
    let before = filter.cursor.as_ref().map(position).transpose();
    let before = before.map_err(|error| Problem::new(ProblemKind::MalformedQuery).detail(format!("{error}.")))?;
    let found: Page<(Held, Micros, bool)> = {
        let view = app.engine.view();
        let (state, now) = (&view.state, app.clock.now());
        let wanted = |held: &Held, invited: Micros| {
            filter.state.is_none_or(|wanted| {
                let invitation = app.accounts.invitation_of(held.designation.subject);
                state_of(held, invited, invitation.as_ref(), wall_clock()) == wanted
            })
        };
        let newest_first = state.invited.iter().rev().filter(|(id, _)| before.is_none_or(|before| **id < before));
        let seen = newest_first.filter_map(|(id, invited)| {
            let held = state.designations.get(*id)?;
            let is_seen = looks_after(state, bearer.subject, held, now)
                && check_token(&bearer, held.designation.body.as_ref()).is_ok()
                && wanted(held, *invited);
            let reads = reads_name(held, state, &app.accounts, bearer.subject, now);
            is_seen.then(|| (held.clone(), *invited, reads))
        });
        Page::of(seen, filter.limit.unwrap_or_default(), |(held, ..)| Cursor::new(LIST, &held.designation.id.0))
    };
    let page = app.off_thread(move |desk| {
        let shown = |(held, invited, reads): &(Held, Micros, bool)| {
            let name = reads.then(|| desk.accounts.name_of(held.designation.subject)).flatten();
            invitation_shown(held, *invited, name, &desk.accounts, wall_clock())
        };
        Ok(Page { items: found.items.iter().map(shown).collect::<Vec<_>>(), next: found.next })
    });
    page.await
}

fn position(cursor: &Cursor) -> Result<DesignationId, CursorError> {
    DesignationId::try_from(cursor.position(LIST)?).map_err(|_| CursorError)
}
