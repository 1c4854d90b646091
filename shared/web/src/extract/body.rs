//! Reading a body to its end, or to the limit.

use std::error::Error;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, header};
use http_body_util::BodyExt;

use crate::{Problem, ProblemKind};

/// The body did not arrive within its time. The server's time limits raise it; reading turns it into a 408.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the body did not arrive within its time")]
pub struct BodyTooSlow;

/// The whole body, if it has at most `max` bytes.
pub(crate) async fn read(headers: &HeaderMap, mut body: Body, max: usize) -> Result<Bytes, Problem> {
    if announced(headers).is_some_and(|length| length > max as u64) {
        return Err(too_large(max as u64));
    }
    let mut text = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| broken(&error))?;
        // Trailers carry nothing for us.
        let Ok(data) = frame.into_data() else { continue };
        if text.len() + data.len() > max {
            return Err(too_large(max as u64));
        }
        text.extend_from_slice(&data);
    }
    Ok(text.freeze())
}

/// How long the caller says that the body is. More than one Content-Length, or one that is no number, does not get past
/// hyper.
pub(super) fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok())
}

pub(super) fn too_large(max: u64) -> Problem {
    Problem::new(ProblemKind::TooLarge)
        .detail(format!("The body may have at most {max} bytes."))
        .with("limit_bytes", max)
}

pub(super) fn broken(error: &(dyn Error + 'static)) -> Problem {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<BodyTooSlow>() {
            return Problem::new(ProblemKind::TooSlow);
        }
        cause = error.source();
    }
    Problem::new(ProblemKind::MalformedRequest).detail("The body broke off or is not framed as HTTP says.")
}
