//! `dossier trail`: how an entry got to where it is. Reading a trail is itself recorded.

mod taken;

use std::fmt::Write as _;

use dossier_audit::{Trail, trail::plain};
use serde_json::Value;

use crate::{
    Exit, Failure,
    cli::{Trail as Asked, TrailFormat as Format},
    client::{Answer, Client},
    output::{Audience, line},
};

/// A page has up to a thousand steps; a million steps are more than one entry ever has.
const PAGES_MAX: usize = 1_000;
/// Steps on a page.
const STEPS: usize = 1_000;

pub(super) fn run(asked: &Asked, audience: Audience) -> Result<(), Failure> {
    let client = Client::new(&asked.server);
    if asked.format != Format::Text {
        return taken::take(&client, &path_of(asked), asked, audience);
    }
    let first = path_of(asked);
    let pages = read(|path| client.get(path), &format!("{first}&limit={STEPS}"))?;
    match (audience, &asked.out) {
        (Audience::Program, _) => pages.iter().for_each(|page| line(&page.to_string())),
        (Audience::Person, None) => line(words(pages)?.trim_end()),
        (Audience::Person, Some(path)) => taken::write(path, &words(pages)?)?,
    }
    Ok(())
}

/// Where what is asked for is.
fn path_of(asked: &Asked) -> String {
    let mut path = format!("/audit/api/v1/entries/{}/trail?format={}", escaped(&asked.entry), asked.format.name());
    let one = [("from", &asked.from), ("to", &asked.to), ("by", &asked.by), ("as_of", &asked.as_of)];
    let one = one.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?)));
    let several = asked.kind.iter().map(|kind| ("kind", kind.as_str()));
    let several = several.chain(asked.origin.iter().map(|origin| ("origin", origin.as_str())));
    let only = asked.only.map(|only| ("only", only.name()));
    let depth = [("contents", asked.contents), ("changes", asked.changes)];
    let depth = depth.into_iter().filter(|(_, wanted)| *wanted).map(|(name, _)| (name, "true"));
    for (name, value) in one.chain(several).chain(only).chain(depth) {
        // Writing to a string does not fail.
        let _ = write!(path, "&{name}={}", escaped(value));
    }
    path
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

/// A whole trail, page by page, as `get` reads each.
///
/// # Errors
/// [`Failure`]: no such entry, or no right to read its trail.
pub(super) fn pages(get: impl Fn(&str) -> Result<Answer, Failure>, entry: &str) -> Result<Vec<Value>, Failure> {
    read(get, &format!("/audit/api/v1/entries/{}/trail?limit={STEPS}", escaped(entry)))
}

fn read(get: impl Fn(&str) -> Result<Answer, Failure>, first: &str) -> Result<Vec<Value>, Failure> {
    let mut path = first.to_owned();
    let mut pages = Vec::new();
    while pages.len() < PAGES_MAX {
        let page = get(&path)?.document()?;
        let next = page["next"].as_str().map(ToOwned::to_owned);
        pages.push(page);
        match next {
            Some(cursor) => path = format!("{first}&cursor={cursor}"),
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

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn nothing_of_a_name_becomes_another_part_of_the_address() {
        assert_eq!(escaped("EVT-2026-00001"), "EVT-2026-00001");
        assert_eq!(escaped("../x?y#z&a=b %"), "..%2Fx%3Fy%23z%26a%3Db%20%25");
        assert_eq!(escaped("2026-03-09T09:00:00+03:00"), "2026-03-09T09:00:00%2B03:00");
    }
}
