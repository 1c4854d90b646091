//! P11: words that are erased are gone from every disk, a person is forgotten, and every proof still verifies.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use dossier_endtoend::{
    Entry, House,
    acts::text,
    command_line::{Ran, run},
    disk::{SERVICES, files, find_words, words_in},
    people::{
        ADMINISTRATOR, AUDITOR, CONTRIBUTOR_KE, CONTRIBUTOR_KZ, MODERATOR_A, PUBLISHER, Person, REVIEWER_B, REVIEWER_D,
    },
    practice::{self, Scene},
    records::event,
    until,
};
use serde_json::{Value, json};

/// Words that stand nowhere else, each typed in its own place.
const CONTENT: &str = "Axolotl-content";
const FILED: &str = "Bandicoot-file";
const CHANGED: &str = "Caracal-changed";
const COMMENTED: &str = "Dugong-comment";
const NOTED: &str = "Ermine-note";
const EXPLAINED: &str = "Fossa-explanation";
const WORDS: [&str; 6] = [CONTENT, FILED, CHANGED, COMMENTED, NOTED, EXPLAINED];

const RECORDS_MANAGER: Person = REVIEWER_D;
const FORGOTTEN: Person = CONTRIBUTOR_KZ;
/// Bytes of a slot; where its state stands, where the wrapped key begins and ends (shared/vault/src/slot.rs, on purpose written again).
const SLOT: usize = 128;
const STATE: usize = 17;
const WRAPPED: std::ops::Range<usize> = 20..124;

type Slots = BTreeMap<(PathBuf, usize), Vec<u8>>;

/// Every slot of every vault below a directory that holds a key which can be used.
fn live_slots(data: &Path) -> Slots {
    let vaults = files(data)
        .into_iter()
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("slots-")));
    let mut slots = Slots::new();
    for path in vaults {
        let bytes = fs::read(&path).unwrap();
        let of_file = bytes.chunks(SLOT).enumerate().filter(|(_, slot)| slot.len() == SLOT && slot[STATE] == 0x5A);
        let file = path.strip_prefix(data).unwrap().to_owned();
        slots.extend(of_file.map(|(number, slot)| ((file.clone(), number), slot.to_vec())));
    }
    slots
}

/// The keys that were live before and are not any more, by service.
fn destroyed(before: &Slots, data: &Path) -> BTreeMap<String, Vec<Vec<u8>>> {
    let now = live_slots(data);
    let mut gone: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
    for ((file, number), slot) in before {
        if !now.contains_key(&(file.clone(), *number)) {
            let service = file.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
            gone.entry(service).or_default().push(slot.clone());
        }
    }
    gone
}

/// No part of a destroyed key, as it lay wrapped on the disk, stands in any file.
fn no_byte_is_left(data: &Path, gone: &BTreeMap<String, Vec<Vec<u8>>>) {
    let parts: std::collections::HashSet<[u8; 16]> = (gone.values().flatten())
        .flat_map(|slot| slot[WRAPPED].windows(16).map(|part| part.try_into().unwrap()))
        .collect();
    assert!(!parts.is_empty());
    for path in files(data) {
        let bytes = fs::read(&path).unwrap();
        let left = bytes.windows(16).find(|window| parts.contains(*window));
        assert_eq!(left, None, "part of a destroyed key stands in {}", path.display());
    }
}

fn scene(house: &House) -> Scene {
    let tokens = fs::read_to_string(house.data().join("demo-tokens.json")).unwrap();
    let nobody = house.nobody();
    Scene::new(house.base(), serde_json::from_str(&tokens).unwrap(), move || level(&nobody))
}

fn level(nobody: &dossier_endtoend::Caller) {
    until("everybody has heard of everything", || {
        let figures = nobody.get("/metrics").text();
        let mut lags = figures.lines().filter(|line| line.starts_with("dossier_follow_lag_events"));
        lags.all(|line| line.ends_with(" 0")).then_some(())
    });
}

/// An entry with a file, a comment, a note and an explanation: published, with its receipt beside the house.
fn published(house: &House) -> (Entry, String) {
    let (contributor, moderator) = (house.caller(CONTRIBUTOR_KZ), house.caller(MODERATOR_A));
    let content = || {
        let mut content = event(CONTENT);
        content["description"] = json!({"en": format!("All about {CONTENT}.")});
        content
    };
    let source = json!({
        "type": "event", "content": content(), "language": "en",
        "source": {"name": "page.txt", "text": format!("{CONTENT}\n{FILED}")},
    });
    let entry = Entry::of(&contributor.post("/contribute/api/v1/entries", &source).expect(201));
    let bytes = format!("%PDF-1.7\n%\u{e2}\u{e3}\n{FILED}\n").into_bytes();
    let path = entry.draft("/files?field=attachments&name=annex.pdf");
    let file = contributor.send("POST", &path, &[("content-type", "application/pdf")], Some(&bytes)).expect(201);
    let mut with_file = content();
    with_file["attachments"] = json!([file]);
    contributor.save(&entry, &with_file);
    // One that no revision comes to name.
    let path = entry.draft("/files?field=attachments&name=loose.pdf");
    contributor
        .send("POST", &path, &[("content-type", "application/pdf")], Some(&bytes[..bytes.len() - 2]))
        .expect(201);
    contributor.submit(&entry, CHANGED);
    let digest = moderator.review(&entry)["digest"].clone();
    let comment = json!({"digest": digest, "field": "title", "text": COMMENTED});
    moderator.post(&entry.review("/comment"), &comment).expect(200);
    let review = entry.review("/approve");
    until("the file has arrived", || {
        (moderator.post(&review, &json!({"digest": digest, "note": NOTED})).status == 200).then_some(())
    });
    let number = text(&contributor.wait_for(&entry, "published"), "number").to_owned();
    let keys = house.nobody().get("/audit/api/v1/verifier-keys.txt").text();
    fs::write(house.beside().join("keys.txt"), keys).unwrap();
    until("the logs are signed and compared", || {
        (tool(house, None, &["prove", &number, "--to", "kept.json", "--server", house.base()]).code == 0).then_some(())
    });
    (entry, number)
}

fn tool(house: &House, token: Option<&str>, arguments: &[&str]) -> Ran {
    run(house.beside(), token, arguments)
}

fn erase(house: &House, what: &str, scope: &str, reason: &str) -> Value {
    let arguments =
        ["erase", what, "--scope", scope, "--reason", reason, "--confirm", what, "--server", house.base(), "--json"];
    let told = tool(house, Some(house.token(RECORDS_MANAGER)), &arguments).ended(0).document();
    assert_eq!(told["complete"], true, "{told}");
    assert_eq!(told["waiting"], json!([]), "{told}");
    told
}

fn refused_while_it_stands(house: &House, entry: &Entry, number: &str) {
    let order = |who: Person, confirm: &str| {
        let body = json!({"scope": "words", "entry": entry.to_string(), "reason": "never-public", "confirm": confirm});
        house.caller(who).post("/review/api/v1/erasures", &body)
    };
    let refused = order(RECORDS_MANAGER, number).problem(409, "wrong-state");
    assert_eq!(refused["code"], "stands-in-public", "{refused}");
    assert_eq!(refused["because"]["origin"], "publication", "{refused}");
    assert_eq!(order(RECORDS_MANAGER, "EVT-2026-99999").status, 422, "what is erased is said twice");
    for who in [MODERATOR_A, PUBLISHER, ADMINISTRATOR, CONTRIBUTOR_KZ] {
        assert_eq!(order(who, number).status, 403, "{}", who.key);
    }
}

/// What everybody sees where the words were.
fn looked_at(house: &House, entry: &Entry, number: &str) {
    let nobody = house.nobody();
    for address in [format!("/api/v1/entries/{number}"), format!("/api/v1/entries/{number}/editions/1")] {
        let tombstone = nobody.get(&address).problem(410, "gone");
        assert_eq!(tombstone["erased"]["reason"], "never-public", "{tombstone}");
        assert!(tombstone.get("explanation").is_none(), "{tombstone}");
    }
    for (language, said) in [
        ("en", "erased for good"),
        ("fr", "effacés définitivement"),
        ("es", "se borraron definitivamente"),
        ("ru", "удалены окончательно"),
        ("zh", "永久删除"),
        ("ar", "مُحيت الكلمات"),
    ] {
        for address in [format!("/entries/{number}"), format!("/entries/{number}/editions/1")] {
            let page = nobody.page(&address, language);
            assert_eq!(page.status, 410, "{page}");
            assert!(page.text().contains(said), "{language}: {}", page.text());
        }
    }
    nobody.get(&format!("/audit/api/v1/receipts/{number}/1")).problem(410, "gone");
    let all: Vec<(Person, String)> = vec![
        (CONTRIBUTOR_KE, format!("/api/v1/entries/{number}")),
        (CONTRIBUTOR_KE, "/api/v1/entries.csv".to_owned()),
        (CONTRIBUTOR_KE, "/api/v1/entries?text=Axolotl".to_owned()),
        (MODERATOR_A, entry.review("")),
        (MODERATOR_A, "/review/api/v1/reviews?state=any".to_owned()),
        (AUDITOR, format!("/audit/api/v1/entries/{entry}/trail?contents=true")),
        (AUDITOR, entry.review("")),
    ];
    for (who, address) in all {
        let answer = house.caller(who).get(&address);
        assert!(answer.status < 500, "{address}: {answer}");
        assert_eq!(words_in(&answer.body, &WORDS), Vec::<String>::new(), "{} at {address}", who.key);
    }
    let trail = house.caller(AUDITOR).get(&format!("/audit/api/v1/entries/{entry}/trail?contents=true")).text();
    assert!(trail.contains("erased"), "{trail}");
}

/// The person's name is nowhere to be read, and their token opens nothing.
fn is_forgotten(house: &House, token: &str, entry: &Entry) {
    assert_eq!(house.bearer(token).get("/contribute/api/v1/entries").status, 401);
    for (who, address) in [
        (ADMINISTRATOR, "/review/api/v1/designations".to_owned()),
        (MODERATOR_A, entry.review("")),
        (AUDITOR, format!("/audit/api/v1/entries/{entry}/trail")),
    ] {
        let answer = house.caller(who).get(&address);
        assert_eq!(answer.status, 200, "{answer}");
        assert!(!answer.text().contains(FORGOTTEN.name), "{address}: {answer}");
    }
}

/// As a backup copies: with the moment at which a file came.
fn copy(from: &Path, to: &Path) {
    for file in files(from) {
        let place = to.join(file.strip_prefix(from).unwrap());
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::copy(&file, &place).unwrap();
        let came = fs::metadata(&file).unwrap().modified().unwrap();
        fs::File::options().write(true).open(&place).unwrap().set_modified(came).unwrap();
    }
}

/// What a backup of keys and files holds of each service.
const BACKED_UP: [&str; 2] = ["keys", "attachments"];

#[test]
fn p11_what_is_erased_is_gone_from_every_disk_and_every_proof_still_holds() {
    let house = House::new();
    house.designate(RECORDS_MANAGER, "records-manager", None);
    let (entry, number) = published(&house);
    let lived = practice::live(&scene(&house));
    refused_while_it_stands(&house, &entry, &number);
    let retraction = json!({"reason": "factual_error", "explanation": EXPLAINED});
    house.caller(PUBLISHER).post(&format!("/api/v1/entries/{number}/retract"), &retraction).expect(200);
    until("moderation has heard of it", || {
        (house.caller(MODERATOR_A).get(&entry.review("")).json()["state"] == "retracted").then_some(())
    });
    level(&house.nobody());

    // Before: a backup of all keys, and every key as it lies on the disk.
    let backup = house.beside().join("backup");
    for (service, what) in SERVICES.into_iter().flat_map(|service| BACKED_UP.map(|what| (service, what))) {
        let from = house.data().join(service).join(what);
        if from.is_dir() {
            copy(&from, &backup.join(service).join(what));
        }
    }
    let before = live_slots(&house.data());
    let (subject, token) = (house.subject(FORGOTTEN), house.token(FORGOTTEN).to_owned());
    let of_operator = house.subject(REVIEWER_B);

    let mut said: BTreeMap<String, usize> = BTreeMap::new();
    for order in
        [erase(&house, &number, "words", "never-public"), erase(&house, &lived.number, "words", "retention-over")]
    {
        for one in order["confirmed"].as_array().unwrap() {
            *said.entry(text(one, "service").to_owned()).or_default() += one["destroyed"].as_u64().unwrap() as usize;
        }
    }
    erase(&house, &subject, "person", "own-request");
    let data = house.data();
    let data = data.to_str().unwrap();
    tool(&house, None, &["account", "--data", data, "erase", &of_operator]).ended(0);
    let list = ["erasures", "--server", house.base(), "--json"];
    let orders = tool(&house, Some(house.token(RECORDS_MANAGER)), &list).ended(0).documents();
    assert_eq!(orders.len(), 4, "what an operator erases is an event too: {orders:?}");
    assert!(orders.iter().any(|one| one["reason"] == "operator" && one["subject"] == of_operator.as_str()));

    looked_at(&house, &entry, &number);
    is_forgotten(&house, &token, &entry);
    for path in [
        format!("submission/attachments/{entry}"),
        format!("moderation/attachments/{entry}"),
        format!("publication/attachments/{entry}"),
    ] {
        let left = house.data().join(path);
        assert!(!left.exists() || files(&left).is_empty(), "a file is left in {}", left.display());
    }
    let sources = files(&house.data().join("submission/attachments"));
    assert!(!sources.iter().any(|path| path.to_string_lossy().contains(&entry.to_string())), "{sources:?}");

    let ended = house.stop();
    let gone = destroyed(&before, &ended.data());
    for (service, destroyed) in &said {
        let found = gone.get(service).map_or(0, Vec::len);
        assert!(
            *destroyed > 0 && found >= *destroyed,
            "{service} says {destroyed}, and {found} slots were overwritten"
        );
    }
    assert_eq!(said.len(), 4, "{said:?}");
    let of_people = gone.iter().filter(|(place, _)| !SERVICES.contains(&place.as_str())).map(|(_, gone)| gone.len());
    assert_eq!(of_people.sum::<usize>(), 2, "the keys of two names");
    no_byte_is_left(&ended.data(), &gone);
    assert_eq!(find_words(&ended.data(), &WORDS), Vec::<String>::new());
    for command in ["verify", "replay"] {
        run(ended.directory.path(), None, &[command, "--data", data, "--json"]).ended(0);
    }
    run(ended.directory.path(), None, &["verify", "kept.json", "--keys", "keys.txt"]).ended(0);

    // An old backup of all keys and files is put back: what the journals know is destroyed again before anybody is served.
    copy(&backup, &ended.data());
    let house = ended.again();
    looked_at(&house, &entry, &number);
    let ended = house.stop();
    no_byte_is_left(&ended.data(), &gone);
}
