//! A request passed on, and its answer passed back.

use std::{net::SocketAddr, sync::Arc, time::Instant};

use axum::{
    body::Body,
    extract::{ConnectInfo, Request, State},
    response::{IntoResponse, Response},
};
use dossier_proto::Origin;
use dossier_web::{Problem, ProblemKind, extract::BodyTooSlow};
use http::{HeaderValue, Uri, Version, header, uri::PathAndQuery};
use hyper_util::client::legacy::Error;

use super::{Front, caller, pausing::Pausing, whose};

/// Seconds after which a service that was away may be back: a restart takes about one.
const BACK_SECONDS: u64 = 2;

pub(super) async fn forward(
    State(front): State<Arc<Front>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let began = Instant::now();
    let origin = whose(request.uri().path());
    let response = front.pass_on(origin, peer, request).await.unwrap_or_else(Problem::into_response);
    let labels = [("service", origin.name().to_owned()), ("status", response.status().as_u16().to_string())];
    metrics::histogram!("front_request_seconds", &labels).record(began.elapsed().as_secs_f64());
    response
}

impl Front {
    async fn pass_on(&self, origin: Origin, peer: SocketAddr, request: Request) -> Result<Response, Problem> {
        let request = self.addressed(origin, peer, request)?;
        let answer = tokio::time::timeout(self.settings.patience.answer, self.client.request(request)).await;
        let answer = answer.map_err(|_elapsed| late(origin))?.map_err(|error| broken(origin, &error))?;
        let (mut parts, body) = answer.into_parts();
        caller::strip_connection(&mut parts.headers);
        parts.version = Version::HTTP_11;
        Ok(Response::from_parts(parts, Body::new(Pausing::new(body, self.settings.patience.pause))))
    }

    /// The same request, to the service. Of an address with a host in it only path and query are looked at.
    fn addressed(&self, origin: Origin, peer: SocketAddr, mut request: Request) -> Result<Request, Problem> {
        let path = request.uri().path_and_query().map_or("/", PathAndQuery::as_str);
        let address: Result<Uri, _> = self.settings.services.of(origin).at(path);
        *request.uri_mut() = address.map_err(|_| Problem::new(ProblemKind::MalformedRequest))?;
        *request.version_mut() = Version::HTTP_11;
        caller::strip_connection(request.headers_mut());
        caller::introduce(request.headers_mut(), peer.ip(), &self.settings.behind);
        Ok(request)
    }
}

fn late(origin: Origin) -> Problem {
    tracing::warn!(service = origin.name(), "no answer in time");
    metrics::counter!("front_away_total", "service" => origin.name()).increment(1);
    Problem::new(ProblemKind::ServiceLate).detail(format!("The {origin} service has not answered in time."))
}

fn broken(origin: Origin, error: &Error) -> Problem {
    if is_callers(error) {
        return Problem::new(ProblemKind::TooSlow);
    }
    tracing::warn!(service = origin.name(), error = %causes(error), "a service is away");
    metrics::counter!("front_away_total", "service" => origin.name()).increment(1);
    let detail = match error.is_connect() {
        true => format!("The {origin} service is not running. The request has not reached it."),
        false => {
            format!("The {origin} service ended before it had answered. What was asked may or may not have been done.")
        }
    };
    Problem::new(ProblemKind::ServiceAway).detail(detail).header(header::RETRY_AFTER, HeaderValue::from(BACK_SECONDS))
}

/// Whether it was the caller who took too long with the body.
fn is_callers(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<BodyTooSlow>() {
            return true;
        }
        cause = error.source();
    }
    false
}

fn causes(error: &Error) -> String {
    let mut words = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        words.push_str(&format!(": {error}"));
        cause = error.source();
    }
    words
}
