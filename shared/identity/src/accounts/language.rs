//! In which language somebody reads their mail.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// One of the six languages of the United Nations, by its code. Pages have the same six; which one a reader of a page gets is
/// theirs to choose anew each time, and this is what a letter is written in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// العربية
    Ar,
    /// 中文
    Zh,
    /// English
    #[default]
    En,
    /// Français
    Fr,
    /// Русский
    Ru,
    /// Español
    Es,
}

/// A text that is none of the six codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the languages are ar, zh, en, fr, ru, es")]
pub struct UnknownLanguage;

impl Language {
    /// All six, in their usual order.
    pub const ALL: [Self; 6] = [Self::Ar, Self::Zh, Self::En, Self::Fr, Self::Ru, Self::Es];

    /// The code (BCP 47).
    pub const fn code(self) -> &'static str {
        match self {
            Self::Ar => "ar",
            Self::Zh => "zh",
            Self::En => "en",
            Self::Fr => "fr",
            Self::Ru => "ru",
            Self::Es => "es",
        }
    }
}

impl FromStr for Language {
    type Err = UnknownLanguage;
    fn from_str(text: &str) -> Result<Self, UnknownLanguage> {
        Self::ALL.into_iter().find(|language| language.code() == text).ok_or(UnknownLanguage)
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
