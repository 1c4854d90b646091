//! Entity tags: which version of a draft, review or edition somebody read.
//!
//! All tags are strong ([RFC 9110, section 8.8.3](https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3)): `"d7"` is the
//! seventh version of a draft, `"r12"` of a review, `"e3"` of an edition. What has no version is tagged by the digest of
//! its bytes.

use std::fmt;

use http::HeaderValue;
use sha2::{Digest as _, Sha256};

/// What is versioned. Each has its own versions: timers and received events never move a draft's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// What the body is writing.
    Draft,
    /// The moderation of one submitted revision.
    Review,
    /// What the public sees.
    Edition,
}

impl Part {
    const fn letter(self) -> char {
        match self {
            Self::Draft => 'd',
            Self::Review => 'r',
            Self::Edition => 'e',
        }
    }
}

/// A strong entity tag, without its quotes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Tag {
    /// A version of a part.
    Version(Part, u64),
    /// Any other tag; ours when it is a digest, else somebody's mistake, which matches nothing.
    Other(String),
}

impl Tag {
    /// The tag of bytes that have no version: the first 16 bytes of their SHA-256, in hexadecimal.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        Self::Other(hex::encode(&Sha256::digest(bytes)[..16]))
    }

    /// The tag whose text (without quotes) this is. The caller has checked the characters.
    pub(crate) fn of_text(text: &str) -> Self {
        let version = |part: Part| {
            let digits = text.strip_prefix(part.letter())?;
            let number: u64 = digits.parse().ok()?;
            // "d07" and "d+7" are not tags we gave.
            (number.to_string() == digits).then_some(Self::Version(part, number))
        };
        [Part::Draft, Part::Review, Part::Edition]
            .into_iter()
            .find_map(version)
            .unwrap_or_else(|| Self::Other(text.to_owned()))
    }

    /// For the header `ETag`.
    pub fn header_value(&self) -> HeaderValue {
        HeaderValue::from_str(&self.to_string()).unwrap_or(HeaderValue::from_static("\"-\""))
    }
}

impl fmt::Display for Tag {
    /// With its quotes, as it stands in headers and in JSON.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version(part, number) => write!(f, "\"{}{number}\"", part.letter()),
            Self::Other(text) => write!(f, "\"{text}\""),
        }
    }
}

/// Why a list of tags cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TagListError {
    #[error("a weak tag (W/\"...\") never matches here; send the strong one")]
    Weak,
    #[error("a list of tags looks like \"d7\", \"r12\", or *")]
    Form,
    #[error("there are more than {} tags", crate::limits::ETAGS_MAX)]
    TooMany,
}

/// One tag of a list, and whether it is weak.
pub(crate) struct Listed {
    pub(crate) tag: Tag,
    pub(crate) weak: bool,
}

/// Reads `"a", W/"b"`: the list of a precondition, without `*`.
pub(crate) fn list(text: &str) -> Result<Vec<Listed>, TagListError> {
    let mut tags = Vec::new();
    let mut rest = text.trim_matches([' ', '\t']);
    loop {
        // Empty items are admitted in lists (RFC 9110, section 5.6.1.2).
        while let Some(after) = rest.strip_prefix(',') {
            rest = after.trim_start_matches([' ', '\t']);
        }
        if rest.is_empty() {
            return if tags.is_empty() { Err(TagListError::Form) } else { Ok(tags) };
        }
        if tags.len() == crate::limits::ETAGS_MAX {
            return Err(TagListError::TooMany);
        }
        let (weak, quoted) = rest.strip_prefix("W/").map_or((false, rest), |strong| (true, strong));
        let opened = quoted.strip_prefix('"').ok_or(TagListError::Form)?;
        let (inside, after) = opened.split_once('"').ok_or(TagListError::Form)?;
        // etagc: %x21 / %x23-7E; obs-text is of no use to us.
        if !inside.bytes().all(|b| (0x21..=0x7e).contains(&b)) {
            return Err(TagListError::Form);
        }
        tags.push(Listed { tag: Tag::of_text(inside), weak });
        rest = after.trim_start_matches([' ', '\t']);
        if !rest.is_empty() && !rest.starts_with(',') {
            return Err(TagListError::Form);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Part, Tag, TagListError, list};

    #[test]
    fn our_tags_look_as_agreed() {
        assert_eq!(Tag::Version(Part::Draft, 7).to_string(), "\"d7\"");
        assert_eq!(Tag::Version(Part::Review, 12).to_string(), "\"r12\"");
        assert_eq!(Tag::Version(Part::Edition, 3).header_value(), "\"e3\"");
    }

    #[test]
    fn what_only_looks_like_a_version_is_another_tag() {
        for text in ["d07", "d+7", "d", "d-1", "D7", "x7", "d7 ", "d18446744073709551616", ""] {
            assert_eq!(Tag::of_text(text), Tag::Other(text.to_owned()));
        }
        assert_eq!(Tag::of_text("e18446744073709551615"), Tag::Version(Part::Edition, u64::MAX));
    }

    #[test]
    fn lists_are_read_and_what_is_no_list_is_told() {
        let read = |text: &str| list(text).map(|tags| tags.into_iter().map(|listed| listed.tag).collect::<Vec<_>>());
        let (d7, r1) = (Tag::Version(Part::Draft, 7), Tag::Version(Part::Review, 1));
        assert_eq!(read("\"d7\""), Ok(vec![d7.clone()]));
        assert_eq!(read(" ,\"d7\" ,\t\"r1\",, "), Ok(vec![d7, r1]));
        assert_eq!(read("\"a,b\""), Ok(vec![Tag::Other("a,b".into())]));
        for broken in ["", " ", ",", "d7", "\"d7", "d7\"", "\"d7\" \"r1\"", "\"d7\"x", "*", "\"d\u{7f}\"", "w/\"d7\""] {
            assert_eq!(read(broken), Err(TagListError::Form), "{broken:?}");
        }
        assert!(list("W/\"d7\"").is_ok_and(|tags| tags[0].weak));
        assert_eq!(read(&"\"d7\",".repeat(17)), Err(TagListError::TooMany));
    }

    #[test]
    fn bytes_have_one_tag() {
        assert_eq!(Tag::of_bytes(b"a"), Tag::of_bytes(b"a"));
        assert_ne!(Tag::of_bytes(b"a"), Tag::of_bytes(b"b"));
        assert_eq!(Tag::of_bytes(b"a").to_string().len(), 34);
    }

    proptest! {
        #[test]
        fn a_version_comes_back_from_its_header(number: u64, which in 0_usize..3) {
            let tag = Tag::Version([Part::Draft, Part::Review, Part::Edition][which], number);
            let written = tag.header_value();
            let read = list(written.to_str().unwrap()).unwrap();
            prop_assert_eq!(&read[0].tag, &tag);
        }

        #[test]
        fn no_text_breaks_the_reader(text in ".{0,64}") {
            let _ = list(&text);
        }
    }
}
