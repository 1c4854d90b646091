//! The architecture invariants (ARCHITECTURE.md) that a test can check.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod house;

use std::collections::BTreeSet;

use house::{files, is_test, members, read, root, shown};

/// What each shared crate may depend on. Dependencies point down only.
const BELOW: &[(&str, &[&str])] = &[
    ("dossier-proto", &[]),
    ("dossier-proof", &[]),
    ("dossier-receipt", &["dossier-proof", "dossier-proto"]),
    ("dossier-witness", &["dossier-proof"]),
    ("dossier-vault", &["dossier-proto"]),
    ("dossier-journal", &["dossier-proof", "dossier-proto"]),
    ("dossier-exchange", &["dossier-journal", "dossier-proof", "dossier-proto", "dossier-vault"]),
    (
        "dossier-engine",
        &["dossier-exchange", "dossier-identity", "dossier-journal", "dossier-proof", "dossier-proto", "dossier-vault"],
    ),
    ("dossier-registry", &["dossier-proto"]),
    ("dossier-identity", &["dossier-proto", "dossier-vault"]),
    ("dossier-post", &["dossier-identity", "dossier-proto", "dossier-web"]),
    ("dossier-web", &["dossier-identity", "dossier-proto"]),
];
const SERVICES: [&str; 4] = ["dossier-submission", "dossier-moderation", "dossier-publication", "dossier-audit"];

#[test]
fn a_folder_is_named_as_its_crate() {
    for member in members() {
        let folder = member.folder.file_name().unwrap().to_string_lossy().into_owned();
        let expected = if folder == "dossier" { folder.clone() } else { format!("dossier-{folder}") };
        assert_eq!(member.name, expected, "in {}", shown(&member.folder));
    }
}

#[test]
fn dependencies_point_down() {
    for member in members() {
        if let Some((_, allowed)) = BELOW.iter().find(|(name, _)| *name == member.name) {
            let wrong: Vec<_> = member.ours.iter().filter(|name| !allowed.contains(&name.as_str())).collect();
            assert!(wrong.is_empty(), "{} must not depend on {wrong:?}", member.name);
        }
    }
}

#[test]
fn services_never_depend_on_each_other() {
    for member in members().iter().filter(|member| SERVICES.contains(&member.name.as_str())) {
        let wrong: Vec<_> = member.ours.iter().filter(|name| SERVICES.contains(&name.as_str())).collect();
        assert!(wrong.is_empty(), "{} must not depend on {wrong:?}", member.name);
        assert!(!member.ours.iter().any(|name| name == "dossier"), "{} must not know the binary", member.name);
    }
}

#[test]
fn only_the_journal_names_sled_and_only_the_exchange_names_the_broker() {
    for (dependency, owner) in [("sled", "dossier-journal"), ("async-nats", "dossier-exchange")] {
        for member in members() {
            let depends = member.all.iter().any(|name| name == dependency);
            // Tests speak to the broker as strangers do, past the exchange.
            let stranger = dependency == "async-nats" && shown(&member.folder).starts_with("tests/");
            assert!(!depends || member.name == owner || stranger, "{} must not depend on {dependency}", member.name);
        }
    }
}

#[test]
fn versions_stand_in_the_root_manifest_alone() {
    for member in members() {
        let text = read(&member.folder.join("Cargo.toml"));
        let manifest: toml::Table = text.parse().unwrap();
        for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let Some(table) = manifest.get(section).and_then(toml::Value::as_table) else { continue };
            for (name, value) in table {
                let from_root = value.get("workspace").and_then(toml::Value::as_bool) == Some(true);
                assert!(from_root, "{}: {name} names a version of its own", member.name);
            }
        }
    }
}

#[test]
fn every_version_in_the_root_manifest_is_used() {
    let manifest: toml::Table = read(&root().join("Cargo.toml")).parse().unwrap();
    let named = manifest["workspace"]["dependencies"].as_table().unwrap().keys().cloned().collect::<BTreeSet<_>>();
    let mut used = BTreeSet::new();
    for member in members() {
        let manifest: toml::Table = read(&member.folder.join("Cargo.toml")).parse().unwrap();
        for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let table = manifest.get(section).and_then(toml::Value::as_table);
            used.extend(table.into_iter().flat_map(|table| table.keys().cloned()));
        }
    }
    let idle: Vec<_> = named.difference(&used).collect();
    assert!(idle.is_empty(), "a dependency enters when it is first used: {idle:?}");
}

#[test]
fn every_service_has_the_same_rooms() {
    for name in ["submission", "moderation", "publication", "audit"] {
        let src = root().join("services").join(name).join("src");
        for room in ["domain", "views", "api", "policy.rs", "lib.rs"] {
            let module = src.join(format!("{room}.rs"));
            assert!(src.join(room).exists() || module.exists(), "services/{name} has no room {room}");
        }
    }
}

/// A decider has no clock, no randomness, no I/O: nothing of the world.
#[test]
fn the_domain_is_pure() {
    let worldly =
        ["SystemTime", "Instant::now", "std::fs", "std::net", "tokio::", "getrandom", "Ulid::new", "std::env", "axum"];
    for service in ["submission", "moderation", "publication", "audit"] {
        let folder = root().join("services").join(service).join("src/domain");
        for file in files(&folder, ".rs").iter().filter(|file| !is_test(file)) {
            let text = read(file);
            let found: Vec<_> = worldly.iter().filter(|word| text.contains(**word)).collect();
            assert!(found.is_empty(), "{} knows the world: {found:?}", shown(file));
        }
    }
}

#[test]
fn no_room_is_named_after_nothing() {
    for file in files(&root(), ".rs") {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        for word in ["utils", "util", "helpers", "helper", "manager", "common", "misc"] {
            assert_ne!(name, word, "{} needs the name of what is in it", shown(&file));
        }
    }
}

#[test]
fn the_map_knows_every_crate() {
    let map = read(&root().join("ARCHITECTURE.md"));
    for member in members() {
        let place = shown(&member.folder);
        assert!(
            map.contains(&format!("`{place}`")) || map.contains(&format!("{place}/")),
            "ARCHITECTURE.md does not say what {place} is for"
        );
    }
}
