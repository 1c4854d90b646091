//! Habits that keep the house in order.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod house;

use house::{files, is_test, read, root, shown, without_tests};

/// A file has one reason to change; one of this length usually has more.
const LINES_MAX: usize = 500;
/// A table of cases may be longer than the code it tries.
const TEST_LINES_MAX: usize = 600;

#[test]
fn files_are_small() {
    for file in files(&root(), ".rs") {
        let lines = read(&file).lines().count();
        let max = if is_test(&file) { TEST_LINES_MAX } else { LINES_MAX };
        assert!(lines <= max, "{} has {lines} lines; cut it by subject", shown(&file));
    }
}

#[test]
fn nothing_is_unwrapped_outside_tests() {
    for file in files(&root(), ".rs").iter().filter(|file| !is_test(file)) {
        let text = read(file);
        for word in [".unwrap()", "todo!(", "unimplemented!(", "dbg!("] {
            let found =
                without_tests(&text).lines().find(|line| line.contains(word) && !line.trim_start().starts_with("//"));
            assert!(found.is_none(), "{}: {}", shown(file), found.unwrap_or_default().trim());
        }
    }
}

#[test]
fn tests_wait_for_conditions_and_are_never_ignored() {
    // Assembled, so that this file does not find itself.
    let sleeping = ["thread::sleep", "(Duration"].concat();
    let ignored = ["#[", "ignore"].concat();
    let measures =
        |file: &std::path::Path| shown(file).contains("/examples/") || shown(file).starts_with("tests/bench/");
    for file in files(&root(), ".rs").iter().filter(|file| is_test(file) && !measures(file)) {
        let text = read(file);
        // A test that another test runs, as a process that may be killed, is not run by itself.
        let skipped = text.lines().find(|line| line.contains(&ignored) && !line.contains("a process of its own"));
        assert!(skipped.is_none(), "{} ignores a test: {}", shown(file), skipped.unwrap_or_default());
        // Waiting between two looks at a condition is marked, and so are the moment of a crash and the length of a fault; anything else is
        // luck.
        let marked = |line: &str| {
            line.contains("// between looks")
                || line.contains("// a random moment")
                || line.contains("// that is how long")
        };
        let lucky = text.lines().find(|line| line.contains(&sleeping) && !marked(line));
        assert!(lucky.is_none(), "{} sleeps: {}", shown(file), lucky.unwrap_or_default().trim());
    }
}

#[test]
fn every_promise_has_a_test_that_names_it() {
    // P8 (as of) is the subject of "Proof and time".
    let due = ["P1", "P2", "P3", "P4", "P5", "P6", "P7", "P9", "P10", "P11", "P12", "P13"];
    let texts: Vec<_> = files(&root(), ".rs")
        .iter()
        .filter(|file| is_test(file) && !shown(file).starts_with("tests/tidy/"))
        .map(|file| read(file))
        .collect();
    for promise in due {
        let named =
            texts.iter().any(|text| text.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == promise));
        assert!(named, "no test names {promise}");
    }
}

#[test]
fn no_file_carries_a_path_of_this_machine_or_a_secret() {
    let here = root();
    let machine = [here.to_string_lossy().into_owned(), ["/ro", "ot/"].concat(), ["BEGIN PRIV", "ATE KEY"].concat()];
    for ending in [".rs", ".md", ".toml", ".yaml", ".py", ".sh", ".conf", ".html", ".json"] {
        for file in files(&here, ending) {
            let text = String::from_utf8_lossy(&std::fs::read(&file).unwrap()).into_owned();
            let found = machine.iter().find(|word| text.contains(word.as_str()));
            assert!(found.is_none(), "{} holds {found:?}", shown(&file));
        }
    }
}
