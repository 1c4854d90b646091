//! What a sealed text is, and of whom: authenticated with it, so that it cannot be moved to another place.

use dossier_proto::{Digest, EntryId, EventId, KeyId, SubjectId};

/// What a sealed text is. The numbers are authenticated with every sealed text: they are never reused or changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    /// The content of a revision, as canonical JSON.
    Content,
    /// What a contributor says has changed.
    WhatChanged,
    /// The reason of a decision, a request or a refusal.
    Reason,
    /// A comment on a field.
    Comment,
    /// An internal note.
    Note,
    /// A message to the contributor, or from them.
    Message,
    /// One requested change.
    RequestedChange,
    /// The words of the content that a requested change is about.
    Quote,
    /// The answer to a requested change.
    Answer,
    /// A public explanation, for instance on a tombstone.
    Explanation,
    /// A personal value of a content, as canonical JSON.
    PersonalValue,
    /// The name of a person.
    Name,
    /// An address of a person: mail or other.
    Address,
    /// An attached file, or a part of one.
    Attachment,
    /// A secret of the service itself.
    Secret,
}

impl Purpose {
    /// The number that is authenticated.
    pub const fn number(self) -> u8 {
        match self {
            Self::Content => 1,
            Self::WhatChanged => 2,
            Self::Reason => 3,
            Self::Comment => 4,
            Self::Note => 5,
            Self::Message => 6,
            Self::RequestedChange => 7,
            Self::Answer => 8,
            Self::Explanation => 9,
            Self::PersonalValue => 10,
            Self::Name => 11,
            Self::Address => 12,
            Self::Attachment => 13,
            Self::Secret => 14,
            Self::Quote => 15,
        }
    }
}

/// Whom or what a sealed text concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Owner {
    Entry(EntryId),
    Subject(SubjectId),
    Event(EventId),
}

impl Owner {
    fn number(self) -> u8 {
        match self {
            Self::Entry(_) => 1,
            Self::Subject(_) => 2,
            Self::Event(_) => 3,
        }
    }

    fn bytes(self) -> [u8; 16] {
        match self {
            Self::Entry(EntryId(bytes)) | Self::Subject(SubjectId(bytes)) | Self::Event(EventId(bytes)) => bytes,
        }
    }
}

/// What a sealed text is tied to: a purpose, an owner, and if need be a digest.
///
/// Whoever opens the text states the same binding. A text put in another place (a note shown as a message to the contributor, a
/// name moved to another person) does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Binding {
    purpose: Purpose,
    owner: Owner,
    digest: Option<Digest>,
}

/// Label 16, key 16, purpose 1, owner 1 + 16, digest 1 + 32.
const ASSOCIATED: usize = 16 + 16 + 1 + 17 + 33;

impl Binding {
    /// A text that belongs to an entry.
    pub const fn entry(entry: EntryId, purpose: Purpose) -> Self {
        Self { purpose, owner: Owner::Entry(entry), digest: None }
    }

    /// A text that belongs to a person.
    pub const fn subject(subject: SubjectId, purpose: Purpose) -> Self {
        Self { purpose, owner: Owner::Subject(subject), digest: None }
    }

    /// A text that belongs to an event that concerns neither an entry nor a person: a designation, an adoption.
    pub const fn event(event: EventId, purpose: Purpose) -> Self {
        Self { purpose, owner: Owner::Event(event), digest: None }
    }

    /// The same, tied to a digest as well: that of the content a comment is about, or of a personal value.
    #[must_use]
    pub const fn with(mut self, digest: Digest) -> Self {
        self.digest = Some(digest);
        self
    }

    /// What the text is.
    pub const fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// The bytes that are authenticated: of fixed length, so that no two bindings share them.
    pub(crate) fn associated(&self, key: KeyId) -> [u8; ASSOCIATED] {
        let mut bytes = [0; ASSOCIATED];
        bytes[..16].copy_from_slice(b"dossier-vault/1/");
        bytes[16..32].copy_from_slice(&key.0);
        bytes[32] = self.purpose.number();
        bytes[33] = self.owner.number();
        bytes[34..50].copy_from_slice(&self.owner.bytes());
        if let Some(digest) = self.digest {
            bytes[50] = 1;
            bytes[51..].copy_from_slice(&digest.0);
        }
        bytes
    }
}
