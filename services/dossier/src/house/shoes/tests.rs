//! Everybody of a demonstration can be stepped into, from its own page alone, and only in a demonstration.

use axum::body::Body;
use dossier_identity::accounts::TokenText;
use dossier_vault::{MasterKey, Vault};
use dossier_web::page::Demonstration;
use http::{Request, StatusCode};
use tower::ServiceExt as _;

use super::{super::demo::people, *};
use crate::house::{House, HouseSettings};

const NOW: Micros = Micros(1_772_000_000_000_000);

fn wardrobe(data: &std::path::Path) -> (Arc<Accounts>, Tokens, Router) {
    let master = MasterKey::create_or_read(data.join("master.key")).unwrap();
    let vault = Vault::open(data.join("keys"), &master).unwrap();
    let accounts = Arc::new(Accounts::open(data.join("accounts"), vault, &master).unwrap());
    let made = people(&accounts, &master, NOW).unwrap();
    let tokens: Tokens =
        made.into_iter().map(|(person, _, token)| (person.key.to_owned(), token.expose().to_owned())).collect();
    let router = router(Arc::clone(&accounts), tokens.clone());
    (accounts, tokens, router)
}

async fn post(router: &Router, from: &str, form: &str) -> http::Response<Body> {
    let request = Request::post(ADDRESS)
        .header("sec-fetch-site", from)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(form.to_owned()))
        .unwrap();
    router.clone().oneshot(request).await.unwrap()
}

fn leads_to(answer: &http::Response<Body>) -> &str {
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    answer.headers()[header::LOCATION].to_str().unwrap()
}

#[tokio::test]
async fn every_person_of_the_demonstration_can_be_stepped_into() {
    let data = tempfile::tempdir().unwrap();
    let (accounts, tokens, router) = wardrobe(data.path());
    for person in DEMO_PEOPLE {
        let form = format!("person={}&next=%2Freview%2Fqueue", person.key);
        let answer = post(&router, "same-origin", &form).await;
        assert_eq!(leads_to(&answer), "/review/queue", "{}", person.key);
        let cookie = answer.headers()[header::SET_COOKIE].to_str().unwrap();
        assert!(cookie.contains("HttpOnly"), "{cookie}");
        let secret = cookie.split_once('=').unwrap().1.split(';').next().unwrap();
        let visit =
            accounts.authenticate_visit(&TokenText::in_cookie(secret).unwrap(), None, wall_clock()).await.unwrap();
        let known = accounts.authenticate(&tokens[person.key], None, NOW).unwrap();
        assert_eq!((visit.subject, accounts.name_of(visit.subject).as_deref()), (known.subject, Some(person.name)));
        assert_ne!(visit.token, known.token, "a session of its own");
        accounts.authenticate(secret, None, wall_clock()).unwrap_err();
    }
}

#[tokio::test]
async fn a_form_that_somebody_else_has_written_steps_into_nobody() {
    let data = tempfile::tempdir().unwrap();
    let (_accounts, _tokens, router) = wardrobe(data.path());
    for from in ["cross-site", "same-site"] {
        let answer = post(&router, from, "person=publisher").await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{from}");
        assert!(!answer.headers().contains_key(header::SET_COOKIE));
    }
    // Whoever is not invented here is chosen again, on the page.
    for form in ["person=nobody", "person=", "next=%2Freview", ""] {
        let answer = post(&router, "same-origin", form).await;
        assert_eq!(leads_to(&answer), ADDRESS, "{form}");
        assert!(!answer.headers().contains_key(header::SET_COOKIE), "{form}");
    }
    for elsewhere in ["https%3A%2F%2Fexample.org", "%2F%2Fexample.org", "%2F%5Cexample.org"] {
        let answer = post(&router, "same-origin", &format!("person=publisher&next={elsewhere}")).await;
        assert_eq!(leads_to(&answer), "/", "{elsewhere}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_has_no_such_page() {
    for (demonstration, status) in
        [(Demonstration::No, StatusCode::NOT_FOUND), (Demonstration::Yes(Some(ADDRESS)), StatusCode::OK)]
    {
        let data = tempfile::tempdir().unwrap();
        let settings = HouseSettings::new(data.path(), demonstration, "http://127.0.0.1");
        let house = House::open(settings).await.unwrap();
        let metrics = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder().handle();
        let router = crate::house::router(&house, metrics);
        let asked = Request::get(ADDRESS).body(Body::empty()).unwrap();
        assert_eq!(router.clone().oneshot(asked).await.unwrap().status(), status);
        drop(router);
        house.close().await;
    }
}
