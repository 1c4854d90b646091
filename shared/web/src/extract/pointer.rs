//! Where in a document an error is, as a JSON pointer ([RFC 6901](https://www.rfc-editor.org/rfc/rfc6901)).

use serde::Serialize;
use serde_json::Value;
use serde_path_to_error::{Path, Segment};

use crate::{Problem, ProblemKind, limits::ERRORS_MAX};

/// One thing that does not fit, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FieldError {
    /// Where, as a JSON pointer into the body; for a query, `/` and the parameter.
    #[schema(example = "/content/title/en")]
    pub pointer: String,
    /// What does not fit, and what would.
    pub detail: String,
}

impl FieldError {
    /// These errors as one problem of `kind`. More than a hundred are cut.
    pub fn problem(kind: ProblemKind, errors: &[Self]) -> Problem {
        let listed = errors.iter().take(ERRORS_MAX).map(|error| {
            Value::from_iter([
                ("pointer".to_owned(), Value::from(error.pointer.as_str())),
                ("detail".to_owned(), Value::from(error.detail.as_str())),
            ])
        });
        let problem = Problem::new(kind).with("errors", Value::from_iter(listed));
        match errors {
            [only] => problem.detail(format!("{}: {}", shown(&only.pointer), only.detail)),
            _ => problem.detail(format!("{} places do not fit.", errors.len())),
        }
    }
}

fn shown(pointer: &str) -> &str {
    if pointer.is_empty() { "The body" } else { pointer }
}

/// A path as a pointer. The empty pointer is the whole document.
pub(super) fn of_path(path: &Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => push(&mut pointer, &index.to_string()),
            Segment::Map { key } => push(&mut pointer, key),
            Segment::Enum { variant } => push(&mut pointer, variant),
            Segment::Unknown => push(&mut pointer, "?"),
        }
    }
    pointer
}

/// A path of something nobody asked for, as a pointer.
pub(super) fn of_ignored(path: &serde_ignored::Path<'_>) -> String {
    use serde_ignored::Path as Ignored;
    match path {
        Ignored::Root => String::new(),
        Ignored::Seq { parent, index } => {
            let mut pointer = of_ignored(parent);
            push(&mut pointer, &index.to_string());
            pointer
        }
        Ignored::Map { parent, key } => {
            let mut pointer = of_ignored(parent);
            push(&mut pointer, key);
            pointer
        }
        Ignored::Some { parent } | Ignored::NewtypeStruct { parent } | Ignored::NewtypeVariant { parent } => {
            of_ignored(parent)
        }
    }
}

/// A key is shown by its first 64 characters: it is the caller's, and may be a megabyte long.
fn push(pointer: &mut String, key: &str) {
    pointer.push('/');
    for character in key.chars().take(64) {
        match character {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            other => pointer.push(other),
        }
    }
}

/// The words of a reader of ours about a value of the caller's, at most 200 characters.
pub(super) fn words(error: &impl ToString) -> String {
    error.to_string().chars().take(200).collect()
}
