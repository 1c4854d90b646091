//! Steps as a table: one line for each in CSV ([RFC 4180](https://www.rfc-editor.org/rfc/rfc4180)), UTF-8.
//!
//! Every cell is in quotes, so no text can end its cell. What a spreadsheet would take for a formula begins with an apostrophe,
//! which spreadsheets read as "this is text", and what commands a terminal or turns the direction of a line is written as its
//! number. The JSON Lines hold every text as it is.

use super::{FieldChanged, PieceMark, Step, Who};

/// The columns.
pub const COLUMNS: [&str; 34] = [
    "number",
    "entry",
    "public_number",
    "body",
    "type",
    "recorded",
    "origin",
    "epoch",
    "sequence",
    "kind",
    "sentence",
    "actor",
    "subject",
    "name",
    "role",
    "on_behalf_of",
    "designation",
    "designation_granted",
    "designation_until",
    "designation_note",
    "because_of",
    "led_to",
    "revision",
    "round",
    "stage",
    "edition",
    "digest",
    "waited_seconds",
    "waited_for",
    "held_seconds",
    "said",
    "changed",
    "event_id",
    "event_hash",
];

/// What a line says of the entry beside the step.
#[derive(Debug, Clone, Copy)]
pub struct Of<'a> {
    /// The entry's id; empty where the event concerns none.
    pub entry: &'a str,
    /// Its public number.
    pub number: &'a str,
    /// Whose it is.
    pub body: &'a str,
    /// Its record type.
    pub record_type: &'a str,
}

/// The header row.
pub fn head() -> String {
    line(COLUMNS.iter().map(ToString::to_string))
}

/// The last row: `end`, how many rows stand between it and the header, and the SHA-256 of every byte before it. A file
/// without it was cut.
pub fn end(rows: u64, digest: &str) -> String {
    let mut cells = vec![String::new(); COLUMNS.len()];
    for (at, text) in [(0, "end".to_owned()), (1, rows.to_string()), (COLUMNS.len() - 1, digest.to_owned())] {
        if let Some(cell) = cells.get_mut(at) {
            *cell = text;
        }
    }
    line(cells.into_iter())
}

/// The row of a step.
pub fn row(step: &Step, of: Of<'_>) -> String {
    let designation = step.designation.as_ref();
    let waited = step.waited.as_ref();
    let optional = |number: Option<u32>| number.map(|number| number.to_string()).unwrap_or_default();
    let text = |text: Option<&String>| text.cloned().unwrap_or_default();
    line(
        [
            if step.number == 0 { String::new() } else { step.number.to_string() },
            of.entry.to_owned(),
            of.number.to_owned(),
            of.body.to_owned(),
            of.record_type.to_owned(),
            step.recorded.clone(),
            step.place.origin.to_string(),
            step.place.epoch.to_string(),
            step.place.sequence.to_string(),
            step.kind.clone(),
            step.sentence.clone(),
            actor(&step.by),
            step.by.subject.map(|subject| subject.to_string()).unwrap_or_default(),
            text(step.by.name.as_ref()),
            step.by.role.map(|role| role.key().to_owned()).unwrap_or_default(),
            step.on_behalf_of.as_ref().map(ToString::to_string).unwrap_or_default(),
            designation.map(|it| it.id.to_string()).unwrap_or_default(),
            text(designation.and_then(|it| it.granted_at.as_ref())),
            text(designation.and_then(|it| it.until.as_ref())),
            text(designation.and_then(|it| it.note_number.as_ref())),
            step.because_of.map(|number| number.to_string()).unwrap_or_default(),
            step.effects.iter().map(|effect| effect.number.to_string()).collect::<Vec<_>>().join(" "),
            optional(step.revision),
            optional(step.round),
            text(step.stage.as_ref()),
            optional(step.edition),
            step.digest.map(|digest| digest.to_string()).unwrap_or_default(),
            waited.map(|it| seconds(it.micros)).unwrap_or_default(),
            waited.map(|it| it.whom.words().to_owned()).unwrap_or_default(),
            waited.map(|it| seconds(it.held)).unwrap_or_default(),
            said(step),
            changed(step),
            step.id.to_string(),
            step.hash.to_string(),
        ]
        .into_iter(),
    )
}

fn actor(who: &Who) -> String {
    match (who.kind, who.service) {
        (super::By::Person, _) => "person".to_owned(),
        (super::By::Service, service) => format!("service {}", service.map(|one| one.name()).unwrap_or_default()),
        (super::By::System, service) => format!("system {}", service.map(|one| one.name()).unwrap_or_default()),
    }
}

fn seconds(micros: i64) -> String {
    (micros / 1_000_000).to_string()
}

fn said(step: &Step) -> String {
    let said = step.said.iter().map(|said| {
        let text = said.text.as_deref().unwrap_or(said.mark.words());
        format!("{}: {text}", said.what)
    });
    said.collect::<Vec<_>>().join("\n")
}

fn changed(step: &Step) -> String {
    let Some(changed) = &step.changed else { return String::new() };
    if changed.same {
        return format!("the same as {} (step {})", changed.against.words(), changed.step);
    }
    changed.fields.iter().map(field).collect::<Vec<_>>().join("\n")
}

fn field(field: &FieldChanged) -> String {
    let language = field.language.as_ref().map(|language| format!(" ({language})")).unwrap_or_default();
    let words = field.words.iter().map(|piece| match piece.mark {
        PieceMark::Same => piece.text.clone(),
        PieceMark::Removed => format!("[-{}-]", piece.text),
        PieceMark::Added => format!("{{+{}+}}", piece.text),
    });
    let before = field.before.iter().map(|value| format!("[-{value}-]"));
    let after = field.after.iter().map(|value| format!("{{+{value}+}}"));
    let all: String = words.chain(before).chain(after).collect();
    format!("{}{language}: {all}", field.field)
}

/// A line of CSV: every cell in quotes, and none that a spreadsheet runs.
pub(crate) fn line(cells: impl Iterator<Item = String>) -> String {
    let quoted: Vec<String> = cells.map(|text| format!("\"{}\"", cell(&text).replace('"', "\"\""))).collect();
    format!("{}\r\n", quoted.join(","))
}

/// Whether a cell that begins with this is taken for a formula. The last four are what East Asian keyboards type for the same.
const fn begins_a_formula(letter: char) -> bool {
    matches!(letter, '=' | '+' | '-' | '@' | '|' | '%' | '＝' | '＋' | '－' | '＠')
}

/// Whether a spreadsheet may end a cell here: which character does is a setting of the reader's country.
const fn ends_a_cell(letter: char) -> bool {
    matches!(letter, ',' | ';' | '\t' | '\n' | '\r' | '"')
}

/// What is obeyed and not seen.
fn commands(letter: char) -> bool {
    letter.is_control() && !matches!(letter, '\n' | '\t')
        || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// What readers do not see, and spreadsheets pass over before a formula.
fn is_unseen(letter: char) -> bool {
    letter.is_whitespace()
        || letter.is_control()
        || matches!(letter, '\u{FEFF}' | '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{2069}' | '\'')
}

/// A text that no spreadsheet runs as a formula.
fn cell(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 1);
    // Where the present cell might begin, as long as nothing that is seen stood there.
    let mut beginning = Some(0);
    for letter in text.chars() {
        if begins_a_formula(letter)
            && let Some(at) = beginning
        {
            safe.insert(at, '\'');
        }
        if commands(letter) {
            safe.extend(letter.escape_unicode());
        } else {
            safe.push(letter);
        }
        if ends_a_cell(letter) {
            beginning = Some(safe.len());
        } else if !is_unseen(letter) {
            beginning = None;
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    /// DOMAIN section 6, spreadsheets: "a cell starting with = + - @ runs as a formula on export".
    #[test]
    fn no_cell_begins_a_formula_and_none_commands() {
        for (text, safe) in [
            ("=1+1", "'=1+1"),
            (" \u{200b}@SUM(A1)", "' \u{200b}@SUM(A1)"),
            ("a\n=cmd|' /C calc'!A0", "a\n'=cmd|' /C calc'!A0"),
            ("－1", "'－1"),
            ("2-1", "2-1"),
            ("\u{1b}[2J\u{202e}x", "\\u{1b}[2J\\u{202e}x"),
        ] {
            assert_eq!(cell(text), safe, "{text:?}");
        }
    }

    #[test]
    fn a_row_has_as_many_cells_as_there_are_columns() {
        let cells = |line: &str| line.trim_end().split("\",\"").count();
        assert_eq!(cells(&head()), COLUMNS.len());
        assert_eq!(cells(&end(7, "ab")), COLUMNS.len());
        assert!(end(7, "ab").starts_with("\"end\",\"7\"") && end(7, "ab").ends_with("\"ab\"\r\n"));
    }
}
