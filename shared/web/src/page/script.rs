//! The script, at an address that holds its digest, as the stylesheet's.

use std::sync::LazyLock;

use axum::{Router, response::IntoResponse, routing::get};
use http::header;
use sha2::{Digest, Sha256};

use crate::Cache;

/// The one script of the four services.
const SCRIPT: &str = include_str!("../../assets/house.js");

static ADDRESS: LazyLock<String> =
    LazyLock::new(|| format!("/assets/house-{}.js", hex::encode(&Sha256::digest(SCRIPT)[..8])));

/// The address of the script: `/assets/house-<first 8 bytes of its SHA-256>.js`.
pub fn script_address() -> &'static str {
    &ADDRESS
}

/// The route of the script.
pub fn script_routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route(script_address(), get(script))
}

async fn script() -> impl IntoResponse {
    (Cache::Immutable, [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], SCRIPT)
}
