//! README's first command: the sample from draft to published, as two editions that stay readable.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{fs, net::TcpListener, path::PathBuf, process::Command, sync::Arc};

use dossier_endtoend::{
    House, Start,
    acts::text,
    command_line::Ran,
    people::{AUDITOR, CONTRIBUTOR_KZ},
    until,
};
use serde_json::{Value, json};

/// What is said when the story has been told.
const TOLD: &str = "Ctrl-C ends it cleanly.";

fn sample() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../data/event-imrf-2022-kazakhstan.txt")
}

fn sample_lines() -> Vec<String> {
    let text = fs::read_to_string(sample()).unwrap();
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(ToOwned::to_owned).collect()
}

/// The lines after a label, up to the next one.
fn after(label: &str) -> Vec<String> {
    const LABELS: [&str; 11] = [
        "Date:",
        "Type of Event",
        "Main organizer/s",
        "Target Audience",
        "Language",
        "Geographic Scope",
        "Workstream Output",
        "Regional Review Process",
        "Country / Regional Networks",
        "GCM Objectives",
        "Status",
    ];
    let ends =
        |line: &String| LABELS.contains(&line.as_str()) || line.starts_with(['*']) || line.starts_with("Location:");
    let lines = sample_lines();
    let at = lines.iter().position(|line| line == label).unwrap_or_else(|| panic!("the sample has no {label}"));
    lines[at + 1..].iter().take_while(|line| !ends(line)).cloned().collect()
}

fn tell(directory: &Arc<tempfile::TempDir>) -> House {
    let sample = sample();
    let more = ["--story", sample.to_str().unwrap()];
    let house = House::on(directory, &Start { more: &more, ..Start::default() });
    until("the story is told", || house.out().contains(TOLD).then_some(()));
    house
}

fn told() -> House {
    tell(&Arc::new(tempfile::tempdir().unwrap()))
}

/// The one entry there is: its number and its list line.
fn number(house: &House) -> String {
    let list = house.nobody().get("/api/v1/entries").expect(200);
    assert_eq!(list["total"], 1);
    let published = text(&list["items"][0], "published_at");
    let number = text(&list["items"][0], "number").to_owned();
    assert_eq!(number, format!("EVT-{}-00001", &published[..4]));
    number
}

fn edition(house: &House, number: &str, edition: u32) -> Value {
    house.nobody().get(&format!("/api/v1/entries/{number}/editions/{edition}")).expect(200)
}

/// Every fact of the sample, as the file has it, under the keys of the registry.
fn facts_of_the_sample() -> Value {
    let lines = sample_lines();
    // What the registry calls the terms that the page shows. A line that is not in this table fails the test.
    let code = |line: &String| {
        let code = match line.as_str() {
            "Conference" => "conference",
            "UN General Assembly" => "un-general-assembly",
            "International Organization for Migration (IOM)" => "iom",
            "Civil Society" => "civil-society",
            "Government" => "government",
            "Intergovernmental Organization" => "intergovernmental-organization",
            "English" => "en",
            "Global" => "global",
            "Regional Network" => "regional-network",
            "GCM Objective 23 - International cooperation" => "23",
            other => panic!("what is {other:?}?"),
        };
        json!(code)
    };
    let codes = |label| Value::Array(after(label).iter().map(code).collect());
    let one = |label: &str| {
        let lines = after(label);
        assert_eq!(lines.len(), 1, "{label}");
        code(&lines[0])
    };
    let no = |label: &str| {
        assert_eq!(after(label), ["No"], "{label}");
        json!(false)
    };
    assert!(lines.contains(&"Location: Nur-Sultan, Kazakhstan".to_owned()));
    assert_eq!(after("Date:"), Vec::<String>::new());
    json!({
        "original_language": "en",
        "title": {"en": lines[1]},
        "description": {"en": lines[2]},
        // No "dates": the page leaves them empty.
        "location": {"city": "Nur-Sultan", "country": "KAZ"},
        "event_type": one("Type of Event"),
        "organizers": codes("Main organizer/s"),
        "target_audience": codes("Target Audience"),
        "languages": codes("Language"),
        "geographic_scope": one("Geographic Scope"),
        "workstream_output": no("Workstream Output"),
        "regional_review": no("Regional Review Process"),
        "network_level": one("Country / Regional Networks"),
        "gcm_objectives": codes("GCM Objectives"),
    })
}

fn corrected_facts() -> Value {
    let mut facts = facts_of_the_sample();
    facts["dates"] = json!({"start": "2022-05-17", "end": "2022-05-20", "zone": "America/New_York"});
    facts["location"] = json!({"city": "New York", "country": "USA"});
    facts
}

/// What a person reads who does not see marks: text without tags, character references resolved.
fn readable(html: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            c if !inside => text.push(c),
            _ => {}
        }
    }
    let text = text.replace("&#39;", "'").replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">");
    text.replace("&amp;", "&").split_whitespace().collect::<Vec<_>>().join(" ")
}

fn check_pages(house: &House, number: &str) {
    let notice = sample_lines().last().unwrap().trim_start_matches('*').to_owned();
    let page = |path: &str| {
        let page = house.nobody().page(path, "en");
        assert_eq!(page.status, 200, "{page}");
        assert!(page.header("content-type").unwrap().starts_with("text/html"), "{page}");
        readable(&page.text())
    };
    let labels =
        ["Type of Event", "Main organizer/s", "Target Audience", "Language", "Geographic Scope", "GCM Objectives"];
    let mut everywhere: Vec<String> = labels.iter().flat_map(|label| after(label)).collect();
    everywhere.extend(sample_lines()[1..3].iter().cloned());
    everywhere.extend([notice, "Regional Network".to_owned(), number.to_owned(), "Demonstration".to_owned()]);
    let first = page(&format!("/entries/{number}/editions/1"));
    let second = page(&format!("/entries/{number}"));
    for fact in &everywhere {
        assert!(first.contains(fact), "edition 1 does not show {fact:?}:\n{first}");
        assert!(second.contains(fact), "edition 2 does not show {fact:?}:\n{second}");
    }
    assert!(first.contains("Nur-Sultan, Kazakhstan"), "{first}");
    assert!(first.contains("Workstream output No") || first.contains("Workstream outputNo"), "{first}");
    assert!(first.contains("Not the current edition"), "{first}");
    assert!(second.contains("New York, United States"), "{second}");
    assert!(second.contains("17") && second.contains("20 May 2022"), "{second}");
    assert!(second.contains("Published"), "{second}");
    assert!(!second.contains("Nur-Sultan"), "{second}");
    let list = page("/");
    assert!(list.contains(number) && list.contains(&sample_lines()[1]), "{list}");
}

fn check_editions(house: &House) {
    let number = number(house);
    let first = edition(house, &number, 1);
    assert_eq!(first["content"], facts_of_the_sample());
    assert_eq!((&first["state"], &first["digest_holds"]), (&json!("superseded"), &json!(true)));
    let second = edition(house, &number, 2);
    assert_eq!(second["content"], corrected_facts());
    assert_eq!((&second["state"], &second["digest_holds"]), (&json!("published"), &json!(true)));
    assert_eq!(house.nobody().get(&format!("/api/v1/entries/{number}")).expect(200), second);
    assert_eq!(house.nobody().get(&format!("/api/v1/entries/{number}/editions/3")).status, 404);
    let notice = sample_lines().last().unwrap().trim_start_matches('*').to_owned();
    for edition in [&first, &second] {
        assert_eq!(edition["notices"][0]["text"]["en"], json!(notice));
        assert_eq!(edition["body"], json!({"code": "KAZ", "name": "Kazakhstan"}));
    }
    check_pages(house, &number);
}

#[test]
fn the_sample_is_published_twice_and_both_editions_stay_readable() {
    let house = told();
    check_editions(&house);
    let killed = house.kill();
    check_editions(&killed.again());
}

#[test]
fn each_step_is_told_with_who_what_origin_and_sequence_and_the_journals_are_verified() {
    let house = told();
    let said = house.out();
    for told in [
        "A contributor started a draft of type event for KAZ.",
        "A moderator approved revision 1.",
        "Edition 1 was published as EVT-",
        "A moderator requested 1 change to revision 2.",
        "Edition 2 was published as EVT-",
    ] {
        let line = said.lines().find(|line| line.contains(told)).unwrap_or_else(|| panic!("{told:?} not in {said}"));
        let mut words = line.split_whitespace();
        let origin = words.next().unwrap();
        assert!(["submission", "moderation", "publication"].contains(&origin), "{line}");
        assert!(words.next().unwrap().parse::<u64>().is_ok(), "{line}");
    }
    for origin in ["submission", "moderation", "publication", "audit"] {
        let sound = said.lines().find(|line| line.trim_start().starts_with(origin) && line.contains("sound"));
        assert!(sound.is_some(), "{origin} was not verified: {said}");
    }
    let entry = house.caller(CONTRIBUTOR_KZ).get("/contribute/api/v1/entries").expect(200)["items"][0].clone();
    assert!(said.contains(&format!("/entries/{}", text(&entry, "number"))), "{said}");
    assert!(said.contains("An auditor read the trail."), "{said}");
}

/// A command as it stands in what was printed, pasted into a shell.
fn paste(command: &str) -> Ran {
    let shell = Command::new("sh").arg("-c").arg(command).output().expect("there is a shell");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ran { code: shell.status.code().unwrap_or(-1), out: text(&shell.stdout), err: text(&shell.stderr) }
}

#[test]
fn what_is_printed_to_be_pasted_works_as_it_is() {
    let mut house = told();
    let said = house.out();
    let (_, offered) = said.split_once("What you can do now").expect("it says what can be done");
    let commands: Vec<&str> = offered.lines().filter_map(|line| line.strip_prefix("    ")).collect();
    let command = |words: &str| {
        let found = commands.iter().find(|command| command.contains(words));
        (*found.unwrap_or_else(|| panic!("{words:?} is not offered: {offered}"))).to_owned()
    };
    let page = commands[0].trim_start_matches(house.base());
    assert_eq!(house.nobody().page(page, "en").status, 200, "{}", commands[0]);
    let filed = paste(&command(" import ")).ended(0);
    assert!(filed.out.contains("in-review"), "{}", filed.out);
    let entry = filed.out.split("entry ").nth(1).and_then(|rest| rest.split(' ').next()).expect("it names the entry");
    let moderator = command("export DOSSIER_TOKEN");
    let as_moderator = |command: &str| paste(&format!("{moderator}\n{}", command.replace("ENTRY", entry)));
    until("it waits for a decision", || as_moderator(&command(" queue ")).ended(0).out.contains(entry).then_some(()));
    let review = as_moderator(&command(" review ")).ended(0);
    let digest = review.out.lines().find_map(|line| line.strip_prefix("digest")).expect("a digest").trim().to_owned();
    let own = paste(&command(" --digest DIGEST").replace("ENTRY", entry).replace("DIGEST", &digest)).ended(4);
    assert!(own.err.contains("not designated"), "{}", own.err);
    let approve = review.out.lines().find(|line| line.contains(" approve ")).expect("the review prints the command");
    let approve = approve.split_once(": ").map_or(approve, |(_, command)| command);
    as_moderator(approve).ended(0);
    let trail = paste(&command(" trail ")).ended(0);
    assert!(trail.out.contains("was published as"), "{}", trail.out);
    paste(&command("kill -9 ")).ended(0);
    until("it is killed", || (!house.is_alive()).then_some(()));
    paste(&command(" verify ")).ended(0);
}

#[test]
fn a_second_run_files_nothing_twice_and_says_so() {
    let house = told();
    let entries = number(&house);
    let events = |house: &House| {
        let audit = house.caller(AUDITOR).get("/audit/api/v1/state").expect(200);
        let origins = ["submission", "moderation", "publication"];
        audit
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| origins.contains(&text(one, "origin")))
            .cloned()
            .collect::<Vec<_>>()
    };
    let before = events(&house);
    let ended = house.stop();
    assert!(ended.status.success(), "{ended:?}");
    let again = tell(&ended.directory);
    let said = again.out();
    assert!(said.contains("Nothing was filed twice"), "{said}");
    assert_eq!(number(&again), entries);
    assert_eq!(events(&again), before, "a second run wrote something");
}

#[test]
fn a_story_that_was_killed_goes_on_where_it_was_left() {
    let directory = Arc::new(tempfile::tempdir().unwrap());
    let sample = sample();
    let more = ["--story", sample.to_str().unwrap()];
    let house = House::on(&directory, &Start { more: &more, ..Start::default() });
    until("the first edition is told", || house.out().contains("Edition 1 was published").then_some(()));
    house.kill();
    let house = tell(&directory);
    check_editions(&house);
}

#[test]
fn a_taken_port_is_told_and_another_is_used() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let house = House::with(&Start { listen: &format!("127.0.0.1:{port}"), ..Start::default() });
    let said = house.out();
    assert!(said.contains(&format!("Port {port} is taken; using ")), "{said}");
    assert!(!house.base().ends_with(&format!(":{port}")), "{}", house.base());
    assert_eq!(house.nobody().get("/healthz").status, 200);
}

#[test]
fn ctrl_c_ends_it_cleanly() {
    let house = House::new();
    house.published("An entry that stays");
    let before = number(&house);
    // A caller who keeps the connection open does not keep the house from ending.
    let idle = house.nobody();
    assert_eq!(idle.get("/healthz").status, 200);
    let ended = house.interrupt();
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    assert!(ended.out.ends_with("Ended cleanly.\n"), "{}", ended.out);
    assert_eq!(ended.err, "", "it complained");
    drop(idle);
    assert_eq!(number(&ended.again()), before);
}
