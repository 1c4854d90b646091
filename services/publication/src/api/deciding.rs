//! How a publisher's decision goes from the request to the journal, the same for all of them: who asks, whether it was answered
//! before, what will stand against it, the words sealed, the decision.

use axum::extract::{FromRequest, FromRequestParts};
use dossier_engine::{ExecuteError, Record, Refusal as _, Request, foresee, fresh_id, name_command};
use dossier_identity::Role;
use dossier_proto::{BodyCode, CommandId, Digest, EntryId, v1};
use dossier_registry::says_something;
use dossier_web::{
    Answer, Part, Problem, ProblemKind, Tag, digest_of_request,
    extract::{Bearer, FieldError, IdempotencyKey, IfMatch, StrictJson, StrictPath},
};
use http::request::Parts;
use serde::{Serialize, de::DeserializeOwned};

use super::{App, errors};
use crate::{
    domain::{Command, Publication},
    off_thread,
    reading::Known,
    words::Saying,
};

/// Characters of an explanation: two pages. It is read on a tombstone, not studied.
pub(crate) const CHARACTERS_MAX: usize = 4_000;

/// A request for a decision, with everything it says.
pub(crate) struct Asked<B> {
    pub(super) bearer: Bearer,
    pub(super) name: String,
    pub(super) body: B,
    key: IdempotencyKey,
    if_match: IfMatch,
    digest: Digest,
}

/// What every form of a publisher brings along: what makes sending it twice do it once, and what it was drawn on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OfForm {
    /// Drawn with the page.
    pub(crate) key: String,
    /// The version that was read.
    pub(crate) version: u64,
}

/// What is decided on.
pub(super) struct Subject {
    pub(super) id: EntryId,
    pub(super) body: BodyCode,
    pub(super) record_type: String,
    /// Its version now, for `If-Match`.
    pub(super) version: u64,
}

impl Subject {
    /// A published entry.
    pub(super) fn published(known: &Known) -> Self {
        let entry = &known.entry;
        Self { id: known.id, body: entry.body.clone(), record_type: entry.record_type.clone(), version: entry.version }
    }
}

/// A decision that comes with words.
pub(super) struct Worded<'a> {
    /// What they are for.
    pub(super) saying: Saying,
    /// Where they stand in the request.
    pub(super) pointer: &'a str,
    /// The words.
    pub(super) text: &'a str,
    /// The command with the words, sealed.
    pub(super) command: &'a (dyn Fn(v1::Sealed) -> Command + Send + Sync),
}

impl<B: Serialize> Asked<B> {
    /// What a page of ours asks for: the same request as a program's, made of a form. `path` is the form's address.
    pub(crate) fn of_form(bearer: Bearer, name: String, body: B, sent: OfForm, path: &str) -> Self {
        let digest = digest_of_request("POST", path, &body);
        let if_match = IfMatch::Tags(vec![Tag::Version(Part::Edition, sent.version)]);
        Self { bearer, name, body, key: IdempotencyKey(Some(sent.key)), if_match, digest }
    }
}

impl<B> Asked<B> {
    /// Decides, unless it was decided before: then nothing is sealed for it again.
    ///
    /// `bare` is the command with nothing that was typed. A refused attempt is recorded for everybody to read: of a caller who
    /// may not decide it holds that and no more.
    pub(super) async fn decide(
        &self,
        app: &App,
        subject: &Subject,
        bare: Command,
        worded: Option<Worded<'_>>,
    ) -> Answer<()> {
        self.bearer.check_body(&subject.body)?;
        let (command_id, request_digest) = self.named();
        let repeated = match self.key.0 {
            Some(_) => app.engine().answered(command_id, request_digest).await.map_err(errors::of_execution)?.is_some(),
            None => false,
        };
        if repeated {
            return Ok(());
        }
        app.engine().admits_persons().map_err(errors::of_execution)?;
        let expected_version = match self.if_match.optional(Part::Edition) {
            Some(expected) => Some(expected.for_command(Part::Edition, subject.version)?),
            None => None,
        };
        let request = |command| Request {
            command,
            entry: Some(subject.id),
            actor: self.bearer.caller(),
            on_behalf_of: None,
            fresh: fresh_id(),
            expected_version,
            command_id,
            request_digest,
            correlation: None,
        };
        let command = match worded {
            Some(worded) => {
                let text = checked(&worded)?;
                let as_if = request((worded.command)(v1::Sealed::default()));
                match self.sealed(app, subject, worded.saying, text, &as_if).await? {
                    Some(sealed) => (worded.command)(sealed),
                    None => bare,
                }
            }
            None => bare,
        };
        let request = request(command);
        dossier_web::observe::record_command(&request.command_id);
        app.engine().execute(request).await.map_err(errors::of_execution)?;
        Ok(())
    }

    /// The words, sealed; `None` of a caller who may not decide. No key is made for what would be refused without a record.
    async fn sealed(
        &self,
        app: &App,
        subject: &Subject,
        saying: Saying,
        text: String,
        as_if: &Request<Command>,
    ) -> Answer<Option<v1::Sealed>> {
        {
            let view = app.engine().view();
            let (who, now) = (self.bearer.subject, app.clock.now());
            let (body, record_type) = (Some(&subject.body), Some(subject.record_type.as_str()));
            if view.state().designations.entitled(who, Role::Publisher, body, record_type, now).is_err() {
                return Ok(None);
            }
            if let Err(refusal) = foresee::<Publication>(view.state(), as_if, now)
                && refusal.facts().record == Record::Not
            {
                return Err(errors::of_execution(ExecuteError::Refused { refusal, recorded: None }));
            }
        }
        let (sealing, id) = (app.clone(), subject.id);
        let sealed = off_thread(move || {
            sealing.reading.words.seal(saying, id, &text).map_err(|error| Problem::internal(&error))
        });
        Ok(Some(sealed.await?))
    }

    fn named(&self) -> (CommandId, Digest) {
        let key = self.key.0.as_deref().map(str::as_bytes);
        name_command(self.bearer.subject.as_bytes(), key, &self.digest)
    }
}

/// The text, if people can read it and it is not too long.
fn checked(said: &Worded<'_>) -> Answer<String> {
    let text = said.text.trim();
    let wrong = |detail: String| {
        let error = FieldError { pointer: said.pointer.to_owned(), detail };
        FieldError::problem(ProblemKind::InvalidRequest, &[error]).with("code", "faults")
    };
    if !says_something(text) {
        return Err(wrong("say why in a few sentences".to_owned()));
    }
    let length = text.chars().count();
    if length > CHARACTERS_MAX {
        return Err(wrong(format!("it has {length} characters; at most {CHARACTERS_MAX} fit")));
    }
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(wrong("it holds control characters; write plain text".to_owned()));
    }
    Ok(text.to_owned())
}

impl<B: DeserializeOwned + Serialize> FromRequest<App> for Asked<B> {
    type Rejection = Problem;

    async fn from_request(request: axum::extract::Request, app: &App) -> Result<Self, Problem> {
        let (mut parts, content) = request.into_parts();
        let bearer = Bearer::from_request_parts(&mut parts, app).await?;
        let key = IdempotencyKey::from_request_parts(&mut parts, app).await?;
        let if_match = IfMatch::from_request_parts(&mut parts, app).await?;
        let StrictPath(name) = StrictPath::<String>::from_request_parts(&mut parts, app).await?;
        let Parts { method, uri, .. } = parts.clone();
        let StrictJson(body) =
            StrictJson::<B>::from_request(axum::extract::Request::from_parts(parts, content), app).await?;
        let digest = digest_of_request(method.as_str(), uri.path(), &body);
        Ok(Self { bearer, name, body, key, if_match, digest })
    }
}
