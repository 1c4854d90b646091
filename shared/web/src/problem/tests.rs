//! Problems as callers get them.

use std::{io, sync::Arc};

use axum::{
    Router,
    body::{Body, to_bytes},
    middleware::{from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use expect_test::expect;
use http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use serde_json::Value;
use tower::ServiceExt;

use super::{Problem, ProblemKind, ProblemPage, as_markdown, catalogue_routes, problem_pages, with_problems};
use crate::headers::security_headers;

async fn parts(response: Response) -> (StatusCode, HeaderMap, String) {
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, 1 << 20).await.unwrap();
    (parts.status, parts.headers, String::from_utf8(bytes.to_vec()).unwrap())
}

fn get_with(address: &str, accept: &str) -> Request<Body> {
    Request::get(address).header(header::ACCEPT, accept).body(Body::empty()).unwrap()
}

#[tokio::test]
async fn a_problem_is_answered_as_rfc_9457_says() {
    let problem = Problem::new(ProblemKind::DigestMismatch)
        .detail("The digest in force is 9f86.")
        .with("digest", "9f86")
        .header(header::ETAG, HeaderValue::from_static("\"r3\""));
    let number = problem.number().to_string();
    let (status, headers, text) = parts(problem.into_response()).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_eq!(headers[header::CONTENT_TYPE], "application/problem+json");
    assert_eq!(headers[header::CACHE_CONTROL], "no-store");
    assert_eq!(headers[header::ETAG], "\"r3\"");
    let document: Value = serde_json::from_str(&text.replace(&number, "NUMBER")).unwrap();
    expect![[r#"
        {
          "detail": "The digest in force is 9f86.",
          "digest": "9f86",
          "instance": "/problems/number/NUMBER",
          "number": "NUMBER",
          "status": 409,
          "title": "The content is not the one you read.",
          "type": "/problems/digest-mismatch"
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&document).unwrap());
}

#[tokio::test]
async fn no_internal_text_leaves() {
    let error = io::Error::other("the password of sled is hunter2 at /srv/dossier");
    let (status, _, text) = parts(Problem::internal(&error).into_response()).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!text.contains("hunter2") && !text.contains("sled") && text.contains("\"number\""), "{text}");
}

/// A full disk was answered as "something is wrong on our side".
#[tokio::test]
async fn a_full_disk_is_told_as_one_and_no_internal_text_leaves() {
    #[derive(Debug, thiserror::Error)]
    #[error("writing /srv/dossier/keys: {source}")]
    struct Vault {
        source: io::Error,
    }
    #[derive(Debug, thiserror::Error)]
    #[error(transparent)]
    struct Words(#[from] Vault);
    let failed = |kind: io::ErrorKind| Words(Vault { source: kind.into() });
    for kind in [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded, io::ErrorKind::FileTooLarge] {
        let (status, headers, text) = parts(Problem::internal(&failed(kind)).into_response()).await;
        assert_eq!(status, StatusCode::INSUFFICIENT_STORAGE, "{kind:?}");
        assert!(headers.contains_key(header::RETRY_AFTER) && text.contains("storage-full"), "{text}");
        assert!(!text.contains("/srv"), "{text}");
    }
    let other = Problem::internal(&failed(io::ErrorKind::PermissionDenied));
    assert_eq!(other.kind(), ProblemKind::Internal);
}

#[test]
fn the_catalogue_is_whole_and_codes_are_for_ever() {
    let codes: Vec<_> =
        ProblemKind::ALL.iter().map(|kind| format!("{} {}", kind.status().as_u16(), kind.code())).collect();
    expect![[r#"
        400 malformed-request
        400 malformed-json
        400 malformed-query
        400 malformed-header
        401 unauthenticated
        401 sign-in-failed
        403 not-entitled
        403 own-words
        403 conflict-of-interest
        403 suspended
        403 foreign-form
        404 not-found
        404 link-unknown
        405 method-not-allowed
        408 too-slow
        409 digest-mismatch
        409 wrong-state
        409 too-late
        409 link-used
        409 not-settled
        409 not-reached
        410 gone
        410 link-expired
        412 stale-version
        413 too-large
        414 address-too-long
        415 unsupported-media-type
        422 invalid-request
        422 invalid-content
        422 idempotency-key-reused
        428 precondition-required
        429 too-many-attempts
        500 internal
        502 service-away
        503 unavailable
        503 authority-not-heard
        503 accounts-not-heard
        503 file-not-arrived
        504 service-late
        507 storage-full"#]]
    .assert_eq(&codes.join("\n"));
    for kind in ProblemKind::ALL {
        assert_eq!(ProblemKind::from_code(kind.code()), Some(*kind));
        for words in [kind.title(), kind.todo()] {
            assert!(words.ends_with('.') && words.split(' ').count() <= 40, "{words}");
            assert!(!words.contains('!') && !words.contains("nvalid"), "LOOK section 5: {words}");
        }
        assert!(as_markdown().contains(&kind.address()));
    }
}

#[tokio::test]
async fn where_there_is_no_route_or_no_method_there_is_a_problem() {
    let inner = Router::new().route("/one", get(async || "one"));
    let app = with_problems(Router::new().nest("/inner", inner).route("/two", post(async || "two")));
    let app = app.merge(catalogue_routes());
    let ask = async |request: Request<Body>| parts(app.clone().oneshot(request).await.unwrap()).await;
    for address in ["/nowhere", "/inner/nowhere", "/inner", "/problems/nowhere", "//", "/two/"] {
        let (status, headers, _) = ask(get_with(address, "*/*")).await;
        assert_eq!(
            (status, &headers[header::CONTENT_TYPE]),
            (StatusCode::NOT_FOUND, &super::PROBLEM_JSON),
            "{address}"
        );
    }
    for (method, address, allow) in
        [("DELETE", "/two", "POST"), ("POST", "/inner/one", "GET,HEAD"), ("BREW", "/two", "POST")]
    {
        let request = Request::builder().method(method).uri(address).body(Body::empty()).unwrap();
        let (status, headers, text) = ask(request).await;
        assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED, "{method} {address}");
        assert_eq!(headers[header::ALLOW], allow);
        assert!(text.contains("/problems/method-not-allowed"));
    }
    let (status, _, text) = ask(get_with("/problems/own-words", "*/*")).await;
    assert!(status == StatusCode::OK && text.starts_with("403 own-words"), "{text}");
}

/// It was answered as plain text by the library below.
#[tokio::test]
async fn the_name_of_a_problem_that_is_no_text_is_answered_with_a_problem() {
    let app: Router = with_problems(catalogue_routes());
    let (status, headers, _) = parts(app.oneshot(get_with("/problems/%ff", "*/*")).await.unwrap()).await;
    assert_eq!((status, &headers[header::CONTENT_TYPE]), (StatusCode::BAD_REQUEST, &super::PROBLEM_JSON));
}

#[tokio::test]
async fn who_prefers_a_page_gets_one_with_the_same_status_and_headers() {
    let seen = Arc::new(std::sync::Mutex::new(String::new()));
    let page = ProblemPage::new(move |problem, paper| {
        *seen.lock().unwrap() = problem.number().to_string();
        format!("<p lang={}>{}</p>", paper.language, problem.kind().code())
    });
    let refused = async || {
        Problem::new(ProblemKind::NotEntitled)
            .header(header::RETRY_AFTER, HeaderValue::from_static("5"))
            .into_response()
    };
    let app = with_problems(Router::new().route("/draft", get(refused)).route("/fine", get(async || "fine")))
        .layer(from_fn_with_state(page, problem_pages))
        .layer(from_fn(security_headers));
    let ask = async |request: Request<Body>| parts(app.clone().oneshot(request).await.unwrap()).await;

    let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    let (status, headers, text) = ask(get_with("/draft?lang=fr", browser)).await;
    assert_eq!((status, text.as_str()), (StatusCode::FORBIDDEN, "<p lang=fr>not-entitled</p>"));
    assert_eq!(headers[header::CONTENT_TYPE], "text/html; charset=utf-8");
    assert_eq!(
        (&headers[header::RETRY_AFTER], &headers[header::CONTENT_LANGUAGE]),
        (&"5".parse().unwrap(), &"fr".parse().unwrap())
    );
    assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert!(headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap().contains("script-src 'self'"));

    for accept in ["*/*", "", "application/json", "text/html;q=0.1, application/json", "text/html;q=0", "text/plain"] {
        let (_, headers, _) = ask(get_with("/draft", accept)).await;
        assert_eq!(headers[header::CONTENT_TYPE], "application/problem+json", "{accept:?}");
    }
    let (status, _, text) = ask(get_with("/nowhere", "text/html")).await;
    assert_eq!((status, text.as_str()), (StatusCode::NOT_FOUND, "<p lang=en>not-found</p>"));
    assert_eq!(ask(get_with("/fine", "text/html")).await.2, "fine");
}
