//! How an act at a review is carried out: its words are checked, sealed when there is any use in it, and the command decided.

use axum::response::Response;
use dossier_engine::{Record, Refusal as _, Request, foresee, fresh_id};
use dossier_proto::{Actor, CommandId, Digest, EntryId, SubjectId};
use dossier_web::Answer;
use serde::Serialize;
use serde_json::Value;

use super::{
    App, Desk,
    asked::{Asked, Asker},
    execute::{Errand, Failed},
    locks::{Context, Under},
    mismatch,
};
use crate::domain::{Command, Moderation, Refusal};

/// What the caller sent, to be given back.
pub(super) fn sent(body: &impl Serialize) -> Value {
    // Strings, lists and digests under fixed names: this cannot fail; were it to, the caller would get null back.
    serde_json::to_value(body).unwrap_or_default()
}

/// How the words of a body are checked and sealed.
pub(super) type Seal<T, S> = fn(&Desk, &Context, &T) -> Answer<S>;

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
    pub(super) async fn act_in_words<T, S>(
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
    pub(super) async fn act(
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
