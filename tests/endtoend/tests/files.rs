//! A file from who attached it to who reads it: the same bytes, to be saved, under a name of ours.

use dossier_endtoend::{
    Answer, House,
    acts::{Entry, text},
    disk::{delete_what_may_go, find_words},
    people::{CONTRIBUTOR_KE, CONTRIBUTOR_KZ, MODERATOR_A, PUBLISHER},
    records::event,
    until,
};
use serde_json::{Value, json};

/// Words that stand in no index and no journal.
const WORDS: &str = "Qaraqorum-annex-words";

/// Twelve pieces and a bit.
fn annex() -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n".to_vec();
    while bytes.len() < 800_000 {
        bytes.extend_from_slice(format!("{WORDS} {}\n", bytes.len()).as_bytes());
    }
    bytes
}

/// Attaches a file to a draft and saves it.
fn attach(house: &House, entry: &Entry, bytes: &[u8]) -> Value {
    let caller = house.caller(CONTRIBUTOR_KZ);
    let path = entry.draft("/files?field=attachments&name=evil%3Cscript%3E%22.html");
    let file = caller.send("POST", &path, &[("content-type", "text/html")], Some(bytes)).expect(201);
    let mut content = event("A forum with an annex");
    content["attachments"] = json!([file]);
    caller.save(entry, &content);
    file
}

/// Downloads until it has arrived.
fn arrived(what: &str, ask: impl Fn() -> Answer) -> Answer {
    until(what, || {
        let answer = ask();
        if answer.status == 503 {
            assert_eq!(answer.json()["type"], "/problems/file-not-arrived", "{answer}");
            assert!(answer.header("retry-after").is_some(), "{answer}");
            return None;
        }
        assert_eq!(answer.status, 200, "{answer}");
        Some(answer)
    })
}

/// It is saved, under a name of ours, and nothing of it runs.
fn check_headers(answer: &Answer, digest: &str) {
    let said = |name: &str| answer.header(name).unwrap_or_else(|| panic!("no {name}: {answer}")).to_owned();
    let disposition = said("content-disposition");
    assert!(
        disposition.starts_with("attachment; filename=\"")
            && disposition.ends_with(&format!("-{}.pdf\"", &digest[..8])),
        "{disposition}"
    );
    assert!(!disposition.contains("evil") && !disposition.contains(".."), "{disposition}");
    assert_eq!(said("content-type"), "application/pdf", "as its bytes were found to be");
    assert_eq!(said("x-content-type-options"), "nosniff");
    assert_eq!(said("content-security-policy"), "default-src 'none'; sandbox");
    assert_eq!(said("content-length"), annex().len().to_string());
}

#[test]
fn a_file_goes_from_who_attached_it_to_the_moderator_and_to_the_public() {
    let house = House::new();
    let entry = house.caller(CONTRIBUTOR_KZ).begin(&event("A forum with an annex"));
    let file = attach(&house, &entry, &annex());
    let digest = text(&file, "digest").to_owned();
    let reviewed = entry.review(&format!("/files/{digest}"));
    house.caller(MODERATOR_A).get(&reviewed).problem(404, "not-found");
    house.caller(CONTRIBUTOR_KZ).submit(&entry, "A file was attached.");

    let moderator = house.caller(MODERATOR_A);
    let review = moderator.review(&entry);
    assert_eq!(text(&review["files"][0], "address"), reviewed);
    let read = arrived("the moderator opens the file", || moderator.get(&reviewed));
    assert_eq!(read.body, annex());
    check_headers(&read, &digest);
    assert_eq!(read.header("cache-control"), Some("no-store"));
    assert_eq!(moderator.review(&entry)["files"][0]["arrived"], true);
    for who in [CONTRIBUTOR_KE, PUBLISHER] {
        house.caller(who).get(&reviewed).problem(404, "not-found");
    }
    house.nobody().get(&reviewed).problem(401, "unauthenticated");

    moderator.read_and_approve(&entry);
    let number = text(&house.caller(CONTRIBUTOR_KZ).wait_for(&entry, "published"), "number").to_owned();
    let public = format!("/api/v1/entries/{number}/editions/1/files/{digest}");
    let given = arrived("the public opens the file", || house.nobody().get(&public));
    assert_eq!(given.body, annex());
    check_headers(&given, &digest);
    assert_eq!(given.header("cache-control"), Some("public, no-cache"));
    let document = house.nobody().get(&format!("/api/v1/entries/{number}")).expect(200);
    assert_eq!(
        (text(&document["files"][0], "address"), &document["files"][0]["arrived"]),
        (public.as_str(), &json!(true))
    );
    let page = house.nobody().page(&format!("/entries/{number}"), "en").text();
    assert!(page.contains(&format!("href=\"{public}\"")), "{page}");
    let same = house.nobody().send("GET", &public, &[("if-none-match", given.etag())], None);
    assert_eq!(same.status, 304, "{same}");

    // Nothing of it lies in the open anywhere, and what may be deleted is not needed for it.
    let ended = house.stop();
    assert_eq!(find_words(&ended.data(), &[WORDS]), Vec::<String>::new());
    delete_what_may_go(&ended.data());
    let house = ended.again();
    assert_eq!(house.nobody().get(&public).body, annex());

    // Suspended and retracted there is the tombstone.
    let publisher = house.caller(PUBLISHER);
    let explained = json!({"reason": "factual_error", "explanation": "It did not happen."});
    publisher.post(&format!("/api/v1/entries/{number}/retract"), &explained).expect(200);
    assert_eq!(house.nobody().get(&public).status, 410);
}

/// A moderator's store that was lost is filled again from the body's.
#[test]
fn files_that_were_lost_are_fetched_again() {
    let house = House::new();
    let entry = house.caller(CONTRIBUTOR_KZ).begin(&event("A forum with an annex"));
    let file = attach(&house, &entry, &annex());
    house.caller(CONTRIBUTOR_KZ).submit(&entry, "A file was attached.");
    let path = entry.review(&format!("/files/{}", text(&file, "digest")));
    house.caller(MODERATOR_A).review(&entry);
    arrived("the moderator opens the file", || house.caller(MODERATOR_A).get(&path));
    let ended = house.kill();
    std::fs::remove_dir_all(ended.data().join("moderation/attachments")).expect("the files were there");
    let house = ended.again();
    let again = arrived("the moderator opens the file again", || house.caller(MODERATOR_A).get(&path));
    assert_eq!(again.body, annex());
}
