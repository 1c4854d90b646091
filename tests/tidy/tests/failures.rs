//! Every failure of another system that this house was built against has its test (`tests/FAILURES.md`).

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod house;

use house::{read, root};

/// Whom each row is about and a word of the failure, in the order of the table: none is ever taken out.
const ROWS: [(&str, &str); 21] = [
    ("Wagtail, Payload, Plone", "unseen edit"),
    ("Wagtail", "own page"),
    ("Wagtail", "UPDATE"),
    ("Payload", "If-Match"),
    ("GeoNetwork, DKAN", "newer draft"),
    ("EU platform", "live page"),
    ("assembl", "pending item"),
    ("Joinup", "needs update"),
    ("registry-core", "attributed"),
    ("koryta", "second approval"),
    ("Drupal sites", "workflow state"),
    ("Drupal sites", "translation"),
    ("Wagtail", "without a change"),
    ("GitHub", "voids an approval"),
    ("DSpace", "older tasks"),
    ("OJS", "move next"),
    ("Wagtail", "six million"),
    ("Wagtail (CVE)", "without the right"),
    ("JSON Schema users", "misspelt"),
    ("spreadsheets", "formula"),
    ("importers", "empty date"),
];

/// Whom a row is about, what went wrong, and the tests, each with its file.
type Row<'a> = (&'a str, &'a str, Vec<(&'a str, &'a str)>);

/// One line of the table.
fn row(line: &str) -> Option<Row<'_>> {
    let mut cells = line.strip_prefix("| ")?.strip_suffix(" |")?.splitn(3, " | ");
    let (who, what, tests) = (cells.next()?, cells.next()?, cells.next()?);
    let quoted: Vec<&str> = tests.split('`').skip(1).step_by(2).collect();
    Some((who, what, quoted.chunks(2).filter_map(|pair| Some((*pair.first()?, *pair.get(1)?))).collect()))
}

#[test]
fn every_failure_seen_elsewhere_has_its_test() {
    let text = read(&root().join("tests/FAILURES.md"));
    let rows: Vec<_> = text.lines().skip_while(|line| !line.starts_with("|---")).skip(1).filter_map(row).collect();
    assert_eq!(rows.len(), ROWS.len(), "a row of tests/FAILURES.md has gone, or is not in the list above");
    for ((who, what, tests), (meant, word)) in rows.iter().zip(ROWS) {
        assert!(*who == meant && what.contains(word), "the row of {meant} ({word}) says {who}: {what}");
        assert!(!tests.is_empty(), "{who}: {what}: there is no test");
        let named = tests.iter().filter(|(file, test)| is_named_after(file, test, who, word)).count();
        assert!(named > 0, "{who}: {what}: no test is named after it, or says so in the lines above its name");
    }
}

/// Whether the test is there (it must be), and says what it is after: whom it was seen with, or the failure.
fn is_named_after(file: &str, test: &str, who: &str, word: &str) -> bool {
    let text = read(&root().join(file));
    let lines: Vec<&str> = text.lines().collect();
    let at = lines.iter().position(|line| line.contains(&format!("fn {test}(")));
    let at = at.unwrap_or_else(|| panic!("{file} has no test {test} (tests/FAILURES.md)"));
    let above = lines[..at]
        .iter()
        .rev()
        .take_while(|line| line.starts_with(['#', '/']) || line.trim_start().starts_with("///"));
    let is_test = above.clone().any(|line| line.starts_with("#[test]") || line.starts_with("#[tokio::test"));
    assert!(is_test, "{file}: {test} is no test");
    let said = above.fold(test.replace('_', " "), |said, line| said + line).to_lowercase();
    let first = who.split([',', ' ', '(']).next().unwrap().replace('-', " ").to_lowercase();
    said.contains(&first) || said.contains(&word.to_lowercase())
}
