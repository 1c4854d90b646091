//! The stylesheet, at an address that holds its digest: kept for ever, and never stale.

use std::sync::LazyLock;

use axum::{Router, response::IntoResponse, routing::get};
use http::header;
use sha2::{Digest, Sha256};

use super::tab_icon::tab_icon_routes;
use crate::Cache;

/// The one stylesheet of the four services.
const STYLE: &str = include_str!("../../assets/style.css");

static ADDRESS: LazyLock<String> =
    LazyLock::new(|| format!("/assets/style-{}.css", hex::encode(&Sha256::digest(STYLE)[..8])));

/// The address of the stylesheet: `/assets/style-<first 8 bytes of its SHA-256>.css`.
pub fn style_address() -> &'static str {
    &ADDRESS
}

/// The routes of the stylesheet and of the picture in the tab. Addresses of other versions lead nowhere: a page names the version it was made with.
pub fn style_routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route(style_address(), get(style)).merge(tab_icon_routes())
}

async fn style() -> impl IntoResponse {
    (Cache::Immutable, [(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE)
}
