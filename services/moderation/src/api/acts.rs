//! What people do at a review: claim, release, comment, request changes, approve, refuse.

use axum::{extract::State as Extracted, response::Response};
use dossier_identity::Role;
use dossier_proto::{Digest, EntryId, KeyId, v1};
use dossier_registry::{Language, Registry};
use dossier_vault::Purpose;
use dossier_web::{
    Answer, ProblemDocument, ProblemKind,
    extract::{FieldError, StrictPath},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    App, Desk,
    asked::{Asked, Asker, Bare},
    errors,
    execute::{Errand, Written},
    limits::{CODE_BYTES_MAX, ITEM_BYTES_MAX, QUOTE_BYTES_MAX, TEXT_BYTES_MAX, check_length, check_text},
    mismatch,
};
use crate::{
    domain::{Approval, Command, REQUESTED_CHANGES_MAX, SubmittedWords},
    reading,
    words::WordsError,
};

/// A comment on a field of the content with this digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct CommentBody {
    /// The content that was read.
    #[schema(value_type = String)]
    digest: Digest,
    /// The field, by its key; empty for the whole.
    #[serde(default)]
    field: String,
    /// The language, of a text per language.
    #[serde(default)]
    language: String,
    /// What is said, to moderators and reviewers only.
    text: String,
}

/// One change that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct ItemBody {
    /// The field, by its key; empty for the whole.
    #[serde(default)]
    field: String,
    /// The language, of a text per language.
    #[serde(default)]
    language: String,
    /// The words it is about.
    #[serde(default)]
    quote: String,
    /// What is asked.
    text: String,
}

/// A request for changes of the content with this digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct RequestBody {
    /// The content that was read.
    #[schema(value_type = String)]
    digest: Digest,
    /// What is to be changed.
    items: Vec<ItemBody>,
}

/// An approval of exactly the content with this digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct ApproveBody {
    /// The content that was read.
    #[schema(value_type = String)]
    digest: Digest,
    /// For moderators, reviewers and auditors only.
    #[serde(default)]
    note: Option<String>,
}

/// A refusal of the entry, having read the content with this digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct RefuseBody {
    /// The content that was read.
    #[schema(value_type = String)]
    digest: Digest,
    /// A code of the registry.
    code: String,
    /// The reason, as the contributor reads it.
    reason: String,
}

/// Takes a review up for two hours, or prolongs the claim.
#[utoipa::path(
    post, path = "/review/api/v1/reviews/{entry}/claim", tag = "reviews",
    params(("entry" = String, Path, description = "The entry")),
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
    post, path = "/review/api/v1/reviews/{entry}/release", tag = "reviews",
    params(("entry" = String, Path, description = "The entry")),
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
    post, path = "/review/api/v1/reviews/{entry}/comment", tag = "reviews", request_body = CommentBody,
    params(("entry" = String, Path, description = "The entry")),
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
    let sealed = app.sealing(&asker, entry, &asked, seal_comment).await?;
    app.act(&asker, entry, asked.digest, sent(&asked.body), Command::Comment(sealed)).await
}

/// Hands the content back with what is to be changed.
#[utoipa::path(
    post, path = "/review/api/v1/reviews/{entry}/request-changes", tag = "reviews", request_body = RequestBody,
    params(("entry" = String, Path, description = "The entry")),
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
    let sealed = app.sealing(&asker, entry, &asked, seal_request).await?;
    app.act(&asker, entry, asked.digest, sent(&asked.body), Command::RequestChanges(sealed)).await
}

/// Approves exactly this content.
#[utoipa::path(
    post, path = "/review/api/v1/reviews/{entry}/approve", tag = "reviews", request_body = ApproveBody,
    params(("entry" = String, Path, description = "The entry")),
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
    let approval = app.sealing(&asker, entry, &asked, seal_approval).await?;
    app.act(&asker, entry, asked.digest, sent(&asked.body), Command::Approve(Box::new(approval))).await
}

/// Refuses the entry.
#[utoipa::path(
    post, path = "/review/api/v1/reviews/{entry}/refuse", tag = "reviews", request_body = RefuseBody,
    params(("entry" = String, Path, description = "The entry")),
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
    let sealed = app.sealing(&asker, entry, &asked, seal_refusal).await?;
    app.act(&asker, entry, asked.digest, sent(&asked.body), Command::Refuse(sealed)).await
}

fn sent(body: &impl Serialize) -> Value {
    // Strings, lists and digests under fixed names: this cannot fail; were it to, the caller would get null back.
    serde_json::to_value(body).unwrap_or_default()
}

/// What sealing needs to know.
struct Context {
    entry: EntryId,
    /// The key of the review's internal words, if it has one.
    internal: Option<KeyId>,
    /// Whether the caller may decide here: only then is the content read.
    moderates: bool,
    record_type: Option<String>,
    registry: Option<Registry>,
}

impl App {
    /// Checks the words and seals them, off the async threads.
    async fn sealing<T, S>(
        &self,
        asker: &Asker,
        entry: EntryId,
        asked: &Asked<T>,
        seal: fn(&Desk, &Context, T) -> Answer<S>,
    ) -> Answer<S>
    where
        T: Clone + DeserializeOwned + Send + 'static,
        S: Send + 'static,
    {
        let (subject, body) = (asker.bearer.subject, asked.body.clone());
        let known = self.engine.view().state.entries.get(&entry).map(|known| known.body.clone());
        if let Some(known) = known {
            asker.bearer.check_body(&known)?;
        }
        self.off_thread(move |desk| {
            let registry = desk.registry.get(&desk.engine).map_err(|error| errors::of_registry(&error))?;
            let now = desk.clock.now();
            let context = {
                let view = desk.engine.view();
                let known = view.state.entries.get(&entry);
                let moderates = known.is_some_and(|known| {
                    let (body, record_type) = (Some(&known.body), Some(known.record_type.as_str()));
                    view.state.designations.entitled(subject, Role::Moderator, body, record_type, now).is_ok()
                });
                let record_type = known.map(|known| known.record_type.clone());
                Context { entry, internal: view.internal.get(&entry).copied(), moderates, record_type, registry }
            };
            seal(desk, &context, body)
        })
        .await
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
        let named = mismatch::digest_of(&command);
        let errand = Errand { entry: Some(entry), command, digest, sent };
        match self.execute(asker, errand).await {
            Ok(outcome) => self.written(asker, entry, &outcome),
            Err(failed) => Err(mismatch::explained(self, asker.bearer.subject, entry, named, failed).await),
        }
    }
}

fn seal_comment(desk: &Desk, context: &Context, body: CommentBody) -> Answer<v1::Comment> {
    let mut errors = Vec::new();
    check_text(&mut errors, "/text", &body.text, TEXT_BYTES_MAX);
    context.check_place(&mut errors, "", &body.field, &body.language);
    refuse_if_any(&errors)?;
    let seal = || {
        let key = desk.words.key_or_fresh(context.internal)?;
        desk.words.seal(key, context.entry, Purpose::Comment, &body.text)
    };
    Ok(v1::Comment {
        digest: body.digest.to_vec(),
        field: body.field.clone(),
        language: body.language.clone(),
        text: Some(words(seal())?),
    })
}

/// Messages to the contributor have a key of their own for each command: what is refused was told to nobody, and its key
/// is given to nobody.
fn seal_request(desk: &Desk, context: &Context, body: RequestBody) -> Answer<v1::RequestChanges> {
    let mut errors = Vec::new();
    if body.items.is_empty() || body.items.len() > REQUESTED_CHANGES_MAX {
        let detail = format!("there are {} changes; 1 to {REQUESTED_CHANGES_MAX} fit", body.items.len());
        errors.push(FieldError { pointer: "/items".to_owned(), detail });
    }
    for (at, item) in body.items.iter().enumerate().take(REQUESTED_CHANGES_MAX) {
        check_text(&mut errors, &format!("/items/{at}/text"), &item.text, ITEM_BYTES_MAX);
        check_length(&mut errors, &format!("/items/{at}/quote"), &item.quote, QUOTE_BYTES_MAX);
        context.check_place(&mut errors, &format!("/items/{at}"), &item.field, &item.language);
    }
    refuse_if_any(&errors)?;
    let key = words(desk.words.fresh_key())?;
    let seal = |purpose, text: &str| words(desk.words.seal(key, context.entry, purpose, text));
    let items = (1..).zip(&body.items).map(|(number, item)| {
        let quote = if item.quote.is_empty() { None } else { Some(seal(Purpose::Quote, &item.quote)?) };
        Ok(v1::RequestedChange {
            item: number,
            field: item.field.clone(),
            language: item.language.clone(),
            quote,
            text: Some(seal(Purpose::RequestedChange, &item.text)?),
        })
    });
    Ok(v1::RequestChanges { digest: body.digest.to_vec(), items: items.collect::<Answer<_>>()? })
}

fn seal_refusal(desk: &Desk, context: &Context, body: RefuseBody) -> Answer<v1::Refuse> {
    let mut errors = Vec::new();
    check_text(&mut errors, "/reason", &body.reason, TEXT_BYTES_MAX);
    check_length(&mut errors, "/code", &body.code, CODE_BYTES_MAX);
    refuse_if_any(&errors)?;
    let key = words(desk.words.fresh_key())?;
    let reason = words(desk.words.seal(key, context.entry, Purpose::Reason, &body.reason))?;
    Ok(v1::Refuse { digest: body.digest.to_vec(), code: body.code, reason: Some(reason) })
}

/// What needs the words is computed here, before the decision: which notices the edition must carry.
fn seal_approval(desk: &Desk, context: &Context, body: ApproveBody) -> Answer<Approval> {
    let mut errors = Vec::new();
    let note = body.note.filter(|note| !note.trim().is_empty());
    check_length(&mut errors, "/note", note.as_deref().unwrap_or_default(), TEXT_BYTES_MAX);
    refuse_if_any(&errors)?;
    let seal = |note: &str| {
        let key = desk.words.key_or_fresh(context.internal)?;
        desk.words.seal(key, context.entry, Purpose::Note, note)
    };
    let note = note.as_deref().map(seal).transpose();
    let (words_submitted, notices) = if context.moderates { submitted(desk, context)? } else { (None, Vec::new()) };
    let approve = v1::Approve { digest: body.digest.to_vec(), note: words(note)?, notices };
    Ok(Approval { approve, words: words_submitted })
}

/// The sealed content under review, and the notices that apply to it.
fn submitted(desk: &Desk, context: &Context) -> Answer<(Option<SubmittedWords>, Vec<String>)> {
    let kept = {
        let view = desk.engine.view();
        let review = view.state.entries.get(&context.entry).and_then(|entry| entry.review());
        review.and_then(|review| view.contents.submitted(context.entry, review.submitted.place))
    };
    let Some(kept) = kept else { return Ok((None, Vec::new())) };
    let submitted = reading::submitted_at(&desk.engine, kept.at).map_err(|error| errors::of_record(&error))?;
    let Some(sealed) = submitted.as_ref().and_then(SubmittedWords::of) else { return Ok((None, Vec::new())) };
    let readable = words(desk.words.content(context.entry, &sealed.content))?;
    let (Some(registry), Some(record_type)) = (&context.registry, &context.record_type) else {
        return Ok((Some(sealed), Vec::new()));
    };
    let notices = registry.notices_for(record_type, &readable.content, desk.clock.now());
    Ok((Some(sealed), notices.into_iter().map(|notice| notice.key).collect()))
}

impl Context {
    /// A field of the record type, or the whole; one of the six languages, or none.
    fn check_place(&self, errors: &mut Vec<FieldError>, under: &str, field: &str, language: &str) {
        let wrong =
            |what: &str, detail: &str| FieldError { pointer: format!("{under}/{what}"), detail: detail.to_owned() };
        let key = field.split(['.', '/']).next().unwrap_or_default();
        let record_type = self.registry.as_ref().zip(self.record_type.as_ref());
        let record_type = record_type.and_then(|(registry, key)| registry.record_type(key));
        if !field.is_empty() && record_type.is_some_and(|record_type| record_type.field(key).is_none()) {
            errors.push(wrong("field", "the record type has no such field; leave it empty for the whole"));
        }
        if !language.is_empty() && language.parse::<Language>().is_err() {
            errors.push(wrong("language", "a language is ar, zh, en, fr, ru or es; leave it empty for none"));
        }
    }
}

fn refuse_if_any(errors: &[FieldError]) -> Answer<()> {
    if errors.is_empty() { Ok(()) } else { Err(FieldError::problem(ProblemKind::InvalidRequest, errors)) }
}

fn words<T>(result: Result<T, WordsError>) -> Answer<T> {
    result.map_err(|error| errors::of_words(&error))
}
