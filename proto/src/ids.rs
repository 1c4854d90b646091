//! Names for things: small newtypes, so that a digest is never taken for a key and a sequence never for a version.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use ulid::Ulid;

/// Why a text or a run of bytes is not the identifier it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// The number of bytes is wrong.
    #[error("{what} takes {expected} bytes, here are {found}")]
    Length {
        /// What was read.
        what: &'static str,
        /// How many bytes it has.
        expected: usize,
        /// How many there were.
        found: usize,
    },
    /// The text is not written as such an identifier is.
    #[error("{text:?} is not {what}")]
    Text {
        /// What was read.
        what: &'static str,
        /// The text, cut to 64 characters.
        text: String,
    },
}

impl IdError {
    fn text(what: &'static str, text: &str) -> Self {
        Self::Text { what, text: text.chars().take(64).collect() }
    }
}

/// Makes a newtype over bytes that is written as lower-case hexadecimal.
macro_rules! hex_id {
    ($(#[$doc:meta])* $name:ident, $length:literal, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $length]);

        impl $name {
            /// The bytes.
            pub fn as_bytes(&self) -> &[u8] {
                &self.0
            }

            /// The bytes as they stand in a protobuf field.
            pub fn to_vec(&self) -> Vec<u8> {
                self.0.to_vec()
            }
        }

        impl TryFrom<&[u8]> for $name {
            type Error = IdError;
            fn try_from(bytes: &[u8]) -> Result<Self, IdError> {
                bytes.try_into().map(Self).map_err(|_| IdError::Length {
                    what: $what,
                    expected: $length,
                    found: bytes.len(),
                })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), hex::encode(self.0))
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                let mut bytes = [0; $length];
                hex::decode_to_slice(text, &mut bytes).map_err(|_| IdError::text($what, text))?;
                Ok(Self(bytes))
            }
        }

        impl Serialize for $name {
            /// As text where people may read it, as bytes in snapshots.
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() { serializer.collect_str(self) } else { self.0.serialize(serializer) }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                if !deserializer.is_human_readable() {
                    return Deserialize::deserialize(deserializer).map(Self);
                }
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

/// Makes a newtype over a ULID, written in Crockford's base 32 (26 characters).
macro_rules! ulid_id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 16]);

        impl $name {
            /// The bytes, big-endian: they sort as the texts do.
            pub fn as_bytes(&self) -> &[u8] {
                &self.0
            }

            /// The bytes as they stand in a protobuf field.
            pub fn to_vec(&self) -> Vec<u8> {
                self.0.to_vec()
            }
        }

        impl From<Ulid> for $name {
            fn from(ulid: Ulid) -> Self {
                Self(ulid.to_bytes())
            }
        }

        impl TryFrom<&[u8]> for $name {
            type Error = IdError;
            fn try_from(bytes: &[u8]) -> Result<Self, IdError> {
                bytes.try_into().map(Self).map_err(|_| IdError::Length {
                    what: $what,
                    expected: 16,
                    found: bytes.len(),
                })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&Ulid::from_bytes(self.0), f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            /// One text for one id: neither lower case nor a number beyond 128 bits is taken for another spelling.
            fn from_str(text: &str) -> Result<Self, IdError> {
                let id = Ulid::from_string(text).map(Self::from).map_err(|_| IdError::text($what, text))?;
                if id.to_string() == text { Ok(id) } else { Err(IdError::text($what, text)) }
            }
        }

        impl Serialize for $name {
            /// As text where people may read it, as bytes in snapshots.
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() { serializer.collect_str(self) } else { self.0.serialize(serializer) }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                if !deserializer.is_human_readable() {
                    return Deserialize::deserialize(deserializer).map(Self);
                }
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

hex_id!(
    /// A SHA-256 digest: of a content with its salt, of an event's bytes, of a registry.
    Digest, 32, "a digest"
);
hex_id!(
    /// The name of a sealing key; says nothing about the key itself.
    KeyId, 16, "a key id"
);
hex_id!(
    /// The name of a command: the first 16 bytes of SHA-256(subject ‖ idempotency key).
    CommandId, 16, "a command id"
);
ulid_id!(
    /// An entry, for life. It is the id of the event that started its first draft.
    EntryId, "an entry id"
);
ulid_id!(
    /// An event. The id of whatever an event creates is the id of that event.
    EventId, "an event id"
);
ulid_id!(
    /// A person, as the log knows them. Who they are is in no journal.
    SubjectId, "a subject id"
);
ulid_id!(
    /// A designation: the id of the event that granted it.
    DesignationId, "a designation id"
);

/// A body: a member state by its ISO 3166-1 alpha-3 code, or an organisation by a code of 2 to 16 characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct BodyCode(String);

impl BodyCode {
    /// The code.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for BodyCode {
    type Err = IdError;
    /// Accepts `A`–`Z`, `0`–`9` and `-`, 2 to 16 characters, a letter first.
    fn from_str(text: &str) -> Result<Self, IdError> {
        let fits = (2..=16).contains(&text.len())
            && text.starts_with(|c: char| c.is_ascii_uppercase())
            && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-');
        if fits { Ok(Self(text.to_owned())) } else { Err(IdError::text("the code of a body", text)) }
    }
}

impl<'de> Deserialize<'de> for BodyCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for BodyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for BodyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BodyCode({})", self.0)
    }
}

/// The service whose journal an event was first written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// Drafts and what becomes of them.
    Submission,
    /// Reviews, decisions, designations, the registry.
    Moderation,
    /// Numbers, editions, tombstones.
    Publication,
    /// Readings and findings.
    Audit,
}

impl Origin {
    /// All four, in the order of the workflow.
    pub const ALL: [Self; 4] = [Self::Submission, Self::Moderation, Self::Publication, Self::Audit];

    /// The name used in subjects, paths and texts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Submission => "submission",
            Self::Moderation => "moderation",
            Self::Publication => "publication",
            Self::Audit => "audit",
        }
    }

    /// The number used in events and frames (1 to 4; 0 is no origin).
    pub const fn number(self) -> u8 {
        match self {
            Self::Submission => 1,
            Self::Moderation => 2,
            Self::Publication => 3,
            Self::Audit => 4,
        }
    }

    /// The origin with this number.
    pub fn from_number(number: i32) -> Option<Self> {
        Self::ALL.into_iter().find(|origin| i32::from(origin.number()) == number)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Origin {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        Self::ALL
            .into_iter()
            .find(|origin| origin.name() == text)
            .ok_or_else(|| IdError::text("an origin (submission, moderation, publication, audit)", text))
    }
}

/// Where an event stands: its origin, the epoch of that journal, and the sequence in it (dense from 0).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The service that wrote it.
    pub origin: Origin,
    /// The epoch of that journal; a new one begins after a loss.
    pub epoch: u32,
    /// The position in the epoch.
    pub sequence: u64,
}

impl fmt::Display for Place {
    /// `moderation 17`, or `moderation 1/17` in a later epoch than the first.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.epoch == 0 {
            write!(f, "{} {}", self.origin, self.sequence)
        } else {
            write!(f, "{} {}/{}", self.origin, self.epoch, self.sequence)
        }
    }
}

/// A moment: microseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Micros(pub i64);

impl Micros {
    /// One second.
    pub const SECOND: i64 = 1_000_000;
    /// One day of 86 400 seconds.
    pub const DAY: i64 = 86_400 * Self::SECOND;

    /// This moment and so many microseconds.
    #[must_use]
    pub const fn plus(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ULIDs were read in lower case, and beyond 128 bits they wrapped: one entry had many addresses.
    #[test]
    fn an_entry_has_one_spelling() {
        let entry = EntryId([0xab; 16]);
        let text = entry.to_string();
        assert_eq!(text.parse::<EntryId>(), Ok(entry));
        assert!(text.to_lowercase().parse::<EntryId>().is_err());
        assert!("81K9HXPKNG0000000000000000".parse::<EntryId>().is_err());
        assert!("".parse::<EntryId>().is_err());
    }

    #[test]
    fn codes_of_bodies_are_checked() {
        assert!(["KAZ", "IOM", "UN-GA", "A1"].iter().all(|code| code.parse::<BodyCode>().is_ok()));
        assert!(
            ["", "k", "kaz", "K", "1AB", "A B", "ABCDEFGHIJKLMNOPQ"]
                .iter()
                .all(|code| code.parse::<BodyCode>().is_err())
        );
    }
}
