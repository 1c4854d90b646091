//! Sessions in cookies, and forms.

use std::sync::Arc;

use axum::{
    Extension, Router,
    body::Body,
    extract::FromRef,
    response::IntoResponse,
    routing::{get, post},
};
use dossier_identity::{Accounts, accounts::TokenText};
use dossier_proto::Micros;
use dossier_vault::{MasterKey, Vault};
use http::{HeaderMap, Request, Response, StatusCode, header, request::Builder};
use http_body_util::BodyExt;
use tower::ServiceExt;

use super::*;
use crate::{extract::wall_clock, page::Demonstration, problem::with_problems};

#[derive(Clone)]
struct House(Arc<Accounts>);

impl FromRef<House> for Arc<Accounts> {
    fn from_ref(house: &House) -> Self {
        Arc::clone(&house.0)
    }
}

struct Scene {
    _directory: tempfile::TempDir,
    accounts: Arc<Accounts>,
    site: Router,
}

impl Scene {
    fn new(line: Line) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let master = MasterKey::create_or_read(directory.path().join("master.key")).unwrap();
        let vault = Vault::open(directory.path().join("vault"), &master).unwrap();
        let accounts = Arc::new(Accounts::open(directory.path().join("accounts"), vault, &master).unwrap());
        let page = async |visit: Visit| visit.form.as_str().to_owned();
        let send = async |form: SentForm| format!("{}: {:?}", form.value("title"), form.fields.len());
        let anybody = async |OptionalVisit(visit): OptionalVisit| if visit.is_some() { "known" } else { "nobody" };
        let open = async |form: OpenForm| form.value("mail").to_owned();
        let routes = Router::new()
            .route("/page", get(page))
            .route("/send", post(send))
            .route("/anybody", get(anybody))
            .route("/open", post(open));
        let surroundings = Surroundings { demonstration: Demonstration::No, line };
        let site = with_problems(routes).with_state(House(Arc::clone(&accounts))).layer(Extension(surroundings));
        Self { _directory: directory, accounts, site }
    }

    fn token(&self) -> TokenText {
        let person = self.accounts.create("Alder Oak", None, wall_clock()).unwrap();
        let expires = Some(wall_clock().plus(3_600 * Micros::SECOND));
        self.accounts.issue_token(person, "test", None, expires, wall_clock()).unwrap()
    }

    async fn ask(&self, request: Request<Body>) -> (StatusCode, HeaderMap, String) {
        let response: Response<Body> = self.site.clone().oneshot(request).await.unwrap().into_response();
        let (parts, body) = response.into_parts();
        let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        (parts.status, parts.headers, text)
    }
}

fn with_session(request: Builder, token: &TokenText) -> Builder {
    request.header(header::COOKIE, format!("lang=en; dossier-session={}", token.expose()))
}

fn form(address: &str) -> Builder {
    Request::post(address)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::HOST, "registry.example")
        .header("sec-fetch-site", "same-origin")
}

#[tokio::test]
async fn whoever_has_not_signed_in_comes_back_to_the_page_after_it() {
    let scene = Scene::new(Line::Plain);
    let (status, headers, _) = scene.ask(Request::get("/page?state=in-review&x=1").body(Body::empty()).unwrap()).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert_eq!(headers[header::LOCATION], "/review/sign-in?next=/page%3Fstate%3Din-review%26x%3D1");
    let stale = "dsr_00000000000000000000000000000000".parse().unwrap();
    let (status, _, _) = scene.ask(with_session(Request::get("/page"), &stale).body(Body::empty()).unwrap()).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "a session that has ended is none");
    let (status, _, text) =
        scene.ask(with_session(Request::get("/anybody"), &stale).body(Body::empty()).unwrap()).await;
    assert_eq!((status, text.as_str()), (StatusCode::OK, "nobody"));
}

#[tokio::test]
async fn a_form_is_taken_from_a_page_drawn_for_this_session() {
    let scene = Scene::new(Line::Plain);
    let token = scene.token();
    let (_, _, guard) = scene.ask(with_session(Request::get("/page"), &token).body(Body::empty()).unwrap()).await;
    let body = format!("form={guard}&title=%D9%85%D9%86%D8%AA%D8%AF%D9%89&text=a%0D%0Ab");
    let (status, _, text) = scene.ask(with_session(form("/send"), &token).body(Body::from(body)).unwrap()).await;
    assert_eq!((status, text.as_str()), (StatusCode::OK, "منتدى: 2"));
}

#[tokio::test]
async fn a_form_from_elsewhere_does_nothing() {
    let scene = Scene::new(Line::Plain);
    let token = scene.token();
    let (_, _, guard) = scene.ask(with_session(Request::get("/page"), &token).body(Body::empty()).unwrap()).await;
    let body = || Body::from(format!("form={guard}&title=x"));
    let elsewhere = [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("sec-fetch-site", "none"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("x-nothing", "said"),
    ];
    for address in ["/send", "/open"] {
        for (name, value) in elsewhere {
            let request = Request::post(address)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header(header::HOST, "registry.example")
                .header(name, value);
            let (status, _, _) = scene.ask(with_session(request, &token).body(body()).unwrap()).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{address} {name}: {value}");
        }
        let older = Request::post(address)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::HOST, "registry.example:8080")
            .header(header::ORIGIN, "http://registry.example:8080");
        let (status, _, _) = scene.ask(with_session(older, &token).body(body()).unwrap()).await;
        assert_eq!(status, StatusCode::OK, "{address}: a browser that names the origin alone");
    }
}

#[tokio::test]
async fn what_was_typed_outlives_the_session() {
    let scene = Scene::new(Line::Plain);
    let (old, new) = (scene.token(), scene.token());
    let (_, _, guard) = scene.ask(with_session(Request::get("/page"), &old).body(Body::empty()).unwrap()).await;
    let body = || Body::from(format!("form={guard}&title=%3Cb%3E%22&text=%0D%0Aa%0D%0Ab"));

    let (status, headers, page) = scene.ask(form("/send?d=7").body(body()).unwrap()).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_eq!(headers[header::CACHE_CONTROL], "no-store");
    assert!(page.contains("action=\"/review/sign-in\""), "{page}");
    assert!(page.contains("name=\"kept-address\" value=\"/send?d=7\""), "{page}");
    assert!(page.contains("name=\"kept:title\"") && page.contains("&#60;b&#62;&#34;"), "{page}");
    // The first line end inside a text area is not part of its text, for a browser.
    assert!(page.contains("tabindex=\"-1\">\n\na\nb</textarea>"), "{page}");
    assert!(!page.contains(&guard), "the guard of a session is on no other page");

    let (status, _, page) = scene.ask(with_session(form("/send"), &new).body(body()).unwrap()).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED, "drawn for another session");
    assert!(page.contains("action=\"/send\"") && page.contains("name=\"title\"") && !page.contains("kept:"), "{page}");
    let kept = vec![
        Field { name: "mail".into(), value: "a@example".into() },
        Field { name: KEPT_ADDRESS_FIELD.into(), value: "/send?d=7".into() },
        Field { name: "kept:title".into(), value: "x".into() },
    ];
    let brought = KeptForm::brought(&kept).unwrap();
    assert_eq!(
        brought,
        KeptForm { address: "/send?d=7".into(), fields: vec![Field { name: "title".into(), value: "x".into() }] }
    );
}

#[test]
fn only_addresses_of_this_site_are_gone_to() {
    for own in ["/", "/review/queue?state=on-hold&cursor=x", "/entries/EVT-2026-00001"] {
        assert_eq!(own_address(own), Some(own));
    }
    let long = format!("/{}", "x".repeat(5_000));
    for other in
        ["", "//evil.example", "/\\evil.example", "https://evil.example", "/a b", "/a\r\nx", "/\u{202e}", &long]
    {
        assert_eq!(own_address(other), None, "{other:?}");
        assert_eq!(sign_in_for(other), SIGN_IN);
    }
}

#[test]
fn a_cookie_goes_to_no_script_and_over_tls_to_no_neighbour() {
    let token: TokenText = "dsr_00000000000000000000000000000000".parse().unwrap();
    let plain = keep_session(&token, 60, Line::Plain);
    let plain = plain.to_str().unwrap();
    assert!(
        plain.ends_with("; Path=/; Max-Age=60; HttpOnly; SameSite=Lax") && plain.starts_with("dossier-session=dsr_")
    );
    let encrypted = keep_session(&token, 60, Line::of("https://registry.example"));
    let encrypted = encrypted.to_str().unwrap();
    assert!(encrypted.starts_with("__Host-dossier-session=dsr_") && encrypted.ends_with("; SameSite=Lax; Secure"));
    assert!(forget_session(Line::Plain).to_str().unwrap().starts_with("dossier-session=; Path=/; Max-Age=0;"));
    let mut headers = HeaderMap::new();
    headers.insert(header::COOKIE, "dossier-session=dsr_00000000000000000000000000000000".parse().unwrap());
    assert!(cookie::session(&headers, Line::Plain).is_some());
    assert!(cookie::session(&headers, Line::Encrypted).is_none(), "a neighbour may have set it");
}
