//! Scripts, at addresses that hold their digests, as the stylesheet's.

use std::sync::{LazyLock, OnceLock};

use axum::{Router, response::IntoResponse, routing::get};
use http::header;
use sha2::{Digest, Sha256};

use crate::Cache;

/// The one script of the four services.
const SCRIPT: &str = include_str!("../../assets/house.js");

static ADDRESS: LazyLock<String> = LazyLock::new(|| address_of("/assets", "house", SCRIPT));

fn address_of(folder: &str, name: &str, text: &str) -> String {
    format!("{folder}/{name}-{}.js", hex::encode(&Sha256::digest(text)[..8]))
}

/// The address of the script: `/assets/house-<first 8 bytes of its SHA-256>.js`.
pub fn script_address() -> &'static str {
    &ADDRESS
}

/// The route of the script.
pub fn script_routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route(script_address(), get(async || answer(SCRIPT)))
}

fn answer(text: &'static str) -> impl IntoResponse {
    (Cache::Immutable, [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], text)
}

/// A script of one service, beside that of the house. At most 15 KiB (LOOK section 8).
///
/// ```ignore
/// static FORM: OwnScript = OwnScript::new("/contribute/assets", "form", include_str!("../../assets/form.js"));
/// ```
#[derive(Debug)]
pub struct OwnScript {
    folder: &'static str,
    name: &'static str,
    text: &'static str,
    address: OnceLock<String>,
}

impl OwnScript {
    /// The script `text`, at `<folder>/<name>-<first 8 bytes of its SHA-256>.js`.
    pub const fn new(folder: &'static str, name: &'static str, text: &'static str) -> Self {
        Self { folder, name, text, address: OnceLock::new() }
    }

    /// Its address.
    pub fn address(&self) -> &str {
        self.address.get_or_init(|| address_of(self.folder, self.name, self.text))
    }

    /// Its route.
    pub fn routes<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        let text = self.text;
        Router::new().route(self.address(), get(async move || answer(text)))
    }
}
