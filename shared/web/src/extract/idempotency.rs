//! `Idempotency-Key`: the same command, sent again.

use axum::extract::FromRequestParts;
use http::{HeaderName, request::Parts};

use super::{malformed, single};
use crate::{Problem, limits::IDEMPOTENCY_KEY_MAX};

/// The header `Idempotency-Key`, verbatim; `None` when it is not sent. With it, a request may be repeated: it takes
/// effect once, and each repeat gets the first one's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(pub Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let name = HeaderName::from_static("idempotency-key");
        let Some(key) = single(&parts.headers, &name)? else { return Ok(Self(None)) };
        let visible = key.bytes().all(|byte| (0x21..=0x7e).contains(&byte));
        if key.is_empty() || key.len() > IDEMPOTENCY_KEY_MAX || !visible {
            let form = format!("takes 1 to {IDEMPOTENCY_KEY_MAX} visible ASCII characters without blanks");
            return Err(malformed(&name, &form));
        }
        Ok(Self(Some(key.to_owned())))
    }
}
