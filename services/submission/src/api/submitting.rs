//! `POST /entries/{id}/submit`: the working content goes to moderation.

use axum::{extract::State, response::Response};
use dossier_engine::ExecuteError;
use dossier_proto::{EntryId, KeyId, v1};
use dossier_registry::{Fault, Stage};
use dossier_vault::Purpose;
use dossier_web::{
    Answer, Part, Problem, ProblemDocument,
    extract::{Bearer, IdempotencyKey, IfMatch, StrictJson, StrictPath},
};
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::{
    EntryDocument, asking, callers, contents,
    errands::{self, Asking, Errand},
    off_thread, refusals, texts, validating,
};
use crate::{
    domain::{Command, Entry, Refusal},
    office::Office,
    words::{self, WordsError},
};

/// How the body stands behind a submission.
#[derive(Debug, Clone, Deserialize, Serialize, utoipa::ToSchema)]
pub(crate) struct SubmitBody {
    /// What has changed since the last submission or the public edition. May be left out the first time.
    pub(crate) what_changed: Option<String>,
    /// That the body stands behind it: must be true.
    pub(crate) certify: bool,
    /// Answers to requested changes. What is not answered counts as answered by the new content.
    #[serde(default)]
    pub(crate) answers: Vec<AnswerBody>,
    /// The body asks that nothing be public before this moment (RFC 3339), at most 1 826 days from now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-12-18T09:00:00Z")]
    pub(crate) embargo_until: Option<String>,
}

/// The answer to one requested change.
#[derive(Debug, Clone, Deserialize, Serialize, utoipa::ToSchema)]
pub(crate) struct AnswerBody {
    /// The number of the requested change.
    pub(crate) item: u32,
    /// The round in which it was requested; when not given, the latest in which a change of this number is still open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) round: Option<u32>,
    /// What the body says to it.
    pub(crate) text: String,
}

/// Submits the draft.
///
/// Where the type asks for national clearance it goes to the publishing authority of the state first ("awaiting-clearance"),
/// and nobody outside the body reads it before that clears it. From the submission until the review ends, moderation alone
/// decides what becomes of the revision.
#[utoipa::path(
    post, path = "/entries/{id}/submit", tag = "entries", operation_id = "submitEntry", request_body = SubmitBody,
    params(
        ("id" = String, Path, description = "The entry."),
        IfMatch,
        IdempotencyKey,
    ),
    responses(
        (status = 200, description = "Submitted, or with the publishing authority.", body = EntryDocument),
        (status = 403, description = "No designation covers it (recorded).", body = ProblemDocument),
        (status = 404, description = "Nothing that the caller can see.", body = ProblemDocument),
        (status = 409, description = "Not as things stand, or the content is another one by now.", body = ProblemDocument),
        (status = 412, description = "Somebody changed it meanwhile.", body = ProblemDocument),
        (status = 422, description = "Not certified, or the content has errors.", body = ProblemDocument),
    ),
)]
pub(crate) async fn submit(
    State(office): State<Office>,
    caller: Bearer,
    StrictPath(id): StrictPath<EntryId>,
    if_match: IfMatch,
    key: IdempotencyKey,
    StrictJson(body): StrictJson<SubmitBody>,
) -> Answer<Response> {
    let asking = Asking::new(caller.clone(), key, "POST", &format!("/entries/{id}/submit"), &body);
    if let Some((id, _)) = asking.before(&office).await? {
        return errands::answer(&office, id, StatusCode::OK).await;
    }
    let prepared = {
        let office = office.clone();
        off_thread(move || prepare(&office, &caller, id, &if_match, &body)).await?
    };
    let faults = prepared.faults;
    match asking.execute(&office, prepared.errand).await {
        Ok(_) => errands::answer(&office, id, StatusCode::OK).await,
        Err(ExecuteError::Refused { refusal: Refusal::Faults { .. }, .. }) => Err(contents::faulty(&faults)),
        Err(error) => {
            let problem = refusals::failed(&error);
            let ExecuteError::Refused { refusal: Refusal::BaseOutdated { .. }, .. } = error else {
                return Err(problem);
            };
            Err(off_thread(move || Ok(with_difference(&office, id, problem))).await?)
        }
    }
}

struct Prepared {
    errand: Errand,
    faults: Vec<Fault>,
}

fn prepare(office: &Office, caller: &Bearer, id: EntryId, if_match: &IfMatch, body: &SubmitBody) -> Answer<Prepared> {
    let now = office.now();
    let entry = callers::addressed(&office.engine().view(), caller, id, now)?.clone();
    let expected = if_match.optional(Part::Draft);
    let expected = expected.map(|expected| expected.for_command(Part::Draft, entry.version)).transpose()?;
    let mut submit = v1::Submit {
        revision: entry.working.number,
        digest: entry.working.digest.to_vec(),
        certified: body.certify,
        ..Default::default()
    };
    let name = callers::in_the_name_of(office.engine().view().state(), caller, &entry.facts, now);
    submit.embargo_until =
        body.embargo_until.as_deref().map(|text| texts::moment("/embargo_until", text)).transpose()?;
    // Who may not submit, or not now, is refused by the decision, which needs no words for that.
    if !entry.workflow.is_with_body() || !contents::may_write(office, caller, &entry.facts, now) {
        let command = Command::Submit { submit, content: None };
        let errand = Errand::on(id, command, expected).in_the_name_of(name);
        return Ok(Prepared { errand, faults: Vec::new() });
    }
    let content = contents::sealed(office, id, entry.working)?;
    let faults = look_at(office, id, &entry, &content, &mut submit)?;
    // What is said with a question that is returned stays in the body: moderation gets the key of the revision when the same
    // is cleared later, and not this one.
    let key = if office.engine().view().state().needs_clearance(&entry) {
        asking::fresh_key(office)?
    } else {
        words::key_of(&content).ok_or_else(|| Problem::internal(&WordsError::NoContent))?
    };
    say(office, id, &entry, key, body, &mut submit)?;
    let command = Command::Submit { submit, content: Some(content) };
    Ok(Prepared { errand: Errand::on(id, command, expected).in_the_name_of(name), faults })
}

/// Validates the content, and finds out whether it was submitted before.
fn look_at(
    office: &Office,
    id: EntryId,
    entry: &Entry,
    content: &v1::Content,
    submit: &mut v1::Submit,
) -> Answer<Vec<Fault>> {
    let registry = contents::registry(office)?;
    let opened = office.words().open_content(id, content).map_err(|error| refusals::words_failed(&error))?;
    let content = opened.readable();
    let faults = validating::validate(office, &registry, (id, &entry.facts), &content, Stage::Submission)?;
    submit.faults = contents::errors_in(&faults);
    submit.equals_revision = equals(office, id, entry, &opened.bytes)?;
    Ok(faults)
}

/// The submitted revision with the same content: the public one, else the latest.
fn equals(office: &Office, id: EntryId, entry: &Entry, bytes: &[u8]) -> Answer<Option<u32>> {
    let mut same = Vec::new();
    for submitted in contents::submissions(office, id)? {
        let Some(earlier) = submitted.content else { continue };
        let is_same = office.words().is_same(bytes, &earlier).map_err(|error| refusals::words_failed(&error))?;
        if is_same {
            same.push(earlier.revision);
        }
    }
    let public = entry.public.as_ref().map(|public| public.revision.number);
    Ok(same.iter().copied().find(|number| Some(*number) == public).or(same.first().copied()))
}

/// Seals what the body says, under the key of the revision.
fn say(
    office: &Office,
    id: EntryId,
    entry: &Entry,
    key: KeyId,
    body: &SubmitBody,
    submit: &mut v1::Submit,
) -> Answer<()> {
    let what_changed = body.what_changed.as_deref().unwrap_or_default();
    let what_changed = if entry.round == 0 {
        texts::optional("/what_changed", what_changed)?
    } else {
        Some(texts::required("/what_changed", what_changed)?)
    };
    let seal = |purpose, text: &str| {
        let sealed = office.words().seal_text(key, id, purpose, text);
        sealed.map_err(|error| refusals::words_failed(&error))
    };
    submit.what_changed = what_changed.map(|text| seal(Purpose::WhatChanged, &text)).transpose()?;
    if body.answers.iter().map(|answer| answer.text.len()).sum::<usize>() > texts::ANSWERS_BYTES_MAX {
        return Err(texts::unfit("/answers", &format!("have more than {} bytes together", texts::ANSWERS_BYTES_MAX)));
    }
    for (position, answer) in body.answers.iter().enumerate() {
        let text = texts::required(&format!("/answers/{position}/text"), &answer.text)?;
        let mut said = v1::Answer { item: answer.item, round: answer.round.unwrap_or_default(), text: None };
        // Which one is meant is said to moderation; an answer to none is refused by the decision.
        said.round = entry.open_items.named(&said).map_or(said.round, |(round, _)| round);
        said.text = Some(seal(Purpose::Answer, &text)?);
        submit.answers.push(said);
    }
    Ok(())
}

/// The refusal of an outdated base with what changed since: from the edition the draft revises to the current one.
fn with_difference(office: &Office, id: EntryId, problem: Problem) -> Problem {
    let Some(entry) = office.engine().view().entry(id).cloned() else { return problem };
    let (Some(base), Some(public)) = (entry.base, &entry.public) else { return problem };
    let read = |revision| {
        let sealed = contents::sealed(office, id, revision).ok()?;
        contents::opened(office, id, &sealed).ok().flatten()
    };
    let (Some(before), Some(after)) = (read(base.revision), read(public.revision)) else { return problem };
    let Ok(registry) = contents::registry(office) else { return problem };
    match contents::compare(&registry, &entry.facts, &before.content, &after.content) {
        Some(difference) => problem.with("difference", difference),
        None => problem,
    }
}
