//! Ten thousand entries in all states: how fast the queue is, and whether anybody's command is slower than in an empty house.
//!
//! Both houses run in this process and take turns, command by command, so that whatever else the machine does hits both.

mod commands;
pub(crate) mod crowd;
mod looks;

use std::{path::Path, time::Instant};

use dossier::client::{Answer, Client};
use serde_json::Value;

use crate::{
    arguments::Size,
    failure::Failure,
    pipeline::house::{Running, record},
    report::{Figure, Section, peak_memory},
};

/// Fills one house, leaves the other empty, and measures both.
pub(crate) fn measure(size: Size, entries: u64, directory: &Path) -> Result<Section, Failure> {
    let metrics = record()?;
    let full = Running::start(&directory.join("full"), metrics.clone())?;
    let empty = Running::start(&directory.join("empty"), metrics)?;
    let begun = Instant::now();
    crowd::fill(&full, entries, size)?;
    let filled = begun.elapsed();
    let mut figures = vec![
        Figure::new("filled in", filled.as_secs_f64(), "s"),
        Figure::new("filled", entries as f64 / filled.as_secs_f64(), "entries/s"),
    ];
    figures.extend(looks::measure(&full)?);
    figures.extend(commands::measure(&empty, &full, size)?);
    figures.extend(peak_memory());
    full.end();
    empty.end();
    Ok(Section {
        subject: "queue".to_owned(),
        events: match size {
            Size::Small => "smallest contents".to_owned(),
            Size::Mix => size.name().to_owned(),
        },
        how: format!(
            "{entries} entries in {} states over HTTP; commands by turns in this house and in an empty one in the same process",
            crowd::STATES
        ),
        figures,
    })
}

/// What a request that should succeed answers.
fn done(answer: Result<Answer, dossier::Failure>) -> Result<Value, Failure> {
    answer.and_then(Answer::document).map_err(Failure::wrong)
}

fn text<'a>(document: &'a Value, name: &str) -> Result<&'a str, Failure> {
    document[name].as_str().ok_or_else(|| Failure::wrong(format!("there is no {name} in {document}")))
}

/// Asks until what is asked for says so.
fn until(what: &str, ask: impl Fn() -> Result<Option<Value>, Failure>) -> Result<Value, Failure> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(there) = ask()? {
            return Ok(there);
        }
        if Instant::now() > deadline {
            return Err(Failure::wrong(format!("{what} does not come")));
        }
        // Between looks.
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
}

/// Nobody waits longer for anybody; a busy machine takes a second.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);

/// The review of an entry, once moderation has it.
pub(crate) fn review(moderator: &Client, entry: &str) -> Result<Value, Failure> {
    until("a review", || {
        let answer = moderator.get(&format!("/review/api/v1/reviews/{entry}")).map_err(Failure::wrong)?;
        if answer.status == 404 { Ok(None) } else { answer.document().map(Some).map_err(Failure::wrong) }
    })
}
