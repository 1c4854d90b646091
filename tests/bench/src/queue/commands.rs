//! Commands of people, by turns in an empty house and in a full one.

use std::time::{Duration, Instant};

use dossier::client::Client;
use serde_json::json;

use super::{
    crowd::{content, file},
    done, review, text,
};
use crate::{
    arguments::Size,
    failure::Failure,
    pipeline::house::Running,
    quantiles::{Times, median},
    report::{Figure, Target},
};

/// So many of each command in each house, after the first ones.
const ROUNDS: u64 = 200;
const WARM_UP: u64 = 20;
/// A command may take so many times as long as in the empty house.
const DUE: f64 = 1.2;

const COMMANDS: [&str; 5] = ["start a draft", "save", "submit", "claim", "approve"];

struct People {
    contributor: Client,
    moderator: Client,
}

impl People {
    fn of(house: &Running) -> Result<Self, Failure> {
        Ok(Self { contributor: house.client("contributor-kz")?, moderator: house.client("moderator-a")? })
    }

    /// One entry on its way; how long each command took.
    fn round(&self, n: u64, size: Size) -> Result<[Duration; COMMANDS.len()], Failure> {
        let (started, entry) = timed(|| file(&self.contributor, n, size))?;
        let path = format!("/contribute/api/v1/entries/{entry}");
        let answer = self.contributor.get(&path).map_err(Failure::wrong)?;
        let etag = answer.etag.ok_or_else(|| Failure::wrong("a draft without an ETag"))?;
        let body = json!({"content": content(n + 1, size)});
        let (saved, _) = timed(|| done(self.contributor.put(&format!("{path}/draft"), &etag, &body)))?;
        let certify = json!({"certify": true});
        let (submitted, _) = timed(|| done(self.contributor.post(&format!("{path}/submit"), &certify)))?;
        let review = review(&self.moderator, &entry)?;
        let act = |act: &str, body| done(self.moderator.post(&format!("/review/api/v1/reviews/{entry}/{act}"), &body));
        let (claimed, _) = timed(|| act("claim", json!({})))?;
        let approval = json!({"digest": text(&review, "digest")?, "note": ""});
        let (approved, _) = timed(|| act("approve", approval))?;
        Ok([started, saved, submitted, claimed, approved])
    }
}

fn timed<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<(Duration, T), Failure> {
    let begun = Instant::now();
    let done = work()?;
    Ok((begun.elapsed(), done))
}

/// Measures both houses by turns.
pub(super) fn measure(empty: &Running, full: &Running, size: Size) -> Result<Vec<Figure>, Failure> {
    let (at_empty, at_full) = (People::of(empty)?, People::of(full)?);
    let (mut few, mut many) = (Vec::new(), Vec::new());
    for n in 0..WARM_UP + ROUNDS {
        // Neither always comes first.
        let (one, other) = if n % 2 == 0 { (&at_empty, &at_full) } else { (&at_full, &at_empty) };
        let (first, second) = (one.round(n, size)?, other.round(n, size)?);
        if n >= WARM_UP {
            let (of_empty, of_full) = if n % 2 == 0 { (first, second) } else { (second, first) };
            few.push(of_empty);
            many.push(of_full);
        }
    }
    let mut figures = Vec::new();
    for (number, command) in COMMANDS.into_iter().enumerate() {
        let times =
            |rounds: &[[Duration; COMMANDS.len()]]| Times::of(rounds.iter().map(|round| round[number]).collect());
        let (few_times, many_times) = (times(&few), times(&many));
        let ratio = many_times.micros(50) / few_times.micros(50);
        figures.push(Figure::new(format!("{command}, empty house, p50"), few_times.micros(50) / 1e3, "ms"));
        figures.push(Figure::new(format!("{command}, full house, p50"), many_times.micros(50) / 1e3, "ms"));
        figures.push(Figure::due("  the full house takes", ratio, "times", Target::AtMost(DUE)));
        let pairs = few.iter().zip(&many).map(|(few, many)| many[number].as_secs_f64() / few[number].as_secs_f64());
        figures.push(Figure::new(
            "  median of the ratios, round by round",
            median(&pairs.collect::<Vec<_>>()),
            "times",
        ));
    }
    Ok(figures)
}
