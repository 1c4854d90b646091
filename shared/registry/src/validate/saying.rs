//! What is said of a fault, in the six languages: `messages.toml` beside this file, with what is meant filled in.

use std::{collections::BTreeMap, sync::LazyLock};

use crate::{Labels, Language};

macro_rules! sayings {
    ($($variant:ident = $key:literal,)*) => {
        /// A sentence of `messages.toml`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(super) enum Saying {
            $($variant,)*
        }

        impl Saying {
            /// All of them.
            #[cfg(test)]
            const ALL: &[Self] = &[$(Self::$variant,)*];

            const fn key(self) -> &'static str {
                match self { $(Self::$variant => $key,)* }
            }
        }
    };
}

sayings! {
    UnknownType = "unknown_type",
    NotAnObject = "not_an_object",
    TooLarge = "too_large",
    MoreFaults = "more_faults",
    OriginalNeeded = "original_needed",
    OriginalUnknown = "original_unknown",
    UnknownField = "unknown_field",
    FieldGone = "field_gone",
    Required = "required",
    Unseen = "unseen",
    Needed = "needed",
    NotAsked = "not_asked",
    FieldPast = "field_past",
    FieldKept = "field_kept",
    TooMany = "too_many",
    Repeated = "repeated",
    StandsElsewhere = "stands_elsewhere",
    WrongType = "wrong_type",
    UnknownLanguage = "unknown_language",
    OriginalMissing = "original_missing",
    TranslationMissing = "translation_missing",
    TooShort = "too_short",
    TooLong = "too_long",
    ForbiddenCharacter = "forbidden_character",
    MisleadingCharacter = "misleading_character",
    UnknownTerm = "unknown_term",
    TermGone = "term_gone",
    TermPast = "term_past",
    TermKept = "term_kept",
    NameBlank = "name_blank",
    FormerName = "former_name",
    OutOfRange = "out_of_range",
    Decimals = "decimals",
    BadDate = "bad_date",
    TooCoarse = "too_coarse",
    UnknownZone = "unknown_zone",
    LastBeforeFirst = "last_before_first",
    EndBeforeBeginning = "end_before_beginning",
    FirstMissing = "first_missing",
    OngoingAndLast = "ongoing_and_last",
    ZoneMissing = "zone_missing",
    TooEarly = "too_early",
    StateMissing = "state_missing",
    PreviousMissing = "previous_missing",
    PreviousNotHere = "previous_not_here",
    UnknownPart = "unknown_part",
    PartMissing = "part_missing",
    BadAddress = "bad_address",
    BadMail = "bad_mail",
    BadDigest = "bad_digest",
    FileSize = "file_size",
    MediaType = "media_type",
    TitleLanguage = "title_language",
    BadReference = "bad_reference",
    CitedUnpublished = "cited_unpublished",
    CitedRetracted = "cited_retracted",
    CitedType = "cited_type",
    CitedItself = "cited_itself",
    AList = "a_list",
    AText = "a_text",
    ATextPerLanguage = "a_text_per_language",
    ATerm = "a_term",
    APlace = "a_place",
    AnAnswer = "an_answer",
    ANumber = "a_number",
    ARange = "a_range",
    SomeRanges = "some_ranges",
    AState = "a_state",
    ALink = "a_link",
    AnAddress = "an_address",
    AFile = "a_file",
    AFileName = "a_file_name",
    ALanguage = "a_language",
    AContact = "a_contact",
    AReference = "a_reference",
    LanguageAr = "language_ar",
    LanguageZh = "language_zh",
    LanguageEn = "language_en",
    LanguageFr = "language_fr",
    LanguageRu = "language_ru",
    LanguageEs = "language_es",
}

static MESSAGES: LazyLock<BTreeMap<String, Labels>> = LazyLock::new(|| {
    // A constant of the build; the tests below read it the same way.
    toml::from_str(include_str!("messages.toml")).expect("the messages are checked by a test of this module")
});

/// A sentence with what is put into it.
#[derive(Debug, Clone)]
pub(super) struct Said {
    saying: Saying,
    parts: Vec<(&'static str, Part)>,
}

/// What is put into a sentence: the same in all languages, or a text per language.
#[derive(Debug, Clone)]
pub(super) enum Part {
    Plain(String),
    Labels(Labels),
}

impl From<String> for Part {
    fn from(text: String) -> Self {
        Self::Plain(text)
    }
}

impl From<&str> for Part {
    fn from(text: &str) -> Self {
        Self::Plain(text.to_owned())
    }
}

impl From<Labels> for Part {
    fn from(labels: Labels) -> Self {
        Self::Labels(labels)
    }
}

impl From<&Labels> for Part {
    fn from(labels: &Labels) -> Self {
        Self::Labels(labels.clone())
    }
}

impl From<Saying> for Part {
    fn from(saying: Saying) -> Self {
        Self::Labels(saying.labels())
    }
}

impl From<Language> for Part {
    fn from(language: Language) -> Self {
        Self::from(match language {
            Language::Ar => Saying::LanguageAr,
            Language::Zh => Saying::LanguageZh,
            Language::En => Saying::LanguageEn,
            Language::Fr => Saying::LanguageFr,
            Language::Ru => Saying::LanguageRu,
            Language::Es => Saying::LanguageEs,
        })
    }
}

macro_rules! part_from_number {
    ($($number:ty),*) => {
        $(impl From<$number> for Part {
            fn from(number: $number) -> Self {
                Self::Plain(number.to_string())
            }
        })*
    };
}

part_from_number!(usize, u8, u32, u64);

impl From<Saying> for Said {
    fn from(saying: Saying) -> Self {
        Self { saying, parts: Vec::new() }
    }
}

impl Saying {
    fn labels(self) -> Labels {
        MESSAGES.get(self.key()).cloned().unwrap_or_default()
    }

    /// The sentence with the first of its parts.
    pub(super) fn with(self, name: &'static str, part: impl Into<Part>) -> Said {
        Said::from(self).with(name, part)
    }
}

impl Said {
    /// The sentence with one more part.
    pub(super) fn with(mut self, name: &'static str, part: impl Into<Part>) -> Self {
        self.parts.push((name, part.into()));
        self
    }

    /// The whole sentence per language.
    pub(super) fn labels(&self) -> Labels {
        let mut said = Labels::default();
        for (language, pattern) in self.saying.labels().iter() {
            said.set(language, self.filled(pattern, language));
        }
        said
    }

    /// One pass, so that nothing that came from outside is taken for a place to fill.
    fn filled(&self, pattern: &str, language: Language) -> String {
        let mut text = String::with_capacity(pattern.len() + 32);
        let mut rest = pattern;
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let part = after.split_once('}').and_then(|(name, tail)| Some((self.part(name, language)?, tail)));
            match part {
                Some((part, tail)) => {
                    text.push_str(part);
                    rest = tail;
                }
                None => {
                    text.push('{');
                    rest = after;
                }
            }
        }
        text.push_str(rest);
        text
    }

    fn part(&self, name: &str, language: Language) -> Option<&str> {
        let (_, part) = self.parts.iter().find(|(known, _)| *known == name)?;
        Some(match part {
            Part::Plain(text) => text,
            Part::Labels(labels) => labels.best(language).map(|(_, text)| text).unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The names in braces.
    fn names(pattern: &str) -> BTreeSet<&str> {
        let parts = pattern.split('{').skip(1).filter_map(|part| Some(part.split_once('}')?.0));
        parts.filter(|name| name.bytes().all(|byte| byte.is_ascii_lowercase())).collect()
    }

    #[test]
    fn every_saying_is_said_in_six_languages_with_the_same_parts() {
        for saying in Saying::ALL {
            let labels = saying.labels();
            let english = names(labels.get(Language::En).unwrap_or_else(|| panic!("{saying:?}")));
            for language in Language::ALL {
                let said = labels.get(language).unwrap_or_else(|| panic!("{saying:?} in {language}"));
                assert_eq!(names(said), english, "{saying:?} in {language}");
                assert!(!said.trim().is_empty());
            }
        }
        let known: BTreeSet<&str> = Saying::ALL.iter().map(|saying| saying.key()).collect();
        let written: BTreeSet<&str> = MESSAGES.keys().map(String::as_str).collect();
        assert_eq!(written, known, "each message is somebody's");
    }

    #[test]
    fn what_came_from_outside_is_not_filled_in_again() {
        let said = Saying::UnknownTerm.with("name", "{field} {name} {").with("field", "A").labels();
        let english = said.get(Language::En).unwrap();
        assert_eq!(english, "A: \"{field} {name} {\" is not in the list. Choose a term of the list.");
    }
}
