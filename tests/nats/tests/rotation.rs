//! P9 over a broker: a service takes other keys to sign with while the others work, and while one is away. Nobody is told, nothing is configured; and
//! whoever has stolen a key that was given up, with the service's key to the broker, is believed by nobody.

#![allow(clippy::print_stdout, reason = "seeds and figures are for who looks")]

use std::{fs, sync::Arc};

use dossier::{Layout, Secrets, offline::Offline};
use dossier_exchange::{
    conformance::{Desk, Shelf, event},
    nats::{Connection, ConnectionSettings, Desks, Relay, RelaySettings},
};
use dossier_journal::Place;
use dossier_nats::{Installation, Plan, asking::figure, copying::copy, healing::PATIENCE, until};
use dossier_proto::{
    Origin::{self, Audit, Moderation, Publication, Submission},
    Payload, v1,
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_dossier-under-fault");

fn rotate(installation: &Installation, origin: Origin) {
    let file = installation.deployment.configuration(origin);
    installation.command(&["keys".as_ref(), "rotate".as_ref(), "--config".as_ref(), file.as_os_str()]);
}

fn tell(installation: &Installation) {
    installation.tell().join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
}

/// So many keys of moderation a service has learnt.
fn learnt(installation: &Installation, by: Origin) -> usize {
    let file = installation.deployment.data(by).join("keys/learnt-keys.json");
    let text = fs::read_to_string(file).unwrap_or_else(|_| "{}".to_owned());
    let kept: serde_json::Value = serde_json::from_str(&text).expect("what the service wrote");
    kept["moderation"].as_array().map_or(0, Vec::len)
}

#[test]
fn p9_keys_are_rotated_while_others_work_and_while_one_is_away() {
    let seed = 1101;
    println!("seed {seed}");
    let mut installation = Installation::start(&Plan::of(seed, PROGRAM));
    tell(&installation);
    installation.doors.level(PATIENCE);
    // Submission is away for three keys; publication and audit work on.
    installation.service_mut(Submission).end();
    installation.service_mut(Moderation).end();
    rotate(&installation, Moderation);
    installation.service_mut(Moderation).start();
    for by in [Publication, Audit] {
        until("the key is learnt", PATIENCE, || match learnt(&installation, by) {
            1 => Ok(()),
            count => Err(format!("{by} has learnt {count}")),
        });
    }
    installation.service_mut(Moderation).kill();
    rotate(&installation, Moderation);
    rotate(&installation, Moderation);
    // One of those that learnt is started anew in between: it knows what it learnt.
    installation.service_mut(Publication).kill();
    installation.service_mut(Publication).start();
    installation.service_mut(Moderation).start();
    installation.service_mut(Submission).start();
    installation.doors.ready(PATIENCE);
    tell(&installation);
    installation.doors.level(PATIENCE);
    for by in [Submission, Publication, Audit] {
        assert_eq!(learnt(&installation, by), 3, "{by}");
    }
    // The audit service too, with its cosigner: nobody reads it but moderation.
    installation.service_mut(Audit).end();
    rotate(&installation, Audit);
    installation.service_mut(Audit).start();
    installation.doors.ready(PATIENCE);
    tell(&installation);
    let keys = installation.service(Audit).get("/audit/api/v1/verifier-keys.txt").expect("it answers").text;
    // Remarks name logs too.
    let own = || keys.lines().filter(|line| !line.starts_with('#'));
    let of = |name: &str| own().filter(|line| line.split('+').next().is_some_and(|own| own.ends_with(name))).count();
    assert_eq!((of("/moderation"), of("/audit"), of("/audit/cosigner"), of("/submission")), (4, 2, 2, 1), "{keys}");
    let findings = installation.service(Audit).get("/readyz").expect("it answers");
    assert_eq!(findings.status, 200, "{findings:?}");
    installation.close();
}

/// The disk is lost after a key was taken, and the keys that were kept elsewhere are of before: what the others learnt that key by, and what the stream
/// holds behind it, come back over the broker; so do the keys of what was said, and the service signs on with the key that everybody knows.
#[test]
fn p9_a_disk_that_is_lost_after_a_key_was_taken_comes_back_with_that_key() {
    let seed = 1103;
    println!("seed {seed}");
    let mut installation = Installation::start(&Plan::of(seed, PROGRAM));
    let (data, safe) = (installation.deployment.data(Moderation), installation.beside("safe-moderation"));
    copy(&data.join("keys"), &safe);
    tell(&installation);
    installation.service_mut(Moderation).end();
    rotate(&installation, Moderation);
    installation.service_mut(Moderation).start();
    tell(&installation);
    installation.doors.level(PATIENCE);
    let before = installation.doors.position(Moderation).expect("it answers").head;
    installation.service_mut(Moderation).kill();
    fs::remove_dir_all(&data).expect("it is there");
    let (file, arguments) =
        (installation.deployment.configuration(Moderation), ["--json", "restore", "--service", "moderation"]);
    let more = ["--config".as_ref(), file.as_os_str(), "--keys".as_ref(), safe.as_os_str()];
    let said = installation.command(&[&arguments.map(AsRef::as_ref)[..], &more[..]].concat());
    let report: serde_json::Value = serde_json::from_str(&said).expect("it says it as JSON");
    assert_eq!(report["unreadable"]["contents"], serde_json::json!([]), "what was said is readable: {report}");
    assert_eq!(
        report["unknown_from"]["sequence"].as_u64(),
        Some(before.sequence),
        "nothing that others had read is lost: {report}"
    );
    assert!(report["keys"].as_u64().is_some_and(|keys| keys > 0), "{report}");
    installation.service_mut(Moderation).start();
    installation.doors.ready(PATIENCE);
    tell(&installation);
    installation.doors.level(PATIENCE);
    for by in [Submission, Publication, Audit] {
        assert_eq!(learnt(&installation, by), 1, "{by} knows the key that was taken, and there is no other");
    }
    let turns = installation.service(Audit).get("/audit/log/moderation/key-turns").expect("it answers").text;
    assert_eq!(turns.matches("c2sp.org/tlog-proof@v1").count(), 1, "{turns}");
    let findings = installation.service(Audit).get("/readyz").expect("it answers");
    assert_eq!(findings.status, 200, "{findings:?}");
    installation.close();
}

#[test]
fn p9_a_stolen_former_key_is_believed_by_nobody() {
    let seed = 1102;
    println!("seed {seed}");
    let mut installation = Installation::start(&Plan::of(seed, PROGRAM));
    tell(&installation);
    installation.service_mut(Moderation).end();
    rotate(&installation, Moderation);
    installation.service_mut(Moderation).start();
    installation.doors.level(PATIENCE);
    let before = installation.doors.heads();
    installation.service_mut(Moderation).end();

    // The thief: everything that moderation ever wrote, its key to the broker, and the key that it has given up.
    let data = installation.deployment.data(Moderation);
    let secrets = Secrets::read(&Layout::of(&data)).expect("the keys were made");
    let shelf = Shelf::of_log(Moderation, secrets_of_before(&data));
    let journal = Offline::with(Layout::of(&data), secrets).journal(Moderation).expect("nobody has it open");
    let mut size = 0;
    journal
        .replay(Place { epoch: 0, sequence: 0 }, |stored| {
            shelf.put_bytes(stored.event.to_vec());
            size += 1;
        })
        .expect("it is sound");
    drop(journal);
    shelf.put(event(Moderation, None, Payload::InboxRead(v1::InboxRead::default())));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("threads");
    let settings = ConnectionSettings {
        origin: Moderation,
        servers: installation.brokers.servers(Moderation),
        nkey_seed: Some(fs::read_to_string(installation.deployment.nkey(Moderation)).expect("the keys were made")),
        ca: Some(installation.deployment.authority()),
    };
    let offered = Arc::clone(&shelf);
    let thief = runtime.block_on(async move {
        let connection = Connection::open(settings).await.expect("settings");
        connection.connected(PATIENCE).await.expect("the broker admits it");
        let desk = Desk::with(Vec::new());
        let desks = Desks::open(Arc::clone(&connection), offered.clone(), desk, None, secrets_of_before(&data)).await;
        (Relay::start(connection, offered, RelaySettings::default()), desks.expect("it listens"))
    });
    for reader in [Submission, Publication, Audit] {
        until("what the thief says is refused", PATIENCE, || {
            let metrics = installation.service(reader).get("/metrics")?.text;
            let refused = figure(&metrics, "dossier_answers_not_signed_total{holder=\"moderation\"}");
            if refused > 0.0 { Ok(()) } else { Err(format!("{reader}: nothing was refused")) }
        });
        let read = installation.doors.position(reader).expect("it answers").read[&Moderation];
        assert_eq!(read.sequence, size, "{reader} has read what the thief wrote");
    }
    runtime.block_on(async { drop(thief) });
    drop(runtime);
    installation.service_mut(Moderation).start();
    installation.doors.read_up_to(&before, PATIENCE);
    tell(&installation);
    installation.close();
}

/// The key that a journal began with.
fn secrets_of_before(data: &std::path::Path) -> dossier_proof::SigningKey {
    let secrets = Secrets::read(&Layout::of(data)).expect("the keys were made");
    // Nobody has opened the journal with these, and nothing is presumed.
    secrets.signer(Moderation).at(dossier_proof::Stand::default())
}
