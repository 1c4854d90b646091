//! `dossier export`.

use std::fs;

use dossier::house::DEMO_PEOPLE;
use serde_json::Value;

use crate::fixture::{Installation, dossier, on, sample};

#[test]
fn each_service_goes_to_a_folder_of_its_own_with_the_keys_beside() {
    let installation = Installation::with_an_entry();
    let to = installation.path("export");
    let document = on(&installation.data(), &["--json", "export", "--to", to.to_str().unwrap()]).exits(0).document();
    assert_eq!(document["services"].as_array().unwrap().len(), 4);
    for service in ["submission", "moderation", "publication", "audit"] {
        assert!(to.join(service).join("manifest.txt").exists(), "{service}");
    }
    let keys = fs::read_to_string(to.join("verifier-keys.txt")).unwrap();
    assert_eq!(keys.lines().filter(|line| !line.starts_with('#')).count(), 5, "four logs and the cosigner: {keys}");
    assert!(!keys.contains("PRIVATE"));
}

#[test]
fn one_service_alone() {
    let installation = Installation::with_an_entry();
    let to = installation.path("export");
    let said = on(&installation.data(), &["export", "--service", "audit", "--to", to.to_str().unwrap()]).exits(0);
    assert!(said.out.contains("dossier verify"), "says how to verify it: {}", said.out);
    assert!(to.join("audit").exists() && !to.join("moderation").exists());
    dossier(["verify", to.to_str().unwrap()]).exits(0);
}

#[test]
fn a_directory_that_holds_something_is_left_alone() {
    let installation = Installation::with_an_entry();
    let to = installation.path("full");
    fs::create_dir(&to).unwrap();
    fs::write(to.join("letter.txt"), "keep me").unwrap();
    let said = on(&installation.data(), &["export", "--to", to.to_str().unwrap()]).exits(2);
    assert!(said.err.contains("is not empty"), "{}", said.err);
    assert_eq!(fs::read_dir(&to).unwrap().count(), 1);
}

/// What stands in the registry is public and travels in clear; everything else that people typed is sealed.
#[test]
fn an_export_holds_no_word_that_people_typed() {
    let installation = Installation::with_an_entry();
    let to = installation.path("export");
    on(&installation.data(), &["export", "--to", to.to_str().unwrap()]).exits(0);
    let registry = dossier_registry::Registry::embedded();
    let public = |text: &str| registry.bytes().windows(text.len()).any(|window| window == text.as_bytes());
    let mut texts = Vec::new();
    strings(&sample().content, &mut texts);
    let pieces = texts.iter().flat_map(|text| text.split(['.', ',', '\n'])).map(str::trim);
    let mut typed: Vec<_> = pieces.filter(|piece| piece.len() >= 16 && !public(piece)).map(ToOwned::to_owned).collect();
    assert!(typed.len() >= 10, "the sample has texts of its own: {typed:?}");
    typed.extend(DEMO_PEOPLE.iter().map(|person| person.name.to_owned()));
    for file in files(&to) {
        let bytes = fs::read(&file).unwrap();
        for text in &typed {
            let found = bytes.windows(text.len()).any(|window| window == text.as_bytes());
            assert!(!found, "{text:?} is in {}", file.display());
        }
    }
}

fn strings(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::String(text) => into.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| strings(item, into)),
        Value::Object(members) => members.values().for_each(|member| strings(member, into)),
        _ => {}
    }
}

fn files(directory: &std::path::Path) -> Vec<std::path::PathBuf> {
    let items = fs::read_dir(directory).unwrap().map(|item| item.unwrap().path());
    items.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
