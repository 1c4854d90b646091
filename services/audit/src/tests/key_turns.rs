//! How strangers learn the keys that a log has taken.

use std::collections::BTreeMap;

use axum::body::Body;
use dossier_exchange::{KeyRing, conformance::signer};
use dossier_proof::{LogProof, SigningKey};
use dossier_proto::Origin;
use http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

use super::house::{House, World};

async fn ask(house: &House, path: &str) -> (StatusCode, Value) {
    let request = Request::get(format!("/audit/{path}")).body(Body::empty()).unwrap();
    let response = house.service.router().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    (parts.status, serde_json::from_slice(&bytes).unwrap_or_default())
}

fn proofs(document: &Value) -> Vec<LogProof> {
    document["turns"].as_array().unwrap().iter().map(|text| text.as_str().unwrap().parse().unwrap()).collect()
}

fn knowing_the_first() -> KeyRing {
    BTreeMap::from([(Origin::Submission, signer(Origin::Submission).verifier())]).into()
}

fn key(number: usize) -> SigningKey {
    let seed = [u8::try_from(number).unwrap(); 32];
    SigningKey::from_seed("test/submission", &seed).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p9_who_trusts_the_first_key_learns_the_present_one_from_signed_bytes() {
    let house = House::open_with(World::new(), |_| {}).await.follow();
    let shelf = &house.world.shelves[&Origin::Submission];
    shelf.fill(3);
    assert_eq!(ask(&house, "log/submission/key-turns").await.1["turns"], Value::Array(Vec::new()));
    // More than one answer holds, so that there is a next one.
    for number in 0..70 {
        shelf.rotate(key(100 + number));
    }
    let seen = || house.service.copies().seen().newest(Origin::Submission).is_some_and(|seen| seen.size() == 73);
    house.until("the newest checkpoint is kept", seen).await;
    let (status, first) = ask(&house, "log/submission/key-turns").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(first, ask(&house, "api/v1/key-turns/submission").await.1, "one document at two addresses");
    assert_eq!((first["log"].as_str(), first["next"].as_u64()), (Some("test/submission"), Some(64)));
    let (_, second) = ask(&house, "log/submission/key-turns?from=64").await;
    assert_eq!(second["next"], Value::Null);
    let ring = knowing_the_first();
    assert_eq!(ring.learn(Origin::Submission, &proofs(&first)).unwrap(), 64);
    assert_eq!(ring.learn(Origin::Submission, &proofs(&second)).unwrap(), 6);
    assert_eq!(ring.current(Origin::Submission), Some(key(169).verifier()));
    assert_eq!(first["verifier"], key(169).verifier().to_string());
    // Nothing leads to the last key without the one before it.
    knowing_the_first().learn(Origin::Submission, &proofs(&second)).unwrap_err();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_asked_of_key_turns_is_read_strictly() {
    let house = House::open_with(World::new(), |_| {}).await.follow();
    assert_eq!(ask(&house, "log/nobody/key-turns").await.0, StatusCode::NOT_FOUND);
    assert_eq!(ask(&house, "log/audit/key-turns").await.1["turns"], Value::Array(Vec::new()));
    let far = ask(&house, "log/submission/key-turns?from=18446744073709551615").await;
    assert_eq!((far.0, &far.1["turns"]), (StatusCode::OK, &Value::Array(Vec::new())));
    for wrong in ["?from=-1", "?from=x", "?until=1"] {
        let status = ask(&house, &format!("log/submission/key-turns{wrong}")).await.0;
        assert!(status.is_client_error(), "{wrong}: {status}");
    }
}
