//! `dossier review`: one review, with the digest that a decision must name.

use serde_json::Value;

use crate::{
    Failure,
    cli::{DEFAULT_SERVER, OneEntry},
    client::Client,
    output::{Audience, text},
    paste::{program, word},
};

pub(super) fn run(one: &OneEntry, audience: Audience) -> Result<(), Failure> {
    let client = Client::new(&one.server);
    let entry = id(&client, &one.entry)?;
    let answer = client.get(&format!("/review/api/v1/reviews/{entry}"))?;
    audience.show(&answer.document()?, |review| words(review, &one.server.server));
    Ok(())
}

/// Reviews are asked for by the entry's id; a public number, such as EVT-2026-00001, is looked up first.
fn id(client: &Client, entry: &str) -> Result<String, Failure> {
    if !entry.contains('-') {
        return Ok(entry.to_owned());
    }
    let public = client.get(&format!("/api/v1/entries/{entry}"))?.document()?;
    Ok(text(&public, "id").to_owned())
}

fn words(review: &Value, server: &str) -> String {
    let content = serde_json::to_string_pretty(&review["content"]).unwrap_or_default();
    let mut words = format!(
        "entry    {}\nbody     {}\nstate    {}\nrevision {}, round {}\ndigest   {}\n\n{content}\n",
        text(review, "entry"),
        text(review, "body"),
        text(review, "state"),
        review["revision"],
        review["round"],
        text(review, "digest"),
    );
    let changed: Vec<_> = review["difference"]["changed"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|field| field["field"].as_str())
        .collect();
    if !changed.is_empty() {
        words.push_str(&format!("\nchanged: {}\n", changed.join(", ")));
    }
    words.push_str(&format!(
        "\nTo approve exactly this: {} approve {} --digest {}{}\n",
        program(),
        text(review, "entry"),
        text(review, "digest"),
        if server == DEFAULT_SERVER { String::new() } else { format!(" --server {}", word(server)) },
    ));
    words
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_command_to_approve_names_the_server_that_was_asked() {
        let review = json!({"entry": "E", "digest": "D"});
        let elsewhere = words(&review, "http://127.0.0.1:18400");
        assert!(elsewhere.contains(" approve E --digest D --server http://127.0.0.1:18400\n"), "{elsewhere}");
        let here = words(&review, DEFAULT_SERVER);
        assert!(here.contains(" approve E --digest D\n"), "{here}");
    }
}
