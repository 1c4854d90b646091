//! The picture in the tab of the browser, at an address that holds its digest, as the stylesheet's.

use std::sync::LazyLock;

use axum::{Router, response::IntoResponse, routing::get};
use http::header;
use sha2::{Digest, Sha256};

use crate::Cache;

/// The tab on a rule, as beside the name of the house.
const ICON: &str = include_str!("../../assets/icon.svg");

static ADDRESS: LazyLock<String> =
    LazyLock::new(|| format!("/assets/icon-{}.svg", hex::encode(&Sha256::digest(ICON)[..8])));

/// Its address: `/assets/icon-<first 8 bytes of its SHA-256>.svg`. Without one on the page, browsers ask for `/favicon.ico`.
pub(super) fn tab_icon_address() -> &'static str {
    &ADDRESS
}

/// Its route.
pub(super) fn tab_icon_routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route(tab_icon_address(), get(icon))
}

async fn icon() -> impl IntoResponse {
    (Cache::Immutable, [(header::CONTENT_TYPE, "image/svg+xml")], ICON)
}
