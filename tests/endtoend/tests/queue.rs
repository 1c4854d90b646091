//! `dossier queue`: filtered, counted, and as it stood.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use dossier_endtoend::{
    House,
    command_line::{self, Ran},
    people::{CONTRIBUTOR_KZ, MODERATOR_A},
    until,
};

fn run(house: &House, arguments: &[&str]) -> Ran {
    let mut all = vec!["queue"];
    all.extend(arguments);
    all.extend(["--server", house.base()]);
    command_line::run(house.beside(), Some(house.token(MODERATOR_A)), &all)
}

/// The house with the sample record in the queue, and its entry.
fn with_one_in_review() -> (House, String) {
    let house = House::new();
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/../data/event-imrf-2022-kazakhstan.txt");
    let import = ["import", sample, "--submit", "--json", "--server", house.base()];
    let imported = command_line::run(house.beside(), Some(house.token(CONTRIBUTOR_KZ)), &import).ended(0).document();
    let entry = imported["entry"].as_str().unwrap().to_owned();
    until("it is in the queue", || run(&house, &[]).ended(0).out.contains(&entry).then_some(()));
    (house, entry)
}

#[test]
fn it_is_filtered_and_counted() {
    let (house, entry) = with_one_in_review();
    for fits in [
        &["--type", "event", "--body", "KAZ", "--turn", "moderator", "--claimed", "nobody"][..],
        &["--state", "any", "--objective", "23"],
        &["--language", "en", "--readable-in", "en", "--waiting-days", "0"],
    ] {
        let queue = run(&house, fits).ended(0);
        assert!(queue.out.contains(&entry) && queue.out.contains("for moderator"), "{fits:?}: {}", queue.out);
        assert!(queue.out.contains("1 in all, the oldest for"), "{fits:?}: {}", queue.out);
        assert!(queue.out.contains("0 taken up, 1 free."), "{fits:?}: {}", queue.out);
    }
    for other in [&["--body", "KEN"][..], &["--objective", "2"], &["--waiting-days", "3"], &["--claimed", "me"]] {
        let queue = run(&house, other).ended(0);
        assert_eq!(queue.out, "Nothing of this kind is in the queue.\n", "{other:?}");
    }
    let counts = run(&house, &["--counts", "--json"]).ended(0).document();
    assert_eq!((&counts["all"]["count"], &counts["states"]["in-review"]["count"]), (&1.into(), &1.into()));
    let words = run(&house, &["--counts"]).ended(0);
    assert!(words.out.contains("by turn:\n  1 moderator, the oldest for"), "{}", words.out);
    for wrong in [["--state", "open"], ["--turn", "everybody"], ["--claimed", "them"], ["--as-of", "yesterday"]] {
        let told = run(&house, &wrong).ended(4);
        let name = wrong[0].trim_start_matches("--").replace('-', "_");
        assert!(told.err.contains(wrong[1]) || told.err.contains(&name), "{}", told.err);
    }
}

/// The hand-over: what one moderator saw, the other sees again.
#[test]
fn it_is_shown_as_it_stood() {
    let (house, entry) = with_one_in_review();
    let then = run(&house, &["--counts", "--as-of", "2000-01-01T00:00:00Z"]).ended(0);
    assert!(then.out.starts_with("0 in all\n"), "{}", then.out);
    assert!(then.err.contains("before anything had happened"), "{}", then.err);
    let first = run(&house, &["--as-of", "moderation/0"]).ended(0);
    assert_eq!(first.out, "Nothing of this kind is in the queue.\n");
    assert!(first.err.contains("after moderation 0/0; shown by your rights of today"), "{}", first.err);
    let reviewed = run(&house, &["--json"]).ended(0).document();
    let digest = reviewed["digest"].as_str().unwrap().to_owned();
    // A second after it came, by the machine's clock, which is the house's too.
    let submitted: jiff::Timestamp = reviewed["submitted_at"].as_str().unwrap().parse().unwrap();
    let instant = (submitted + jiff::SignedDuration::from_secs(1)).to_string();
    until("that second is over", || (run(&house, &["--as-of", &instant]).code == 0).then_some(()));
    let server = ["--server", house.base()];
    let approve = [&["approve", &entry, "--digest", &digest][..], &server].concat();
    command_line::run(house.beside(), Some(house.token(MODERATOR_A)), &approve).ended(0);
    assert!(!run(&house, &[]).ended(0).out.contains(&entry), "it is approved");
    let again = run(&house, &["--json", "--as-of", &instant]).ended(0).document();
    assert_eq!((again["entry"].as_str(), again["state"].as_str()), (Some(entry.as_str()), Some("in-review")));
    let refused = run(&house, &["--as-of", "2999-01-01T00:00:00Z"]).ended(4);
    assert!(refused.err.contains("has not passed 2999-01-01T00:00:00Z"), "{}", refused.err);
}
