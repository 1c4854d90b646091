//! `dossier trail`: how an entry got to where it is. Reading a trail is itself recorded.

use dossier_audit::{Trail, trail::plain};
use serde_json::Value;

use crate::{
    Exit, Failure,
    cli::OneEntry,
    client::{Answer, Client},
    output::{Audience, line},
};

/// A page has up to a thousand steps; a million steps are more than one entry ever has.
const PAGES_MAX: usize = 1_000;

pub(super) fn run(one: &OneEntry, audience: Audience) -> Result<(), Failure> {
    let client = Client::new(&one.server);
    let pages = pages(|path| client.get(path), &one.entry)?;
    match audience {
        Audience::Program => pages.iter().for_each(|page| line(&page.to_string())),
        Audience::Person => line(words(pages)?.trim_end()),
    }
    Ok(())
}

/// A whole trail, page by page, as `get` reads each.
///
/// # Errors
/// [`Failure`]: no such entry, or no right to read its trail.
pub(super) fn pages(get: impl Fn(&str) -> Result<Answer, Failure>, entry: &str) -> Result<Vec<Value>, Failure> {
    let first = format!("/audit/api/v1/entries/{entry}/trail");
    let mut path = first.clone();
    let mut pages = Vec::new();
    while pages.len() < PAGES_MAX {
        let page = get(&path)?.document()?;
        let next = page["next"].as_str().map(ToOwned::to_owned);
        pages.push(page);
        match next {
            Some(cursor) => path = format!("{first}?cursor={cursor}"),
            None => break,
        }
    }
    Ok(pages)
}

/// The steps in words.
///
/// # Errors
/// [`Failure`] when the server speaks of something this version does not know.
pub(super) fn words(pages: Vec<Value>) -> Result<String, Failure> {
    let unknown = |error: &dyn std::fmt::Display| {
        Failure::new(Exit::Failed, format!("the server's trail is not one this version reads: {error}"))
    };
    let mut pages = pages.into_iter().map(serde_json::from_value::<Trail>);
    let Some(first) = pages.next() else { return Ok(String::new()) };
    let mut whole = first.map_err(|error| unknown(&error))?;
    for page in pages {
        whole.steps.extend(page.map_err(|error| unknown(&error))?.steps);
    }
    let mut words = String::new();
    plain::write(&whole, &mut words).map_err(|error| unknown(&error))?;
    Ok(words)
}
