//! What operators look at: whether it runs, whether it is ready, figures, and the log.

use std::{collections::BTreeSet, sync::Arc};

use dossier_endtoend::{
    House, Start,
    acts::text,
    command_line::run,
    people::{AUDITOR, CONTRIBUTOR_KZ, MODERATOR_A},
    records::event,
    until,
};
use serde_json::{Value, json};

#[test]
fn it_says_that_it_runs_and_that_it_is_ready() {
    let house = House::new();
    let alive = house.nobody().get("/healthz");
    assert_eq!((alive.status, alive.text().as_str()), (200, "ok\n"));
    let ready = house.nobody().get("/readyz").expect(200);
    assert_eq!(ready["ready"], true);
    let checks: BTreeSet<&str> =
        ready["checks"].as_array().into_iter().flatten().map(|one| text(one, "name")).collect();
    for service in ["submission", "moderation", "publication", "audit", "exchange", "history"] {
        assert!(checks.contains(service), "{service} is not among {checks:?}");
    }
}

#[test]
fn what_is_ready_takes_an_entry_at_once() {
    // It was not: a house that said it was ready answered 503, for moderation's registry had not come everywhere yet.
    for _ in 0..8 {
        let house = House::new();
        house.caller(CONTRIBUTOR_KZ).begin(&event("The first request"));
    }
}

#[test]
fn figures_move_with_what_happens() {
    let house = House::new();
    let events = |origin: &str| house.figure(&format!("dossier_events_total{{origin=\"{origin}\"}}"));
    let commits = |origin: &str| house.figure(&format!("dossier_commit_seconds_count{{origin=\"{origin}\"}}"));
    let origins = ["submission", "moderation", "publication"];
    let before = origins.map(|origin| (events(origin), commits(origin)));
    let submit =
        "http_request_seconds_count{method=\"POST\",route=\"/contribute/api/v1/entries/{id}/submit\",status=\"200\"}";
    assert!(house.figure(submit).abs() < 0.5);
    house.published("Counted");
    assert!((house.figure(submit) - 1.0).abs() < 0.5);
    for (origin, (had, committed)) in origins.into_iter().zip(before) {
        assert!(events(origin) > had, "{origin} counts no events");
        assert!(commits(origin) > committed, "{origin} measures no commands");
    }
    assert!(house.figure("dossier_commit_seconds_sum{") > 0.0, "how long a command takes is measured");
    until("audit has copied everything", || {
        let copied = house.figure("dossier_copied_total{");
        ((copied - origins.map(events).iter().sum::<f64>()).abs() < 0.5).then_some(())
    });
    assert!(house.figure("http_handler_panics").abs() < 0.5);
    assert!(house.figure("dossier_follow_parked_entries{").abs() < 0.5);
    // Figures name routes, never entries or people.
    let figures = house.nobody().get("/metrics").text();
    assert!(!figures.contains("EVT-") && !figures.contains("/01"), "{figures}");
}

#[test]
fn each_answer_has_a_number_that_the_log_knows() {
    let house = House::with(&Start { log: "info", ..Start::default() });
    let answer = house.caller(MODERATOR_A).get("/contribute/api/v1/entries/01K9ZV3Q0M5T7N8R2W4X6Y8Z0A");
    let request = answer.header("x-request-id").expect("answers have a number").to_owned();
    let problem = answer.problem(404, "not-found");
    let logged = until("it is logged", || {
        let log = house.err();
        log.lines().find(|line| line.contains(&request)).map(ToOwned::to_owned)
    });
    assert!(logged.contains(text(&problem, "number")), "{logged}");
    assert!(!logged.contains("01K9ZV3Q0M5T7N8R2W4X6Y8Z0A"), "addresses are not logged: {logged}");
}

/// The lines of a log in JSON.
fn lines(log: &str) -> Vec<Value> {
    let read = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line:?} is no JSON: {error}"));
    log.lines().map(read).collect()
}

/// A field of a line, of its message or of a span around it.
fn field<'a>(line: &'a Value, name: &str) -> Option<&'a str> {
    let spans = line["spans"].as_array().into_iter().flatten();
    [&line["fields"], &line["span"]].into_iter().chain(spans).find_map(|holder| holder[name].as_str())
}

#[test]
fn a_command_can_be_followed_through_the_logs_of_all_services() {
    let house = House::with(&Start { log: "info", form: "json", ..Start::default() });
    let (entry, _) = house.published("Followed");
    let steps = house.caller(AUDITOR).trail(&entry);
    let approved = steps.iter().find(|step| step["kind"] == "approved").expect("it was approved").clone();
    let command = text(&approved, "command").to_owned();
    let correlation = text(&approved, "correlation").to_owned();
    assert!(!command.is_empty() && !correlation.is_empty(), "{approved}");
    let ended = house.stop();
    let lines = lines(&ended.err);
    let of_request =
        lines.iter().find(|line| field(line, "command") == Some(&command) && field(line, "route").is_some());
    assert!(of_request.is_some(), "the request's line does not name the command {command}: {}", ended.err);
    let is_about = |line: &&Value| ["correlation", "errand"].iter().any(|name| field(line, name) == Some(&correlation));
    let about: Vec<&Value> = lines.iter().filter(is_about).collect();
    let origins: BTreeSet<&str> = about.iter().filter_map(|line| field(line, "origin")).collect();
    for origin in ["submission", "moderation", "publication"] {
        assert!(origins.contains(origin), "the errand {correlation} is not in a line of {origin}: {about:?}");
    }
}

#[test]
fn a_submission_can_be_found_in_the_log_by_its_command() {
    let house = House::with(&Start { log: "info", form: "json", ..Start::default() });
    let contributor = house.caller(CONTRIBUTOR_KZ);
    let entry = contributor.file(&event("Found"));
    house.caller(MODERATOR_A).review(&entry);
    let submitted = until("the trail has it", || {
        house.caller(AUDITOR).trail(&entry).into_iter().find(|step| step["kind"] == "submitted")
    });
    let command = text(&submitted, "command").to_owned();
    let ended = house.stop();
    let found = lines(&ended.err).into_iter().any(|line| field(&line, "command") == Some(&command));
    assert!(found, "{command} is not in {}", ended.err);
}

#[test]
fn the_log_is_text_or_json_and_silent_when_all_is_well() {
    let directory = Arc::new(tempfile::tempdir().expect("a place"));
    for (form, is_json) in [("text", false), ("json", true)] {
        let house = House::on(&directory, &Start { log: "info", form, ..Start::default() });
        house.published("Logged");
        let ended = house.stop();
        let log: Vec<&str> = ended.err.lines().collect();
        assert!(!log.is_empty());
        for line in log {
            assert_eq!(serde_json::from_str::<Value>(line).is_ok(), is_json, "{form}: {line}");
            assert!(!line.contains('\u{1b}'), "colours in a pipe: {line}");
        }
    }
    let house = House::on(&directory, &Start::default());
    house.published("Nothing to warn of");
    assert_eq!(house.stop().err, "");
}

#[test]
fn a_directory_that_is_open_is_not_opened_again() {
    let house = House::new();
    let data = house.data();
    let data = data.to_str().expect("a path in UTF-8");
    for arguments in [
        &["up", "--demo", "--data", data, "--listen", "127.0.0.1:0"][..],
        &["verify", "--data", data],
        &["replay", "--data", data],
        &["export", "--data", data, "--to", "elsewhere"],
    ] {
        let refused = run(house.beside(), None, arguments).ended(87);
        assert!(refused.err.contains("open"), "{arguments:?}: {}", refused.err);
    }
    house.published("It goes on undisturbed");
}

#[test]
fn without_a_demonstration_there_are_no_invented_people() {
    let house = House::new();
    assert!(house.nobody().page("/", "en").text().contains("Demonstration"));
    let directory = Arc::new(tempfile::tempdir().expect("a place"));
    let data = directory.path().join("data");
    let data = data.to_str().expect("a path in UTF-8");
    let create = ["--json", "account", "--data", data, "create", "Somebody", "--administrator"];
    let created = run(directory.path(), None, &create).ended(0).document();
    let listed = run(directory.path(), None, &["--json", "account", "--data", data, "list"]).ended(0).document();
    assert_eq!(listed["name"], "Somebody", "{listed}");
    let house = House::on(&directory, &Start { people: &[], ..Start::default() });
    assert!(!house.data().join("demo-tokens.json").exists());
    for language in ["en", "ar"] {
        let page = house.nobody().page("/", language).text();
        assert!(!page.contains("class=\"demo\""), "{page}");
    }
    let administrator = house.bearer(text(&created, "token"));
    let designations = administrator.get("/review/api/v1/designations").expect(200);
    assert_eq!(designations["items"].as_array().map(Vec::len), Some(1), "{designations}");
    assert_eq!(designations["items"][0]["role"], json!("administrator"));
}
