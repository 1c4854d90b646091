//! What each key in our events opens, and so who may have it.

use std::collections::BTreeMap;

use dossier_proto::{Event, KeyId, Origin, Payload, v1};
use serde::{Deserialize, Serialize};
use v1::moderation_refused::Attempted;

/// What a key opens. The order is that of openness: a key that is seen in two uses takes the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum KeyUse {
    /// What moderators tell each other, and what was attempted and refused.
    Internal,
    /// A content as it was submitted, with what the body said about it.
    Submitted,
    /// What moderation told the contributor.
    Message,
    /// A content as it was approved.
    Approved,
    /// A content as an editorial correction made it: the body goes on from it.
    Corrected,
}

impl KeyUse {
    /// Whether a service may have such a key, by what it is. Auditors are entitled to everything that was submitted or
    /// said about it; publication to what it has to publish; submission to what is said to its contributors.
    pub const fn is_for(self, asker: Origin) -> bool {
        match asker {
            Origin::Audit => true,
            Origin::Publication => matches!(self, Self::Approved | Self::Corrected),
            Origin::Submission => matches!(self, Self::Message | Self::Corrected),
            Origin::Moderation => false,
        }
    }
}

/// The use of every key. Keys of personal values are not among them: nobody gets those from us.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keys(BTreeMap<KeyId, KeyUse>);

impl Keys {
    /// What a key opens.
    pub fn use_of(&self, key: KeyId) -> Option<KeyUse> {
        self.0.get(&key).copied()
    }

    /// Whether `asker` may have this key.
    pub fn may_have(&self, asker: Origin, key: KeyId) -> bool {
        self.use_of(key).is_some_and(|of| of.is_for(asker))
    }

    pub(super) fn take(&mut self, event: &Event) {
        let Some(payload) = &event.payload else { return };
        match payload {
            Payload::Submitted(submitted) => self.submitted(submitted),
            Payload::CommentMade(made) => self.comments(made.command.as_slice()),
            Payload::ChangesRequested(requested) => {
                self.items(requested.command.as_ref(), KeyUse::Message);
                self.comments(
                    requested.command.as_ref().map(|command| command.comments.as_slice()).unwrap_or_default(),
                );
            }
            Payload::Approved(approved) => self.approved(approved),
            Payload::EntryRefused(refused) => {
                self.note(refused.command.as_ref().and_then(|command| command.reason.as_ref()), KeyUse::Message);
            }
            Payload::ModerationRefused(refused) => self.attempted(refused.attempted.as_ref()),
            other => self.on_the_way(other),
        }
    }

    /// What is said between a submission and its end, and about corrections.
    fn on_the_way(&mut self, payload: &Payload) {
        use KeyUse::{Corrected, Internal, Message, Submitted};
        let of = |sealed: Option<&v1::Sealed>, of| (sealed.cloned(), of);
        let (sealed, used) = match payload {
            Payload::AppealAsked(one) => of(one.command.as_ref().and_then(|it| it.reason.as_ref()), Submitted),
            Payload::ApprovalCounted(one) => of(one.command.as_ref().and_then(|it| it.note.as_ref()), Internal),
            Payload::ObjectionMade(one) => of(one.command.as_ref().and_then(|it| it.reason.as_ref()), Internal),
            Payload::ConflictDeclared(one) => of(one.command.as_ref().and_then(|it| it.reason.as_ref()), Internal),
            Payload::ErasureOrdered(one) => of(one.command.as_ref().and_then(|it| it.note.as_ref()), Internal),
            Payload::ReviewAssigned(one) => of(one.command.as_ref().and_then(|it| it.note.as_ref()), Internal),
            Payload::ChangeSettled(one) => of(one.command.as_ref().and_then(|it| it.text.as_ref()), Message),
            Payload::ReviewHeld(one) => of(one.command.as_ref().and_then(|it| it.reason.as_ref()), Message),
            Payload::MarkedDuplicate(one) => of(one.command.as_ref().and_then(|it| it.reason.as_ref()), Message),
            Payload::CorrectionRejected(one) => of(one.command.as_ref().and_then(|it| it.reason.as_ref()), Internal),
            Payload::ReviewFinished(one) => {
                self.comments(one.command.as_ref().map(|it| it.comments.as_slice()).unwrap_or_default());
                return;
            }
            Payload::CorrectionProposed(one) => return self.proposed(one.command.as_ref()),
            Payload::CorrectionConfirmed(one) => {
                self.content(one.content.as_ref(), Corrected);
                self.note(one.command.as_ref().and_then(|it| it.note.as_ref()), Internal);
                of(one.reason.as_ref(), Message)
            }
            _ => return,
        };
        self.note(sealed.as_ref(), used);
    }

    /// A correction is told to nobody before it is confirmed.
    fn proposed(&mut self, propose: Option<&v1::ProposeCorrection>) {
        self.content(propose.and_then(|command| command.content.as_ref()), KeyUse::Internal);
        self.note(propose.and_then(|command| command.reason.as_ref()), KeyUse::Internal);
    }

    fn content(&mut self, content: Option<&v1::Content>, of: KeyUse) {
        self.note(content.and_then(|content| content.sealed.as_ref()), of);
    }

    fn submitted(&mut self, submitted: &v1::Submitted) {
        let content = submitted.content.as_ref().and_then(|content| content.sealed.as_ref());
        self.note(content, KeyUse::Submitted);
        self.files(submitted.content.as_ref(), KeyUse::Submitted);
        let Some(command) = &submitted.command else { return };
        self.note(command.what_changed.as_ref(), KeyUse::Submitted);
        for answer in &command.answers {
            self.note(answer.text.as_ref(), KeyUse::Submitted);
        }
    }

    fn approved(&mut self, approved: &v1::Approved) {
        self.note(approved.content.as_ref().and_then(|content| content.sealed.as_ref()), KeyUse::Approved);
        self.files(approved.content.as_ref(), KeyUse::Approved);
        self.note(approved.what_changed.as_ref(), KeyUse::Approved);
        self.note(approved.command.as_ref().and_then(|command| command.note.as_ref()), KeyUse::Internal);
    }

    fn comments(&mut self, comments: &[v1::Comment]) {
        for comment in comments {
            let is_told = comment.audience() == v1::Audience::Contributor;
            self.note(comment.text.as_ref(), if is_told { KeyUse::Message } else { KeyUse::Internal });
        }
    }

    fn kept_inside(&mut self, comments: &[v1::Comment]) {
        for comment in comments {
            self.note(comment.text.as_ref(), KeyUse::Internal);
        }
    }

    fn items(&mut self, request: Option<&v1::RequestChanges>, of: KeyUse) {
        for item in request.map(|request| request.items.as_slice()).unwrap_or_default() {
            self.note(item.quote.as_ref(), of);
            self.note(item.text.as_ref(), of);
        }
    }

    /// What was refused was told to nobody.
    fn attempted(&mut self, attempted: Option<&Attempted>) {
        match attempted {
            Some(Attempted::Comment(comment)) => self.kept_inside(std::slice::from_ref(comment)),
            Some(Attempted::FinishReview(finish)) => self.kept_inside(&finish.comments),
            Some(Attempted::RequestChanges(request)) => {
                self.items(Some(request), KeyUse::Internal);
                self.kept_inside(&request.comments);
            }
            Some(Attempted::Object(command)) => self.note(command.reason.as_ref(), KeyUse::Internal),
            Some(Attempted::DeclareConflict(command)) => self.note(command.reason.as_ref(), KeyUse::Internal),
            Some(Attempted::SettleChange(command)) => self.note(command.text.as_ref(), KeyUse::Internal),
            Some(Attempted::Hold(command)) => self.note(command.reason.as_ref(), KeyUse::Internal),
            Some(Attempted::OrderErasure(command)) => self.note(command.note.as_ref(), KeyUse::Internal),
            Some(Attempted::Assign(command)) => self.note(command.note.as_ref(), KeyUse::Internal),
            Some(Attempted::MarkDuplicate(command)) => self.note(command.reason.as_ref(), KeyUse::Internal),
            Some(Attempted::ProposeCorrection(command)) => self.proposed(Some(command)),
            Some(Attempted::ConfirmCorrection(command)) => self.note(command.note.as_ref(), KeyUse::Internal),
            Some(Attempted::RejectCorrection(command)) => self.note(command.reason.as_ref(), KeyUse::Internal),
            Some(Attempted::Approve(approve)) => self.note(approve.note.as_ref(), KeyUse::Internal),
            Some(Attempted::Refuse(refuse)) => self.note(refuse.reason.as_ref(), KeyUse::Internal),
            _ => {}
        }
    }

    fn files(&mut self, content: Option<&v1::Content>, of: KeyUse) {
        let files = content.map(|content| content.files.as_slice()).unwrap_or_default();
        files.iter().filter_map(key_of_file).for_each(|key| self.note_key(key, of));
    }

    fn note(&mut self, sealed: Option<&v1::Sealed>, of: KeyUse) {
        if let Some(key) = sealed.and_then(key_of) {
            self.note_key(key, of);
        }
    }

    fn note_key(&mut self, key: KeyId, of: KeyUse) {
        let known = self.0.entry(key).or_insert(of);
        *known = of.max(*known);
    }
}

/// The key a file is sealed under.
pub fn key_of_file(file: &v1::AttachedFile) -> Option<KeyId> {
    KeyId::try_from(file.key_id.as_slice()).ok()
}

/// The key a text is sealed under.
pub fn key_of(sealed: &v1::Sealed) -> Option<KeyId> {
    KeyId::try_from(sealed.key_id.as_slice()).ok()
}
