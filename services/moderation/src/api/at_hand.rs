//! What people do at a review on its page: the same acts as over JSON, by the same functions.

use dossier_proto::{Digest, EntryId, v1};
use dossier_web::{
    Answer, Part, Tag, digest_of_request,
    extract::{Bearer, IdempotencyKey, IfMatch},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{
    App, PREFIX,
    asked::{Asked, Asker, Nothing},
    carrying_out::Seal,
    corrections, holding, opinions, sealing, tracking,
};
pub(crate) use super::{
    bodies::{ApproveBody, HeldCommentBody, ItemBody, RefuseBody, RequestBody},
    checklist::ChecklistAnswerBody,
    compared::Against,
    corrections::{ConfirmBody, RejectBody},
    holding::{AssignBody, HoldBody},
    opinions::{ConflictBody, ObjectBody},
    tracking::{DuplicateBody, FinishBody, SettleBody},
};
use crate::domain::Command;

/// An act with the words that were typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Act {
    Claim,
    Release,
    Resume,
    Hold(HoldBody),
    Assign(AssignBody),
    Finish(FinishBody),
    Settle(SettleBody),
    RequestChanges(RequestBody),
    Approve(ApproveBody),
    Object(ObjectBody),
    Refuse(RefuseBody),
    MarkDuplicate(DuplicateBody),
    DeclareConflict(ConflictBody),
    ConfirmCorrection(ConfirmBody),
    RejectCorrection(RejectBody),
}

/// Who acts on a page, on which version of the review where the act names no digest, and the key under which it is done once.
#[derive(Debug, Clone)]
pub(crate) struct Hand {
    pub(crate) bearer: Bearer,
    pub(crate) once: String,
    pub(crate) version: Option<u64>,
}

impl Act {
    /// The last part of its address in the JSON interface: what was sent there under the same key is the same request.
    const fn name(&self) -> &'static str {
        match self {
            Self::Claim => "claim",
            Self::Release => "release",
            Self::Resume => "resume",
            Self::Hold(_) => "hold",
            Self::Assign(_) => "assign",
            Self::Finish(_) => "finish",
            Self::Settle(_) => "settle-change",
            Self::RequestChanges(_) => "request-changes",
            Self::Approve(_) => "approve",
            Self::Object(_) => "object",
            Self::Refuse(_) => "refuse",
            Self::MarkDuplicate(_) => "mark-duplicate",
            Self::DeclareConflict(_) => "declare-conflict",
            Self::ConfirmCorrection(_) => "confirm-correction",
            Self::RejectCorrection(_) => "reject-correction",
        }
    }

    /// Acts without a digest go by the version of the review instead.
    const fn goes_by_version(&self) -> bool {
        matches!(self, Self::Hold(_) | Self::Resume | Self::Assign(_))
    }
}

impl App {
    /// Whether it took effect before, under the same key: a double click, a page that was sent again.
    pub(crate) async fn was_done_by_hand(&self, hand: &Hand, entry: EntryId, act: &Act) -> bool {
        let key = IdempotencyKey(Some(format!("{}-{}", hand.once, act.name())));
        let asker = Asker { bearer: hand.bearer.clone(), key, if_match: IfMatch::Absent };
        let worded = Worded { app: self, asker: &asker, entry, name: act.name() };
        let digest = match act {
            Act::Claim | Act::Release | Act::Resume => worded.digest(&Nothing {}),
            Act::Hold(body) => worded.digest(body),
            Act::Assign(body) => worded.digest(body),
            Act::Finish(body) => worded.digest(body),
            Act::Settle(body) => worded.digest(body),
            Act::RequestChanges(body) => worded.digest(body),
            Act::Approve(body) => worded.digest(body),
            Act::Object(body) => worded.digest(body),
            Act::Refuse(body) => worded.digest(body),
            Act::MarkDuplicate(body) => worded.digest(body),
            Act::DeclareConflict(body) => worded.digest(body),
            Act::ConfirmCorrection(body) => worded.digest(body),
            Act::RejectCorrection(body) => worded.digest(body),
        };
        matches!(self.before(&asker, entry, digest, &Value::Null).await, Ok(Some(_)))
    }

    /// Has it decided.
    ///
    /// # Errors
    /// What the JSON interface would answer.
    pub(crate) async fn act_by_hand(&self, hand: &Hand, entry: EntryId, act: Act) -> Answer<()> {
        let name = act.name();
        let version = hand.version.filter(|_| act.goes_by_version());
        let if_match =
            version.map_or(IfMatch::Absent, |version| IfMatch::Tags(vec![Tag::Version(Part::Review, version)]));
        // One page may send several acts: each has a key of its own.
        let key = IdempotencyKey(Some(format!("{}-{name}", hand.once)));
        let asker = Asker { bearer: hand.bearer.clone(), key, if_match };
        let worded = Worded { app: self, asker: &asker, entry, name };
        match act {
            Act::Claim => worded.bare(Command::Claim(v1::Claim {})).await,
            Act::Release => worded.bare(Command::Release(v1::Release {})).await,
            Act::Resume => worded.bare(Command::Resume(v1::Resume {})).await,
            Act::Hold(body) => worded.act(body, holding::seal_hold, Command::Hold).await,
            Act::Assign(body) => worded.act(body, holding::seal_assignment, Command::Assign).await,
            Act::Finish(body) => worded.act(body, tracking::seal_finish, Command::FinishReview).await,
            Act::Settle(body) => worded.act(body, tracking::seal_settlement, Command::SettleChange).await,
            Act::RequestChanges(body) => worded.act(body, sealing::seal_request, Command::RequestChanges).await,
            Act::Approve(body) => {
                worded.act(body, sealing::seal_approval, |approval| Command::Approve(Box::new(approval))).await
            }
            Act::Object(body) => worded.act(body, opinions::seal_objection, Command::Object).await,
            Act::Refuse(body) => worded.act(body, sealing::seal_refusal, Command::Refuse).await,
            Act::MarkDuplicate(body) => worded.act(body, tracking::seal_duplicate, Command::MarkDuplicate).await,
            Act::DeclareConflict(body) => worded.act(body, opinions::seal_conflict, Command::DeclareConflict).await,
            Act::ConfirmCorrection(body) => {
                let make = |confirmation| Command::ConfirmCorrection(Box::new(confirmation));
                worded.act(body, corrections::seal_confirmation, make).await
            }
            Act::RejectCorrection(body) => {
                worded.act(body, corrections::seal_rejection, Command::RejectCorrection).await
            }
        }
    }
}

/// An act on its way.
struct Worded<'a> {
    app: &'a App,
    asker: &'a Asker,
    entry: EntryId,
    name: &'static str,
}

impl Worded<'_> {
    fn digest(&self, body: &impl Serialize) -> Digest {
        digest_of_request("POST", &format!("{PREFIX}/reviews/{}/{}", self.entry, self.name), body)
    }

    fn asked<T: Serialize>(&self, body: T) -> Asked<T> {
        Asked { digest: self.digest(&body), body }
    }

    async fn bare(self, command: Command) -> Answer<()> {
        let digest = self.asked(Nothing {}).digest;
        self.app.act(self.asker, self.entry, digest, Value::Object(Default::default()), command).await.map(drop)
    }

    async fn act<T, S>(self, body: T, seal: Seal<T, S>, make: fn(S) -> Command) -> Answer<()>
    where
        T: Serialize + DeserializeOwned + Send + 'static,
        S: Send + 'static,
    {
        let asked = self.asked(body);
        self.app.act_in_words(self.asker, self.entry, asked, seal, make).await.map(drop)
    }
}
