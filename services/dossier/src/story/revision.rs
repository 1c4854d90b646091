//! What the revision says: date and place as the text of the sample has them.

use serde_json::{Value, json};

/// Place and dates without country and zone: what a hurried colleague files, and a moderator returns.
pub(super) fn first_attempt(content: &Value) -> Value {
    with(content, json!({"start": "2022-05-17", "end": "2022-05-20"}), json!({"city": "New York"}))
}

/// With country and zone.
pub(super) fn mended(content: &Value) -> Value {
    with(
        content,
        json!({"start": "2022-05-17", "end": "2022-05-20", "zone": "America/New_York"}),
        json!({"city": "New York", "country": "USA"}),
    )
}

/// Whether the place is clear to every reader.
pub(super) fn is_mended(content: &Value) -> bool {
    content["location"]["country"] == "USA" && content["dates"]["zone"].is_string()
}

fn with(content: &Value, dates: Value, location: Value) -> Value {
    let mut revised = content.clone();
    revised["dates"] = dates;
    revised["location"] = location;
    revised
}
