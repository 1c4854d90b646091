//! Places in a content, as JSON pointers name them. Pure.

use serde_json::Value;

use crate::{
    PersonalError,
    personal::{MAX_PERSONAL, TOKEN},
};

/// Refuses pointers to the whole, pointers that are none, too many, and one inside another.
pub(crate) fn check_pointers(pointers: &[impl AsRef<str>]) -> Result<(), PersonalError> {
    if pointers.len() > MAX_PERSONAL {
        return Err(PersonalError::TooMany(pointers.len()));
    }
    let mut sorted = pointers.iter().map(AsRef::as_ref).collect::<Vec<&str>>();
    if let Some(wrong) = sorted.iter().find(|pointer| !is_pointer(pointer)) {
        return Err(PersonalError::Pointer((*wrong).to_owned()));
    }
    // By steps, so that what lies within another follows it at once: "/a", "/a/b", "/a!" sorted as texts would not.
    sorted.sort_by(|a, b| a.split('/').cmp(b.split('/')));
    for pair in sorted.windows(2) {
        let within = pair[1].strip_prefix(pair[0]).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        if within {
            return Err(PersonalError::Overlap { outer: pair[0].to_owned(), inner: pair[1].to_owned() });
        }
    }
    Ok(())
}

/// To a part, not to the whole; and each `~` begins `~0` or `~1`, so that no two pointers lead to one place.
fn is_pointer(text: &str) -> bool {
    text.starts_with('/') && text.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']))
}

/// Takes the values out and leaves null in their places.
pub(crate) fn take(mut content: Value, pointers: &[impl AsRef<str>]) -> (Value, Vec<(&str, Value)>) {
    let mut taken = Vec::new();
    for pointer in pointers.iter().map(AsRef::as_ref) {
        if let Some(place) = content.pointer_mut(pointer).filter(|place| !place.is_null()) {
            taken.push((pointer, place.take()));
        }
    }
    (content, taken)
}

pub(crate) fn put(content: &mut Value, pointer: &str, value: Value) -> Result<(), PersonalError> {
    let place = content.pointer_mut(pointer);
    *place.ok_or_else(|| PersonalError::Misplaced { pointer: pointer.to_owned() })? = value;
    Ok(())
}

/// Refuses a member with the name of a token, at any depth. `at` is where we are, as a JSON pointer. The depth is bounded: the caller has
/// asked for the canonical form.
pub(crate) fn refuse_reserved(value: &Value, at: &mut String) -> Result<(), PersonalError> {
    let here = at.len();
    match value {
        Value::Array(items) => {
            for (number, item) in items.iter().enumerate() {
                at.push_str(&format!("/{number}"));
                refuse_reserved(item, at)?;
                at.truncate(here);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                if name == TOKEN {
                    return Err(PersonalError::Reserved { at: at.clone() });
                }
                at.push('/');
                at.push_str(&name.replace('~', "~0").replace('/', "~1"));
                refuse_reserved(member, at)?;
                at.truncate(here);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    Ok(())
}
