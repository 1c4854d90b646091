//! Lists come in pages: an opaque cursor says where the next one begins.
//!
//! A cursor is text for the caller and a position for us. It names the list it belongs to and ends with a check sum, so
//! that one from another list, or a mistyped one, is told and not taken for a position. It is no secret and proves
//! nothing: what it leads to is filtered by rights like everything else.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, Serialize, de};
use sha2::{Digest as _, Sha256};

/// The form of cursors. Another form gets another number; this one is understood for ever.
const VERSION: u8 = 1;
/// A position, in bytes: a number and a ULID are 24; 64 leaves room for a sort key.
const POSITION_MAX: usize = 64;
const CHECK: usize = 4;

/// Where the next page begins, in a list of one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(Vec<u8>);

/// A cursor that is none, or belongs to another list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this cursor does not belong to this list; take the one in \"next\" as it stands, or begin without one")]
pub struct CursorError;

impl Cursor {
    /// The cursor for `position` in `list`. A position of more than 64 bytes is cut, which our own lists never need.
    pub fn new(list: &str, position: &[u8]) -> Self {
        debug_assert!(position.len() <= POSITION_MAX, "a position has at most {POSITION_MAX} bytes");
        let position = &position[..position.len().min(POSITION_MAX)];
        let mut bytes = Vec::with_capacity(1 + position.len() + CHECK);
        bytes.push(VERSION);
        bytes.extend_from_slice(position);
        bytes.extend_from_slice(&check(list, position));
        Self(bytes)
    }

    /// The cursor for a sequence or another number.
    pub fn at_number(list: &str, number: u64) -> Self {
        Self::new(list, &number.to_be_bytes())
    }

    /// The position, if the cursor belongs to `list`.
    ///
    /// # Errors
    /// [`CursorError`] when it does not.
    pub fn position(&self, list: &str) -> Result<&[u8], CursorError> {
        let (&version, rest) = self.0.split_first().ok_or(CursorError)?;
        let (position, found) = rest.split_last_chunk::<CHECK>().ok_or(CursorError)?;
        if version != VERSION || position.len() > POSITION_MAX || *found != check(list, position) {
            return Err(CursorError);
        }
        Ok(position)
    }

    /// The number, if the cursor belongs to `list` and holds one.
    ///
    /// # Errors
    /// [`CursorError`] when it does not.
    pub fn number(&self, list: &str) -> Result<u64, CursorError> {
        let bytes = self.position(list)?.try_into().map_err(|_| CursorError)?;
        Ok(u64::from_be_bytes(bytes))
    }
}

/// The first bytes of SHA-256 over version, list and position.
fn check(list: &str, position: &[u8]) -> [u8; CHECK] {
    let mut hasher = Sha256::new();
    hasher.update([VERSION]);
    hasher.update(list.as_bytes());
    hasher.update([0]);
    hasher.update(position);
    let digest: [u8; 32] = hasher.finalize().into();
    [digest[0], digest[1], digest[2], digest[3]]
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(&self.0))
    }
}

impl Serialize for Cursor {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        // (1 + 64 + 4) bytes are 92 characters of base64.
        let bytes = Some(text.as_bytes()).filter(|text| text.len() <= 92);
        let bytes = bytes.and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
        bytes.map(Self).ok_or_else(|| de::Error::custom(CursorError))
    }
}

impl utoipa::PartialSchema for Cursor {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        String::schema()
    }
}

impl utoipa::ToSchema for Cursor {}

/// How many items a page holds: 50 when nothing is said, at most 200.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageSize(u8);

impl PageSize {
    /// What a caller gets who says nothing.
    pub const DEFAULT: Self = Self(50);
    /// The most a caller gets at once: 200 summaries of 2 KB are 400 KB, which a slow line takes in a few seconds.
    pub const MAX: Self = Self(200);

    /// As a number of items.
    pub const fn get(self) -> usize {
        self.0 as usize
    }
}

impl Default for PageSize {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl<'de> Deserialize<'de> for PageSize {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = u64::deserialize(deserializer)?;
        let size = u8::try_from(number).ok().filter(|size| (1..=Self::MAX.0).contains(size));
        size.map(Self).ok_or_else(|| de::Error::custom("a page holds 1 to 200 items"))
    }
}

impl utoipa::PartialSchema for PageSize {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::Integer)
            .minimum(Some(1))
            .maximum(Some(Self::MAX.get()))
            .default(Some(Self::DEFAULT.get().into()))
            .into()
    }
}

impl utoipa::ToSchema for PageSize {}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Where the next page begins; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// The first `size` of `items`, which yields one more when there are more; `position` is the cursor after an item.
    pub fn of(items: impl IntoIterator<Item = T>, size: PageSize, after: impl FnOnce(&T) -> Cursor) -> Self {
        let mut items = items.into_iter();
        let page: Vec<T> = items.by_ref().take(size.get()).collect();
        let more = items.next().is_some();
        let next = page.last().filter(|_| more).map(after);
        Self { items: page, next }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Cursor, CursorError, Page, PageSize};

    fn read(text: &str) -> Result<Cursor, serde_json::Error> {
        serde_json::from_value(serde_json::Value::from(text))
    }

    #[test]
    fn the_first_form_is_understood_for_ever() {
        assert_eq!(Cursor::at_number("entries", 4711).to_string(), "AQAAAAAAABJnlce2nA");
        assert_eq!(read("AQAAAAAAABJnlce2nA").unwrap().number("entries"), Ok(4711));
    }

    #[test]
    fn page_sizes_are_bounded() {
        let size = |text: &str| serde_json::from_str::<PageSize>(text).map(PageSize::get).ok();
        let cases = [("1", Some(1)), ("200", Some(200)), ("0", None), ("201", None), ("-1", None), ("256", None)];
        for (text, expected) in cases {
            assert_eq!(size(text), expected, "{text}");
        }
        assert_eq!(PageSize::default().get(), 50);
    }

    #[test]
    fn a_list_is_walked_to_its_end_once() {
        for length in [0_u64, 1, 49, 50, 51, 100, 101] {
            let (mut seen, mut from, mut pages) = (Vec::new(), 0, 0);
            loop {
                let page = Page::of(from..length, PageSize::DEFAULT, |last| Cursor::at_number("test", last + 1));
                seen.extend(page.items);
                pages += 1;
                let Some(next) = page.next else { break };
                from = next.number("test").unwrap();
            }
            assert_eq!(seen, (0..length).collect::<Vec<_>>());
            assert_eq!(pages, length.div_ceil(50).max(1), "{length} items");
        }
    }

    proptest! {
        #[test]
        fn a_cursor_comes_back_and_belongs_to_its_list(position in prop::collection::vec(any::<u8>(), 0..=64)) {
            let cursor = Cursor::new("reviews", &position);
            let back = read(&cursor.to_string()).unwrap();
            prop_assert_eq!(back.position("reviews"), Ok(position.as_slice()));
            prop_assert_eq!(back.position("entries"), Err(CursorError));
        }

        #[test]
        fn a_changed_cursor_is_told(number: u64, at in 0_usize..13, flip in 1_u8..) {
            let mut cursor = Cursor::at_number("entries", number);
            cursor.0[at] ^= flip;
            prop_assert_eq!(cursor.number("entries"), Err(CursorError));
        }

        #[test]
        fn no_text_breaks_the_reader(text in ".{0,200}") {
            if let Ok(cursor) = read(&text) {
                prop_assert_eq!(cursor.number("entries"), Err(CursorError));
            }
        }
    }
}
