//! What the one who serves the pages knows of the installation.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::request::Parts;

use crate::page::Demonstration;

/// How browsers reach this installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Line {
    /// Not encrypted: a demonstration on one machine.
    #[default]
    Plain,
    /// Encrypted: cookies go by no other way.
    Encrypted,
}

impl Line {
    /// By the address under which the public reaches the installation.
    pub fn of(public_url: &str) -> Self {
        if public_url.starts_with("https://") { Self::Encrypted } else { Self::Plain }
    }
}

/// An extension of every request (`axum::Extension`), so that no page has to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surroundings {
    /// Whether this installation shows invented people and entries.
    pub demonstration: Demonstration,
    /// How browsers reach it.
    pub line: Line,
}

impl Default for Surroundings {
    fn default() -> Self {
        Self { demonstration: Demonstration::No, line: Line::Plain }
    }
}

impl Surroundings {
    pub(crate) fn of(parts: &Parts) -> Self {
        parts.extensions.get::<Self>().cloned().unwrap_or_default()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Surroundings {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self::of(parts))
    }
}
