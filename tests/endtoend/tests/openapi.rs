//! The four OpenAPI documents say what the interfaces do.

use std::collections::BTreeSet;

use dossier_endtoend::{
    Watch,
    command_line::run,
    described::{Operation, PREFIXES, document, operations, operations_of},
    people::{ADMINISTRATOR, AUDITOR, CONTRIBUTOR_KZ, MODERATOR_A, PUBLISHER, Person, REVIEWER_D},
    until,
};
use serde_json::{Value, json};

/// What the issue "Foundation" names, and what the tests of this crate use: all of it is described.
const ROUTES: [(&str, &str); 98] = [
    ("POST", "/contribute/api/v1/entries"),
    ("GET", "/contribute/api/v1/entries"),
    ("GET", "/contribute/api/v1/entries/{}"),
    ("GET", "/contribute/api/v1/entries/{}/history"),
    ("GET", "/contribute/api/v1/entries/{}/source"),
    ("PUT", "/contribute/api/v1/entries/{}/draft"),
    ("POST", "/contribute/api/v1/entries/{}/submit"),
    ("POST", "/contribute/api/v1/entries/{}/recall"),
    ("POST", "/contribute/api/v1/entries/{}/withdraw"),
    ("POST", "/contribute/api/v1/entries/{}/revise"),
    ("POST", "/contribute/api/v1/entries/{}/ask-retraction"),
    ("GET", "/review/api/v1/reviews"),
    ("GET", "/review/api/v1/reviews/difference"),
    ("POST", "/review/api/v1/erasures"),
    ("GET", "/review/api/v1/erasures"),
    ("GET", "/audit/api/v1/entries/{}/moment"),
    ("GET", "/audit/api/v1/entries/{}/difference"),
    ("GET", "/review/api/v1/reviews/{}"),
    ("POST", "/review/api/v1/reviews/{}/claim"),
    ("POST", "/review/api/v1/reviews/{}/release"),
    ("POST", "/review/api/v1/reviews/{}/comment"),
    ("POST", "/review/api/v1/reviews/{}/request-changes"),
    ("POST", "/review/api/v1/reviews/{}/approve"),
    ("POST", "/review/api/v1/reviews/{}/refuse"),
    ("GET", "/review/api/v1/designations"),
    ("POST", "/review/api/v1/designations"),
    ("POST", "/review/api/v1/designations/{}/revoke"),
    ("GET", "/review/api/v1/registry"),
    ("POST", "/review/api/v1/registry"),
    ("GET", "/api/v1/entries"),
    ("GET", "/api/v1/entries/{}"),
    ("GET", "/api/v1/entries/{}/editions"),
    ("GET", "/api/v1/entries/{}/editions/{}"),
    ("POST", "/api/v1/entries/{}/retract"),
    ("GET", "/api/v1/retraction-requests"),
    ("GET", "/audit/api/v1/entries/{}/trail"),
    ("GET", "/audit/api/v1/events"),
    ("GET", "/audit/api/v1/checkpoints"),
    ("GET", "/audit/api/v1/checkpoints/{}"),
    ("GET", "/audit/api/v1/key-turns/{}"),
    ("GET", "/audit/api/v1/state"),
    ("GET", "/audit/api/v1/findings"),
    ("GET", "/audit/api/v1/figures"),
    ("GET", "/audit/api/v1/readings"),
    ("GET", "/audit/api/v1/events"),
    ("DELETE", "/contribute/api/v1/entries/{}/files/{}"),
    ("GET", "/api/v1/entries.csv"),
    ("GET", "/api/v1/scheduled"),
    ("GET", "/contribute/api/v1/entries/{}/duplicates"),
    ("GET", "/contribute/api/v1/entries/{}/files/{}"),
    ("GET", "/review/api/v1/reviews/{}/files/{}"),
    ("GET", "/api/v1/entries/{}/editions/{}/files/{}"),
    ("POST", "/api/v1/entries/{}/reinstate"),
    ("POST", "/api/v1/entries/{}/supersede"),
    ("POST", "/api/v1/entries/{}/suspend"),
    ("POST", "/api/v1/scheduled/{}/publish"),
    ("POST", "/api/v1/scheduled/{}/reschedule"),
    ("POST", "/contribute/api/v1/entries/{}/appeal"),
    ("POST", "/contribute/api/v1/entries/{}/clear"),
    ("POST", "/contribute/api/v1/entries/{}/clear-retraction"),
    ("POST", "/contribute/api/v1/entries/{}/files"),
    ("POST", "/contribute/api/v1/entries/{}/object"),
    ("POST", "/contribute/api/v1/entries/{}/return"),
    ("POST", "/review/api/v1/reviews/{}/assign"),
    ("POST", "/review/api/v1/reviews/{}/confirm-correction"),
    ("POST", "/review/api/v1/reviews/{}/declare-conflict"),
    ("POST", "/review/api/v1/reviews/{}/finish"),
    ("POST", "/review/api/v1/reviews/{}/hold"),
    ("POST", "/review/api/v1/reviews/{}/mark-duplicate"),
    ("POST", "/review/api/v1/reviews/{}/object"),
    ("POST", "/review/api/v1/reviews/{}/propose-correction"),
    ("POST", "/review/api/v1/reviews/{}/reject-correction"),
    ("POST", "/review/api/v1/reviews/{}/resume"),
    ("POST", "/review/api/v1/reviews/{}/settle-change"),
    ("DELETE", "/review/api/v1/sessions"),
    ("DELETE", "/review/api/v1/sessions/current"),
    ("GET", "/audit/api/v1/entries/{}/certificate"),
    ("GET", "/audit/api/v1/trails"),
    ("GET", "/audit/api/v1/receipts/{}/{}"),
    ("GET", "/audit/api/v1/verifier-keys.txt"),
    ("GET", "/contribute/api/v1/inbox"),
    ("GET", "/review/api/v1/account"),
    ("GET", "/review/api/v1/inbox"),
    ("GET", "/review/api/v1/invitations"),
    ("GET", "/review/api/v1/reviews/counts"),
    ("PATCH", "/review/api/v1/account"),
    ("POST", "/api/v1/retraction-requests/{}/decline"),
    ("POST", "/contribute/api/v1/entries/{}/return-retraction"),
    ("POST", "/contribute/api/v1/inbox/read"),
    ("POST", "/review/api/v1/account/password"),
    ("POST", "/review/api/v1/inbox/read"),
    ("POST", "/review/api/v1/invitations"),
    ("POST", "/review/api/v1/invitations/{}/again"),
    ("POST", "/review/api/v1/invitations/{}/withdraw"),
    ("POST", "/review/api/v1/password-resets"),
    ("POST", "/review/api/v1/password-resets/complete"),
    ("POST", "/review/api/v1/sessions"),
    ("POST", "/review/api/v1/welcome"),
];

/// The digest of no file.
const NO_FILE: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// A path whose variable parts have no names.
fn nameless(path: &str) -> String {
    let mut parts = path.split('{');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |done, rest| done + "{}" + rest.split_once('}').map_or("", |(_, after)| after))
}

/// Every `$ref` in a document.
fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str));
            members.values().for_each(|inner| references(inner, found));
        }
        Value::Array(items) => items.iter().for_each(|inner| references(inner, found)),
        _ => {}
    }
}

#[test]
fn each_document_has_the_shape_of_openapi_3_1() {
    let watch = Watch::new();
    for prefix in PREFIXES {
        let document = document(&watch.house, prefix);
        assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.1.")), "{prefix}");
        for member in ["title", "version"] {
            assert!(document["info"][member].as_str().is_some_and(|text| !text.is_empty()), "{prefix}: info.{member}");
        }
        let mut refers = Vec::new();
        references(&document, &mut refers);
        assert!(!refers.is_empty());
        for reference in refers {
            let pointer =
                reference.strip_prefix('#').unwrap_or_else(|| panic!("{reference} leads out of the document"));
            assert!(document.pointer(pointer).is_some(), "{prefix}: {reference} leads nowhere");
        }
        let schemes = document["components"]["securitySchemes"].as_object().expect("callers authenticate");
        assert!(schemes.values().all(|scheme| scheme["type"] == "http" && scheme["scheme"] == "bearer"), "{prefix}");
        let mut names = BTreeSet::new();
        for operation in operations_of(&document) {
            check_shape(&operation);
            let name = operation.described["operationId"].as_str().unwrap_or_else(|| panic!("{operation:?} has no id"));
            assert!(names.insert(name.to_owned()), "{prefix}: two operations are called {name}");
        }
    }
    watch.end();
}

fn check_shape(operation: &Operation) {
    let (what, described) = (format!("{} {}", operation.method, operation.path), &operation.described);
    let responses = described["responses"].as_object().unwrap_or_else(|| panic!("{what} has no responses"));
    assert!(responses.keys().any(|status| status.starts_with('2')), "{what} says not what success is");
    for (status, response) in responses {
        assert!(
            status == "default" || status.parse::<u16>().is_ok_and(|status| (200..600).contains(&status)),
            "{what}: {status}"
        );
        assert!(
            response["description"].as_str().is_some_and(|text| !text.is_empty()),
            "{what}: {status} has no description"
        );
    }
    let in_path: BTreeSet<_> = operation.parameters("path").iter().filter_map(|one| one["name"].as_str()).collect();
    assert_eq!(in_path, operation.variables().into_iter().collect(), "{what}: parts of the path");
    for place in ["path", "query", "header"] {
        for parameter in operation.parameters(place) {
            assert!(parameter["schema"].is_object(), "{what}: {parameter} has no schema");
            assert!(place != "path" || parameter["required"] == true, "{what}: {parameter} is not required");
        }
    }
    if let Some(body) = described.get("requestBody") {
        let kind = if operation.path.ends_with("/files") { "application/octet-stream" } else { "application/json" };
        assert!(body["content"][kind]["schema"].is_object(), "{what}: its body has no schema");
        assert_ne!(operation.method, "GET", "{what} takes a body");
    }
    if operation.method != "GET" {
        let security = described.get("security").is_none_or(|security| *security != json!([]));
        assert!(security, "{what} is for everybody");
    }
}

/// Somebody who may do it, and the address with real names in it.
fn filled(watch: &Watch, operation: &Operation) -> (Person, String) {
    let who = match operation.path.as_str() {
        path if path.starts_with("/contribute") => CONTRIBUTOR_KZ,
        path if path.starts_with("/review/api/v1/designations") => ADMINISTRATOR,
        // Whoever signs out is not asked anything after that.
        path if path.starts_with("/review/api/v1/sessions") => REVIEWER_D,
        path if path.starts_with("/review/api/v1/erasures") => AUDITOR,
        path if path.starts_with("/review") => MODERATOR_A,
        path if path.starts_with("/audit") => AUDITOR,
        _ => PUBLISHER,
    };
    let entry = match operation.path.as_str() {
        path if path.starts_with("/contribute") => &watch.draft,
        path if path.starts_with("/review") => &watch.reviewed,
        _ => &watch.published,
    };
    let mut path = operation.path.clone();
    for variable in operation.variables() {
        let value = match variable {
            "edition" => "1",
            "digest" => NO_FILE,
            "origin" => "moderation",
            _ => &entry.0,
        };
        path = path.replacen(&format!("{{{variable}}}"), value, 1);
    }
    let required = operation.parameters("query").into_iter().filter(|parameter| parameter["required"] == true);
    let query = required.map(|parameter| match parameter["name"].as_str() {
        Some("origin") => "origin=moderation",
        Some("as_of") => "as_of=moderation/0",
        Some("from") => "from=moderation/0",
        Some("to") => "to=moderation/1",
        Some("edition") => "edition=1",
        Some("field") => "field=attachments",
        Some("name") => "name=annex.pdf",
        name => panic!("what is asked for in {name:?} of {path}?"),
    });
    let query: Vec<_> = query.collect();
    (who, if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) })
}

#[test]
fn every_described_operation_answers_as_described() {
    let watch = Watch::new();
    // The audit service looks at the others' checkpoints a few times a second.
    for origin in ["submission", "moderation", "publication"] {
        let path = format!("/audit/api/v1/checkpoints/{origin}");
        until("the audit service has seen a checkpoint", || {
            (watch.house.nobody().get(&path).status == 200).then_some(())
        });
    }
    for operation in operations(&watch.house) {
        let (who, path) = filled(&watch, &operation);
        let body = (operation.method != "GET").then_some(&b"{}"[..]);
        let answer = watch.house.caller(who).send(&operation.method, &path, &[], body);
        watch.check(&answer);
        assert_ne!(answer.status, 405, "{answer}");
        // A draft that was typed came from no file and has none attached, designations and people are not called like an entry, and nothing waits
        // for a time.
        let has_none = path.ends_with("/source")
            || path.ends_with("/revoke")
            || path.contains("/invitations/")
            || path.ends_with(NO_FILE)
            // At the first event of all there was no entry.
            || path.contains("=moderation/0")
            || path.contains("/scheduled/");
        assert!(answer.status != 404 || has_none, "{answer}");
        let described = operation.described["responses"].as_object().expect("it has responses");
        // Each status stands there by itself, not under "default".
        let response = described.get(&answer.status.to_string()).unwrap_or_else(|| panic!("not described: {answer}"));
        let kind = answer.header("content-type").unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default();
        let is_nothing = answer.status == 204 && response["content"].is_null();
        assert!(
            is_nothing || response["content"][kind].is_object(),
            "another content type: {answer}, described {response}"
        );
        if operation.method == "GET" && !has_none {
            assert_eq!(answer.status, 200, "{answer}");
        }
    }
    watch.end();
}

#[test]
fn every_route_that_is_used_is_described() {
    let watch = Watch::new();
    let described: BTreeSet<(String, String)> =
        operations(&watch.house).iter().map(|one| (one.method.clone(), nameless(&one.path))).collect();
    for (method, path) in ROUTES {
        assert!(described.contains(&(method.to_owned(), path.to_owned())), "{method} {path} is not described");
    }
    let used: BTreeSet<(String, String)> = ROUTES.map(|(method, path)| (method.to_owned(), path.to_owned())).into();
    let unused: Vec<_> = described.difference(&used).collect();
    assert!(unused.is_empty(), "described and used by no test; add it to ROUTES and use it: {unused:?}");
    watch.end();
}

#[test]
fn the_command_line_prints_the_same_documents() {
    let watch = Watch::new();
    for (service, prefix) in ["submission", "moderation", "publication", "audit"].into_iter().zip(PREFIXES) {
        let printed = run(watch.house.beside(), None, &["openapi", service]).ended(0);
        let printed: Value = serde_json::from_str(&printed.out).unwrap_or_else(|error| panic!("{service}: {error}"));
        let served = document(&watch.house, prefix);
        for member in ["openapi", "info", "paths", "components"] {
            assert_eq!(printed[member], served[member], "{service}: {member}");
        }
    }
    watch.end();
}
