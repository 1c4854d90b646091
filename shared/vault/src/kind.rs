//! What a key is for.

use std::fmt;

/// What a key is for. The numbers stand on disk and in grants: they are never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// One revision of an entry: its content and the salt of its digest.
    Revision,
    /// One review: comments, reasons, notes.
    Review,
    /// One person: name and address.
    Person,
    /// One personal value that stands in a content.
    PersonalValue,
    /// A secret of the service itself.
    Service,
    /// One attached file and the salt of its digest.
    Attachment,
}

impl Kind {
    /// All kinds, in the order of their numbers.
    pub const ALL: [Self; 6] =
        [Self::Revision, Self::Review, Self::Person, Self::PersonalValue, Self::Service, Self::Attachment];

    /// The number on disk and in grants; 0 is none.
    pub const fn number(self) -> u8 {
        match self {
            Self::Revision => 1,
            Self::Review => 2,
            Self::Person => 3,
            Self::PersonalValue => 4,
            Self::Service => 5,
            Self::Attachment => 6,
        }
    }

    /// The kind with this number.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }

    /// The position in [`Kind::ALL`].
    pub(crate) const fn position(self) -> usize {
        self.number() as usize - 1
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Revision => "revision",
            Self::Review => "review",
            Self::Person => "person",
            Self::PersonalValue => "personal value",
            Self::Service => "service",
            Self::Attachment => "attachment",
        })
    }
}
