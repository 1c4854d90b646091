//! A trail as lines of text, for terminals.

use std::fmt::{self, Write};

use super::{Mark, Said, Step, Trail};

/// Writes a trail: a line for what it is of, and for each step a line with when, how long after the one before, where
/// and what, then who did it and what was said.
///
/// # Errors
/// What the writer says.
pub fn write(trail: &Trail, out: &mut impl Write) -> fmt::Result {
    let number = trail.number.as_deref().unwrap_or("no number yet");
    writeln!(out, "{} of {}, {} ({number})", trail.record_type, trail.body, trail.entry)?;
    trail.steps.iter().try_for_each(|step| write_step(step, out))?;
    for place in &trail.before_their_cause {
        writeln!(out, "WARNING: {place} stands before the event that caused it")?;
    }
    Ok(())
}

fn write_step(step: &Step, out: &mut impl Write) -> fmt::Result {
    let since = step.since_previous.map(duration).unwrap_or_default();
    writeln!(out, "{}  {since:>9}  {:<18}  {}", step.recorded, step.place.to_string(), step.sentence)?;
    if let Some(name) = person(step) {
        let on_behalf = step.on_behalf_of.as_ref().map(|body| format!(", on behalf of {body}")).unwrap_or_default();
        let granted = step.authority.map(|authority| format!(", designated by {}", authority.granted));
        writeln!(out, "{:40}by {name}{on_behalf}{}", "", granted.unwrap_or_default())?;
    }
    if let Some(digest) = step.digest {
        writeln!(out, "{:40}content {}", "", &digest.to_string()[..16])?;
    }
    step.said.iter().try_for_each(|said| write_said(said, out))
}

fn person(step: &Step) -> Option<String> {
    let subject = step.by.subject?;
    Some(step.by.name.clone().unwrap_or_else(|| subject.to_string()))
}

fn write_said(said: &Said, out: &mut impl Write) -> fmt::Result {
    let item = said.item.map(|item| format!(" {item}")).unwrap_or_default();
    let field = said.field.as_ref().map(|field| format!(" on {field}")).unwrap_or_default();
    let what = format!("{}{item}{field}", said.what.replace('-', " "));
    match (said.mark, &said.text, &said.content) {
        (Mark::Said, Some(text), _) => writeln!(out, "{:40}{what}: {}", "", on_one_line(text)),
        (Mark::Said, None, Some(content)) => writeln!(out, "{:40}{what}: {content}", ""),
        (mark, ..) => writeln!(out, "{:40}{what}: ({})", "", mark.words()),
    }
}

/// Words of people may hold anything; on a terminal they stay on their line and command nothing.
fn on_one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// How long, with three digits at most: `+12 ms`, `+3.2 s`, `+5 min`, `+2 d`.
fn duration(micros: i64) -> String {
    let seconds = micros / 1_000_000;
    match seconds {
        ..0 => format!("{micros} µs"),
        0 if micros < 1_000 => format!("+{micros} µs"),
        0 => format!("+{} ms", micros / 1_000),
        1..120 => format!("+{}.{} s", seconds, micros / 100_000 % 10),
        120..7_200 => format!("+{} min", seconds / 60),
        7_200..172_800 => format!("+{} h", seconds / 3_600),
        _ => format!("+{} d", seconds / 86_400),
    }
}
