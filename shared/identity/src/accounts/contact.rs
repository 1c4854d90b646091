//! How somebody is written to, and which letters they want.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::Language;

/// Which letters somebody wants by mail. The inbox holds all of them, whatever is chosen here; mail about the account itself
/// (an invitation, a forgotten password) is always sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wanted {
    /// Every one.
    #[default]
    EveryLetter,
    /// Those that say that the next move is theirs.
    WhenItIsMyTurn,
    /// None.
    None,
}

/// A text that is none of the wishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("which letters are wanted is one of every-letter, when-it-is-my-turn, none")]
pub struct UnknownWanted;

impl Wanted {
    /// All three.
    pub const ALL: [Self; 3] = [Self::EveryLetter, Self::WhenItIsMyTurn, Self::None];

    /// The key used in JSON.
    pub const fn key(self) -> &'static str {
        match self {
            Self::EveryLetter => "every-letter",
            Self::WhenItIsMyTurn => "when-it-is-my-turn",
            Self::None => "none",
        }
    }
}

impl FromStr for Wanted {
    type Err = UnknownWanted;
    fn from_str(text: &str) -> Result<Self, UnknownWanted> {
        Self::ALL.into_iter().find(|wanted| wanted.key() == text).ok_or(UnknownWanted)
    }
}

/// Where and how somebody is written to. Whoever has no address, is shut out or was erased has none.
#[derive(Clone, PartialEq, Eq)]
pub struct Contact {
    /// Their address.
    pub mail: String,
    /// Their name.
    pub name: String,
    /// What letters to them are written in.
    pub language: Language,
    /// Which letters they want by mail.
    pub wanted: Wanted,
}

/// Names and addresses are for those who may see them, not for logs.
impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Contact(…, {}, {})", self.language, self.wanted.key())
    }
}
