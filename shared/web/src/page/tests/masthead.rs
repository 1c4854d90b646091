//! The masthead, for whoever looks: drawn by a real router, with real accounts.

use std::sync::Arc;

use axum::{
    Extension, Router,
    body::{Body, to_bytes},
    extract::FromRef,
    middleware::from_fn_with_state,
    response::IntoResponse,
    routing::get,
};
use dossier_identity::{Accounts, Role, accounts::TokenText};
use dossier_proto::Micros;
use dossier_vault::{MasterKey, Vault};
use http::{HeaderMap, Request, StatusCode, header};
use tower::ServiceExt;

use super::PLAIN;
use crate::{
    Answer, Problem, ProblemKind,
    extract::{Bearer, wall_clock},
    page::{
        OwnScript, Paper, Roll, Room, problem_page, script_address, script_routes, style_routes,
        tab_icon::tab_icon_address,
    },
    problem::{problem_pages, with_problems},
    visit::{Surroundings, Visit},
};

static FORM: OwnScript = OwnScript::new("/contribute/assets", "form", "\"use strict\";");

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

async fn queue(_visit: Visit, paper: Paper) -> Answer<impl IntoResponse> {
    let page = paper.sheet(Room::Queue, "Queue").script(&FORM).live("/review/live").page(&PLAIN)?;
    Ok((paper.cache(), page))
}

async fn entries(paper: Paper) -> Answer<impl IntoResponse> {
    Ok((paper.cache(), paper.page(Room::Entries, "Entries", &PLAIN)?))
}

async fn program(_bearer: Bearer) -> &'static str {
    "for programs"
}

async fn hidden() -> Problem {
    Problem::new(ProblemKind::NotFound)
}

impl Scene {
    /// Everybody is this here.
    fn of(roles: &'static [Role]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let master = MasterKey::create_or_read(directory.path().join("master.key")).unwrap();
        let vault = Vault::open(directory.path().join("vault"), &master).unwrap();
        let accounts = Arc::new(Accounts::open(directory.path().join("accounts"), vault, &master).unwrap());
        let routes = Router::new()
            .route("/", get(entries))
            .route("/review/queue", get(queue))
            .route("/review/entries/1", get(hidden))
            .route("/review/api/v1/reviews", get(program))
            .merge(FORM.routes())
            .merge(style_routes())
            .merge(script_routes());
        let roll = Roll::new(Arc::clone(&accounts), move |_, _| roles.to_vec());
        let site = with_problems(routes)
            .with_state(House(Arc::clone(&accounts)))
            .layer(from_fn_with_state(problem_page(), problem_pages))
            .layer(Extension(Surroundings::default()))
            .layer(Extension(roll));
        Self { _directory: directory, accounts, site }
    }

    fn token(&self) -> TokenText {
        let person = self.accounts.create("Alder <Oak>", None, wall_clock()).unwrap();
        let expires = Some(wall_clock().plus(3_600 * Micros::SECOND));
        self.accounts.issue_token(person, "test", None, expires, wall_clock()).unwrap()
    }

    async fn ask(&self, address: &str, token: Option<&TokenText>) -> (StatusCode, HeaderMap, String) {
        let cookie = token.map(|token| format!("dossier-session={}", token.expose())).unwrap_or_default();
        let request = Request::get(address).header(header::ACCEPT, "text/html").header(header::COOKIE, cookie);
        let response = self.site.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let text = to_bytes(body, 1 << 20).await.unwrap();
        (parts.status, parts.headers, String::from_utf8(text.to_vec()).unwrap())
    }
}

/// The addresses in the navigation, and the one that is current.
fn navigation(page: &str) -> (Vec<&str>, Option<&str>) {
    let masthead = page.split("<nav aria-label=").nth(1).unwrap().split("</nav>").next().unwrap();
    let links: Vec<&str> = masthead.split("<a href=\"").skip(1).collect();
    let address = |link: &'_ str| -> usize { link.find('"').unwrap() };
    let current = links.iter().find(|link| link.split('>').next().unwrap().contains("aria-current"));
    (links.iter().map(|link| &link[..address(link)]).collect(), current.map(|link| &link[..address(link)]))
}

#[tokio::test]
async fn everybody_sees_the_rooms_they_reach_and_no_other() {
    let cases: [(&'static [Role], &[&str]); 5] = [
        (&[], &["/"]),
        (&[Role::Moderator], &["/", "/review/queue"]),
        (&[Role::NationalFocalPoint], &["/", "/contribute"]),
        (&[Role::PublishingAuthority, Role::Auditor], &["/", "/contribute/clearance", "/audit", "/review/people"]),
        (&[Role::Publisher, Role::Reviewer], &["/", "/review/queue", "/publish"]),
    ];
    for (roles, expected) in cases {
        let scene = Scene::of(roles);
        let (_, headers, page) = scene.ask("/", Some(&scene.token())).await;
        assert_eq!(navigation(&page), (expected.to_vec(), Some("/")), "{roles:?}");
        assert!(
            page.contains("<bdi>Alder &#60;Oak&#62;</bdi>") && page.contains("href=\"/review/sign-out\""),
            "{page}"
        );
        assert_eq!(headers[header::CACHE_CONTROL], "no-store", "a page with a name is nobody else's");
    }
}

#[tokio::test]
async fn a_stranger_is_shown_the_way_in_and_the_page_may_be_kept() {
    let scene = Scene::of(&[Role::Moderator]);
    let (status, headers, page) = scene.ask("/?text=oak&lang=en", None).await;
    assert_eq!((status, &headers[header::CACHE_CONTROL]), (StatusCode::OK, &"public, no-cache".parse().unwrap()));
    assert_eq!(navigation(&page).0, ["/"]);
    assert!(page.contains("href=\"/review/sign-in?next=/%3Ftext%3Doak%26lang%3Den\""), "{page}");
    let (status, headers, _) = scene.ask("/review/queue?mine=1", None).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert_eq!(headers[header::LOCATION], "/review/sign-in?next=/review/queue%3Fmine%3D1");
}

#[tokio::test]
async fn a_page_of_work_names_its_script_its_stream_and_the_words_of_the_script() {
    let scene = Scene::of(&[Role::Moderator]);
    let (_, _, page) = scene.ask("/review/queue", Some(&scene.token())).await;
    assert_eq!(navigation(&page).1, Some("/review/queue"));
    assert!(page.contains("<body data-live-at=\"/review/live\">") && page.contains("id=\"said\" data-changed=\""));
    let house = page.find(script_address()).unwrap();
    assert!(house < page.find(FORM.address()).unwrap(), "the script of the house comes first");
    assert_eq!(page.matches(" defer></script>").count(), 2, "and neither holds the page up");
    for (address, text) in [(FORM.address(), "\"use strict\";"), (script_address(), "/* Dossier")] {
        let (status, headers, script) = scene.ask(address, None).await;
        assert!(status == StatusCode::OK && script.starts_with(text));
        assert_eq!(headers[header::CACHE_CONTROL], "public, max-age=31536000, immutable");
        assert!(script.len() <= 15 * 1024, "LOOK section 8: {} bytes", script.len());
    }
}

/// Browsers asked for /favicon.ico, and each visit was a 404.
#[tokio::test]
async fn a_page_has_a_picture_for_its_tab() {
    let scene = Scene::of(&[]);
    let (_, _, page) = scene.ask("/", None).await;
    assert!(page.contains(&format!("<link rel=\"icon\" type=\"image/svg+xml\" href=\"{}\">", tab_icon_address())));
    let (status, headers, icon) = scene.ask(tab_icon_address(), None).await;
    assert_eq!((status, &headers[header::CONTENT_TYPE]), (StatusCode::OK, &"image/svg+xml".parse().unwrap()));
    assert!(icon.starts_with("<svg "));
}

#[tokio::test]
async fn a_problem_stands_in_the_same_frame() {
    let scene = Scene::of(&[Role::Moderator]);
    let token = scene.token();
    let (status, _, page) = scene.ask("/review/entries/1", Some(&token)).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_eq!(navigation(&page), (vec!["/", "/review/queue"], Some("/review/queue")), "{page}");
    assert!(page.contains("There is nothing at this address.") && page.contains("Alder"));
}

/// Programs' addresses take no cookie: somebody who has signed in would be sent to and fro for ever.
#[tokio::test]
async fn who_has_signed_in_already_is_not_sent_to_sign_in() {
    let scene = Scene::of(&[Role::Moderator]);
    let (status, headers, _) = scene.ask("/review/api/v1/reviews", None).await;
    assert_eq!((status, headers.contains_key(header::LOCATION)), (StatusCode::SEE_OTHER, true));
    let (status, headers, page) = scene.ask("/review/api/v1/reviews", Some(&scene.token())).await;
    assert_eq!((status, headers.contains_key(header::LOCATION)), (StatusCode::UNAUTHORIZED, false));
    assert!(page.contains("<article class=\"problem\">"), "{page}");
}

#[tokio::test]
async fn a_translation_that_nobody_has_reviewed_says_so() {
    let scene = Scene::of(&[]);
    for (language, is_said) in [("en", false), ("fr", true), ("ar", true)] {
        let (_, _, page) = scene.ask(&format!("/?lang={language}"), None).await;
        let words = crate::page::Words::of(language.parse().unwrap());
        assert_eq!(words.reviewer_line().is_some_and(|line| page.contains(&line)), is_said, "{language}");
    }
}
