//! Accounts lie with moderation; the others know who is calling by what moderation tells them. Real processes, a real broker.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{ffi::OsStr, time::Duration};

use dossier_nats::{
    Installation, Plan,
    asking::{Said, get},
    until,
};
use dossier_proto::Origin;
use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_dossier-under-fault");
/// Asked for every second; the rest is for a busy machine.
const HEARD_WITHIN: Duration = Duration::from_secs(20);

/// `dossier account` beside the running moderation service.
fn account(installation: &Installation, arguments: &[&str]) -> Vec<Value> {
    let data = installation.deployment.data(Origin::Moderation);
    let mut all = vec![OsStr::new("--json"), OsStr::new("account"), OsStr::new("--data"), data.as_os_str()];
    all.extend(arguments.iter().map(OsStr::new));
    installation.command(&all).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn drafts(installation: &Installation, token: &str) -> Result<Said, String> {
    let url = installation.service(Origin::Submission).url();
    get(&format!("{url}/contribute/api/v1/entries"), Some(token))
}

fn text<'a>(document: &'a Value, name: &str) -> &'a str {
    document[name].as_str().unwrap_or_else(|| panic!("{name}: {document}"))
}

#[test]
fn a_token_is_taken_and_refused_everywhere_as_moderation_has_it() {
    let mut installation = Installation::start(&Plan::of(301, PROGRAM));
    let made = account(&installation, &["create", "Sorrel Tansy"]).remove(0);
    let (subject, token) = (text(&made, "subject").to_owned(), text(&made, "token").to_owned());
    // At the first call: a token that is not known here may be a new one, and is asked for.
    let said = drafts(&installation, &token).unwrap();
    assert_eq!(said.status, 200, "{said:?}");
    let audit = installation.service(Origin::Audit).url();
    let said = get(&format!("{audit}/audit/api/v1/state"), Some(&token)).unwrap();
    assert_eq!(said.status, 403, "known, and without a right: {said:?}");

    let second = account(&installation, &["token", &subject, "--label", "telephone"]).remove(0);
    let second = text(&second, "token").to_owned();
    assert_eq!(drafts(&installation, &second).unwrap().status, 200);
    let tokens = account(&installation, &["tokens", &subject]);
    let telephone = tokens.iter().find(|one| one["label"] == "telephone").unwrap();
    account(&installation, &["revoke", &subject, text(telephone, "token")]);
    until("submission refuses the revoked token", HEARD_WITHIN, || {
        let said = drafts(&installation, &second)?;
        if said.status == 401 { Ok(()) } else { Err(format!("{said:?}")) }
    });
    assert_eq!(drafts(&installation, &token).unwrap().status, 200, "the other one is taken");

    // Reading goes on while moderation is away.
    installation.service(Origin::Moderation).freeze();
    assert_eq!(drafts(&installation, &token).unwrap().status, 200);
    // Who begins meanwhile has heard of nobody, and turns nobody away.
    installation.service_mut(Origin::Submission).end();
    installation.service_mut(Origin::Submission).start();
    let (refused, _) = until("submission says that it knows nobody", HEARD_WITHIN, || {
        let said = drafts(&installation, &token)?;
        if said.text.contains("accounts-not-heard") { Ok(said) } else { Err(format!("{said:?}")) }
    });
    assert_eq!((refused.status, refused.retry_after.is_some()), (503, true), "{refused:?}");
    let ready = installation.service(Origin::Submission).get("/readyz").unwrap();
    assert!(ready.status == 503 && ready.text.contains("accounts"), "{ready:?}");
    installation.service(Origin::Moderation).thaw();
    until("submission knows who is calling", HEARD_WITHIN, || {
        let said = drafts(&installation, &token)?;
        if said.status == 200 { Ok(()) } else { Err(format!("{said:?}")) }
    });
    account(&installation, &["erase", &subject]);
    until("a person who was erased is nobody", HEARD_WITHIN, || {
        let said = drafts(&installation, &token)?;
        if said.status == 401 { Ok(()) } else { Err(format!("{said:?}")) }
    });
}
