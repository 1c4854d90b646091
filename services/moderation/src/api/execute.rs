//! Gives commands to the engine and answers what came of them.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use dossier_engine::{ExecuteError, Outcome, Repeated, Request, fresh_id, name_command};
use dossier_proto::{Digest, EntryId};
use dossier_web::{Answer, Cache, Part, PlaceShown, Problem, ProblemKind, Tag, extract::Bearer};
use http::{StatusCode, header};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    App,
    asked::Asker,
    errors,
    eyes::Eyes,
    shown::{ClaimShown, Summary},
};
use crate::domain::{Command, Refusal};

/// What a write answers: the review as it stands now, and the event it led to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Written {
    /// The review.
    #[serde(flatten)]
    pub(crate) review: Summary,
    /// The event; absent when what was asked for was so already. Queries with `min_sequence` wait for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) recorded: Option<PlaceShown>,
    /// Whether the command had taken effect before, under the same idempotency key.
    pub(crate) repeated: bool,
}

/// A command as it came in.
pub(crate) struct Errand {
    pub(crate) entry: Option<EntryId>,
    pub(crate) command: Command,
    /// SHA-256 of the request.
    pub(crate) digest: Digest,
    /// The body of the request, to be given back when it is refused: nothing the caller typed is lost.
    pub(crate) sent: Value,
}

/// Why it did not come to anything.
pub(crate) struct Failed {
    pub(crate) problem: Problem,
    pub(crate) refusal: Option<Refusal>,
}

impl Failed {
    /// A refusal that was foreseen, and is not recorded.
    pub(super) fn foreseen(refusal: Refusal, sent: Value) -> Self {
        failed(ExecuteError::Refused { refusal, recorded: None }, sent)
    }
}

impl App {
    /// What was answered to the same request when it took effect before, under the key the caller gave.
    pub(super) async fn before(
        &self,
        asker: &Asker,
        entry: EntryId,
        digest: Digest,
        sent: &Value,
    ) -> Result<Option<Outcome>, Failed> {
        let Some(key) = &asker.key.0 else { return Ok(None) };
        let subject = asker.bearer.subject;
        let (command_id, request_digest) = name_command(subject.as_bytes(), Some(key.as_bytes()), &digest);
        let before = self.engine.answered(command_id, request_digest).await;
        before.map_err(|error| failed(self.without_place_for_strangers(error, asker, Some(entry)), sent.clone()))
    }

    /// Has a command decided.
    pub(crate) async fn execute(&self, asker: &Asker, errand: Errand) -> Result<Outcome, Failed> {
        let fresh = fresh_id();
        let subject = asker.bearer.subject;
        if let Some(entry) = errand.entry {
            self.check_token(&asker.bearer, entry).map_err(|problem| Failed { problem, refusal: None })?;
        }
        let key = asker.key.0.as_deref().map(str::as_bytes);
        let (command_id, request_digest) = name_command(subject.as_bytes(), key, &errand.digest);
        let expected_version =
            self.expected(asker, errand.entry).map_err(|problem| Failed { problem, refusal: None })?;
        let request = Request {
            command: errand.command,
            entry: errand.entry,
            actor: asker.bearer.caller(),
            on_behalf_of: None,
            fresh,
            expected_version,
            command_id,
            request_digest,
            correlation: None,
        };
        dossier_web::observe::record_command(&request.command_id);
        let decided = self.engine.execute(request).await;
        decided.map_err(|error| failed(self.without_place_for_strangers(error, asker, errand.entry), errand.sent))
    }

    /// A refusal that was recorded is one of an entry that is there: where it is recorded is not told to whoever may not
    /// know of the entry.
    fn without_place_for_strangers(
        &self,
        error: ExecuteError<Refusal>,
        asker: &Asker,
        entry: Option<EntryId>,
    ) -> ExecuteError<Refusal> {
        let (ExecuteError::Refused { refusal, recorded: Some(place) }, Some(entry)) = (&error, entry) else {
            return error;
        };
        let (place, refusal) = (*place, refusal.clone());
        let view = self.engine.view();
        let known = view.state.entries.get(&entry);
        let eyes = known.and_then(|known| Eyes::of(&view.state, known, asker.bearer.subject, self.clock.now()));
        ExecuteError::Refused { refusal, recorded: eyes.map(|_| place) }
    }

    /// A token that is bound to one body reads and acts for that body alone. Whoever may not even know of the entry is told
    /// nothing here: what they ask for is refused like anything else.
    pub(super) fn check_token(&self, bearer: &Bearer, entry: EntryId) -> Answer<()> {
        let view = self.engine.view();
        let Some(known) = view.state.entries.get(&entry) else { return Ok(()) };
        match Eyes::of(&view.state, known, bearer.subject, self.clock.now()) {
            Some(_) => bearer.check_body(&known.body),
            None => Ok(()),
        }
    }

    /// The version the caller expects the review to have, if it says so.
    pub(super) fn expected(&self, asker: &Asker, entry: Option<EntryId>) -> Answer<Option<u64>> {
        let (Some(entry), Some(expected)) = (entry, asker.if_match.optional(Part::Review)) else { return Ok(None) };
        let view = self.engine.view();
        // Of an entry that is not there nothing is said here: the decision does.
        let Some(entry) = view.state.entries.get(&entry) else { return Ok(None) };
        let now = self.clock.now();
        // Nor is a version told to whoever may not know of the entry.
        if Eyes::of(&view.state, entry, asker.bearer.subject, now).is_none() {
            return Ok(None);
        }
        expected.for_command(Part::Review, entry.version).map(Some)
    }

    /// The answer to a command on a review.
    pub(crate) fn written(&self, asker: &Asker, entry: EntryId, outcome: &Outcome) -> Answer<Response> {
        let view = self.engine.view();
        let known = view.state.entries.get(&entry).ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
        let (subject, now) = (asker.bearer.subject, self.clock.now());
        let eyes = Eyes::of(&view.state, known, subject, now).ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
        let claim = ClaimShown::of(&view.state, known, subject, &eyes, &self.accounts, now);
        let review = Summary::of(entry, known, claim, now).ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
        let tag = Tag::Version(Part::Review, known.version);
        let written = Written {
            review,
            recorded: outcome.events.first().map(|event| event.head.place.into()),
            repeated: outcome.repeated == Repeated::Yes,
        };
        Ok((StatusCode::OK, Cache::Private, [(header::ETAG, tag.header_value())], Json(written)).into_response())
    }
}

pub(super) fn failed(error: ExecuteError<Refusal>, sent: Value) -> Failed {
    let problem = match error {
        ExecuteError::Refused { refusal, recorded } => {
            let problem = errors::of_refusal(&refusal).with("sent", sent);
            let problem = match recorded {
                Some(place) => problem.with("recorded", PlaceShown::from(place)),
                None => problem,
            };
            return Failed { problem, refusal: Some(refusal) };
        }
        ExecuteError::KeyReused => Problem::new(ProblemKind::IdempotencyKeyReused),
        ExecuteError::TooLarge { found, max } => Problem::event_too_large(found, max),
        ExecuteError::AuthorityNotHeard => Problem::authority_not_heard(),
        ExecuteError::Busy => Problem::busy(),
        ExecuteError::Stopped => Problem::stopped(),
    };
    Failed { problem: problem.with("sent", sent), refusal: None }
}
