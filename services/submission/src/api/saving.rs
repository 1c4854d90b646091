//! `PUT /entries/{id}/draft`: the next revision.

use axum::{extract::State, response::Response};
use dossier_engine::ExecuteError;
use dossier_proto::{EntryId, v1};
use dossier_registry::Stage;
use dossier_web::{
    Answer, Part, ProblemDocument,
    extract::{Bearer, IdempotencyKey, IfMatch, StrictJson, StrictPath},
};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    EntryDocument, callers, contents,
    errands::{self, Asking, Errand},
    files, off_thread, refusals, stale, validating,
};
use crate::{
    domain::{Command, Refusal},
    office::Office,
    words,
};

/// The content of the next revision.
#[derive(Debug, Clone, Deserialize, Serialize, utoipa::ToSchema)]
pub(crate) struct SaveBody {
    /// The whole content: what is left out is taken out.
    #[schema(value_type = Object)]
    pub(crate) content: Value,
}

/// Saves the draft.
///
/// `If-Match` names the version that was changed. A content equal to the one saved last is no new revision and keeps its
/// ETag. When somebody else saved meanwhile, the answer is 412 with what is needed to go on: the content as it is now
/// (`current_content`), the digests of both versions (`read_digest`, `current_digest`), who saved what since (`changes`), the
/// fields that the others changed, that the caller changed, and that both did (`changed_by_others`, `changed_by_you`,
/// `changed_by_both`), and the difference between what is saved and what was sent. Nothing typed is lost.
#[utoipa::path(
    put, path = "/entries/{id}/draft", tag = "entries", operation_id = "saveDraft", request_body = SaveBody,
    params(
        ("id" = String, Path, description = "The entry."),
        ("If-Match" = String, Header, description = "The ETag of the draft that was changed, such as \"d7\"."),
        IdempotencyKey,
    ),
    responses(
        (status = 200, description = "Saved.", body = EntryDocument),
        (status = 403, description = "No designation covers it (recorded).", body = ProblemDocument),
        (status = 404, description = "Nothing that the caller can see.", body = ProblemDocument),
        (status = 409, description = "It is not with its body.", body = ProblemDocument),
        (status = 412, description = "Somebody changed it meanwhile.", body = ProblemDocument),
        (status = 413, description = "Larger than admitted.", body = ProblemDocument),
        (status = 422, description = "Something does not fit.", body = ProblemDocument),
        (status = 428, description = "If-Match is missing.", body = ProblemDocument),
    ),
)]
pub(crate) async fn save(
    State(office): State<Office>,
    caller: Bearer,
    StrictPath(id): StrictPath<EntryId>,
    if_match: IfMatch,
    key: IdempotencyKey,
    StrictJson(body): StrictJson<SaveBody>,
) -> Answer<Response> {
    let asking = Asking::new(caller.clone(), key, "PUT", &format!("/entries/{id}/draft"), &body);
    if let Some((id, _)) = asking.before(&office).await? {
        return errands::answer(&office, id, StatusCode::OK).await;
    }
    // From the look at the files that it names until it names them.
    let _naming = office.naming().read_owned().await;
    let (asking, prepared) = {
        let office = office.clone();
        off_thread(move || prepare(&office, &asking, id, &if_match, body.content).map(|prepared| (asking, prepared)))
            .await?
    };
    let Prepared { errand, typed, foreseen } = prepared;
    let expected = errand.expected_version;
    let done = match foreseen {
        Ok(()) => asking.execute(&office, errand).await.map(drop),
        Err(refusal) => Err(ExecuteError::Refused { refusal, recorded: None }),
    };
    match done {
        Ok(()) => errands::answer(&office, id, StatusCode::OK).await,
        Err(error) => {
            let problem = refusals::failed(&error);
            let ExecuteError::Refused { refusal: Refusal::VersionMismatch { .. }, .. } = error else {
                return Err(problem);
            };
            Err(off_thread(move || Ok(stale::with_both(&office, id, expected, &typed, problem))).await?)
        }
    }
}

struct Prepared {
    errand: Errand,
    /// What was typed, in normal form.
    typed: Value,
    /// Whether it will be refused as things stand. Then nothing was sealed, and it is not to be executed.
    foreseen: Result<(), Refusal>,
}

fn prepare(office: &Office, asking: &Asking, id: EntryId, if_match: &IfMatch, typed: Value) -> Answer<Prepared> {
    let (now, caller) = (office.now(), &asking.caller);
    let entry = callers::addressed(&office.engine().view(), caller, id, now)?.clone();
    let expected = if_match.required(Part::Draft)?.for_command(Part::Draft, entry.version)?;
    let name = callers::in_the_name_of(office.engine().view().state(), caller, &entry.facts, now);
    let errand = |save| Errand::on(id, Command::SaveDraft(save), Some(expected)).in_the_name_of(name.clone());
    // Who may not write, or not now, is refused by the decision, which needs no words for that.
    if !entry.workflow.is_with_body() || !contents::may_write(office, caller, &entry.facts, now) {
        return Ok(Prepared { errand: errand(v1::SaveDraft::default()), typed, foreseen: Ok(()) });
    }
    let registry = contents::registry(office)?;
    let sealed = contents::sealed(office, id, entry.working)?;
    let working = contents::opened(office, id, &sealed)?;
    let personal = working.as_ref().map(|opened| opened.personal.as_slice()).unwrap_or_default();
    let validate = |content: &Value| validating::validate(office, &registry, (id, &entry.facts), content, Stage::Draft);
    let typed = contents::fit(&registry, &entry.facts, typed, personal, validate)?;
    let before = working.as_ref().map_or(&Value::Null, |opened| &opened.content);
    let mut save = v1::SaveDraft { content: None, fields: words::changed(before, &typed) };
    if save.fields.is_empty() {
        return Ok(Prepared { errand: errand(save), typed, foreseen: Ok(()) });
    }
    let kind = registry.record_type(&entry.facts.record_type);
    let attached = kind.map(|kind| files::named(office, id, kind, &typed)).transpose()?.unwrap_or_default();
    let revision = entry.saved.saturating_add(1);
    save.content = Some(unsealed(revision));
    let errand = errand(save.clone());
    if let Err(refusal) = asking.foresee(office, &errand) {
        return Ok(Prepared { errand, typed, foreseen: Err(refusal) });
    }
    let pointers = kind.map(|kind| kind.personal_pointers()).unwrap_or_default();
    let content = office.words().seal_content(id, revision, typed.clone(), &pointers, personal);
    let content = content.map_err(|error| refusals::words_failed(&error))?;
    save.content = Some(v1::Content { files: attached, ..content });
    Ok(Prepared { errand: Errand { command: Command::SaveDraft(save), ..errand }, typed, foreseen: Ok(()) })
}

/// What stands for a content until it is sealed.
fn unsealed(revision: u32) -> v1::Content {
    v1::Content { revision, digest: vec![0; 32], sealed: Some(v1::Sealed::default()), ..v1::Content::default() }
}
