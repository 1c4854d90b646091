//! `If-Match`: which version the caller read.

use axum::extract::FromRequestParts;
use http::{header, request::Parts};

use super::malformed;
use crate::{
    Problem, ProblemKind,
    etag::{self, Part, Tag},
};

/// The header `If-Match`, or its absence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IfMatch {
    /// Not sent.
    Absent,
    /// `*`: whatever version there is.
    Any,
    /// One of these.
    Tags(Vec<Tag>),
}

/// Which versions the caller expects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// Whatever there is.
    Any,
    /// One of these versions; none of ours when empty, so that nothing matches.
    OneOf(Vec<u64>),
}

impl Expected {
    /// The one version that can go into a command beside `current`: `current` when it is among the expected (or any is),
    /// else the one the caller named, which the decision then refuses as stale.
    ///
    /// # Errors
    /// 412 with the current ETag when the caller named no version of this part at all.
    pub fn for_command(&self, part: Part, current: u64) -> Result<u64, Problem> {
        match self {
            Self::Any => Ok(current),
            Self::OneOf(versions) if versions.contains(&current) => Ok(current),
            Self::OneOf(versions) => versions.first().copied().ok_or_else(|| stale(part, current)),
        }
    }
}

/// 412: the caller read another version than the current one, whose tag is in the header `ETag` and in the document.
pub fn stale(part: Part, current: u64) -> Problem {
    let tag = Tag::Version(part, current);
    Problem::new(ProblemKind::StaleVersion)
        .detail(format!("The current version is {tag}."))
        .with("current", tag.to_string())
        .header(header::ETAG, tag.header_value())
}

impl IfMatch {
    /// The versions of `part` that the caller expects.
    ///
    /// # Errors
    /// 428 when the header is absent.
    pub fn required(&self, part: Part) -> Result<Expected, Problem> {
        self.optional(part).ok_or_else(|| Problem::new(ProblemKind::PreconditionRequired))
    }

    /// The versions of `part` that the caller expects, if it says so.
    pub fn optional(&self, part: Part) -> Option<Expected> {
        let tags = match self {
            Self::Absent => return None,
            Self::Any => return Some(Expected::Any),
            Self::Tags(tags) => tags,
        };
        let version = |tag: &Tag| match tag {
            Tag::Version(of, number) if *of == part => Some(*number),
            _ => None,
        };
        Some(Expected::OneOf(tags.iter().filter_map(version).collect()))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let name = header::IF_MATCH;
        let mut texts = Vec::new();
        for value in parts.headers.get_all(&name) {
            texts.push(value.to_str().map_err(|_| malformed(&name, "holds characters that are not ASCII"))?);
        }
        if texts.is_empty() {
            return Ok(Self::Absent);
        }
        // A list that is spread over several headers is one list (RFC 9110, section 5.3).
        let text = texts.join(",");
        if text.trim() == "*" {
            return Ok(Self::Any);
        }
        let listed = etag::list(&text).map_err(|error| malformed(&name, &format!("cannot be read: {error}")))?;
        if listed.iter().any(|listed| listed.weak) {
            return Err(malformed(&name, &format!("cannot be read: {}", etag::TagListError::Weak)));
        }
        Ok(Self::Tags(listed.into_iter().map(|listed| listed.tag).collect()))
    }
}
