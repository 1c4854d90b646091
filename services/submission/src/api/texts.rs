//! What people say about an entry: bounded before it is sealed.

use dossier_registry::says_something;
use dossier_web::{Answer, ProblemKind, extract::FieldError};

/// The longest reason, answer or "what has changed", in characters: a page. In UTF-8 at most 8 KB.
pub(super) const TEXT_CHARS_MAX: usize = 2_000;

/// The longest all answers of one submission are together, in bytes. An event has 64 KiB besides its content: 33 for the
/// lineage, 8 for what has changed, 16 for the answers.
pub(super) const ANSWERS_BYTES_MAX: usize = 16 * 1024;

/// A text that says something.
///
/// # Errors
/// 422 when it is blank or too long.
pub(super) fn required(pointer: &str, text: &str) -> Answer<String> {
    let said = optional(pointer, text)?;
    said.ok_or_else(|| unfit(pointer, "is empty, or has only signs that nobody can see; say something"))
}

/// A text, if it says something.
///
/// # Errors
/// 422 when it is too long.
pub(super) fn optional(pointer: &str, text: &str) -> Answer<Option<String>> {
    let text = text.trim();
    if text.chars().count() > TEXT_CHARS_MAX {
        return Err(unfit(pointer, &format!("is longer than {TEXT_CHARS_MAX} characters")));
    }
    Ok(says_something(text).then(|| text.to_owned()))
}

/// A moment, in microseconds.
///
/// # Errors
/// 422 when it is none.
pub(super) fn moment(pointer: &str, text: &str) -> Answer<i64> {
    let read = dossier_web::moment::read(text);
    read.map(|moment| moment.0).ok_or_else(|| unfit(pointer, "is no moment; write it as 2026-12-18T09:00:00Z"))
}

/// The name of a file: for people, never a path of ours.
///
/// # Errors
/// 422 when it is longer than file systems admit.
pub(crate) fn file_name(pointer: &str, name: &str) -> Answer<()> {
    if name.len() > 255 { Err(unfit(pointer, "is longer than 255 bytes")) } else { Ok(()) }
}

/// One field that does not fit.
pub(crate) fn unfit(pointer: &str, detail: &str) -> dossier_web::Problem {
    let error = FieldError { pointer: pointer.to_owned(), detail: detail.to_owned() };
    FieldError::problem(ProblemKind::InvalidRequest, &[error])
}
