//! `dossier review`: one review, with the digest that a decision must name.

use serde_json::Value;

use crate::{
    Failure,
    cli::OneEntry,
    client::Client,
    output::{Audience, text},
};

pub(super) fn run(one: &OneEntry, audience: Audience) -> Result<(), Failure> {
    let answer = Client::new(&one.server).get(&format!("/review/api/v1/reviews/{}", one.entry))?;
    audience.show(&answer.document()?, words);
    Ok(())
}

fn words(review: &Value) -> String {
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
        "\nTo approve exactly this: dossier approve {} --digest {}\n",
        text(review, "entry"),
        text(review, "digest")
    ));
    words
}
