//! `dossier` as people and scripts type it, against a running Dossier.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{fs, path::PathBuf};

use dossier_endtoend::{
    Entry, House,
    acts::text,
    command_line::{self, Ran},
    people::{AUDITOR, CONTRIBUTOR_KE, CONTRIBUTOR_KZ, MODERATOR_A, Person},
    records::event,
    until,
};
use serde_json::{Value, json};

fn sample() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../data/event-imrf-2022-kazakhstan.txt")
}

/// Runs a command against the house as somebody.
fn run(house: &House, who: Person, arguments: &[&str]) -> Ran {
    let mut all = arguments.to_vec();
    all.extend(["--server", house.base()]);
    command_line::run(house.beside(), Some(house.token(who)), &all)
}

/// A file beside the house.
fn file(house: &House, name: &str, bytes: &[u8]) -> String {
    fs::write(house.beside().join(name), bytes).unwrap();
    name.to_owned()
}

#[test]
fn import_files_a_saved_page_and_accounts_for_each_of_its_lines() {
    let house = House::new();
    let sample = sample();
    let imported = run(&house, CONTRIBUTOR_KZ, &["import", sample.to_str().unwrap(), "--json"]).ended(0).document();
    let members: Vec<&String> = imported.as_object().unwrap().keys().collect();
    for member in ["file", "entry", "state", "placed", "unplaced"] {
        assert!(members.iter().any(|one| *one == member), "{member} is not in {imported}");
    }
    assert_eq!((text(&imported, "file"), text(&imported, "state")), (sample.to_str().unwrap(), "draft"));
    let lines = fs::read_to_string(&sample).unwrap().lines().filter(|line| !line.trim().is_empty()).count();
    let count = |name: &str| imported[name].as_u64().unwrap();
    assert_eq!(count("placed") + count("boilerplate") + count("unplaced"), lines as u64, "{imported}");
    // The link to the content, and the notice, which the registry knows.
    assert_eq!((count("boilerplate"), count("unplaced")), (2, 0), "{imported}");
    let contributor = house.caller(CONTRIBUTOR_KZ);
    let entry = Entry(text(&imported, "entry").to_owned());
    let filed = contributor.entry(&entry);
    assert_eq!(filed["content"]["location"], json!({"city": "Nur-Sultan", "country": "KAZ"}));
    assert_eq!(filed["content"].get("dates"), None, "an empty date is no date");
    assert_eq!(filed["state"], "draft", "the page's own status is a claim");
    assert_eq!(imported["claimed_status"], "Published");
    let source = contributor.get(&entry.draft("/source")).expect(200);
    assert_eq!(text(&source, "text"), fs::read_to_string(&sample).unwrap(), "the file is kept");
}

#[test]
fn the_same_file_twice_files_nothing_twice() {
    let house = House::new();
    let sample = sample();
    let import = |more: &[&str]| {
        let arguments = [&["import", sample.to_str().unwrap(), "--json"][..], more].concat();
        run(&house, CONTRIBUTOR_KZ, &arguments).ended(0).document()
    };
    let first = import(&[]);
    assert_eq!(import(&[])["entry"], first["entry"]);
    let submitted = import(&["--submit"]);
    assert_eq!((&submitted["entry"], &submitted["state"]), (&first["entry"], &json!("in-review")));
    assert_eq!(import(&["--submit"])["state"], "in-review", "submitting it again is no second submission");
    let list = house.caller(CONTRIBUTOR_KZ).get("/contribute/api/v1/entries").expect(200);
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1));
    let other = run(&house, CONTRIBUTOR_KE, &["import", sample.to_str().unwrap(), "--json"]).ended(0).document();
    assert_ne!(other["entry"], first["entry"], "another body's entry is another");
    // The same under another name is the same file; another text is another.
    let copy = file(&house, "copy.txt", &fs::read(&sample).unwrap());
    let copied = run(&house, CONTRIBUTOR_KZ, &["import", &copy, "--json"]).ended(0).document();
    assert_eq!(copied["entry"], first["entry"]);
}

#[test]
fn import_reads_json_and_several_files_and_goes_on_after_a_broken_one() {
    let house = House::new();
    let alone = file(&house, "alone.json", event("Alone").to_string().as_bytes());
    let envelope = file(&house, "envelope.json", json!({"content": event("In an envelope")}).to_string().as_bytes());
    let good = run(&house, CONTRIBUTOR_KZ, &["import", &alone, &envelope, "--json", "--submit"]).ended(0).documents();
    assert_eq!(good.len(), 2);
    for (document, name) in good.iter().zip([&alone, &envelope]) {
        assert_eq!((text(document, "file"), text(document, "state")), (name.as_str(), "in-review"));
    }
    let latin = file(&house, "latin1.txt", b"T\xedtulo\n");
    let nothing = file(&house, "empty.txt", b"");
    let broken = file(&house, "broken.json", b"{\"title\": ");
    let misfit = file(&house, "misfit.json", br#"{"tilte": {"en": "A"}}"#);
    let large = file(&house, "large.txt", "x".repeat(20_000_000).as_bytes());
    let bad = ["missing.txt", &latin, &nothing, &broken, &misfit, &large];
    for name in bad {
        let refused = run(&house, CONTRIBUTOR_KZ, &["import", name, "--json"]);
        assert!(refused.code != 0 && refused.out.is_empty(), "{name}: {refused:?}");
        assert!(refused.err.contains(name), "{name} is not named: {}", refused.err);
    }
    run(&house, CONTRIBUTOR_KZ, &["import", "missing.txt"]).ended(3);
    let utf8 = run(&house, CONTRIBUTOR_KZ, &["import", &latin]);
    assert!(utf8.err.contains("UTF-8"), "{}", utf8.err);
    let mut mixed = vec!["import", "--json"];
    mixed.extend(bad);
    mixed.push(&alone);
    let mixed = run(&house, CONTRIBUTOR_KZ, &mixed).ended(9);
    assert_eq!(mixed.document()["file"], json!(alone), "what can be filed is filed");
    for name in bad {
        assert!(mixed.err.contains(name), "{name} is not named: {}", mixed.err);
    }
}

/// The words of the lines of an answer for people.
fn says(ran: &Ran, words: &[&str]) {
    for word in words {
        assert!(ran.out.contains(word), "{word:?} is not in {:?}", ran.out);
    }
}

#[test]
fn an_entry_goes_from_the_queue_to_publication_by_hand() {
    let house = House::new();
    run(&house, MODERATOR_A, &["queue"]).ended(0);
    let sample = sample();
    let imported =
        run(&house, CONTRIBUTOR_KZ, &["import", sample.to_str().unwrap(), "--submit", "--json"]).ended(0).document();
    let entry = text(&imported, "entry").to_owned();
    until("it is in the queue", || {
        let queue = run(&house, MODERATOR_A, &["queue"]).ended(0);
        queue.out.contains(&entry).then(|| says(&queue, &["KAZ", "International Migration Review Forum"]))
    });
    let queued = run(&house, MODERATOR_A, &["queue", "--json"]).ended(0).document();
    assert_eq!((text(&queued, "entry"), text(&queued, "state")), (entry.as_str(), "in-review"));
    let review = run(&house, MODERATOR_A, &["review", &entry]).ended(0);
    let shown = run(&house, MODERATOR_A, &["review", &entry, "--json"]).ended(0).document();
    let digest = text(&shown, "digest").to_owned();
    says(&review, &[&digest, &format!("dossier approve {entry} --digest {digest}"), "Nur-Sultan"]);
    let wrong = "0".repeat(64);
    let refused = run(&house, MODERATOR_A, &["approve", &entry, "--digest", &wrong]).ended(4);
    assert!(refused.err.contains(&digest) && refused.err.contains("not the one you read"), "{}", refused.err);
    let own = run(&house, CONTRIBUTOR_KZ, &["approve", &entry, "--digest", &digest]).ended(4);
    assert!(own.err.contains("not designated"), "{}", own.err);
    let change = ["request-changes", &entry, "--digest", &digest, "--change", "location=The text says New York"];
    says(&run(&house, MODERATOR_A, &change).ended(0), &["changes-requested", "1 change"]);
    let again = run(&house, MODERATOR_A, &["approve", &entry, "--digest", &digest]).ended(4);
    assert!(again.err.contains("ended") || again.err.contains("decided"), "{}", again.err);
    let contributor = house.caller(CONTRIBUTOR_KZ);
    let id = Entry(entry.clone());
    let returned = contributor.wait_for(&id, "changes-requested");
    assert_eq!(returned["requested_changes"][0]["text"], "The text says New York");
    contributor.submit(&id, "Nothing but the reason.");
    let digest = text(&house.caller(MODERATOR_A).review(&id), "digest").to_owned();
    let approved =
        run(&house, MODERATOR_A, &["approve", &entry, "--digest", &digest, "--note", "Read.", "--json"]).ended(0);
    assert_eq!(text(&approved.document(), "entry"), entry);
    let number = text(&contributor.wait_for(&id, "published"), "number").to_owned();
    until("the queue is empty again", || {
        (!run(&house, MODERATOR_A, &["queue"]).ended(0).out.contains(&entry)).then_some(())
    });
    let trail = run(&house, AUDITOR, &["trail", &number]).ended(0);
    says(&trail, &["started a draft", "requested 1 change", "was published as", &number]);
    let steps = run(&house, AUDITOR, &["trail", &entry, "--json"]).ended(0).document();
    assert!(steps["steps"].as_array().unwrap().len() > 8);
    let decisions = run(&house, AUDITOR, &["trail", &number, "--only", "decisions", "--changes"]).ended(0);
    says(
        &decisions,
        &["requested 1 change", "waited", "the same text as what was submitted", "designated by moderation"],
    );
    assert!(!decisions.out.contains("started a draft"), "{}", decisions.out);
    for (format, file) in [("jsonl", "trail.jsonl"), ("csv", "trail.csv")] {
        let taken = run(&house, AUDITOR, &["trail", &number, "--format", format, "--contents", "--out", file]).ended(0);
        says(&taken, &["it is whole"]);
        let text = fs::read_to_string(house.beside().join(file)).unwrap();
        assert!(text.contains("edition-published") && text.contains("The text says New York"), "{text}");
        // What is there already is not written over.
        run(&house, AUDITOR, &["trail", &number, "--format", format, "--out", file]).ended(6);
    }
    let piped = run(&house, AUDITOR, &["trail", &number, "--format", "jsonl", "--kind", "approved"]).ended(0);
    assert_eq!(piped.out.lines().count(), 3, "{}", piped.out);
    run(&house, AUDITOR, &["trail", &number, "--kind", "nothing"]).ended(4);
}

#[test]
fn who_may_not_is_told_so_with_an_exit_code() {
    let house = House::new();
    let entry = house.caller(CONTRIBUTOR_KZ).file(&event("A forum")).0;
    let nobody = command_line::run(house.beside(), None, &["queue", "--server", house.base()]).ended(4);
    assert!(nobody.err.contains("401") || nobody.err.contains("not known who"), "{}", nobody.err);
    let wrong =
        command_line::run(house.beside(), Some("dsr_wrong-token-of-nobody"), &["queue", "--server", house.base()])
            .ended(4);
    assert!(!wrong.err.contains("dsr_wrong-token-of-nobody"), "a token is not repeated: {}", wrong.err);
    run(&house, MODERATOR_A, &["trail", &entry]).ended(4);
    run(&house, CONTRIBUTOR_KE, &["review", &entry]).ended(3);
    run(&house, MODERATOR_A, &["review", "01K9ZV3Q0M5T7N8R2W4X6Y8Z0A"]).ended(3);
    run(&house, AUDITOR, &["trail", "EVT-2026-99999"]).ended(3);
    let sample = sample();
    run(&house, MODERATOR_A, &["import", sample.to_str().unwrap()]).ended(4);
    // On the command line a token works too, and wins over none.
    let token = house.token(MODERATOR_A).to_owned();
    command_line::run(house.beside(), None, &["queue", "--server", house.base(), "--token", &token]).ended(0);
}

#[test]
fn a_server_that_is_not_there_is_told_with_what_to_do() {
    let house = House::new();
    let (base, token) = (house.base().to_owned(), house.token(MODERATOR_A).to_owned());
    let ended = house.stop();
    let sample = sample();
    for arguments in [
        vec!["queue"],
        vec!["review", "X"],
        vec!["trail", "X"],
        vec!["approve", "X", "--digest", "0"],
        vec!["import", sample.to_str().unwrap()],
    ] {
        let all: Vec<&str> = arguments.iter().copied().chain(["--server", &base]).collect();
        let told = command_line::run(ended.directory.path(), Some(&token), &all).ended(5);
        assert!(told.err.contains(&base) && told.err.contains("dossier up"), "{}", told.err);
    }
}

#[test]
fn the_command_line_explains_itself_and_refuses_what_it_does_not_know() {
    let house = House::new();
    let plain = |arguments: &[&str]| command_line::run(house.beside(), None, arguments);
    let help = plain(&["--help"]).ended(0);
    let commands = [
        "up",
        "import",
        "queue",
        "review",
        "approve",
        "request-changes",
        "trail",
        "replay",
        "verify",
        "export",
        "doctor",
        "registry",
        "account",
        "openapi",
    ];
    for command in commands {
        assert!(help.out.contains(&format!("\n  {command}")), "{command} is not in {}", help.out);
        let own = plain(&[command, "--help"]).ended(0);
        assert!(own.out.contains("Usage:"), "{command}: {}", own.out);
    }
    says(&help, &["Exit codes", "0 done", "5 server does not answer"]);
    assert!(plain(&["--version"]).ended(0).out.starts_with("dossier "));
    for arguments in [
        &[][..],
        &["fly"],
        &["queue", "--nonsense"],
        &["approve"],
        &["approve", "X"],
        &["import"],
        &["up", "--story", "x"],
        &["up", "--listen", "nowhere"],
        &["replay", "--service", "kitchen"],
        &["openapi", "kitchen"],
        &["account", "fly"],
    ] {
        let refused = plain(arguments).ended(2);
        assert!(!refused.err.is_empty(), "{arguments:?} is refused without a word");
    }
    let change =
        plain(&["request-changes", "X", "--digest", "0", "--change", "no equals sign", "--server", house.base()]);
    assert!(change.ended(2).err.contains("FIELD=TEXT"));
}

#[test]
fn every_command_speaks_json() {
    let house = House::new();
    let entry = house.caller(CONTRIBUTOR_KZ).file(&event("A forum"));
    house.caller(MODERATOR_A).review(&entry);
    let one = file(&house, "one.json", event("Another").to_string().as_bytes());
    for (who, arguments) in [
        (MODERATOR_A, vec!["queue", "--json"]),
        (MODERATOR_A, vec!["review", &entry.0, "--json"]),
        (AUDITOR, vec!["trail", &entry.0, "--json"]),
        (CONTRIBUTOR_KZ, vec!["import", &one, "--json"]),
    ] {
        let documents = run(&house, who, &arguments).ended(0).documents();
        assert!(!documents.is_empty() && documents.iter().all(Value::is_object), "{arguments:?}");
    }
}
