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
    let said = error.to_string();
    let told = match said.rsplit_once(EXPECTED) {
        Some((found, wanted)) => plain(wanted).map(|plain| format!("{found}{EXPECTED}{plain}")),
        None => None,
    };
    told.unwrap_or(said).chars().take(200).collect()
}

/// How serde goes on after what it found.
const EXPECTED: &str = ", expected ";

/// What serde wanted, where it says so by a name of this program that means nothing to the caller.
fn plain(wanted: &str) -> Option<&'static str> {
    let wanted = wanted.trim_end();
    Some(match wanted {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number that is not negative",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        "a sequence" => "a list",
        "a map" => "an object",
        "option" => "a value or null",
        _ if wanted.starts_with("struct ") || wanted.starts_with("internally tagged enum ") => "an object",
        _ if wanted.starts_with("tuple ") => "a list",
        _ if wanted.starts_with("enum ") => "one of the values in the description of the API",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn a_caller_is_told_no_name_of_this_program() {
        for (said, told) in [
            ("invalid type: string \"x\", expected struct InvitedAs", "invalid type: string \"x\", expected an object"),
            ("invalid type: null, expected u32", "invalid type: null, expected a whole number that is not negative"),
            ("invalid type: map, expected a sequence", "invalid type: map, expected a list"),
            ("unknown variant `x`, expected `a` or `b`", "unknown variant `x`, expected `a` or `b`"),
            ("missing field `title`", "missing field `title`"),
        ] {
            assert_eq!(words(&said), told);
        }
    }
}
