//! `dossier trail`: how an entry got to where it is. Reading a trail is itself recorded.

use serde_json::Value;

use crate::{
    Failure,
    cli::OneEntry,
    client::Client,
    output::{Audience, text},
};

pub(super) fn run(one: &OneEntry, audience: Audience) -> Result<(), Failure> {
    let answer = Client::new(&one.server).get(&format!("/audit/api/v1/entries/{}/trail", one.entry))?;
    audience.show(&answer.document()?, words);
    Ok(())
}

/// The steps of a trail, a line each.
pub(super) fn words(trail: &Value) -> String {
    let steps = trail["steps"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut words = String::new();
    for step in steps {
        words.push_str(&format!(
            "{}  {:<18} {}\n",
            text(step, "recorded_at"),
            place(&step["place"]),
            text(step, "sentence"),
        ));
    }
    words
}

fn place(place: &Value) -> String {
    match place {
        Value::String(text) => text.clone(),
        place => format!("{} {}", text(place, "origin"), place["sequence"]),
    }
}
