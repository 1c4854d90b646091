//! `POST /entries`: an entry begins.

use axum::{extract::State, response::Response};
use dossier_engine::{ExecuteError, Outcome, fresh_id};
use dossier_proto::{BodyCode, Digest, EntryId, Micros, v1};
use dossier_registry::{Day, Language, ORIGINAL_LANGUAGE, RecordType, Registry};
use dossier_vault::Purpose;
use dossier_web::{
    Answer, Problem, ProblemDocument, ProblemKind,
    extract::{Bearer, IdempotencyKey, StrictJson},
};
use http::{HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::{
    EntryDocument, PREFIX, SourceDocument, callers, contents,
    errands::{self, Asking, Errand},
    files, off_thread, refusals, texts, validating,
};
use crate::{
    domain::{Command, EntryFacts, Refusal},
    office::Office,
    words::{self, WordsError},
};

/// The longest name of somebody who signs, with titles and functions.
const SIGNATORY_CHARS_MAX: usize = 200;

/// A new entry.
#[derive(Debug, Clone, Deserialize, Serialize, utoipa::ToSchema)]
pub(crate) struct StartBody {
    /// The record type: a key of the registry.
    #[serde(rename = "type")]
    #[schema(example = "event")]
    pub(crate) record_type: String,
    /// The content: one member for each field that is filled in.
    #[schema(value_type = Object)]
    pub(crate) content: Value,
    /// The language it is written in first; as `original_language` in the content when not given here.
    #[schema(example = "en")]
    pub(crate) language: Option<String>,
    /// The body it is filed for; the caller's only one when not given.
    #[schema(value_type = Option<String>, example = "KAZ")]
    pub(crate) on_behalf_of: Option<BodyCode>,
    /// The file it was read from, which is kept. The same file of the same body begins no second entry.
    pub(crate) source: Option<SourceBody>,
    /// The paper it was typed from, where the secretariat files it on behalf of the body. Needs `on_behalf_of`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) paper: Option<PaperBody>,
}

/// A paper form, or a letter.
#[derive(Debug, Clone, Deserialize, Serialize, utoipa::ToSchema)]
pub(crate) struct PaperBody {
    /// When it came in (RFC 3339); not later than now.
    #[schema(example = "2026-03-02T08:30:00Z")]
    received_at: String,
    /// Who signed it, at most 200 characters.
    signatory: String,
}

/// A file that an entry was read from.
#[derive(Debug, Clone, Deserialize, Serialize, utoipa::ToSchema)]
pub(crate) struct SourceBody {
    /// Its name.
    name: String,
    /// Its text, at most about 400 KiB.
    text: String,
}

impl SourceBody {
    /// SHA-256 of the file's bytes: what the body itself sees.
    fn digest(&self) -> Digest {
        Digest(Sha256::digest(&self.text).into())
    }

    /// How the file is known in the journal and on disk. A bare digest there would tell whoever has the file that this body
    /// holds a draft of it (P11, P13).
    fn mark(&self, office: &Office) -> Digest {
        office.words().mark_of_file(self.text.as_bytes())
    }
}

/// Begins an entry with its first revision.
///
/// The entry belongs to a body, not to the caller. It is seen by that body alone until it is submitted. The content may
/// be incomplete; what stands in it must be right.
#[utoipa::path(
    post, path = "/entries", tag = "entries", operation_id = "startEntry", request_body = StartBody,
    params(IdempotencyKey),
    responses(
        (status = 200, description = "Begun before, from the same file.", body = EntryDocument),
        (status = 201, description = "Begun; the header Location leads to it.", body = EntryDocument),
        (status = 403, description = "No designation covers it (recorded).", body = ProblemDocument),
        (status = 413, description = "Larger than admitted.", body = ProblemDocument),
        (status = 422, description = "Something does not fit; each error names the place.", body = ProblemDocument),
    ),
)]
pub(crate) async fn start(
    State(office): State<Office>,
    caller: Bearer,
    key: IdempotencyKey,
    StrictJson(body): StrictJson<StartBody>,
) -> Answer<Response> {
    let asking = Asking::new(caller.clone(), key, "POST", "/entries", &body);
    if let Some((id, _)) = asking.before(&office).await? {
        return answer_begun(&office, id, StatusCode::CREATED).await;
    }
    let (mut done, mut source) = begin(&office, &asking, &caller, &body).await?;
    if matches!(&done, Err(ExecuteError::Refused { refusal: Refusal::Malformed(_), .. })) {
        // The right to write came between the look, which therefore sealed nothing, and the decision: now there is one.
        (done, source) = begin(&office, &asking, &caller, &body).await?;
    }
    let outcome = done.map_err(|error| refusals::failed(&error))?;
    let begun = outcome.events.first().and_then(|event| event.head.entry);
    let (id, status) = match (begun, source) {
        (Some(id), _) => (Some(id), StatusCode::CREATED),
        (None, Some((body, digest))) => (office.engine().view().state().filed_from(&body, digest), StatusCode::OK),
        (None, None) => (None, StatusCode::OK),
    };
    // A start is one event that names the entry, or it is nothing because of a file filed before.
    let id = id.ok_or_else(|| Problem::new(ProblemKind::WrongState))?;
    answer_begun(&office, id, status).await
}

type Begun = (Result<Outcome, ExecuteError<Refusal>>, Option<(BodyCode, Digest)>);

/// What was decided, and whose file it was read from.
async fn begin(office: &Office, asking: &Asking, caller: &Bearer, body: &StartBody) -> Answer<Begun> {
    let Prepared { errand, source } = {
        let (office, caller, body) = (office.clone(), caller.clone(), body.clone());
        off_thread(move || prepare(&office, &caller, body)).await?
    };
    Ok((asking.execute(office, errand).await, source))
}

/// The entry, and where it is to be found.
async fn answer_begun(office: &Office, id: EntryId, status: StatusCode) -> Answer<Response> {
    let mut response = errands::answer(office, id, status).await?;
    let location = HeaderValue::from_str(&format!("{PREFIX}/entries/{id}"));
    response.headers_mut().extend(location.ok().map(|location| (header::LOCATION, location)));
    Ok(response)
}

struct Prepared {
    errand: Errand,
    /// Whose file it was read from, if it was.
    source: Option<(BodyCode, Digest)>,
}

fn prepare(office: &Office, caller: &Bearer, body: StartBody) -> Answer<Prepared> {
    let now = office.now();
    let registry = contents::registry(office)?;
    let kind = record_type(&registry, &body.record_type, now)?;
    let language = language(&body)?;
    let paper = body.paper.as_ref().map(paper).transpose()?;
    let of = {
        let entries = office.engine().view();
        callers::body_to_write_for(entries.state(), caller, body.on_behalf_of.as_ref(), now)?
    };
    let digest = body.source.as_ref().map(|source| source.mark(office));
    let fresh = fresh_id();
    let mut start = v1::StartDraft {
        record_type: body.record_type.clone(),
        body: of.as_ref().map(ToString::to_string).unwrap_or_default(),
        original_language: language.tag().to_owned(),
        content: None,
        fields: Vec::new(),
        source_digest: digest.map(|digest| digest.to_vec()).unwrap_or_default(),
        received_at: paper.as_ref().map(|paper| paper.received_at.0),
        signatory: None,
    };
    let source = of.clone().zip(digest);
    let facts = of.map(|of| EntryFacts {
        body: of,
        record_type: body.record_type,
        language: language.tag().to_owned(),
        received_at: paper.as_ref().map(|paper| paper.received_at),
    });
    // Who may not write is refused by the decision, and what was filed before is nothing to it: no words for that.
    let writes =
        |facts: &EntryFacts| contents::may_write(office, caller, facts, now) && !was_filed(office, source.as_ref());
    if let Some(facts) = facts.filter(writes) {
        let content = contents::fit(&registry, &facts, body.content, &[], |content| {
            Ok(validating::validate_first(office, &registry, &facts, content))
        })?;
        start.fields = content.as_object().into_iter().flat_map(|members| members.keys().cloned()).collect();
        let entry = EntryId(fresh.0);
        // None is here yet: whoever names one is told where to take it.
        files::named(office, entry, kind, &content)?;
        let sealed = office.words().seal_content(entry, 1, content, &kind.personal_pointers(), &[]);
        let sealed = sealed.map_err(|error| refusals::words_failed(&error))?;
        if let Some(source) = &body.source {
            keep(office, entry, &sealed, source)?;
        }
        start.content = Some(sealed);
        if let Some(paper) = paper {
            start.signatory = Some(seal_name(office, entry, &paper.signatory)?);
        }
    }
    let command = Command::StartDraft(start);
    let errand = Errand { command, entry: None, on_behalf_of: body.on_behalf_of, fresh, expected_version: None };
    Ok(Prepared { errand, source })
}

/// A paper that can be filed, as far as its shape tells.
struct Paper {
    received_at: Micros,
    signatory: String,
}

fn paper(body: &PaperBody) -> Answer<Paper> {
    let received_at = Micros(texts::moment("/paper/received_at", &body.received_at)?);
    let signatory = texts::required("/paper/signatory", &body.signatory)?;
    if signatory.chars().count() > SIGNATORY_CHARS_MAX {
        return Err(texts::unfit("/paper/signatory", &format!("is longer than {SIGNATORY_CHARS_MAX} characters")));
    }
    Ok(Paper { received_at, signatory })
}

/// Who signed has no account here, and is forgotten by a key of their own.
fn seal_name(office: &Office, entry: EntryId, name: &str) -> Answer<v1::Sealed> {
    let words = office.words();
    let key = words.fresh_key_of_person().map_err(|error| refusals::words_failed(&error))?;
    words.seal_text(key, entry, Purpose::Name, name).map_err(|error| refusals::words_failed(&error))
}

fn was_filed(office: &Office, source: Option<&(BodyCode, Digest)>) -> bool {
    let entries = office.engine().view();
    source.is_some_and(|(body, digest)| entries.state().filed_from(body, *digest).is_some())
}

/// Keeps the file under the key of the first revision, on disk before the event that names it.
fn keep(office: &Office, entry: EntryId, content: &v1::Content, source: &SourceBody) -> Answer<()> {
    let file =
        SourceDocument { name: source.name.clone(), digest: source.digest().to_string(), text: source.text.clone() };
    texts::file_name("/source/name", &source.name)?;
    let bytes = Zeroizing::new(serde_json::to_vec(&file).map_err(|error| Problem::internal(&error))?);
    let key = words::key_of(content).ok_or_else(|| Problem::internal(&WordsError::NoContent))?;
    let sealed = office.words().seal_file(key, entry, source.mark(office), &bytes);
    let sealed = sealed.map_err(|error| refusals::words_failed(&error))?;
    office.attachments().keep(entry, source.mark(office), &sealed).map_err(|error| Problem::internal(&error))
}

/// A record type of which entries may be begun today.
fn record_type<'a>(registry: &'a Registry, key: &str, now: Micros) -> Answer<&'a RecordType> {
    let today = Day::of(now);
    let in_force = |kind: &&RecordType| {
        kind.valid_from.is_none_or(|from| from <= today) && kind.valid_to.is_none_or(|to| today <= to)
    };
    let known: Vec<&str> = registry.types().iter().filter(in_force).map(|kind| kind.key.as_str()).collect();
    let kind = registry.record_type(key).filter(in_force);
    kind.ok_or_else(|| {
        texts::unfit("/type", &format!("is not a type of record; the types are {}", known.join(", ")))
            .with("code", "unknown-code")
    })
}

/// The language the entry is begun in.
fn language(body: &StartBody) -> Answer<Language> {
    let (pointer, named) = match &body.language {
        Some(named) => ("/language", Some(named.as_str())),
        None => ("/language", body.content.get(ORIGINAL_LANGUAGE).and_then(Value::as_str)),
    };
    let known = || texts::unfit(pointer, "takes one of ar, zh, en, fr, ru, es").with("code", "unknown-code");
    named.and_then(|named| named.parse().ok()).ok_or_else(known)
}
