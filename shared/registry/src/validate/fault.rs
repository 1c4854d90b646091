//! What is wrong with a content, or worth a remark.

use serde::Serialize;

use crate::{Labels, Language};

/// How far along a content is. A draft may be incomplete; what stands in it must be right all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Being written.
    Draft,
    /// To be submitted.
    Submission,
}

/// How much a fault weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Grade {
    /// Worth knowing.
    Info,
    /// Worth a second look.
    Warning,
    /// Blocks: a draft is not saved, a submission not taken.
    Error,
}

/// One fault of a content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// What kind of fault.
    pub code: FaultCode,
    /// The key of the field; empty when the whole content is meant.
    pub field: String,
    /// The language, of a text per language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// Where exactly: a JSON pointer (RFC 6901) into the content.
    pub pointer: String,
    /// How much it weighs.
    pub grade: Grade,
    /// What is there and what to do, in plain English, at most some 20 words.
    pub message: String,
    /// The same in each of the six languages.
    pub messages: Labels,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// The kinds of faults. The codes are stable: programs may rely on them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
        pub enum FaultCode {
            $($(#[$doc])* #[serde(rename = $name)] $variant,)*
        }

        impl FaultCode {
            /// The code as programs see it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

codes! {
    /// The registry has no such record type.
    UnknownType = "unknown_type",
    /// The content is larger than fits an event.
    TooLarge = "too_large",
    /// The type has no such field, or a value no such part.
    UnknownField = "unknown_field",
    /// A value is of another kind than the field.
    WrongType = "wrong_type",
    /// A text is in none of the six languages.
    UnknownLanguage = "unknown_language",
    /// The vocabulary has no such term.
    UnknownTerm = "unknown_term",
    /// The term may not be chosen now.
    TermNotInForce = "term_not_in_force",
    /// The field may not be filled in now.
    FieldNotInForce = "field_not_in_force",
    /// A value is missing.
    Required = "required",
    /// There is a text, but not in the original language.
    OriginalMissing = "original_missing",
    /// A language has some of the texts but not this one.
    TranslationMissing = "translation_missing",
    /// The field is not asked, given what another field says.
    NotApplicable = "not_applicable",
    /// A text has too many characters.
    TooLong = "too_long",
    /// A text has too few characters.
    TooShort = "too_short",
    /// There are too many values.
    TooMany = "too_many",
    /// A value stands twice.
    Repeated = "repeated",
    /// A character that is not for texts, such as a control character.
    ForbiddenCharacter = "forbidden_character",
    /// A character that can make a text read otherwise than it is written.
    MisleadingCharacter = "misleading_character",
    /// Not a day or minute as they are written here.
    BadDate = "bad_date",
    /// The last day or minute is before the first.
    EndBeforeStart = "end_before_start",
    /// Not a zone of the IANA database.
    UnknownZone = "unknown_zone",
    /// A time of day without its zone.
    ZoneMissing = "zone_missing",
    /// Not an address on the web.
    BadAddress = "bad_address",
    /// Not a digest.
    BadDigest = "bad_digest",
    /// A file of a media type the field does not take.
    MediaType = "media_type",
    /// A number too small or too great, or with too many decimals.
    OutOfRange = "out_of_range",
    /// A range that is less exact than the field asks for.
    TooCoarse = "too_coarse",
    /// A range that ended before the day from which on such records are expected.
    TooEarly = "too_early",
    /// Not an entry and an edition of it.
    BadReference = "bad_reference",
    /// What is cited is not public.
    CitedUnpublished = "cited_unpublished",
    /// What is cited was retracted.
    CitedRetracted = "cited_retracted",
    /// What is cited is of a type the field does not take.
    CitedType = "cited_type",
    /// An entry cites itself.
    CitedItself = "cited_itself",
    /// A city is called otherwise now.
    FormerName = "former_name",
    /// There are more faults than are listed.
    MoreFaults = "more_faults",
}
