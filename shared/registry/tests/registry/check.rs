//! What `dossier registry check` refuses: every fault with its file, its key and what to do.

use dossier_registry::{Registry, RegistryFault, SourceFile, check_directory};

use crate::samples::{deployed, edited, files, with_file};

const EVENT: &str = "types/event.toml";

/// The edit must leave exactly one fault, in that file, under that key.
fn refused(path: &str, from: &str, to: &str, key: &str) {
    let faults = edited(path, from, to).expect_err(to);
    let found: Vec<_> = faults.iter().map(|fault| (fault.file.as_str(), fault.key.as_str())).collect();
    assert_eq!(found, [(path, key)], "{faults:?}");
    assert!(faults.iter().all(|fault| !fault.message.is_empty() && !fault.mend.is_empty()), "{faults:?}");
}

/// The edit must leave one fault whose message names the word.
fn unreadable(path: &str, from: &str, to: &str, word: &str) {
    let faults = edited(path, from, to).expect_err(to);
    let [fault] = faults.as_slice() else { panic!("{faults:?}") };
    assert_eq!(fault.file, path);
    assert!(fault.message.contains(word), "{fault}");
    assert!(fault.key.starts_with("line "), "{fault}");
}

#[test]
fn unknown_keys_are_refused_everywhere() {
    for (path, from, to) in [
        ("registry.toml", "version =", "surprise = 1\nversion ="),
        ("registry.toml", "expires_after_days", "surprise = 1\nexpires_after_days"),
        ("words.toml", "yes =", "surprise = 1\nyes ="),
        ("places.toml", "country = \"KAZ\"", "country = \"KAZ\"\nsurprise = 1"),
        ("places.toml", "name = \"KUDO\"", "name = \"KUDO\"\nsurprise = 1"),
        ("refusals.toml", "key = \"spam\"", "key = \"spam\"\nsurprise = 1"),
        ("checklist.toml", "key = \"scope\"", "key = \"scope\"\nsurprise = 1"),
        ("notices/kosovo-1244.toml", "trigger = {", "surprise = 1\ntrigger = {"),
        ("notices/kosovo-1244.toml", "on = \"always\"", "on = \"always\", surprise = 1"),
        ("vocabularies/languages.toml", "key =", "surprise = 1\nkey ="),
        ("vocabularies/event_types.toml", "key = \"conference\"", "key = \"conference\"\nsurprise = 1"),
        (EVENT, "number_prefix", "surprise = 1\nnumber_prefix"),
        (EVENT, "clearance =", "surprise = 1\nclearance ="),
        (EVENT, "key = \"moderation\"", "key = \"moderation\"\nsurprise = 1"),
        (EVENT, "count = 1", "count = 1, surprise = 1"),
        (EVENT, "key = \"title\"", "key = \"title\"\nsurprise = 1"),
        (EVENT, "characters = 255", "surprise = 1"),
        (EVENT, "field = \"workstream_output\"", "field = \"workstream_output\", surprise = 1"),
        (EVENT, "boilerplate =", "surprise = 1\nboilerplate ="),
    ] {
        unreadable(path, from, to, "surprise");
    }
}

/// DOMAIN section 6, JSON Schema users: "a misspelt conditional is ignored and always passes".
#[test]
fn a_misspelt_conditional_is_refused() {
    unreadable(EVENT, "when = { field = \"workstream_output\"", "wehn = { field = \"workstream_output\"", "wehn");
    let misspelt = "when = { field = \"workstream_ouput\", is = true }";
    let right = "when = { field = \"workstream_output\", is = true }";
    refused(EVENT, right, misspelt, "fields.workstreams.when.field");
    let term = "is = \"country-network\"";
    refused(EVENT, term, "is = \"country-netwrok\"", "fields.country_networks.when.is");
    refused(EVENT, right, "when = { field = \"workstream_output\", is = \"true\" }", "fields.workstreams.when.is");
    // A later field cannot decide about an earlier one, so conditions never run in circles.
    refused(EVENT, right, "when = { field = \"network_level\", is = true }", "fields.workstreams.when.field");
}

#[test]
fn labels_need_english() {
    refused("vocabularies/event_types.toml", "en = \"Conference\", ", "", "terms.conference.labels");
    refused("refusals.toml", "en = \"Spam\", ", "", "reasons.spam.labels");
    refused(EVENT, "en = \"Description\", ", "", "fields.description.labels");
    refused("notices/kosovo-1244.toml", "en = \"References to Kosovo\"\n", "", "labels");
    refused("words.toml", "en = \"{range} ({zone} time)\", ", "", "zone");
    refused("checklist.toml", "en = \"It is within scope\", ", "", "items.scope.labels");
    refused(EVENT, "en = \"Description\"", "en = \" \"", "fields.description.labels.en");
}

#[test]
fn references_need_what_they_name() {
    refused(EVENT, "vocabulary = \"event_types\"", "vocabulary = \"event_kinds\"", "fields.event_type.vocabulary");
    refused(EVENT, "vocabulary = \"event_types\"\n", "", "fields.event_type.vocabulary");
    refused(
        EVENT,
        "kind = \"bool\"",
        "kind = \"bool\"\nvocabulary = \"audiences\"",
        "fields.workstream_output.vocabulary",
    );
    refused("notices/kosovo-1244.toml", "[\"event\"]", "[\"evnt\"]", "types");
    let term = "{ on = \"term\", vocabulary = \"countries\", terms = [\"XYZ\"] }";
    refused("notices/kosovo-1244.toml", "{ on = \"always\" }", term, "trigger.terms");
    refused("places.toml", "\"KAZ\"", "\"KAS\"", "cities.astana.country");
    refused("vocabularies/gcm_objectives.toml", "groups = [\"rt4\"]", "groups = [\"rt5\"]", "terms.1.groups");
    refused(EVENT, "[\"rescheduled\"]", "[\"reschedulled\"]", "fields.subject_status.limits.previous_dates_for");
    refused(EVENT, "body_field = \"description\"", "body_field = \"body\"", "saved_page.body_field");
}

#[test]
fn keys_stand_once_and_are_keys() {
    refused("refusals.toml", "key = \"spam\"", "key = \"other\"", "reasons.other");
    refused("vocabularies/event_types.toml", "key = \"launch\"", "key = \"briefing\"", "terms.briefing");
    refused("vocabularies/event_types.toml", "key = \"launch\"", "key = \"la/nch\"", "terms.la/nch");
    refused(EVENT, "key = \"links\"", "key = \"attachments\"", "fields.attachments");
    refused(EVENT, "key = \"links\"", "key = \"original_language\"", "fields.original_language");
    refused("vocabularies/languages.toml", "key = \"languages\"", "key = \"tongues\"", "key");
}

#[test]
fn days_are_in_order_and_written_as_days() {
    let limits = "valid_from = \"2023-01-01\"";
    refused("vocabularies/workstreams.toml", "valid_from = \"2021-01-01\"", limits, "terms.cwg-2-1.valid_to");
    unreadable("vocabularies/workstreams.toml", "\"2021-01-01\"", "\"1 January\"", "is not a day");
    unreadable("vocabularies/workstreams.toml", "\"2021-01-01\"", "\"2021-02-30\"", "is not a day");
    refused("registry.toml", "[7, 30,", "[30, 7,", "waiting");
    refused("places.toml", "\"2019-03-23\"", "\"2029-03-23\"", "cities.astana.former.valid_to");
}

#[test]
fn limits_fit_the_kind() {
    refused(EVENT, "characters = 255", "minimum = 3", "fields.title.limits.minimum");
    refused(EVENT, "characters = 255", "characters = 0", "fields.title.limits");
    refused(EVENT, "characters = 255", "characters = 255, characters_min = 256", "fields.title.limits");
    refused(EVENT, "characters = 255", "characters = 255, items = 2", "fields.title.limits.items");
}

#[test]
fn a_type_has_one_title_and_somebody_who_agrees() {
    refused(EVENT, "section = \"title\"", "section = \"body\"", "fields");
    refused(EVENT, "section = \"body\"", "section = \"title\"", "fields");
    refused(EVENT, "count = 1", "count = 0", "review.stages.moderation.needs");
    refused(EVENT, "\"EVT\"", "\"evt\"", "number_prefix");
    let role = "needs = [{ role = \"moderator\", count = 1 }]";
    refused(EVENT, role, "needs = []", "review.stages.moderation.needs");
}

#[test]
fn number_prefixes_tell_types_apart() {
    let copy = files().into_iter().find(|file| file.path == EVENT).unwrap().text;
    let copy = copy.replacen("key = \"event\"", "key = \"happening\"", 1);
    let faults = with_file("types/happening.toml", &copy).unwrap_err();
    let [fault] = faults.as_slice() else { panic!("{faults:?}") };
    assert_eq!((fault.file.as_str(), fault.key.as_str()), ("types/happening.toml", "number_prefix"));
    assert!(with_file("types/happening.toml", &copy.replacen("EVT", "HAP", 1)).is_ok());
}

#[test]
fn a_contact_is_personal_and_never_shown() {
    let field = "kind = \"contact\"\ncardinality = \"0..1\"\nsection = \"hidden\"\npersonal = true";
    let with = |text: &str| edited(EVENT, "kind = \"link\"\ncardinality = \"0..n\"\nsection = \"facts\"", text);
    let editorial = with(field).unwrap_err();
    assert!(editorial.iter().any(|fault| fault.message.contains("editorially")), "{editorial:?}");
    let shown = with(&field.replace("hidden", "facts")).unwrap_err();
    assert!(shown.iter().any(|fault| fault.message.contains("would be shown")), "{shown:?}");
    let open = with(&field.replace("personal = true", "")).unwrap_err();
    assert!(open.iter().any(|fault| fault.message.contains("not marked personal")), "{open:?}");
}

#[test]
fn all_faults_are_told_at_once() {
    let mut files = files();
    files.retain(|file| file.path != "places.toml");
    for file in &mut files {
        if file.path == EVENT {
            file.text = file.text.replace("number_prefix", "prefix");
        }
        if file.path == "words.toml" {
            file.text.push_str("\nthis is not toml");
        }
    }
    files.push(SourceFile { path: "types/notes.txt".into(), text: String::new() });
    files.push(SourceFile { path: "vocabularies/orphans.tsv".into(), text: "key\ten\na\tA\n".into() });
    let faults = Registry::from_files(&files).unwrap_err();
    let found: Vec<_> = faults.iter().map(|fault| fault.file.as_str()).collect();
    for path in ["places.toml", EVENT, "words.toml", "types/notes.txt", "vocabularies/orphans.tsv"] {
        assert!(found.contains(&path), "{path}: {faults:?}");
    }
}

#[test]
fn tables_are_read_strictly() {
    let table = "vocabularies/languages.tsv";
    let key = |from: &str, to: &str| {
        let faults = edited(table, from, to).unwrap_err();
        assert!(faults.iter().all(|fault| fault.file == table && fault.key.starts_with("line ")), "{faults:?}");
    };
    key("key\tar", "kez\tar");
    key("key\tar", "ar\tar");
    key("fil\t", "fil\tsurplus\t");
    key("\nfil\t", "\n\t");
}

#[test]
fn a_registry_that_does_not_fit_an_event_is_refused() {
    let mut table = String::from("key\ten\tfr\n");
    for number in 0..3_000 {
        table.push_str(&format!("term-{number}\t{0}\t{0}\n", "a long label ".repeat(5).trim()));
    }
    let mut files = files();
    files.push(SourceFile {
        path: "vocabularies/vast.toml".into(),
        text: "key = \"vast\"\nlabels = { en = \"Vast\" }\n".into(),
    });
    files.push(SourceFile { path: "vocabularies/vast.tsv".into(), text: table });
    let faults = Registry::from_files(&files).unwrap_err();
    assert!(faults.iter().any(|fault| fault.message.contains("at most")), "{faults:?}");
}

#[test]
fn a_folder_that_is_no_registry_says_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("README.md"), "texts for people are left out").unwrap();
    std::fs::create_dir(folder.path().join("surprise")).unwrap();
    let faults = check_directory(folder.path());
    assert!(faults.iter().any(|fault| fault.file == "surprise"), "{faults:?}");
    std::fs::remove_dir(folder.path().join("surprise")).unwrap();
    let faults = check_directory(folder.path());
    assert!(faults.iter().any(|fault| fault.file == "registry.toml" && fault.message.contains("missing")));
    let nowhere = check_directory(folder.path().join("nowhere"));
    assert!(matches!(nowhere.as_slice(), [RegistryFault { .. }]), "{nowhere:?}");
}

/// A type with every kind of field, a condition, a personal contact and a three-stage path: files only, no Rust.
#[test]
fn a_type_of_every_kind_is_only_data() {
    let registry = with_file("types/trial.toml", include_str!("trial.toml")).unwrap();
    let trial = registry.record_type("trial").unwrap();
    assert_eq!(trial.review.stages.len(), 3);
    assert_eq!(trial.personal_pointers(), ["/contact"]);
    let again = Registry::from_bytes(registry.bytes()).unwrap();
    assert_eq!(again.record_type("trial"), Some(trial));
    assert!(deployed().exists());
}

#[test]
fn rules_between_fields_name_fields_that_are_there() {
    let pledge = "types/pledge.toml";
    refused(pledge, "needs = [\"budget_currency\"]", "needs = [\"budget_curency\"]", "fields.budget.needs");
    refused(pledge, "needs = [\"budget_currency\"]", "needs = [\"budget\"]", "fields.budget.needs");
    refused(pledge, "unless = [\"participating_countries\"]", "unless = [\"countries\"]", "fields.participants.unless");
    refused(
        pledge,
        "[\"common\", \"in-partnership\"]",
        "[\"common\", \"in-partnershp\"]",
        "fields.participants.when.is",
    );
    refused(pledge, "[\"common\", \"in-partnership\"]", "[]", "fields.participants.when.is");
    refused(pledge, "types = [\"pledge\"]", "types = [\"plegde\"]", "fields.matched_pledge.limits.types");
    let practice = "types/practice.toml";
    let rule = "distinct_from = [\"primary_objectives\"]";
    refused(practice, rule, "distinct_from = [\"partners\"]", "fields.secondary_objectives.distinct_from");
    refused(practice, "\"application/rtf\"", "\"rtf\"", "fields.files.limits.media_types");
    refused(EVENT, "key = \"links\"", "key = \"links\"\nclearance = false", "fields.links.clearance");
}

#[test]
fn a_path_that_cannot_be_walked_is_refused() {
    let practice = "types/practice.toml";
    let peers = "needs = [{ role = \"internal-reviewer\", count = 1 }, { role = \"external-reviewer\", count = 2 }]";
    let alone = "needs = [{ role = \"internal-reviewer\", count = 1 }]";
    refused(practice, peers, alone, "review.stages.peer.on_split");
    refused(practice, peers, "needs = []", "review.stages.peer.needs");
    unreadable(practice, "clearance = \"states\"", "clearance = \"some\"", "some");
}

#[test]
fn codes_and_rules_of_any_are_sound() {
    let mentioned = "notices/kosovo-1244-mentioned.toml";
    refused(mentioned, "{ on = \"text\", phrases", "{ on = \"always\" }, { on = \"text\", phrases", "trigger.of");
    unreadable(mentioned, "on = \"any\"", "on = \"some\"", "some");
    let regions = "vocabularies/regions.toml";
    refused(regions, "code = \"015\"", "code = \"014\"", "terms.eastern-africa.code");
    refused("words.toml", "month = { ar = \"{month} {y}\"", "month = { ar = \"{y}\"", "month.ar");
}
