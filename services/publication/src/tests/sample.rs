//! The sample record, as it was saved and as it was corrected.

use dossier_proto::EntryId;
use dossier_registry::{Language, Registry, saved_page};
use serde_json::{Value, json};

pub(crate) fn entry(number: u8) -> EntryId {
    EntryId([number; 16])
}

/// The sample page, as it was saved from a hub.
pub(crate) const SAMPLE: &str = include_str!("../../../../tests/data/event-imrf-2022-kazakhstan.txt");

/// The content of the sample.
pub(crate) fn sample() -> Value {
    let read = saved_page::parse(&Registry::embedded(), "event", SAMPLE, Language::En).unwrap();
    read.content
}

/// The sample with a member set.
pub(crate) fn sample_with(changes: &Value) -> Value {
    let mut content = sample();
    for (key, value) in changes.as_object().unwrap() {
        content[key] = value.clone();
    }
    content
}

/// The corrected sample: date and place from its text.
pub(crate) fn corrected() -> Value {
    sample_with(&json!({
        "dates": {"start": "2022-05-17", "end": "2022-05-20", "zone": "America/New_York"},
        "location": {"city": "New York", "country": "USA"},
    }))
}
