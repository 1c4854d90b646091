//! P11 and P13: what people typed stands nowhere in the clear, and what was not submitted is read by its body alone.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{fs, sync::Arc};

use dossier_endtoend::{
    Entry, House, Start,
    command_line::run,
    disk::{SERVICES, files, find_words, words_in},
    people::{self, ADMINISTRATOR, AUDITOR, AUTHORITY_KZ, CONTRIBUTOR_KE, CONTRIBUTOR_KZ, MODERATOR_A, PUBLISHER},
    records::event,
};
use serde_json::{Value, json};

/// Words in several scripts that stand nowhere else. The first two of each are typed into drafts alone.
const ENGLISH: [&str; 3] = ["Wobbegong", "Quokka-in-a-draft", "Thylacine"];
const ARABIC: [&str; 3] = ["زنجبيل", "ياسمينة", "خزامى"];
const CHINESE: [&str; 3] = ["獬豸夜行", "穷奇出没", "饕餮盛宴"];
const RUSSIAN: [&str; 3] = ["Выхухоль", "Росомаха", "Гадюка"];

/// Words that people type beside contents.
const BESIDE: [&str; 9] = [
    "Aardwolf-comment",
    "Bilby-note",
    "Civet-message",
    "Dhole-quote",
    "Echidna-answer",
    "Fossa-change",
    "Genet-reason",
    "Hutia-explanation",
    "Indri-filename",
];

fn words_of(number: usize) -> [&'static str; 4] {
    [ENGLISH[number], ARABIC[number], CHINESE[number], RUSSIAN[number]]
}

/// A content that says these words in four languages.
fn content(number: usize) -> Value {
    let [english, arabic, chinese, russian] = words_of(number);
    let mut content = event(english);
    content["title"] = json!({"en": english, "ar": arabic, "zh": chinese, "ru": russian});
    content["description"] = json!({
        "en": format!("About {english}."), "ar": format!("{arabic}."), "zh": format!("{chinese}。"), "ru": format!("{russian}."),
    });
    content["organizers"] = json!(["iom", {"text": format!("The {english} society")}]);
    content
}

struct Typed {
    draft: Entry,
    revised: Entry,
    number: String,
}

/// Everything that can be typed is typed: a draft that is never submitted, one with a file, a revision of something
/// public, reviews with all their words, a retraction.
fn type_everything(house: &House) -> Typed {
    let (contributor, moderator) = (house.caller(CONTRIBUTOR_KZ), house.caller(MODERATOR_A));
    let draft = contributor.begin(&content(0));
    let from_a_file = json!({
        "type": "event", "content": content(0), "language": "en",
        "source": {"name": format!("{}.txt", BESIDE[8]), "text": words_of(0).join("\n")},
    });
    contributor.post("/contribute/api/v1/entries", &from_a_file).expect(201);
    let (revised, number) = house.publish(&content(2));
    contributor.post(&revised.draft("/revise"), &json!({})).expect(200);
    contributor.save(&revised, &content(1));
    let reviewed = contributor.file(&content(2));
    let digest = moderator.review(&reviewed)["digest"].clone();
    let comment = json!({"digest": digest, "field": "title", "text": BESIDE[0]});
    moderator.post(&reviewed.review("/comment"), &comment).expect(200);
    let items = json!([{"field": "title", "quote": BESIDE[3], "text": BESIDE[2]}]);
    moderator.post(&reviewed.review("/request-changes"), &json!({"digest": digest, "items": items})).expect(200);
    contributor.wait_for(&reviewed, "changes-requested");
    let answers = json!({"what_changed": BESIDE[5], "certify": true, "answers": [{"item": 1, "text": BESIDE[4]}]});
    contributor.save(&reviewed, &event("Mended"));
    contributor.post(&reviewed.draft("/submit"), &answers).expect(200);
    let digest = moderator.review(&reviewed)["digest"].clone();
    moderator.post(&reviewed.review("/approve"), &json!({"digest": digest, "note": BESIDE[1]})).expect(200);
    contributor.wait_for(&reviewed, "published");
    contributor.post(&reviewed.draft("/ask-retraction"), &json!({"reason": BESIDE[6]})).expect(202);
    let retraction = json!({"reason": "factual_error", "explanation": BESIDE[7]});
    house.caller(PUBLISHER).post(&reviewed.public("/retract"), &retraction).expect(200);
    contributor.wait_for(&reviewed, "retracted");
    Typed { draft, revised, number }
}

/// All the words people typed, and their names.
fn all_words() -> Vec<&'static str> {
    let mut words: Vec<&str> = (0..3).flat_map(words_of).collect();
    words.extend(BESIDE);
    words.extend(people::ALL.iter().map(|who| who.name));
    words
}

#[test]
fn p13_a_draft_is_read_by_its_body_alone() {
    let house = House::new();
    let Typed { draft, revised, number } = type_everything(&house);
    let drafts: Vec<&str> = (0..2).flat_map(words_of).collect();
    for who in [CONTRIBUTOR_KE, MODERATOR_A, PUBLISHER, AUDITOR, ADMINISTRATOR] {
        let caller = house.caller(who);
        for address in ["", "/history", "/source"] {
            caller.get(&draft.draft(address)).problem(404, "not-found");
            caller.get(&revised.draft(address)).problem(404, "not-found");
        }
        caller.get(&draft.review("")).problem(404, "not-found");
        caller.get(&draft.public("")).problem(404, "not-found");
        for (act, body) in
            [("/submit", json!({"certify": true})), ("/recall", json!({})), ("/withdraw", json!({"reason": "No."}))]
        {
            caller.post(&draft.draft(act), &body).problem(404, "not-found");
        }
        caller.put(&draft.draft("/draft"), "*", &json!({"content": event("Mine")})).problem(404, "not-found");
        for address in [
            "/contribute/api/v1/entries".to_owned(),
            "/review/api/v1/reviews?state=any".to_owned(),
            revised.review(""),
            format!("/api/v1/entries/{number}"),
            format!("/audit/api/v1/entries/{draft}/trail?contents=true"),
            format!("/audit/api/v1/entries/{revised}/trail?contents=true"),
        ] {
            let told = words_in(&caller.get(&address).body, &drafts);
            assert!(told.is_empty(), "{} reads {told:?} at {address}", who.key);
        }
    }
    for (english, arabic) in [(ENGLISH[0], ARABIC[0]), (ENGLISH[1], ARABIC[1])] {
        for words in [english, arabic] {
            let encoded: String = words.bytes().map(|byte| format!("%{byte:02X}")).collect();
            let found = house.nobody().get(&format!("/api/v1/entries?text={encoded}")).expect(200);
            assert_eq!(found["total"], 0, "{words} is found by the public");
        }
    }
    for colleague in [CONTRIBUTOR_KZ, AUTHORITY_KZ] {
        assert_eq!(house.caller(colleague).entry(&draft)["content"]["title"]["ar"], ARABIC[0]);
        assert_eq!(house.caller(colleague).entry(&revised)["content"]["title"]["zh"], CHINESE[1]);
    }
}

#[test]
fn p11_no_word_that_people_typed_stands_on_disk() {
    let house = House::new();
    type_everything(&house);
    let words = all_words();
    assert_eq!(find_words(&house.data(), &words), Vec::<String>::new(), "while it runs");
    let attachments = house.data().join("submission").join("attachments");
    assert!(!files(&attachments).is_empty(), "the file that was filed is kept");
    let ended = house.stop();
    let data = ended.data();
    for service in SERVICES {
        assert!(!files(&data.join(service).join("snapshots")).is_empty(), "{service} wrote a snapshot");
    }
    assert_eq!(find_words(&data, &words), Vec::<String>::new(), "after it ended");
    let exported = ended.directory.path().join("exported");
    let arguments = ["export", "--data", data.to_str().unwrap(), "--to", exported.to_str().unwrap()];
    run(ended.directory.path(), None, &arguments).ended(0);
    assert!(files(&exported).len() >= SERVICES.len());
    assert_eq!(find_words(&exported, &words), Vec::<String>::new(), "in the export");
    // The search finds what is there.
    fs::write(exported.join("found"), format!("{}{}", ARABIC[0], "aXa")).unwrap();
    assert_eq!(find_words(&exported, &[ARABIC[0]]).len(), 1);
}

#[test]
fn p11_no_word_that_people_typed_and_no_token_stands_in_the_log() {
    let directory = Arc::new(tempfile::tempdir().unwrap());
    let house = House::on(&directory, &Start { log: "trace", form: "json", ..Start::default() });
    let Typed { draft, .. } = type_everything(&house);
    // What goes wrong is logged too.
    let contributor = house.caller(CONTRIBUTOR_KZ);
    contributor
        .post("/contribute/api/v1/entries", &json!({"type": "event", "content": {ENGLISH[0]: 1}}))
        .problem(422, "invalid-request");
    contributor.put(&draft.draft("/draft"), "\"d77\"", &json!({"content": content(1)})).problem(412, "stale-version");
    house.bearer("dsr_not-a-token-of-anybody").get("/contribute/api/v1/entries").problem(401, "unauthenticated");
    let tokens: Vec<String> = people::ALL.iter().map(|who| house.token(*who).to_owned()).collect();
    let ended = house.stop();
    let log = ended.err.as_bytes();
    assert!(ended.err.lines().count() > 100, "trace says little: {}", ended.err);
    let mut words = all_words();
    words.extend(tokens.iter().map(String::as_str));
    words.push("dsr_not-a-token-of-anybody");
    assert_eq!(words_in(log, &words), Vec::<String>::new());
    assert_eq!(words_in(ended.out.as_bytes(), &words), Vec::<String>::new());
}
