//! `dossier openapi`.

use serde_json::Value;

use crate::fixture::dossier;

#[test]
fn each_service_describes_itself() {
    let routes = [("submission", "submit"), ("moderation", "approve"), ("publication", "editions"), ("audit", "trail")];
    for (service, route) in routes {
        let said = dossier(["openapi", service]).exits(0);
        let document: Value = serde_json::from_str(&said.out).unwrap();
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1"), "{service}");
        let paths = document["paths"].as_object().unwrap();
        assert!(paths.keys().any(|path| path.contains(route)), "{service}: {:?}", paths.keys());
    }
    dossier(["openapi", "nobody"]).exits(2);
}

#[test]
fn an_answer_that_could_not_be_written_is_not_called_done() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_dossier"));
    let said = command.args(["openapi", "audit"]).stdout(full).output().unwrap();
    assert_eq!(said.status.code(), Some(6));
    assert!(String::from_utf8(said.stderr).unwrap().contains("full"));
}
