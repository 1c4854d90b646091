//! `POST /entries`: an entry begins.

use axum::{extract::State, response::Response};
use dossier_engine::fresh_id;
use dossier_proto::{BodyCode, Digest, EntryId, Micros, v1};
use dossier_registry::{Day, Language, ORIGINAL_LANGUAGE, RecordType, Registry};
use dossier_web::{
    Answer, Problem, ProblemDocument, ProblemKind,
    extract::{Bearer, IdempotencyKey, StrictJson},
};
use http::{HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    EntryDocument, PREFIX, callers, contents,
    errands::{self, Asking, Errand},
    off_thread, refusals, texts,
};
use crate::{
    domain::{Command, EntryFacts},
    office::Office,
};

/// A new entry.
#[derive(Debug, Clone, Deserialize, Serialize, utoipa::ToSchema)]
pub(super) struct StartBody {
    /// The record type: a key of the registry.
    #[serde(rename = "type")]
    #[schema(example = "event")]
    record_type: String,
    /// The content: one member for each field that is filled in.
    #[schema(value_type = Object)]
    content: Value,
    /// The language it is written in first; as `original_language` in the content when not given here.
    #[schema(example = "en")]
    language: Option<String>,
    /// The body it is filed for; the caller's only one when not given.
    #[schema(value_type = Option<String>, example = "KAZ")]
    on_behalf_of: Option<BodyCode>,
    /// SHA-256 of the file it was read from, in hexadecimal.
    #[schema(value_type = Option<String>)]
    source_digest: Option<Digest>,
}

/// Begins an entry with its first revision.
///
/// The entry belongs to a body, not to the caller. It is seen by that body alone until it is submitted. The content may
/// be incomplete; what stands in it must be right.
#[utoipa::path(
    post, path = "/entries", tag = "entries", operation_id = "startEntry", request_body = StartBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes the request safe to repeat.")),
    responses(
        (status = 201, description = "Begun; the header Location leads to it.", body = EntryDocument),
        (status = 403, description = "No designation covers it (recorded).", body = ProblemDocument),
        (status = 413, description = "Larger than admitted.", body = ProblemDocument),
        (status = 422, description = "Something does not fit; each error names the place.", body = ProblemDocument),
    ),
)]
pub(super) async fn start(
    State(office): State<Office>,
    caller: Bearer,
    key: IdempotencyKey,
    StrictJson(body): StrictJson<StartBody>,
) -> Answer<Response> {
    let asking = Asking::new(caller.clone(), key, "POST", "/entries", &body);
    let prepared = {
        let office = office.clone();
        off_thread(move || prepare(&office, &caller, body)).await?
    };
    let outcome = asking.execute(&office, prepared).await.map_err(|error| refusals::failed(&error))?;
    let entry = outcome.events.first().and_then(|event| event.head.entry);
    // The decision of a start is always one event, which names the entry.
    let id = entry.ok_or_else(|| Problem::new(ProblemKind::WrongState))?;
    let mut response = errands::answer(&office, id, StatusCode::CREATED).await?;
    let location = HeaderValue::from_str(&format!("{PREFIX}/entries/{id}"));
    response.headers_mut().extend(location.ok().map(|location| (header::LOCATION, location)));
    Ok(response)
}

fn prepare(office: &Office, caller: &Bearer, body: StartBody) -> Answer<Errand> {
    let now = office.now();
    let registry = contents::registry(office)?;
    let kind = record_type(&registry, &body.record_type, now)?;
    let language = language(&body)?;
    let of = {
        let entries = office.engine().view();
        callers::body_to_write_for(entries.state(), caller, body.on_behalf_of.as_ref(), now)?
    };
    let fresh = fresh_id();
    let mut start = v1::StartDraft {
        record_type: body.record_type.clone(),
        body: of.as_ref().map(ToString::to_string).unwrap_or_default(),
        original_language: language.tag().to_owned(),
        content: None,
        fields: Vec::new(),
        source_digest: body.source_digest.map(|digest| digest.to_vec()).unwrap_or_default(),
    };
    let facts =
        of.map(|of| EntryFacts { body: of, record_type: body.record_type, language: language.tag().to_owned() });
    // Who may not write is refused by the decision, which needs no words for that.
    if let Some(facts) = facts.filter(|facts| contents::may_write(office, caller, facts, now)) {
        let content = contents::fit(&registry, &facts, body.content, &[], now)?;
        start.fields = content.as_object().into_iter().flat_map(|members| members.keys().cloned()).collect();
        let entry = EntryId(fresh.0);
        let sealed = office.words().seal_content(entry, 1, content, &kind.personal_pointers(), &[]);
        start.content = Some(sealed.map_err(|error| refusals::words_failed(&error))?);
    }
    let command = Command::StartDraft(start);
    Ok(Errand { command, entry: None, on_behalf_of: body.on_behalf_of, fresh, expected_version: None })
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
