//! A trail as lines of text, for terminals.

use std::fmt::{self, Write};

use dossier_proto::Origin;

use super::{Changed, FieldChanged, Mark, PieceMark, Said, Step, Trail};

/// Where what belongs to a step begins: under its sentence.
const INDENT: usize = 34;

/// Writes a trail: a line for what it is of, and for each step a line with its number, when, how long after the one before,
/// in which lane and what; then who did it under which designation, how long it had waited, what it led to and what was said.
///
/// # Errors
/// What the writer says.
pub fn write(trail: &Trail, out: &mut impl Write) -> fmt::Result {
    write_head(trail, out)?;
    let mut day = "";
    for step in &trail.steps {
        let (date, _) = moment(&step.recorded);
        if date != day {
            writeln!(out, "\n{date}")?;
            day = date;
        }
        write_step(step, out)?;
    }
    write_foot(trail, out)
}

/// What the trail is of, and what the lanes are.
///
/// # Errors
/// What the writer says.
pub fn write_head(trail: &Trail, out: &mut impl Write) -> fmt::Result {
    let number = trail.number.as_deref().unwrap_or("no number yet");
    writeln!(out, "{} of {}, {} ({number})", trail.record_type, trail.body, trail.entry)?;
    if let Some(moment) = &trail.as_of {
        writeln!(out, "as of {moment}")?;
    }
    let shown = if trail.matching == trail.total || trail.matching == 0 {
        format!("{} steps", trail.total)
    } else {
        format!("{} of {} steps", trail.matching, trail.total)
    };
    writeln!(out, "{shown}; lanes: S submission, M moderation, P publication, A audit; times in UTC")
}

/// Who has the move, and what is wrong.
///
/// # Errors
/// What the writer says.
pub fn write_foot(trail: &Trail, out: &mut impl Write) -> fmt::Result {
    for waiting in &trail.waiting {
        let held = if waiting.held { " (on hold: its clock stands still)" } else { "" };
        writeln!(out, "\nThe next move is with {}, since step {}{held}.", waiting.whom.words(), waiting.step)?;
    }
    for place in &trail.before_their_cause {
        writeln!(out, "WARNING: {place} was recorded before the event that caused it")?;
    }
    Ok(())
}

/// Day and time of day of a moment.
fn moment(recorded: &str) -> (&str, &str) {
    let (day, time) = recorded.split_once('T').unwrap_or((recorded, ""));
    (day, time.get(..12).unwrap_or(time))
}

/// The column of a service, with a mark in it.
const fn lane(origin: Origin) -> &'static str {
    match origin {
        Origin::Submission => "S···",
        Origin::Moderation => "·M··",
        Origin::Publication => "··P·",
        Origin::Audit => "···A",
    }
}

fn write_step(step: &Step, out: &mut impl Write) -> fmt::Result {
    let since = step.since_previous.map(duration).unwrap_or_default();
    let (_, time) = moment(&step.recorded);
    let (number, lane) = (step.number, lane(step.place.origin));
    writeln!(out, "{number:>5} {time:<12} {since:>8} {lane}  {}", on_one_line(&step.sentence))?;
    if let Some(name) = person(step) {
        let on_behalf = step.on_behalf_of.as_ref().map(|body| format!(", on behalf of {body}")).unwrap_or_default();
        writeln!(out, "{:INDENT$}by {name}{on_behalf}{}", "", designated(step))?;
    }
    if let Some(waited) = &step.waited {
        let held = match waited.held {
            0 => String::new(),
            held => format!(", {} on hold not counted", plainly(held)),
        };
        let (long, whom) = (plainly(waited.micros), waited.whom.words());
        writeln!(out, "{:INDENT$}waited {long} for {whom}, since step {}{held}", "", waited.step)?;
    }
    write_links(step, out)?;
    if let Some(digest) = step.digest {
        let round = step.round.map(|round| format!(", round {round}")).unwrap_or_default();
        let stage = step.stage.as_ref().map(|stage| format!(", stage {}", on_one_line(stage))).unwrap_or_default();
        writeln!(out, "{:INDENT$}content {}{round}{stage}", "", digest.to_string().get(..16).unwrap_or_default())?;
    }
    step.said.iter().try_for_each(|said| write_said(said, out))?;
    step.changed.as_ref().map_or(Ok(()), |changed| write_changed(changed, out))
}

fn write_links(step: &Step, out: &mut impl Write) -> fmt::Result {
    let mut links = vec![step.place.to_string()];
    links.extend(step.because_of.map(|cause| format!("because of {cause}")));
    if !step.effects.is_empty() {
        let led_to: Vec<_> = step.effects.iter().map(|effect| effect.number.to_string()).collect();
        let more = if step.effects_total.is_some() { " and more" } else { "" };
        links.push(format!("led to {}{more}", led_to.join(", ")));
    }
    writeln!(out, "{:INDENT$}{}", "", links.join(" · "))
}

fn designated(step: &Step) -> String {
    let Some(authority) = step.authority else { return String::new() };
    let mut said = format!(", designated by {}", authority.granted);
    let Some(designation) = &step.designation else { return said };
    let day = |moment: &str| moment.get(..10).unwrap_or(moment).to_owned();
    if let Some(granted) = &designation.granted_at {
        let _ = write!(said, " on {}", day(granted));
    }
    if let Some(until) = &designation.until {
        let _ = write!(said, " until {}", day(until));
    }
    if let Some(note) = &designation.note_number {
        let _ = write!(said, ", note {}", on_one_line(note));
    }
    if let Some(revoked) = &designation.revoked {
        let _ = write!(said, ", revoked on {}", day(revoked));
    }
    said
}

fn person(step: &Step) -> Option<String> {
    let subject = step.by.subject?;
    Some(step.by.name.as_deref().map_or_else(|| subject.to_string(), on_one_line))
}

fn write_said(said: &Said, out: &mut impl Write) -> fmt::Result {
    let item = said.item.map(|item| format!(" {item}")).unwrap_or_default();
    let field = said.field.as_ref().map(|field| format!(" on {}", on_one_line(field))).unwrap_or_default();
    let what = format!("{}{item}{field}", said.what.replace('-', " "));
    match (said.mark, &said.text, &said.content) {
        (Mark::Said, Some(text), _) => writeln!(out, "{:INDENT$}{what}: {}", "", on_one_line(text)),
        (Mark::Said, None, Some(content)) => writeln!(out, "{:INDENT$}{what}: {content}", ""),
        (mark, ..) => writeln!(out, "{:INDENT$}{what}: ({})", "", mark.words()),
    }
}

fn write_changed(changed: &Changed, out: &mut impl Write) -> fmt::Result {
    let against = format!("{} (step {})", changed.against.words(), changed.step);
    if changed.same {
        return writeln!(out, "{:INDENT$}the same text as {against}", "");
    }
    match changed.mark {
        None => return writeln!(out, "{:INDENT$}another text than {against}", ""),
        Some(Mark::Said) => writeln!(out, "{:INDENT$}changed against {against}:", "")?,
        Some(mark) => return writeln!(out, "{:INDENT$}another text than {against} ({})", "", mark.words()),
    }
    changed.fields.iter().try_for_each(|field| write_field(field, out))?;
    match changed.left_out {
        0 => Ok(()),
        fields => writeln!(out, "{:INDENT$}  and {fields} more fields", ""),
    }
}

fn write_field(field: &FieldChanged, out: &mut impl Write) -> fmt::Result {
    let language = field.language.as_ref().map(|language| format!(" ({})", on_one_line(language))).unwrap_or_default();
    write!(out, "{:INDENT$}  {}{language}: ", "", on_one_line(&field.field))?;
    for piece in &field.words {
        let text = on_one_line(&piece.text);
        match piece.mark {
            PieceMark::Same => write!(out, "{text}"),
            PieceMark::Removed => write!(out, "[-{text}-]"),
            PieceMark::Added => write!(out, "{{+{text}+}}"),
        }?;
    }
    let values = field.before.iter().map(|value| format!("[-{}-]", on_one_line(value)));
    let values = values.chain(field.after.iter().map(|value| format!("{{+{}+}}", on_one_line(value))));
    writeln!(out, "{}", values.collect::<Vec<_>>().join(" "))
}

/// Words of people may hold anything; on a terminal they stay on their line and command nothing.
fn on_one_line(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().map(|c| if c.is_control() || turns(c) { ' ' } else { c }).collect()
}

/// How long, with three digits at most: `+12 ms`, `+3.2 s`, `+5 min`, `+2 d`.
fn duration(micros: i64) -> String {
    if micros < 0 { format!("{micros} µs") } else { format!("+{}", plainly(micros)) }
}

/// The same without the sign.
fn plainly(micros: i64) -> String {
    let seconds = micros / 1_000_000;
    match seconds {
        ..=0 if micros < 1_000 => format!("{micros} µs"),
        ..=0 => format!("{} ms", micros / 1_000),
        1..120 => format!("{}.{} s", seconds, micros / 100_000 % 10),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}
