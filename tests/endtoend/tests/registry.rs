//! The registry is data: a type nobody thought of goes from a file to the public, terms are retired, types are taken away, and
//! what is on record stays.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use dossier_endtoend::{
    Entry, House,
    acts::text,
    command_line::{self, Ran},
    people::{
        ADMINISTRATOR, AUDITOR, AUTHORITY_KZ, CONTRIBUTOR_KE, CONTRIBUTOR_KZ, MODERATOR_A, MODERATOR_B, PUBLISHER,
        Person,
    },
    records::event,
    until,
};
use serde_json::{Value, json};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// Replaces a text of a file, which must be there.
fn edit(file: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(file).unwrap();
    assert!(text.contains(from), "{from:?} is not in {}", file.display());
    fs::write(file, text.replacen(from, to, 1)).unwrap();
}

fn run(house: &House, who: Person, arguments: &[&str]) -> Ran {
    command_line::run(house.beside(), Some(house.token(who)), arguments)
}

/// A registry directory beside the house, with the type of every kind.
fn with_trial(house: &House) -> PathBuf {
    let directory = house.beside().join("registry");
    copy(&root().join("deploy/registry"), &directory);
    fs::copy(root().join("tests/data/trial-type.toml"), directory.join("types/trial.toml")).unwrap();
    fs::write(
        directory.join("notices/trial.toml"),
        "key = \"trial\"\ntypes = [\"trial\"]\nlabels = { en = \"Trial\" }\ntexts = { en = \"Only a trial.\" }\n\
         trigger = { on = \"term\", vocabulary = \"countries\", terms = [\"KEN\"] }\n",
    )
    .unwrap();
    set_version(&directory, "2026-trial-1");
    directory
}

fn set_version(directory: &Path, version: &str) {
    let file = directory.join("registry.toml");
    let text = fs::read_to_string(&file).unwrap();
    let line = text.lines().find(|line| line.starts_with("version = ")).unwrap().to_owned();
    edit(&file, &line, &format!("version = \"{version}\""));
}

/// Puts the directory in force as the registrar, and waits until who writes has heard of it.
fn adopt(house: &House, directory: &Path) -> Value {
    let directory = directory.to_str().unwrap();
    run(house, MODERATOR_B, &["registry", "check", directory]).ended(0);
    let adopted = run(house, MODERATOR_B, &["registry", "adopt", directory, "--server", house.base(), "--json"])
        .ended(0)
        .document();
    assert!(adopted["recorded"]["sequence"].is_u64(), "{adopted}");
    adopted
}

/// Asks until the answer is another one than "I have not heard of that yet".
fn begin(house: &House, record_type: &str, content: &Value) -> Entry {
    let body = json!({"type": record_type, "content": content, "language": "en"});
    let begun = until(&format!("{record_type} can be begun"), || {
        let answer = house.caller(CONTRIBUTOR_KZ).post("/contribute/api/v1/entries", &body);
        (answer.status == 201).then(|| answer.json())
    });
    Entry::of(&begun)
}

fn trial(cited: &Entry) -> Value {
    json!({
        "title": {"en": "A trial of everything", "ar": "تجربة كل شيء"},
        "text": {"en": "Thirty characters at least, and three hundred at most."},
        "period": {"start": "2020-03", "ongoing": true},
        "countries": [{"country": "KEN"}, {"city": "Geneva", "country": "CHE", "online": "KUDO"}],
        "mode": "regional-network",
        "matched": {"entry": cited.0, "edition": 1},
        "partners": ["iom", {"text": "An <i>association</i>"}],
        "objectives": ["1", "23"],
        "innovative": true,
        "links": [{"url": "https://example.org/trial", "title": {"en": "Programme"}}],
        "state": {"state": "rescheduled", "previous_dates": [{"start": "2020-01-15"}]},
        "budget": 12500.5,
        "currency": "KES",
        "note_verbale": "NV/12",
        "contact": {"name": "Private Person", "email": "private@example.org"},
    })
}

/// Attaches a file to an entry of Kazakhstan; the value of the field that names it.
fn attach(house: &House, entry: &Entry) -> Value {
    let path = format!("{}?field=file&name=note.pdf", entry.draft("/files"));
    let pdf = [b"%PDF-1.7\n%".as_slice(), &[0xE2; 1_199_990]].concat();
    let taken = house.caller(CONTRIBUTOR_KZ).send("POST", &path, &[("content-type", "application/pdf")], Some(&pdf));
    let mut file = taken.expect(201);
    file["language"] = json!("en");
    file
}

/// Through clearance, the desk, three peers and the publisher, each of them asked in turn.
fn through_all_stages(house: &House, entry: &Entry) {
    let cleared = house.caller(AUTHORITY_KZ);
    let digest = cleared.entry(entry)["digest"].clone();
    house.caller(MODERATOR_A).get(&entry.review("")).problem(404, "not-found");
    cleared.post(&entry.draft("/clear"), &json!({"digest": digest})).expect(200);
    for (who, kind) in [(MODERATOR_B, "internal"), (CONTRIBUTOR_KE, "external"), (AUDITOR, "external")] {
        let grant = json!({"subject": house.subject(who), "role": "reviewer", "reviewer_kind": kind});
        house.caller(ADMINISTRATOR).post("/review/api/v1/designations", &grant).expect(201);
    }
    let review = house.caller(MODERATOR_A).review(entry);
    let graded = review["faults"].as_array().unwrap().iter().map(|fault| text(fault, "grade")).collect::<Vec<_>>();
    assert_eq!(graded, ["info"], "only that the text is not in Arabic: {review}");
    for (who, stage) in [
        (MODERATOR_A, "desk"),
        (CONTRIBUTOR_KE, "peer"),
        (MODERATOR_B, "peer"),
        (AUDITOR, "peer"),
        (PUBLISHER, "publisher"),
    ] {
        let review = house.caller(MODERATOR_A).review(entry);
        assert_eq!(text(&review, "stage"), stage, "before {}", who.key);
        let files = || house.caller(MODERATOR_A).review(entry)["files"].as_array().cloned().unwrap_or_default();
        until("its file is there", || files().iter().all(|file| file["arrived"] == true).then_some(()));
        house.caller(who).read_and_approve(entry);
    }
}

/// What a person reads who does not see marks. Tags within a line do not part words.
fn readable(html: &str) -> String {
    const INLINE: [&str; 7] = ["a", "b", "bdi", "em", "i", "span", "time"];
    let mut text = String::new();
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        let (tag, tail) = after.split_once('>').unwrap_or((after, ""));
        let name = tag.trim_start_matches('/').split(' ').next().unwrap_or_default();
        if !INLINE.contains(&name) {
            text.push(' ');
        }
        rest = tail;
    }
    text.push_str(rest);
    let text = text.replace("&#39;", "'").replace("&quot;", "\"").replace("&#60;", "<").replace("&#62;", ">");
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_type_that_is_only_a_file_goes_all_the_way_to_the_public() {
    let house = House::new();
    house.designate(MODERATOR_B, "registrar", None);
    let (cited, cited_number) = house.published("The event that is cited");
    let directory = with_trial(&house);
    // Who is no registrar puts nothing in force.
    let path = directory.to_str().unwrap();
    let refused = run(&house, CONTRIBUTOR_KZ, &["registry", "adopt", path, "--server", house.base()]);
    assert_eq!(refused.code, 4, "{}", refused.err);
    let adopted = adopt(&house, &directory);
    let parts: Vec<&str> = adopted["changes"].as_array().unwrap().iter().map(|one| text(one, "part")).collect();
    assert!(parts.contains(&"types/trial.toml: review.stages.peer"), "{parts:?}");
    assert!(parts.contains(&"notices/trial.toml"), "{parts:?}");

    // From a file, as a contributor does it.
    begin(&house, "trial", &json!({"title": {"en": "Only to wait until the type is known"}}));
    let file = house.beside().join("trial.json");
    fs::write(&file, trial(&cited).to_string()).unwrap();
    let arguments = ["import", "trial.json", "--type", "trial", "--server", house.base(), "--json"];
    let imported = run(&house, CONTRIBUTOR_KZ, &arguments).ended(0).document();
    assert_eq!(text(&imported, "state"), "draft", "{imported}");
    let entry = Entry(text(&imported, "entry").to_owned());
    let contributor = house.caller(CONTRIBUTOR_KZ);
    let mut content = trial(&cited);
    content["file"] = attach(&house, &entry);
    contributor.save(&entry, &content);
    let submit = json!({"what_changed": "First.", "certify": true});
    let submitted = contributor.post(&entry.draft("/submit"), &submit).expect(200);
    assert_eq!(text(&submitted, "state"), "awaiting-clearance", "{submitted}");
    through_all_stages(&house, &entry);
    let number = text(&contributor.wait_for(&entry, "published"), "number").to_owned();
    assert!(number.starts_with("TRL-"), "{number}");
    check_public(&house, &number, &cited_number, &content);

    // The type is taken away again: what is on record stays as it was published.
    fs::remove_file(directory.join("types/trial.toml")).unwrap();
    fs::remove_file(directory.join("notices/trial.toml")).unwrap();
    set_version(&directory, "2026-trial-2");
    take_away_and_check(&house, &directory, &number, &cited_number, &content);
}

fn take_away_and_check(house: &House, directory: &Path, number: &str, cited_number: &str, content: &Value) {
    adopt(house, directory);
    until("nobody begins a trial any more", || {
        let body = json!({"type": "trial", "content": {}, "language": "en"});
        let answer = house.caller(CONTRIBUTOR_KZ).post("/contribute/api/v1/entries", &body);
        (answer.status == 422).then_some(())
    });
    check_public(house, number, cited_number, content);
    let list = house.nobody().get("/api/v1/entries").expect(200);
    assert_eq!(list["total"], 2, "{list}");
}

/// Every kind of field, in the public JSON and on the page.
fn check_public(house: &House, number: &str, cited_number: &str, content: &Value) {
    let public = house.nobody().get(&format!("/api/v1/entries/{number}")).expect(200);
    assert_eq!(public["digest_holds"], true);
    let mut expected = content.clone();
    expected["original_language"] = json!("en");
    let mut shown = public["content"].clone();
    // What is personal stands as its commitment.
    let commitment = shown["contact"]["$commitment"].as_str().map(str::len);
    assert_eq!(commitment, Some(64), "{shown}");
    shown["contact"] = expected["contact"].clone();
    assert_eq!(shown, expected);
    assert_eq!(public["notices"][0]["text"]["en"], "Only a trial.");
    assert!(!public.to_string().contains("Private Person"));

    let page = house.nobody().page(&format!("/entries/{number}"), "en");
    assert_eq!(page.status, 200, "{page}");
    let html = page.text();
    assert!(!html.contains("Private Person") && !html.contains("private@example.org"));
    assert!(html.contains("An &#60;i&#62;association") || html.contains("An &lt;i&gt;association"), "escaped");
    assert!(html.contains(&format!("href=\"/entries/{cited_number}/editions/1\"")), "the cited edition is a link");
    let words = readable(&html);
    for fact in [
        "A trial of everything",
        "Thirty characters at least",
        "Period since March 2020",
        "Kenya",
        "Geneva, Switzerland - KUDO",
        "Mode Regional Network",
        &format!("{cited_number}, Edition 1: The event that is cited"),
        "International Organization for Migration (IOM)",
        "An <i>association</i>",
        "GCM Objective 1 - Data",
        "GCM Objective 23 - International cooperation",
        "Innovative Yes",
        "Programme",
        "note.pdf (1.2 MB)",
        "Rescheduled (15 January 2020)",
        "Budget 12,500.5",
        "Currency Kenyan Shilling",
        "Note verbale NV/12",
        "Only a trial.",
    ] {
        assert!(words.contains(fact), "{fact:?} is not on the page:\n{words}");
    }
}

#[test]
fn every_fault_is_told_at_once_in_six_languages() {
    let house = House::new();
    house.designate(MODERATOR_B, "registrar", None);
    let directory = with_trial(&house);
    adopt(&house, &directory);
    // A draft of somebody else is not public, whatever its number of editions.
    let draft = house.caller(CONTRIBUTOR_KE).begin(&event("Not public"));
    let mut content = trial(&draft);
    content["text"] = json!({"en": "Short."});
    content["other_objectives"] = json!(["23"]);
    content["period"] = json!({"start": "2017-01", "end": "2018-01"});
    content.as_object_mut().unwrap().remove("currency");
    let wrong = json!({"type": "trial", "content": content, "language": "en"});
    let told = |problem: &Value| -> Vec<String> {
        problem["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| format!("{} {}", text(one, "code"), text(one, "pointer")))
            .collect()
    };
    let refused = until("the type is known", || {
        let answer = house.caller(CONTRIBUTOR_KZ).post("/contribute/api/v1/entries", &wrong);
        assert_eq!(answer.status, 422, "{answer}");
        Some(answer.json()).filter(|problem| problem["code"] == "faults")
    });
    assert_eq!(
        told(&refused),
        ["repeated /content/other_objectives/0"],
        "what is wrong blocks a draft, what is missing does not"
    );
    content.as_object_mut().unwrap().remove("other_objectives");
    let entry = begin(&house, "trial", &content);
    content["file"] = attach(&house, &entry);
    content["file"].as_object_mut().unwrap().remove("language");
    let contributor = house.caller(CONTRIBUTOR_KZ);
    contributor.save(&entry, &content);
    let faults = contributor.entry(&entry)["faults"].as_array().unwrap().clone();
    let graded: Vec<String> = faults
        .iter()
        .map(|one| format!("{} {} {}", text(one, "code"), text(one, "pointer"), text(one, "grade")))
        .collect();
    for expected in [
        "too_short /text/en error",
        "translation_missing /text/ar info",
        "too_early /period warning",
        "cited_unpublished /matched error",
        "required /currency error",
        "required /file/language error",
    ] {
        assert!(graded.contains(&expected.to_owned()), "{expected:?} is not in {graded:?}");
    }
    for fault in &faults {
        for language in ["ar", "zh", "en", "fr", "ru", "es"] {
            assert!(!text(&fault["messages"], language).is_empty(), "{fault}");
        }
        assert_eq!(fault["messages"]["en"], fault["message"]);
    }
    let submit = json!({"what_changed": "First.", "certify": true});
    let problem = contributor.post(&entry.draft("/submit"), &submit).problem(422, "invalid-content");
    assert_eq!(told(&problem).len(), 4, "{problem}");
}

#[test]
fn a_retired_term_stays_where_it_stood_and_is_refused_anew() {
    let house = House::new();
    house.designate(MODERATOR_B, "registrar", None);
    let (entry, _) = house.published("Held while conferences were a term");
    let directory = house.beside().join("registry");
    copy(&root().join("deploy/registry"), &directory);
    set_version(&directory, "2026-retired");
    let kinds = directory.join("vocabularies/event_types.toml");
    edit(&kinds, "key = \"conference\"", "key = \"conference\"\nvalid_to = \"2020-12-31\"");
    adopt(&house, &directory);

    let contributor = house.caller(CONTRIBUTOR_KZ);
    let anew = contributor.begin(&event("Held afterwards"));
    let fault = until("the registry is known", || {
        let faults = contributor.entry(&anew)["faults"].as_array().cloned().unwrap_or_default();
        faults.into_iter().find(|fault| fault["code"] == "term_not_in_force")
    });
    assert_eq!(fault["grade"], "error");
    assert_eq!(
        text(&fault, "message"),
        "Type of event: “Conference” is not in use today. Choose another, if another fits."
    );
    let submit = json!({"what_changed": "First.", "certify": true});
    contributor.post(&anew.draft("/submit"), &submit).problem(422, "invalid-content");
    // The next edition of what is public keeps it.
    house.publish_again(&entry, &event("Held while conferences were still a term"));
}
