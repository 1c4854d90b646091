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
}

impl KeyUse {
    /// Whether a service may have such a key, by what it is. Auditors are entitled to everything that was submitted or
    /// said about it; publication to what it has to publish; submission to what is said to its contributors.
    pub const fn is_for(self, asker: Origin) -> bool {
        match asker {
            Origin::Audit => true,
            Origin::Publication => matches!(self, Self::Approved),
            Origin::Submission => matches!(self, Self::Message),
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
            Payload::CommentMade(made) => self.comment(made.command.as_ref()),
            Payload::ChangesRequested(requested) => self.items(requested.command.as_ref(), KeyUse::Message),
            Payload::Approved(approved) => self.approved(approved),
            Payload::EntryRefused(refused) => {
                self.note(refused.command.as_ref().and_then(|command| command.reason.as_ref()), KeyUse::Message);
            }
            Payload::ModerationRefused(refused) => self.attempted(refused.attempted.as_ref()),
            _ => {}
        }
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

    fn comment(&mut self, comment: Option<&v1::Comment>) {
        self.note(comment.and_then(|comment| comment.text.as_ref()), KeyUse::Internal);
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
            Some(Attempted::Comment(comment)) => self.comment(Some(comment)),
            Some(Attempted::RequestChanges(request)) => self.items(Some(request), KeyUse::Internal),
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
