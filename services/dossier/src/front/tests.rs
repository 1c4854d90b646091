//! A front before services that are there, away, late, or break off.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener as Blocking, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    routing::any,
};
use bytes::Bytes;
use dossier_web::{Limits, page::Demonstration, proxies::TrustedProxies, serve};
use futures_util::stream;
use http_body_util::BodyExt;
use metrics_exporter_prometheus::PrometheusBuilder;
use serde_json::{Value, json};
use tokio::{net::TcpListener, runtime::Runtime};

use super::{FrontSettings, Patience, ServiceAddress, ServiceAddresses, router, whose};
use crate::client::Client;

/// A front with one service behind all four prefixes.
struct Tried {
    runtime: Runtime,
    front: SocketAddr,
}

impl Tried {
    fn before(service: SocketAddr, change: impl FnOnce(&mut FrontSettings)) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let address: ServiceAddress = format!("http://{service}").parse().unwrap();
        let mut settings = FrontSettings {
            services: ServiceAddresses {
                submission: address.clone(),
                moderation: address.clone(),
                publication: address.clone(),
                audit: address,
            },
            behind: TrustedProxies::default(),
            demonstration: Demonstration::No,
            patience: Patience::default(),
        };
        change(&mut settings);
        let metrics = PrometheusBuilder::new().build_recorder().handle();
        let front = serve_on(&runtime, router(settings, metrics));
        Self { runtime, front }
    }

    fn client(&self) -> Client {
        Client::to(&format!("http://{}", self.front), None)
    }

    /// Sends these bytes and reads until the front closes.
    fn raw(&self, text: &str) -> String {
        let mut line = TcpStream::connect(self.front).unwrap();
        line.write_all(text.as_bytes()).unwrap();
        let mut said = Vec::new();
        line.read_to_end(&mut said).unwrap();
        String::from_utf8_lossy(&said).into_owned()
    }
}

fn serve_on(runtime: &Runtime, router: Router) -> SocketAddr {
    let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(serve(listener, router, Limits::default(), std::future::pending()));
    address
}

/// A service that says what it was asked.
fn echo() -> Router {
    let said = |request: Request| async move {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let headers: Vec<_> =
            parts.headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap_or("?"))).collect();
        let document = json!({
            "method": parts.method.as_str(), "address": parts.uri.to_string(), "headers": headers, "bytes": body.len(),
        });
        ([("connection", "x-hop"), ("x-hop", "1"), ("x-kept", "1"), ("etag", "\"d7\"")], document.to_string())
    };
    Router::new().route("/readyz", any(async || "{\"ready\":true,\"checks\":[]}")).fallback(said)
}

/// Nobody listens there.
fn nowhere() -> SocketAddr {
    let listener = Blocking::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap()
}

fn headers(document: &Value) -> Vec<&str> {
    document["headers"].as_array().unwrap().iter().filter_map(Value::as_str).collect()
}

#[test]
fn each_prefix_has_its_service_and_nothing_else_has() {
    use dossier_proto::Origin::{Audit, Moderation, Publication, Submission};
    let cases = [
        ("/contribute", Submission),
        ("/contribute/api/v1/entries", Submission),
        ("/contributes", Publication),
        ("/review/", Moderation),
        ("/audit/api/v1/events", Audit),
        ("/auditors", Publication),
        ("/", Publication),
        ("/%72eview/api", Publication),
        ("//review", Publication),
        ("/entries/EVT-2026-00001", Publication),
        ("*", Publication),
    ];
    for (path, expected) in cases {
        assert_eq!(whose(path), expected, "{path}");
    }
}

#[test]
fn a_request_goes_on_as_it_came_and_so_does_its_answer() {
    let runtime = Runtime::new().unwrap();
    let tried = Tried::before(serve_on(&runtime, echo()), |_| {});
    let answer = tried
        .client()
        .put("/contribute/api/v1/x%2Fy?a=b%20c&d", "\"d6\"", &json!({"long": "x".repeat(200_000)}))
        .unwrap();
    assert_eq!((answer.status, answer.etag.as_deref()), (200, Some("\"d7\"")));
    assert_eq!((answer.text("method"), answer.text("address")), ("PUT", "/contribute/api/v1/x%2Fy?a=b%20c&d"));
    assert_eq!(answer.document["bytes"], 200_011);
    assert!(headers(&answer.document).contains(&"if-match: \"d6\""), "{}", answer.document);
    let said = tried.raw("GET /audit HTTP/1.1\r\nHost: registry.example\r\nConnection: close\r\n\r\n");
    assert!(said.contains("x-kept: 1") && !said.contains("x-hop: 1"), "{said}");
}

#[test]
fn what_a_caller_says_of_itself_is_not_believed() {
    let runtime = Runtime::new().unwrap();
    let service = serve_on(&runtime, echo());
    let asked = "GET http://elsewhere.example/review?x HTTP/1.1\r\nHost: registry.example\r\nX-Forwarded-For: 6.6.6.6\r\n\
                 X-Forwarded-Proto: https\r\nX-Real-IP: 6.6.6.6\r\nForwarded: for=6.6.6.6\r\nTE: trailers\r\n\
                 Connection: close, x-secret\r\nX-Secret: 1\r\n\r\n";
    let document = |said: &str| -> Value {
        serde_json::from_str(&said[said.find('{').unwrap()..=said.rfind('}').unwrap()]).unwrap()
    };
    let tried = Tried::before(service, |_| {});
    let said = document(&tried.raw(asked));
    assert_eq!(said["address"], "/review?x");
    let told = headers(&said);
    for expected in [
        "x-forwarded-for: 127.0.0.1",
        "x-forwarded-proto: http",
        "x-forwarded-host: registry.example",
        "host: registry.example",
    ] {
        assert!(told.contains(&expected), "{expected}: {told:?}");
    }
    assert!(
        !told
            .iter()
            .any(|header| header.contains("6.6.6.6") || header.starts_with("te:") || header.starts_with("x-secret")),
        "{told:?}"
    );
    let behind = Tried::before(service, |settings| settings.behind = TrustedProxies::of_this_machine());
    let said = document(&behind.raw(asked));
    let told = headers(&said);
    for expected in ["x-forwarded-for: 6.6.6.6, 127.0.0.1", "x-forwarded-proto: https"] {
        assert!(told.contains(&expected), "from a proxy we were told of: {told:?}");
    }
}

#[test]
fn a_service_that_is_away_is_a_problem_or_a_page() {
    let tried = Tried::before(nowhere(), |settings| settings.demonstration = Demonstration::Yes(None));
    let answer = tried.client().post("/contribute/api/v1/entries", &json!({})).unwrap();
    assert_eq!((answer.status, answer.text("type")), (502, "/problems/service-away"));
    assert!(
        answer.text("detail").contains("submission") && answer.text("detail").contains("not reached"),
        "{}",
        answer.document
    );
    let page = tried.raw(
        "GET /entries HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\nAccept-Language: fr\r\nConnection: close\r\n\r\n",
    );
    assert!(page.starts_with("HTTP/1.1 502") && page.contains("retry-after: 2") && page.contains("nosniff"), "{page}");
    assert!(page.contains("lang=\"fr\"") && page.contains("class=\"demo\""), "{page}");
    let ready = tried.client().get("/readyz").unwrap();
    assert_eq!((ready.status, ready.document["ready"].as_bool()), (503, Some(false)));
    let checks = ready.document["checks"].as_array().unwrap();
    assert_eq!(checks.len(), 4);
    assert!(checks.iter().all(|check| check["reason"] == "it is not running"), "{checks:?}");
    assert_eq!(tried.client().get("/healthz").unwrap().status, 200, "the front itself is alive");
}

#[test]
fn it_is_ready_when_all_four_are_and_says_what_they_say() {
    let runtime = Runtime::new().unwrap();
    let tried = Tried::before(serve_on(&runtime, echo()), |_| {});
    assert_eq!(tried.client().get("/readyz").unwrap().status, 200);
    let unready = json!({"ready": false, "checks": [
        {"name": "history", "ready": true}, {"name": "broker", "ready": false, "reason": "lost for 3 s"},
    ]});
    let unready =
        Router::new().route("/readyz", any(async move || (http::StatusCode::SERVICE_UNAVAILABLE, unready.to_string())));
    let tried = Tried::before(serve_on(&runtime, unready), |_| {});
    let ready = tried.client().get("/readyz").unwrap();
    assert_eq!((ready.status, &ready.document["checks"][3]["reason"]), (503, &json!("broker: lost for 3 s")));
}

#[test]
fn a_write_is_never_sent_twice() {
    // It takes each request and breaks off without an answer.
    let listener = Blocking::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let (service, heard) = (listener.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
    let count = Arc::clone(&heard);
    thread::spawn(move || {
        for line in listener.incoming() {
            let mut bytes = [0; 4096];
            if line.unwrap().read(&mut bytes).unwrap() > 0 {
                count.fetch_add(1, Ordering::SeqCst);
            }
        }
    });
    let tried = Tried::before(service, |_| {});
    for asked in 1..=5 {
        let answer = tried.client().post("/review/api/v1/x", &json!({})).unwrap();
        assert_eq!((answer.status, heard.load(Ordering::SeqCst)), (502, asked));
        assert!(answer.text("detail").contains("may or may not have been done"), "{}", answer.document);
    }
}

#[test]
fn a_service_that_hangs_is_given_up() {
    let runtime = Runtime::new().unwrap();
    let hung = Router::new().fallback(any(async || std::future::pending::<()>().await));
    let tried = Tried::before(serve_on(&runtime, hung), |settings| {
        settings.patience = Patience {
            answer: Duration::from_millis(100),
            pause: Duration::from_millis(100),
            readiness: Duration::from_millis(100),
        };
    });
    let answer = tried.client().post("/contribute", &json!({})).unwrap();
    assert_eq!((answer.status, answer.text("type")), (504, "/problems/service-late"));
    let ready = tried.client().get("/readyz").unwrap();
    assert_eq!(ready.document["checks"][0]["reason"], "it does not answer in time");
}

#[test]
fn bodies_stream_and_an_answer_that_stops_in_the_middle_is_cut() {
    let runtime = Runtime::new().unwrap();
    // A first piece, then nothing: whoever waits for the whole would wait for ever.
    let halves = Router::new().fallback(any(|State(()): State<()>| async {
        let pieces = stream::once(async { Ok::<_, std::io::Error>(Bytes::from_static(b"first")) });
        Body::from_stream(futures_util::StreamExt::chain(pieces, stream::pending()))
    }));
    let tried =
        Tried::before(serve_on(&runtime, halves), |settings| settings.patience.pause = Duration::from_millis(200));
    let said = tried.raw("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
    assert!(said.starts_with("HTTP/1.1 200") && said.contains("first"), "the first piece came through: {said}");
    assert!(!said.ends_with("0\r\n\r\n"), "it was cut, and does not look whole: {said}");
    drop(tried.runtime);
}

#[test]
fn only_the_address_of_a_service_is_one() {
    for bad in ["127.0.0.1:1", "https://x:1", "http://x:1/path", "http://me@x:1", "http://", "http://x:1/?q"] {
        assert!(bad.parse::<ServiceAddress>().unwrap_err().contains("http://HOST:PORT"), "{bad}");
    }
    assert_eq!("http://[::1]:8081/".parse::<ServiceAddress>().unwrap().to_string(), "http://[::1]:8081");
}
