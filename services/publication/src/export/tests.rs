//! Cells that a spreadsheet must not run, and those it may show as they are.

use proptest::prelude::*;

use super::{cell, head, line};

/// DOMAIN section 6, spreadsheets: "a cell starting with = + - @ runs as a formula on export".
#[test]
fn a_cell_starting_with_equals_plus_minus_or_at_runs_as_a_formula_on_export() {
    for text in ["=1+1", "+1", "-1", "@SUM(A1)", "|calc", "%0A", "＝1", "＋1", "－1", "＠A"] {
        assert_eq!(cell(text), format!("'{text}"));
    }
    for (text, safe) in [
        ("\t=1", "\t'=1"),
        ("\r\n=1", "\r\n'=1"),
        (" =1", "' =1"),
        ("\u{FEFF}=1", "'\u{FEFF}=1"),
        ("\u{200B}\u{2066}=1", "'\u{200B}\u{2066}=1"),
        ("'=1", "''=1"),
        ("=HYPERLINK(\"http://x\",\"y\")", "'=HYPERLINK(\"http://x\",\"y\")"),
        ("a;=1", "a;'=1"),
        ("a, =1", "a,' =1"),
        ("a\"=1", "a\"'=1"),
        ("a\n-1", "a\n'-1"),
    ] {
        assert_eq!(cell(text), safe, "{text:?}");
    }
}

#[test]
fn what_is_no_formula_stays_as_it_is() {
    for text in ["", "a", "1-2", "a=b", "me@example.org", "17-20 May 2022", "Nur-Sultan", "a, b", "a - b", "منتدى"]
    {
        assert_eq!(cell(text), text);
    }
}

#[test]
fn every_cell_is_in_quotes_and_no_text_ends_its_own() {
    let cells = ["a\"b", "", "c,d", "e\r\nf"].map(str::to_owned);
    assert_eq!(line(cells.into_iter()), "\"a\"\"b\",\"\",\"c,d\",\"e\r\nf\"\r\n");
    assert!(head().starts_with("\"number\",\"type\",") && head().ends_with("\"address\"\r\n"));
}

proptest! {
    /// Whatever a spreadsheet divides by, and whether or not it heeds quotes, no piece begins with a formula.
    #[test]
    fn no_piece_of_any_text_begins_a_formula(text in "[=+@a\"';,\t\r\n \u{200B}-]{0,24}|.{0,24}") {
        let safe = cell(&text);
        for piece in safe.split([',', ';', '\t', '\n', '\r', '"']) {
            let seen = piece.trim_start_matches([' ', '\u{200B}', '\u{FEFF}']);
            prop_assert!(!seen.starts_with(['=', '+', '-', '@']), "{text:?} gives {safe:?}");
        }
        let without: String = safe.chars().filter(|letter| *letter != '\'').collect();
        let before: String = text.chars().filter(|letter| *letter != '\'').collect();
        prop_assert_eq!(without, before, "nothing else is changed");
    }
}
