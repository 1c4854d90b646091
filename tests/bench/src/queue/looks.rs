//! Looking at the queue.

use std::time::{Duration, Instant};

use dossier::client::Client;
use serde_json::Value;

use super::{done, text};
use crate::{
    failure::Failure,
    pipeline::house::Running,
    quantiles::Times,
    report::{Figure, Target},
};

/// So many looks of each kind.
const LOOKS: usize = 300;
/// How long a page may take, in milliseconds.
const DUE: f64 = 5.0;

/// What a moderator asks of the queue, and what is said of it.
const PAGES: [(&str, &str); 8] = [
    ("page of 50", "/reviews?limit=50"),
    ("page of 50, any state", "/reviews?limit=50&state=any"),
    ("page of 50, published", "/reviews?limit=50&state=published"),
    ("page of 50, taken up by me", "/reviews?limit=50&claimed=me"),
    ("page of 50, taken up by nobody", "/reviews?limit=50&claimed=nobody"),
    ("page of 50, a body, a turn, an age", "/reviews?limit=50&state=any&body=KEN&turn=contributor&waiting_days=0"),
    ("page of 50, an objective, any state", "/reviews?limit=50&state=any&objective=23"),
    ("nothing, looked for everywhere", "/reviews?limit=50&state=any&objective=99"),
];

/// Pages, counts, and both as of a moment.
pub(super) fn measure(house: &Running) -> Result<Vec<Figure>, Failure> {
    let moderator = house.client("moderator-a")?;
    let mut figures = Vec::new();
    for (name, path) in PAGES {
        let (first, times) = looks(&moderator, path)?;
        figures.push(due(format!("{name}, p50"), &times));
        figures.push(Figure::new("  p99", times.micros(99) / 1e3, "ms"));
        figures.push(Figure::new("  the first", first.as_secs_f64() * 1e3, "ms"));
    }
    figures.extend(deep(&moderator)?);
    for (name, path) in [
        ("counts", "/reviews/counts"),
        ("counts of an objective", "/reviews/counts?objective=23"),
        ("counts of what nobody has taken up", "/reviews/counts?claimed=nobody"),
    ] {
        figures.push(due(format!("{name}, p50"), &looks(&moderator, path)?.1));
    }
    figures.extend(as_of(&moderator)?);
    Ok(figures)
}

fn due(name: String, times: &Times) -> Figure {
    Figure::due(name, times.micros(50) / 1e3, "ms", Target::AtMost(DUE))
}

/// The first look, and all others.
fn looks(moderator: &Client, path: &str) -> Result<(Duration, Times), Failure> {
    let look = || -> Result<Duration, Failure> {
        let begun = Instant::now();
        read(moderator, path)?;
        Ok(begun.elapsed())
    };
    let first = look()?;
    Ok((first, Times::of((0..LOOKS).map(|_| look()).collect::<Result<_, _>>()?)))
}

fn read(moderator: &Client, path: &str) -> Result<Value, Failure> {
    done(moderator.get(&format!("/review/api/v1{path}")))
}

/// All pages to the end, as a program reads them.
fn deep(moderator: &Client) -> Result<Vec<Figure>, Failure> {
    let mut path = "/reviews?limit=50&state=any".to_owned();
    let (mut times, mut lines) = (Vec::new(), 0);
    loop {
        let begun = Instant::now();
        let page = read(moderator, &path)?;
        times.push(begun.elapsed());
        lines += page["items"].as_array().map_or(0, Vec::len);
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/reviews?limit=50&state=any&cursor={next}");
    }
    let times = Times::of(times);
    Ok(vec![due(format!("all {} pages of {lines}, each p50", times.count()), &times)])
}

/// The middle of what happened: folded once, then looked at.
fn as_of(moderator: &Client) -> Result<Vec<Figure>, Failure> {
    let whole = read(moderator, "/reviews?limit=1&state=any&as_of=2000-01-01T00:00:00Z")?;
    if whole["items"].as_array().is_none_or(|items| !items.is_empty()) {
        return Err(Failure::wrong(format!("something happened before anything did: {whole}")));
    }
    let last = read(moderator, "/reviews?limit=1&state=published")?;
    let instant = text(&last["items"][0], "since")?.to_owned();
    let (first, times) = looks(moderator, &format!("/reviews?limit=50&state=any&as_of={instant}"))?;
    let now = read(moderator, "/reviews?limit=1")?;
    let end = text(&now["items"][0], "submitted_at")?;
    let (late, _) = looks(moderator, &format!("/reviews/counts?as_of={end}"))?;
    let (_, counts) = looks(moderator, &format!("/reviews/counts?as_of={instant}"))?;
    Ok(vec![
        Figure::new("as of a moment, the first page (folded for it)", first.as_secs_f64() * 1e3, "ms"),
        Figure::new("as of another, the first counts", late.as_secs_f64() * 1e3, "ms"),
        due("as of a moment, page of 50, p50".to_owned(), &times),
        due("as of a moment, counts, p50".to_owned(), &counts),
    ])
}
