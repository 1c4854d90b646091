//! `/invitations`: people are let in.

use axum::{
    Json,
    extract::State as Extracted,
    response::{IntoResponse, Response},
};
use dossier_engine::{Outcome, Repeated, fresh_id, name_command};
use dossier_identity::accounts::{Accounts, AccountsError, Invited, Language};
use dossier_post::Mail;
use dossier_proto::{DesignationId, Digest, Micros, Payload, SubjectId, v1};
use dossier_web::{
    Answer, Cache, PlaceShown, Problem, ProblemDocument, ProblemKind,
    extract::{FieldError, StrictPath, wall_clock},
};
use http::StatusCode;
use serde::Serialize;
use serde_json::Value;
use tracing::Instrument as _;
use utoipa::ToSchema;

use super::{
    App, Desk,
    asked::{Asked, Asker, Bare},
    designation::{Slips, designation},
    designations::check_token,
    entering, errors,
    execute::{Errand, Failed},
    invitation::{InvitationShown, InvitationState, InviteBody, invitation_shown, looks_after, reads_name, state_of},
};
use crate::{
    domain::{Command, may_designate},
    welcoming,
};

/// What a write of invitations answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct InvitationWritten {
    /// The invitation as it stands now.
    #[serde(flatten)]
    invitation: InvitationShown,
    /// Whether mail goes out from here. Where it does not, an operator hands the link over: `dossier account invite … --print-link`.
    mail_goes_out: bool,
    /// The event; absent when none was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    recorded: Option<PlaceShown>,
    /// Whether the command had taken effect before.
    repeated: bool,
}

/// Invites a person: they are designated at once, and get a mail with a link that works once, for two weeks.
#[utoipa::path(
    post, path = "/review/api/v1/invitations", tag = "people", operation_id = "invitePerson", request_body = InviteBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes the request safe to repeat")),
    responses(
        (status = 201, description = "Invited; the mail is on its way", body = InvitationWritten),
        (status = 403, description = "Only an administrator invites, and contributors the publishing authority of their body", body = ProblemDocument),
        (status = 422, body = ProblemDocument),
        (status = 429, description = "Too many invitations by one person", body = ProblemDocument),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn invite(Extracted(app): Extracted<App>, asker: Asker, asked: Asked<InviteBody>) -> Answer<Response> {
    // A caller who goes must not leave an account without a decision, or a decision without its mail.
    let work = tokio::spawn(async move { app.invite(asker, asked).await }.in_current_span());
    work.await.unwrap_or_else(|error| Err(Problem::internal(&error)))
}

/// What the names in an answer are taken from.
enum Naming {
    /// What the caller typed: it says nothing about whether anybody was known here.
    Typed { name: String, mail: String },
    /// What this person may read.
    Readable(SubjectId),
}

/// What is wrong with what is said of the person.
fn read(body: &InviteBody) -> (Language, Slips) {
    let mut errors = Vec::new();
    let mut note = |pointer: &str, detail: String| errors.push(FieldError { pointer: pointer.to_owned(), detail });
    if let Err(error) = Accounts::check_invitee(&body.name, "a@b.c") {
        note("/name", error.to_string());
    }
    match Accounts::check_invitee("A", &body.mail) {
        Err(error) => note("/mail", error.to_string()),
        Ok(()) if !Mail::is_address(&body.mail) => note("/mail", "no mail can be sent to this address".to_owned()),
        Ok(()) => {}
    }
    let language = match body.language.as_deref().map(str::parse::<Language>) {
        None => Language::default(),
        Some(Ok(language)) => language,
        Some(Err(error)) => {
            note("/language", error.to_string());
            Language::default()
        }
    };
    (language, Slips { at: "/designation", errors })
}

/// What is wrong with an account, as a problem.
pub(crate) fn of_accounts(error: &AccountsError) -> Problem {
    match error {
        AccountsError::Text { .. } => Problem::new(ProblemKind::InvalidRequest).detail(format!("{error}.")),
        // It is told to who may invite: whoever was shut out by an operator is not let in by an invitation.
        AccountsError::Ended(_) => Problem::new(ProblemKind::WrongState)
            .detail("An operator shut the account of whoever has this address. Ask the operator.")
            .with("code", "account-shut"),
        error => Problem::internal(error),
    }
}

impl App {
    async fn invite(&self, asker: Asker, asked: Asked<InviteBody>) -> Answer<Response> {
        let (app, body) = (self, asked.body);
        check_token(&asker.bearer, body.designation.body.as_ref())?;
        let sent = serde_json::to_value(&body).unwrap_or_default();
        let typed = Naming::Typed { name: body.name.clone(), mail: body.mail.clone() };
        if let Some(outcome) = app.took_effect(&asker, asked.digest, &sent).await.map_err(|failed| failed.problem)? {
            return app.invited(&outcome, typed).await;
        }
        let registry =
            app.off_thread(|desk| desk.registry.get(&desk.engine).map_err(|error| errors::of_registry(&error)));
        let registry = registry.await?;
        let (language, slips) = read(&body);
        // Its form is looked at before anybody is looked up; nobody has this id.
        let nobody = body.designation.of(SubjectId([0; 16]));
        let grant = designation(&nobody, registry.as_ref(), app.clock.now(), slips)?;
        let counted = app.accounts.count_invitation(asker.bearer.subject, wall_clock());
        counted.map_err(|failure| entering::problem(&failure))?;
        let fresh = SubjectId(fresh_id().0);
        let to = |subject: SubjectId| v1::GrantDesignation { subject: subject.to_vec(), ..grant.clone() };
        let may = may_designate(&app.engine.view().state, asker.bearer.subject, &to(fresh), app.clock.now());
        // Whoever may not invite learns nothing of who is known here: neither from the answer nor from how long it takes.
        let mut found = match may {
            true => Some(app.find_or_make(&body, language, fresh).await?),
            false => None,
        };
        let subject = found.as_ref().map_or(fresh, |found| found.subject);
        let invite = v1::InvitePerson { subject: subject.to_vec(), designation: Some(to(subject)) };
        let errand = Errand { entry: None, command: Command::InvitePerson(invite), digest: asked.digest, sent };
        match app.execute(&asker, errand).await {
            Ok(outcome) => {
                if found.is_none() {
                    // The right came in the same moment.
                    found = Some(app.find_or_make(&body, language, subject).await?);
                }
                let answer = app.invited(&outcome, typed).await;
                // Until here nobody removes the account.
                drop(found);
                answer
            }
            Err(failed) => {
                // What was not decided may have taken effect all the same (a stop): then the account stays, or is swept up later.
                if let (Some(_), Some(found)) = (&failed.refusal, found) {
                    let give_up = move |desk: &Desk| desk.accounts.give_up(found);
                    app.off_thread(move |desk| give_up(desk).map_err(|error| of_accounts(&error))).await?;
                }
                Err(failed.problem)
            }
        }
    }

    /// The account of whoever is invited, or a new one with this id.
    async fn find_or_make(&self, body: &InviteBody, language: Language, id: SubjectId) -> Answer<Invited> {
        let (name, mail) = (body.name.clone(), body.mail.clone());
        let find = move |desk: &Desk| desk.accounts.find_or_make(id, &name, &mail, language, wall_clock());
        self.off_thread(move |desk| find(desk).map_err(|error| of_accounts(&error))).await
    }

    /// What was answered to the same request when it took effect before, under the key the caller gave.
    async fn took_effect(&self, asker: &Asker, digest: Digest, sent: &Value) -> Result<Option<Outcome>, Failed> {
        let Some(key) = &asker.key.0 else { return Ok(None) };
        let (command_id, request_digest) = name_command(asker.bearer.subject.as_bytes(), Some(key.as_bytes()), &digest);
        let before = self.engine.answered(command_id, request_digest).await;
        before.map_err(|error| super::execute::failed(error, sent.clone()))
    }

    /// Has the mail sent, and answers.
    async fn invited(&self, outcome: &Outcome, naming: Naming) -> Answer<Response> {
        let granted = outcome.events.iter().find(|event| matches!(event.payload, Some(Payload::DesignationGranted(_))));
        let id = granted.map(|event| DesignationId(event.head.id.0));
        let id = id.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
        // Idempotent: after a crash in between, the repeat of the request does it, and so does the upkeep of every minute.
        self.off_thread(move |desk| welcoming::queue(desk, id).map_err(|error| Problem::internal(&error))).await?;
        self.invitation_written(
            id,
            naming,
            outcome.events.first().map(|event| event.head.place.into()),
            outcome.repeated,
            StatusCode::CREATED,
        )
        .await
    }

    async fn invitation_written(
        &self,
        id: DesignationId,
        naming: Naming,
        recorded: Option<PlaceShown>,
        repeated: Repeated,
        status: StatusCode,
    ) -> Answer<Response> {
        let written = self.off_thread(move |desk| {
            let (held, invited, reads) = {
                let view = desk.engine.view();
                let held = view.state.designations.get(id).cloned();
                let found = held.zip(view.state.invited.get(&id).copied());
                let (held, invited) = found.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
                let reads = match naming {
                    Naming::Typed { .. } => false,
                    Naming::Readable(reader) => {
                        reads_name(&held, &view.state, &desk.accounts, reader, desk.clock.now())
                    }
                };
                (held, invited, reads)
            };
            let (name, mail) = match naming {
                Naming::Typed { name, mail } => (Some(name), Some(mail)),
                Naming::Readable(_) => (reads.then(|| desk.accounts.name_of(held.designation.subject)).flatten(), None),
            };
            let mut invitation = invitation_shown(&held, invited, name, &desk.accounts, wall_clock());
            invitation.mail = mail.or(invitation.mail);
            let mail_goes_out = desk.post.server.is_some();
            Ok(InvitationWritten { invitation, mail_goes_out, recorded, repeated: repeated == Repeated::Yes })
        });
        Ok((status, Cache::Private, Json(written.await?)).into_response())
    }

    /// The newest invitation of somebody that the caller looks after and may take back now.
    fn open_invitation(&self, asker: &Asker, subject: SubjectId, now: Micros) -> Answer<DesignationId> {
        let view = self.engine.view();
        let state = &view.state;
        let invitation = self.accounts.invitation_of(subject);
        let mine = state.designations.of_subject(subject).filter_map(|held| {
            let invited = *state.invited.get(&held.designation.id)?;
            looks_after(state, asker.bearer.subject, held, now).then_some((held, invited))
        });
        let Some((held, invited)) = mine.max_by_key(|(held, _)| held.designation.id) else {
            return Err(Problem::new(ProblemKind::NotFound).detail("You look after no invitation of this person."));
        };
        check_token(&asker.bearer, held.designation.body.as_ref())?;
        match state_of(held, invited, invitation.as_ref(), wall_clock()) {
            InvitationState::Open | InvitationState::Expired => Ok(held.designation.id),
            state => {
                let detail = match state {
                    InvitationState::Accepted => {
                        "The person has come in. What they may do is taken back by revoking the designation: POST /review/api/v1/designations/{id}/revoke."
                    }
                    _ => "The invitation was withdrawn.",
                };
                Err(Problem::new(ProblemKind::WrongState)
                    .detail(detail)
                    .with("state", serde_json::to_value(state).unwrap_or_default()))
            }
        }
    }
}

/// Sends an invitation again: with a new link. The one that was sent before is dead at once.
#[utoipa::path(
    post, path = "/review/api/v1/invitations/{subject}/again", tag = "people", operation_id = "inviteAgain",
    params(("subject" = String, Path, description = "The person")),
    responses(
        (status = 200, description = "The mail is on its way", body = InvitationWritten),
        (status = 403, body = ProblemDocument),
        (status = 404, body = ProblemDocument),
        (status = 409, description = "The person has come in, or the invitation was withdrawn", body = ProblemDocument),
        (status = 429, body = ProblemDocument),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn again(
    Extracted(app): Extracted<App>,
    asker: Asker,
    StrictPath(subject): StrictPath<SubjectId>,
    Bare(_): Bare,
) -> Answer<Response> {
    let now = app.clock.now();
    let id = app.open_invitation(&asker, subject, now)?;
    // As for a new one: a right that ended since sends no mail.
    let right = app.engine.view().state.designations.may_revoke(asker.bearer.subject, id, now);
    right.map_err(|refusal| errors::of_refusal(&crate::domain::Refusal::of_grant(refusal)))?;
    app.accounts.count_invitation(asker.bearer.subject, wall_clock()).map_err(|failure| entering::problem(&failure))?;
    app.off_thread(move |desk| desk.accounts.invite(subject, wall_clock()).map_err(|error| of_accounts(&error)))
        .await?;
    let naming = Naming::Readable(asker.bearer.subject);
    app.invitation_written(id, naming, None, Repeated::No, StatusCode::OK).await
}

/// Withdraws an invitation: the designation is revoked, and the link is dead.
#[utoipa::path(
    post, path = "/review/api/v1/invitations/{subject}/withdraw", tag = "people", operation_id = "withdrawInvitation",
    params(
        ("subject" = String, Path, description = "The person"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the request safe to repeat"),
    ),
    responses(
        (status = 200, body = InvitationWritten),
        (status = 403, body = ProblemDocument),
        (status = 404, body = ProblemDocument),
        (status = 409, description = "The person has come in, or the invitation was withdrawn", body = ProblemDocument),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn withdraw(
    Extracted(app): Extracted<App>,
    asker: Asker,
    StrictPath(subject): StrictPath<SubjectId>,
    Bare(asked): Bare,
) -> Answer<Response> {
    let sent = Value::Object(Default::default());
    let before = app.took_effect(&asker, asked.digest, &sent).await.map_err(|failed| failed.problem)?;
    let outcome = match before {
        Some(outcome) => outcome,
        None => {
            let id = app.open_invitation(&asker, subject, app.clock.now())?;
            let command = Command::RevokeDesignation(v1::RevokeDesignation { designation: id.to_vec() });
            let errand = Errand { entry: None, command, digest: asked.digest, sent };
            app.execute(&asker, errand).await.map_err(|failed| failed.problem)?
        }
    };
    let revoked = outcome.events.iter().find_map(|event| match &event.payload {
        Some(Payload::DesignationRevoked(revoked)) => {
            DesignationId::try_from(revoked.command.as_ref()?.designation.as_slice()).ok()
        }
        _ => None,
    });
    let id = revoked.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    app.off_thread(move |desk| welcoming::take_back(desk, subject).map_err(|error| of_accounts(&error))).await?;
    let place = outcome.events.first().map(|event| event.head.place.into());
    let naming = Naming::Readable(asker.bearer.subject);
    app.invitation_written(id, naming, place, outcome.repeated, StatusCode::OK).await
}
