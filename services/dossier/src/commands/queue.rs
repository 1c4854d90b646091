//! `dossier queue`: what waits for a decision, longest first.

use serde_json::Value;

use crate::{
    Failure,
    cli::Server,
    client::Client,
    output::{Audience, line, text},
};

/// The server gives pages of this size; they are followed to the end.
const PAGE: usize = 200;

pub(super) fn run(server: &Server, audience: Audience) -> Result<(), Failure> {
    let client = Client::new(server);
    let mut path = format!("/review/api/v1/reviews?limit={PAGE}");
    let mut count = 0_usize;
    loop {
        let page = client.get(&path)?.document()?;
        for review in page["items"].as_array().into_iter().flatten() {
            count += 1;
            audience.show(review, words);
        }
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/review/api/v1/reviews?limit={PAGE}&cursor={next}");
    }
    if audience == Audience::Person && count == 0 {
        line("Nothing waits for a decision.");
    }
    Ok(())
}

fn words(review: &Value) -> String {
    let title = if text(review, "title").is_empty() { "(no title)" } else { text(review, "title") };
    format!(
        "{}  {:<10} {:<4} waits since {}  {}",
        text(review, "entry"),
        text(review, "state"),
        text(review, "body"),
        text(review, "since"),
        title
    )
}
