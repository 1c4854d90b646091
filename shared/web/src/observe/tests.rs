//! What an operator sees.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    middleware::from_fn,
    routing::get,
};
use dossier_proto::CommandId;
use http::{Request, StatusCode};
use metrics_exporter_prometheus::PrometheusBuilder;
use tower::ServiceExt;

use super::{Readiness, observe_routes, record_command, trace_requests};
use crate::{Problem, ProblemKind};

async fn ask(app: &Router, method: &str, address: &str) -> (StatusCode, String, Option<String>) {
    let request = Request::builder().method(method).uri(address).header("x-request-id", "theirs").body(Body::empty());
    let response = app.clone().oneshot(request.unwrap()).await.unwrap();
    let id = response.headers().get("x-request-id").map(|id| id.to_str().unwrap().to_owned());
    let (status, body) = (response.status(), to_bytes(response.into_body(), 1 << 20).await.unwrap());
    (status, String::from_utf8(body.to_vec()).unwrap(), id)
}

#[tokio::test]
async fn readiness_names_every_check_and_its_reason() {
    let mended = Arc::new(AtomicBool::new(false));
    let state = Arc::clone(&mended);
    let readiness = Readiness::new().check("journal", || Ok(())).check("moderation", move || {
        if state.load(Ordering::Relaxed) { Ok(()) } else { Err("its head was not heard for 12 s".to_owned()) }
    });
    let handle = PrometheusBuilder::new().build_recorder().handle();
    let app: Router = observe_routes(readiness, handle);
    assert_eq!(ask(&app, "GET", "/healthz").await.0, StatusCode::OK);
    let (status, text, _) = ask(&app, "GET", "/readyz").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    let expected = r#"{"ready":false,"checks":[{"name":"journal","ready":true},{"name":"moderation","ready":false,"reason":"its head was not heard for 12 s"}]}"#;
    assert_eq!(text, expected);
    mended.store(true, Ordering::Relaxed);
    assert_eq!(ask(&app, "GET", "/readyz").await.0, StatusCode::OK);
}

/// Lines of a log, gathered.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn each_request_has_a_number_a_span_with_its_command_and_a_measurement() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_writer(move || writer.clone()).with_ansi(false).finish();
    let recorder = PrometheusBuilder::new().build_recorder();
    let handle = recorder.handle();
    let command = async || {
        record_command(&CommandId([0xab; 16]));
        tracing::info!("deciding");
    };
    let refuse = async || Problem::new(ProblemKind::OwnWords);
    let app: Router = Router::new()
        .route("/entries/{id}", get(command))
        .route("/refuse", get(refuse))
        .merge(observe_routes(Readiness::new(), handle))
        .layer(from_fn(trace_requests));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let answers = metrics::with_local_recorder(&recorder, || {
        tracing::subscriber::with_default(subscriber, || {
            runtime.block_on(async {
                let first = ask(&app, "GET", "/entries/SECRET").await;
                ask(&app, "GET", "/refuse").await;
                ask(&app, "BREW", "/nowhere/SECRET").await;
                (first.2, ask(&app, "GET", "/metrics").await.1)
            })
        })
    });
    let (id, figures) = (answers.0.unwrap(), answers.1);
    assert!(id != "theirs" && id.len() == 26, "{id}");
    for line in [
        r#"http_request_seconds_count{method="GET",route="/entries/{id}",status="200"} 1"#,
        r#"http_request_seconds_count{method="GET",route="/refuse",status="403"} 1"#,
        r#"http_request_seconds_count{method="other",route="(none)",status="404"} 1"#,
    ] {
        assert!(figures.contains(line), "{line} is not in\n{figures}");
    }
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let deciding = log.lines().find(|line| line.contains("deciding")).unwrap();
    assert!(deciding.contains(&"ab".repeat(16)) && deciding.contains(&id), "{deciding}");
    assert!(log.lines().any(|line| line.contains("own-words") && line.contains("problem=")), "{log}");
    assert!(!log.contains("SECRET") && !figures.contains("SECRET"), "addresses are not told");
}
