//! How many words one request may bring, in bytes of UTF-8.

use dossier_registry::says_something;
use dossier_web::extract::FieldError;

/// A comment, a note or a reason: 16 KiB are five dense pages.
pub(super) const TEXT_BYTES_MAX: usize = 16 * 1024;
/// What one requested change says: 64 of them stay below 256 KiB.
pub(super) const ITEM_BYTES_MAX: usize = 4 * 1024;
/// What one requested change quotes: 64 of them stay below 128 KiB, and so all of a request below 384 KiB.
pub(super) const QUOTE_BYTES_MAX: usize = 2 * 1024;
/// The text of a code: the longest code of a registry has 64 bytes.
pub(super) const CODE_BYTES_MAX: usize = 64;

/// Notes what is wrong with a text that must say something.
pub(super) fn check_text(errors: &mut Vec<FieldError>, pointer: &str, text: &str, max: usize) {
    if !says_something(text) {
        let detail = "this must say something that can be seen".to_owned();
        errors.push(FieldError { pointer: pointer.to_owned(), detail });
    }
    check_length(errors, pointer, text, max);
}

/// Notes what is wrong with a text that may be empty.
pub(super) fn check_length(errors: &mut Vec<FieldError>, pointer: &str, text: &str, max: usize) {
    if text.len() > max {
        let detail = format!("this has {} bytes; at most {max} fit", text.len());
        errors.push(FieldError { pointer: pointer.to_owned(), detail });
    }
}
