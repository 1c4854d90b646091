use std::{fs, os::unix::fs::MetadataExt, path::Path};

use clap::Parser;

use super::*;
use crate::{
    Layout,
    cli::{Cli, Command, Renewed},
    verification::read_keys,
};

fn asked(directory: &Path, more: &[&str]) -> Keys {
    let directory = directory.to_str().unwrap();
    match Cli::parse_from([&["dossier", "keys", directory], more].concat()).command {
        Command::Keys(keys) => keys,
        other => panic!("{other:?}"),
    }
}

fn made(directory: &Path) -> Value {
    let keys = asked(directory, &["--host", "localhost", "--host", "127.0.0.1"]);
    make(&Deployment::at(directory), &keys).unwrap()
}

/// Every file below, with its bytes.
fn files(directory: &Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut left = vec![directory.to_owned()];
    while let Some(next) = left.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                left.push(path);
            } else {
                let bytes = fs::read(&path).unwrap();
                found.push((path, bytes));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn what_is_secret_is_its_owners_and_what_is_told_is_all() {
    let directory = tempfile::tempdir().unwrap();
    let told = made(directory.path());
    let mut found: Vec<_> = files(directory.path()).into_iter().map(|(path, _)| path).collect();
    found.sort();
    let names: Vec<_> =
        found.iter().map(|path| path.strip_prefix(directory.path()).unwrap().display().to_string()).collect();
    let listed: Vec<_> = told["made"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    for (name, path) in names.iter().zip(&found) {
        assert!(listed.contains(&name.as_str()), "{name} was made and not told");
        let secret = [".key", ".seed"].iter().any(|end| name.ends_with(end));
        let mode = fs::metadata(path).unwrap().mode() & 0o777;
        assert_eq!(mode & 0o077 == 0, secret, "{name} has mode {mode:03o}");
    }
    assert_eq!(listed.len(), names.len());
    // Four services with four files each, and six for all.
    assert_eq!(names.len(), 22, "{names:?}");
    for origin in Origin::ALL {
        let layout = Layout::of(directory.path().join(origin.name()).join("data"));
        assert_eq!(crate::tenant::tenant(&layout).unwrap(), Some(origin), "nobody else ever writes there");
    }
}

#[test]
fn no_secret_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let told = made(directory.path());
    let (document, text) = (told.to_string(), words(&told));
    for (path, bytes) in files(directory.path()) {
        if path.extension().is_some_and(|end| end == "key" || end == "seed") {
            let secret = String::from_utf8(bytes).unwrap();
            let line = secret.lines().find(|line| !line.starts_with("-----")).unwrap();
            assert!(!document.contains(line) && !text.contains(line), "{}", path.display());
        }
    }
}

#[test]
fn each_service_signs_with_its_own_key_and_all_have_one_name() {
    let directory = tempfile::tempdir().unwrap();
    let told = made(directory.path());
    let verifiers = read_keys(&directory.path().join("verifiers")).unwrap();
    for (origin, history) in Origin::ALL.into_iter().zip(&verifiers.logs) {
        let verifier = history.current();
        let secrets = Secrets::read(&Layout::of(directory.path().join(origin.name()).join("data"))).unwrap();
        assert_eq!(secrets.verifier(origin), *verifier);
        assert_eq!(told["installation"], secrets.installation.name);
    }
    assert_eq!(verifiers.logs.len(), 4);
    let audit = Secrets::read(&Layout::of(directory.path().join("audit/data"))).unwrap();
    assert_eq!(verifiers.cosigners, [audit.cosigners().key(1).verifier().into()], "the cosigner's too");
    let masters: std::collections::BTreeSet<_> = Origin::ALL
        .map(|origin| fs::read(Deployment::at(directory.path()).master_key(origin)).unwrap())
        .into_iter()
        .collect();
    assert_eq!(masters.len(), 4, "a master key for each");
}

#[test]
fn nothing_is_ever_replaced() {
    let directory = tempfile::tempdir().unwrap();
    made(directory.path());
    let before = files(directory.path());
    let keys = asked(directory.path(), &["--host", "localhost"]);
    let refused = make(&Deployment::at(directory.path()), &keys).unwrap_err();
    assert!(refused.to_string().contains("is there already"), "{refused}");
    assert_eq!(files(directory.path()), before);
    // One file alone is enough to refuse all.
    for (path, _) in &before[1..] {
        fs::remove_file(path).unwrap();
    }
    make(&Deployment::at(directory.path()), &keys).unwrap_err();
    assert_eq!(files(directory.path()), before[..1]);
}

#[test]
fn a_renewal_changes_who_one_service_is_and_nothing_else() {
    let directory = tempfile::tempdir().unwrap();
    made(directory.path());
    let before = files(directory.path());
    let deployment = Deployment::at(directory.path());
    renewal::renew(&deployment, Renewed::Service(Origin::Moderation), &[]).unwrap();
    let changed: Vec<_> = files(directory.path())
        .into_iter()
        .zip(&before)
        .filter(|(after, before)| after != *before)
        .map(|(after, _)| after.0.strip_prefix(directory.path()).unwrap().display().to_string())
        .collect();
    assert_eq!(changed, ["moderation/nkey.seed", "nkeys.conf"]);
    let seed = fs::read_to_string(deployment.nkey(Origin::Moderation)).unwrap();
    let public = nkeys::KeyPair::from_seed(seed.trim()).unwrap().public_key();
    let conf = fs::read_to_string(deployment.nkeys()).unwrap();
    assert!(conf.contains(&format!("MODERATION_NKEY: {public}\n")), "{conf}");
    assert_eq!(fs::metadata(deployment.nkey(Origin::Moderation)).unwrap().mode() & 0o777, 0o600);

    renewal::renew(&deployment, Renewed::Broker, &["broker.example".to_owned()]).unwrap();
    let changed = files(directory.path()).into_iter().zip(&before).filter(|(after, before)| after != *before).count();
    assert_eq!(changed, 4, "and the broker's certificate and key");
}

#[test]
fn a_renewal_needs_what_was_made() {
    let directory = tempfile::tempdir().unwrap();
    let deployment = Deployment::at(directory.path());
    for whose in [Renewed::Service(Origin::Audit), Renewed::Broker] {
        let refused = renewal::renew(&deployment, whose, &["localhost".to_owned()]).unwrap_err();
        assert_eq!(refused.exit_code(), Exit::NotThere as u8, "{refused}");
    }
    assert!(files(directory.path()).is_empty());
}

#[test]
fn hosts_are_names_or_addresses() {
    let host = |name: &str| certificates::check_hosts(&[name.to_owned()]);
    for good in ["localhost", "nats-1.example.org", "192.0.2.7", "2001:db8::7"] {
        host(good).unwrap_or_else(|refused| panic!("{refused}"));
    }
    for bad in ["", "a b", "tls://x", "x:4222", "*.example.org", "ä.example"] {
        host(bad).unwrap_err();
    }
    certificates::check_hosts(&[]).unwrap_err();
}

#[test]
fn what_is_asked_wrongly_makes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    for wrong in [["--name", "a b"], ["--host", "a b"]] {
        let refused = make(&Deployment::at(directory.path()), &asked(directory.path(), &wrong)).unwrap_err();
        assert_eq!(refused.exit_code(), Exit::Usage as u8, "{refused}");
    }
    assert!(files(directory.path()).is_empty());
    let told =
        make(&Deployment::at(directory.path()), &asked(directory.path(), &["--name", "registry.example"])).unwrap();
    assert_eq!(told["installation"], "registry.example");
}
