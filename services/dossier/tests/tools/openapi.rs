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
