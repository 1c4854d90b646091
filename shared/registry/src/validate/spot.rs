//! Where in a content a fault is.

use crate::model::Field;

/// Where in the content a value stands.
#[derive(Clone, Copy)]
pub(super) struct Spot<'a> {
    pub(super) field: &'a Field,
    /// Which value, of a field that takes many.
    pub(super) item: Option<usize>,
}

impl Spot<'_> {
    /// A JSON pointer to the value, or to a part of it, itself a piece of a pointer.
    pub(super) fn pointer(&self, part: &str) -> String {
        let mut pointer = format!("/{}", self.field.key);
        if let Some(item) = self.item {
            pointer.push_str(&format!("/{item}"));
        }
        if !part.is_empty() {
            pointer.push('/');
            pointer.push_str(part);
        }
        pointer
    }
}

/// A key as RFC 6901 writes it, cut to what fits a message.
pub(super) fn escaped(key: &str) -> String {
    shortened(key).replace('~', "~0").replace('/', "~1")
}

/// At most 64 characters of a text that came from outside.
pub(super) fn shortened(text: &str) -> String {
    text.chars().take(64).collect()
}

/// A part of a part.
pub(super) fn join(part: &str, key: &str) -> String {
    if part.is_empty() { key.to_owned() } else { format!("{part}/{key}") }
}
