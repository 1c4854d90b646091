//! `dossier queue`: what waits for a decision, longest first; filtered, counted, as of any moment.

use std::fmt::Write as _;

use serde_json::Value;

use crate::{
    Failure,
    cli::Queue,
    client::Client,
    output::{Audience, aside, text},
};

/// The server gives pages of this size; they are followed to the end.
const PAGE: usize = 200;

pub(super) fn run(queue: &Queue, audience: Audience) -> Result<(), Failure> {
    let client = Client::new(&queue.server);
    let filters = query_of(queue);
    if !queue.counts {
        list(&client, &filters, audience)?;
    }
    if queue.counts || audience == Audience::Person {
        count(&client, queue, &filters, audience)?;
    }
    Ok(())
}

fn list(client: &Client, filters: &str, audience: Audience) -> Result<(), Failure> {
    let first = format!("/review/api/v1/reviews?limit={PAGE}{filters}");
    let mut path = first.clone();
    loop {
        let page = client.get(&path)?.document()?;
        if path == first && audience == Audience::Person && page.get("as_of").is_some() {
            aside(&moment_in_words(&page["as_of"]));
        }
        for review in page["items"].as_array().into_iter().flatten() {
            audience.show(review, words);
        }
        let Some(next) = page["next"].as_str() else { return Ok(()) };
        path = format!("{first}&cursor={next}");
    }
}

fn count(client: &Client, queue: &Queue, filters: &str, audience: Audience) -> Result<(), Failure> {
    // The list shows what is in review when nothing is said, and what stands below it counts the same.
    let state = if queue.state.is_empty() && !queue.counts { "&state=in-review" } else { "" };
    let query = format!("{filters}{state}");
    let path = format!("/review/api/v1/reviews/counts?{}", query.trim_start_matches('&'));
    let counts = client.get(&path)?.document()?;
    if queue.counts && audience == Audience::Person && counts.get("as_of").is_some() {
        aside(&moment_in_words(&counts["as_of"]));
    }
    audience.show(&counts, if queue.counts { all_in_words } else { sum_in_words });
    Ok(())
}

/// The filters as a query, each with an ampersand before it.
fn query_of(queue: &Queue) -> String {
    let mut query = String::new();
    let several = [
        ("state", &queue.state),
        ("type", &queue.record_type),
        ("objective", &queue.objective),
        ("language", &queue.language),
        ("readable_in", &queue.readable_in),
        ("turn", &queue.turn),
        ("stage", &queue.stage),
    ];
    for (name, values) in several {
        values.iter().for_each(|value| add(&mut query, name, value));
    }
    queue.body.iter().for_each(|body| add(&mut query, "body", body.as_str()));
    if let Some(days) = queue.waiting_days {
        add(&mut query, "waiting_days", &days.to_string());
    }
    let one = [("claimed", &queue.claimed), ("as_of", &queue.as_of)];
    one.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?))).for_each(|(name, value)| {
        add(&mut query, name, value);
    });
    query
}

fn add(query: &mut String, name: &str, value: &str) {
    // Writing to a string does not fail.
    let _ = write!(query, "&{name}=");
    for byte in value.bytes() {
        let _ = match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b':' | b'/' => {
                write!(query, "{}", char::from(byte))
            }
            other => write!(query, "%{other:02X}"),
        };
    }
}

fn words(review: &Value) -> String {
    let title = if text(review, "title").is_empty() { "(no title)" } else { text(review, "title") };
    let stage = text(review, "stage");
    let turn = text(&review["turn"], "who");
    let turn = if stage.is_empty() { turn.to_owned() } else { format!("{turn} ({stage})") };
    format!(
        "{}  {:<10} {:<4} waits {} for {turn}  {title}",
        text(review, "entry"),
        text(review, "state"),
        text(review, "body"),
        duration(review["waiting_seconds"].as_u64().unwrap_or_default()),
    )
}

/// One line under the list.
fn sum_in_words(counts: &Value) -> String {
    if counts["all"]["count"] == 0 {
        return "Nothing of this kind is in the queue.".to_owned();
    }
    let mut words = format!("{}.", count_in_words("in all", &counts["all"]));
    let open = |of: &str| counts[of]["count"].as_u64().unwrap_or_default();
    if open("claimed") + open("unclaimed") > 0 {
        let _ = write!(words, " {} taken up, {} free.", open("claimed"), open("unclaimed"));
    }
    add_incomplete(&mut words, counts);
    words
}

fn all_in_words(counts: &Value) -> String {
    let mut words = count_in_words("in all", &counts["all"]);
    for (name, title) in [("states", "by state"), ("types", "by type"), ("turns", "by turn"), ("stages", "by stage")] {
        let Some(members) = counts[name].as_object().filter(|members| !members.is_empty()) else { continue };
        let _ = write!(words, "\n{title}:");
        for (key, count) in members {
            let _ = write!(words, "\n  {}", count_in_words(key, count));
        }
    }
    let _ = write!(words, "\nof what is in review or on hold:");
    for (name, title) in [("claimed", "taken up"), ("unclaimed", "free")] {
        let _ = write!(words, "\n  {}", count_in_words(title, &counts[name]));
    }
    add_incomplete(&mut words, counts);
    words
}

fn add_incomplete(words: &mut String, counts: &Value) {
    if counts["complete"] == false {
        words.push_str(" Not all contents were opened yet: ask again, and more will be counted.");
    }
}

fn count_in_words(what: &str, count: &Value) -> String {
    let oldest = count["oldest_seconds"].as_u64();
    let oldest = oldest.map(|seconds| format!(", the oldest for {}", duration(seconds))).unwrap_or_default();
    format!("{} {what}{oldest}", count["count"])
}

fn moment_in_words(as_of: &Value) -> String {
    let position = &as_of["position"];
    let place = match position["sequence"].as_u64() {
        Some(sequence) => format!(", after {} {}/{sequence}", text(position, "origin"), position["epoch"]),
        None => ", before anything had happened".to_owned(),
    };
    format!("The queue as it stood at {}{place}; shown by your rights of today.", text(as_of, "instant"))
}

/// A time of waiting, to the unit that matters.
fn duration(seconds: u64) -> String {
    let (number, unit) = match seconds {
        0..60 => (seconds, "second"),
        60..3_600 => (seconds / 60, "minute"),
        3_600..86_400 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{add, all_in_words, duration, moment_in_words, sum_in_words, words};

    #[test]
    fn values_are_encoded() {
        let mut query = String::new();
        add(&mut query, "as_of", "2026-03-09T09:00:00+03:00");
        add(&mut query, "stage", "a&b=c é");
        assert_eq!(query, "&as_of=2026-03-09T09:00:00%2B03:00&stage=a%26b%3Dc%20%C3%A9");
    }

    #[test]
    fn waiting_is_said_to_the_unit_that_matters() {
        let said = [0, 1, 59, 60, 3_599, 3_600, 86_399, 86_400, 200_000].map(duration);
        let expected =
            ["0 seconds", "1 second", "59 seconds", "1 minute", "59 minutes", "1 hour", "23 hours", "1 day", "2 days"];
        assert_eq!(said, expected);
    }

    #[test]
    fn a_line_says_who_is_waited_for() {
        let review = json!({
            "entry": "01K", "state": "in-review", "body": "KAZ", "stage": "peer", "turn": { "who": "reviewer" },
            "waiting_seconds": 7_200, "title": "A practice",
        });
        assert_eq!(words(&review), "01K  in-review  KAZ  waits 2 hours for reviewer (peer)  A practice");
    }

    #[test]
    fn counts_are_said_in_a_line_or_in_full() {
        let one = json!({ "count": 1, "oldest_seconds": 90_000 });
        let counts = json!({
            "all": one, "states": { "in-review": one }, "types": { "event": one }, "turns": { "moderator": one }, "stages": {},
            "claimed": { "count": 0 }, "unclaimed": one, "complete": true,
        });
        assert_eq!(sum_in_words(&counts), "1 in all, the oldest for 1 day. 0 taken up, 1 free.");
        let full = all_in_words(&counts);
        assert!(full.contains("by state:\n  1 in-review, the oldest for 1 day\nby type:"), "{full}");
        assert!(full.ends_with("0 taken up\n  1 free, the oldest for 1 day"), "{full}");
        assert_eq!(sum_in_words(&json!({ "all": { "count": 0 } })), "Nothing of this kind is in the queue.");
    }

    #[test]
    fn a_moment_is_said_with_its_place() {
        let position = json!({ "origin": "moderation", "epoch": 0, "sequence": 17 });
        let said = moment_in_words(&json!({ "instant": "2026-03-10T09:00:00Z", "position": position }));
        assert!(said.starts_with("The queue as it stood at 2026-03-10T09:00:00Z, after moderation 0/17;"), "{said}");
        assert!(moment_in_words(&json!({ "instant": "x" })).contains("before anything had happened"));
    }
}
