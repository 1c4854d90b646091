//! Contents to be filed.

use serde_json::{Value, json};

/// An event that can be submitted as it is.
pub fn event(title: &str) -> Value {
    json!({
        "title": {"en": title},
        "description": {"en": format!("What happened at {title}, in a few plain sentences.")},
        "event_type": "conference",
        "organizers": ["iom"],
        "languages": ["en"],
        "geographic_scope": "global",
        "workstream_output": false,
        "regional_review": false,
    })
}

/// The same with another description.
pub fn described(title: &str, description: &str) -> Value {
    let mut content = event(title);
    content["description"]["en"] = json!(description);
    content
}
