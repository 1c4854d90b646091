//! What people do at a review: claim, release, comment, request changes, approve, refuse.

use axum::{extract::State as Extracted, response::Response};
use dossier_engine::{Record, Refusal as _, Request, foresee, fresh_id};
use dossier_proto::{Actor, CommandId, Digest, EntryId, SubjectId, v1};
use dossier_web::{Answer, ProblemDocument, extract::StrictPath};
use serde::Serialize;
use serde_json::Value;

use super::{
    App, Desk,
    asked::{Asked, Asker, Bare},
    bodies::{ApproveBody, CommentBody, RefuseBody, RequestBody},
    execute::{Errand, Failed, Written},
    locks::{Context, Under},
    mismatch,
    sealing::{seal_approval, seal_comment, seal_refusal, seal_request},
};
use crate::domain::{Command, Moderation, Refusal};

/// Takes a review up for two hours, or prolongs the claim.
#[utoipa::path(
    post, path = "/review/api/v1/reviews/{entry}/claim", tag = "reviews", operation_id = "claimReview",
    params(
        ("entry" = String, Path, description = "The entry"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the review that was read, such as \"r3\""),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the request safe to repeat"),
    ),
    responses((status = 200, body = Written), (status = 403, body = ProblemDocument), (status = 409, body = ProblemDocument)),
    security(("bearer" = []))
)]
pub(crate) async fn claim(
    Extracted(app): Extracted<App>,
    asker: Asker,
    StrictPath(entry): StrictPath<EntryId>,
    Bare(asked): Bare,
) -> Answer<Response> {
    let command = Command::Claim(v1::Claim {});
    app.act(&asker, entry, asked.digest, Value::Object(Default::default()), command).await
}

/// Lets go of one's own claim.
#[utoipa::path(
    post, path = "/review/api/v1/reviews/{entry}/release", tag = "reviews", operation_id = "releaseReview",
    params(
        ("entry" = String, Path, description = "The entry"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the review that was read, such as \"r3\""),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the request safe to repeat"),
    ),
    responses((status = 200, body = Written), (status = 403, body = ProblemDocument), (status = 409, body = ProblemDocument)),
    security(("bearer" = []))
)]
pub(crate) async fn release(
    Extracted(app): Extracted<App>,
    asker: Asker,
    StrictPath(entry): StrictPath<EntryId>,
    Bare(asked): Bare,
) -> Answer<Response> {
    let command = Command::Release(v1::Release {});
    app.act(&asker, entry, asked.digest, Value::Object(Default::default()), command).await
}

/// Says something about a field, to moderators and reviewers.
#[utoipa::path(
    post, path = "/review/api/v1/reviews/{entry}/comment", tag = "reviews", operation_id = "commentOnReview", request_body = CommentBody,
    params(
        ("entry" = String, Path, description = "The entry"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the review that was read, such as \"r3\""),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the request safe to repeat"),
    ),
    responses(
        (status = 200, body = Written), (status = 403, body = ProblemDocument),
        (status = 409, description = "Another digest is current: the difference is in the answer", body = ProblemDocument),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn comment(
    Extracted(app): Extracted<App>,
    asker: Asker,
    StrictPath(entry): StrictPath<EntryId>,
    asked: Asked<CommentBody>,
) -> Answer<Response> {
    app.act_in_words(&asker, entry, asked, seal_comment, Command::Comment).await
}

/// Hands the content back with what is to be changed.
#[utoipa::path(
    post, path = "/review/api/v1/reviews/{entry}/request-changes", tag = "reviews", operation_id = "requestChanges", request_body = RequestBody,
    params(
        ("entry" = String, Path, description = "The entry"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the review that was read, such as \"r3\""),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the request safe to repeat"),
    ),
    responses(
        (status = 200, body = Written), (status = 403, body = ProblemDocument),
        (status = 409, description = "Another digest is current: the difference is in the answer", body = ProblemDocument),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn request_changes(
    Extracted(app): Extracted<App>,
    asker: Asker,
    StrictPath(entry): StrictPath<EntryId>,
    asked: Asked<RequestBody>,
) -> Answer<Response> {
    app.act_in_words(&asker, entry, asked, seal_request, Command::RequestChanges).await
}

/// Approves exactly this content.
#[utoipa::path(
    post, path = "/review/api/v1/reviews/{entry}/approve", tag = "reviews", operation_id = "approveContent", request_body = ApproveBody,
    params(
        ("entry" = String, Path, description = "The entry"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the review that was read, such as \"r3\""),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the request safe to repeat"),
    ),
    responses(
        (status = 200, body = Written),
        (status = 403, description = "Not designated, or an author of the content", body = ProblemDocument),
        (status = 409, description = "Another digest is current (the difference is in the answer), or the review has ended", body = ProblemDocument),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn approve(
    Extracted(app): Extracted<App>,
    asker: Asker,
    StrictPath(entry): StrictPath<EntryId>,
    asked: Asked<ApproveBody>,
) -> Answer<Response> {
    app.act_in_words(&asker, entry, asked, seal_approval, |approval| Command::Approve(Box::new(approval))).await
}

/// Refuses the entry.
#[utoipa::path(
    post, path = "/review/api/v1/reviews/{entry}/refuse", tag = "reviews", operation_id = "refuseEntry", request_body = RefuseBody,
    params(
        ("entry" = String, Path, description = "The entry"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the review that was read, such as \"r3\""),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the request safe to repeat"),
    ),
    responses(
        (status = 200, body = Written), (status = 403, body = ProblemDocument),
        (status = 409, description = "Another digest is current: the difference is in the answer", body = ProblemDocument),
        (status = 422, description = "The registry has no such code", body = ProblemDocument),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn refuse(
    Extracted(app): Extracted<App>,
    asker: Asker,
    StrictPath(entry): StrictPath<EntryId>,
    asked: Asked<RefuseBody>,
) -> Answer<Response> {
    app.act_in_words(&asker, entry, asked, seal_refusal, Command::Refuse).await
}

/// What the caller sent, to be given back.
fn sent(body: &impl Serialize) -> Value {
    // Strings, lists and digests under fixed names: this cannot fail; were it to, the caller would get null back.
    serde_json::to_value(body).unwrap_or_default()
}

/// How the words of a body are checked and sealed.
type Seal<T, S> = fn(&Desk, &Context, &T) -> Answer<S>;

/// An act whose words are not sealed yet.
struct Unsealed<T, S> {
    body: T,
    seal: Seal<T, S>,
    make: fn(S) -> Command,
    actor: Actor,
    expected: Answer<Option<u64>>,
}

impl<T, S> Unsealed<T, S> {
    /// The sealed words; or the refusal that the act would meet as things stand, if it is one that leaves no record.
    fn sealed(self, desk: &Desk, subject: SubjectId, entry: EntryId) -> Answer<Result<S, Refusal>> {
        let mut context = Context::of(desk, subject, entry)?;
        let blank = (self.seal)(desk, &context, &self.body)?;
        if context.takes_part {
            let request = Request {
                command: (self.make)(blank),
                entry: Some(entry),
                actor: self.actor,
                on_behalf_of: None,
                fresh: fresh_id(),
                expected_version: self.expected?,
                command_id: CommandId([0; 16]),
                request_digest: Digest([0; 32]),
                correlation: None,
            };
            match foresee::<Moderation>(&desk.engine.view().state, &request, desk.clock.now()) {
                // The content was left out as well.
                Ok(()) | Err(Refusal::WordsMissing) => {}
                Err(refusal) if refusal.facts().record == Record::Not => return Ok(Err(refusal)),
                Err(_) => {}
            }
        }
        context.under = Under::Keys;
        (self.seal)(desk, &context, &self.body).map(Ok)
    }
}

impl App {
    /// Checks the words, seals them off the async threads, and has the command decided. Nothing is sealed for what took effect
    /// before, nor for what would be refused without a record: keys stay, and nobody would ever use these.
    async fn act_in_words<T, S>(
        &self,
        asker: &Asker,
        entry: EntryId,
        asked: Asked<T>,
        seal: Seal<T, S>,
        make: fn(S) -> Command,
    ) -> Answer<Response>
    where
        T: Serialize + Send + 'static,
        S: Send + 'static,
    {
        let (digest, sent, subject) = (asked.digest, sent(&asked.body), asker.bearer.subject);
        self.check_token(&asker.bearer, entry)?;
        match self.before(asker, entry, digest, &sent).await {
            Ok(Some(outcome)) => return self.written(asker, entry, &outcome),
            Ok(None) => {}
            Err(failed) => return Err(mismatch::explained(self, subject, entry, mismatch::named(&sent), failed).await),
        }
        let (actor, expected) = (asker.bearer.caller(), self.expected(asker, Some(entry)));
        let act = Unsealed { body: asked.body, seal, make, actor, expected };
        match self.off_thread(move |desk| act.sealed(desk, subject, entry)).await? {
            Ok(sealed) => self.act(asker, entry, digest, sent, make(sealed)).await,
            Err(refusal) => {
                let named = mismatch::named(&sent);
                Err(mismatch::explained(self, subject, entry, named, Failed::foreseen(refusal, sent)).await)
            }
        }
    }

    /// Has the command decided, and answers.
    async fn act(
        &self,
        asker: &Asker,
        entry: EntryId,
        digest: Digest,
        sent: Value,
        command: Command,
    ) -> Answer<Response> {
        let named = mismatch::named(&sent);
        let errand = Errand { entry: Some(entry), command, digest, sent };
        match self.execute(asker, errand).await {
            Ok(outcome) => self.written(asker, entry, &outcome),
            Err(failed) => Err(mismatch::explained(self, asker.bearer.subject, entry, named, failed).await),
        }
    }
}
