//! What is taken away as a file, written while it is read: bounded in memory, as fast as the caller takes it, and ended by a line
//! that tells whether it is whole.

use std::{io, time::Duration};

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use dossier_web::{Answer, Cache, Problem, ProblemKind};
use http::{HeaderValue, header};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use tokio::{
    runtime::Handle,
    sync::{Semaphore, mpsc},
};

/// Bytes that are sent at once, about.
const PIECE: usize = 64 * 1024;
/// Pieces that wait for the caller: with the one being made, 192 KiB an export.
const WAITING: usize = 2;
/// How long a caller may take nothing.
const PATIENCE: Duration = Duration::from_secs(60);
/// Exports at once: each holds a thread and a page of steps (8 MB at most).
const AT_ONCE: usize = 4;
/// Seconds after which a caller may ask again.
const RETRY_SECONDS: u64 = 5;

static PLACES: Semaphore = Semaphore::const_new(AT_ONCE);

/// In which form something is answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Format {
    /// A page, as a JSON document.
    #[default]
    Json,
    /// Everything, as JSON Lines.
    Jsonl,
    /// Everything, as CSV.
    Csv,
}

impl Format {
    const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Jsonl => "application/jsonl; charset=utf-8",
            Self::Csv => "text/csv; charset=utf-8; header=present",
        }
    }

    const fn extension(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
        }
    }
}

/// Why an export broke off. The connection is cut, and the file has no last line.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Broken {
    /// The caller went, or takes nothing.
    #[error("the caller takes nothing any more")]
    Gone,
    /// Something could not be read.
    #[error("{0}")]
    Unreadable(String),
}

/// Where an export is written to.
pub(crate) struct Sink {
    to: mpsc::Sender<io::Result<Bytes>>,
    piece: Vec<u8>,
    digest: Sha256,
    lines: u64,
}

impl Sink {
    /// Writes a line that is not counted: the first one.
    ///
    /// # Errors
    /// [`Broken::Gone`].
    pub(crate) fn head(&mut self, line: &str) -> Result<(), Broken> {
        self.digest.update(line);
        self.piece.extend_from_slice(line.as_bytes());
        if self.piece.len() < PIECE { Ok(()) } else { self.send() }
    }

    /// Writes a line.
    ///
    /// # Errors
    /// [`Broken::Gone`].
    pub(crate) fn line(&mut self, line: &str) -> Result<(), Broken> {
        self.lines += 1;
        self.head(line)
    }

    /// Writes the last line, made of how many lines were counted and the SHA-256 of everything before it.
    ///
    /// # Errors
    /// [`Broken::Gone`].
    pub(crate) fn end(mut self, last: impl FnOnce(u64, &str) -> String) -> Result<(), Broken> {
        let digest: String = self.digest.clone().finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        let last = last(self.lines, &digest);
        self.piece.extend_from_slice(last.as_bytes());
        self.send()
    }

    fn send(&mut self) -> Result<(), Broken> {
        let piece = Bytes::from(std::mem::take(&mut self.piece));
        let sent = Handle::current().block_on(tokio::time::timeout(PATIENCE, self.to.send(Ok(piece))));
        match sent {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Broken::Gone),
        }
    }
}

/// Answers with what `write` writes, off the async threads. The name of the file is `name` with its extension: ours, of ASCII letters, digits
/// and dashes.
///
/// # Errors
/// 503 when as many exports as there may be are under way.
pub(crate) fn answer(
    format: Format,
    name: &str,
    write: impl FnOnce(Sink) -> Result<(), Broken> + Send + 'static,
) -> Answer<Response> {
    let place = PLACES.try_acquire().map_err(|_| {
        Problem::new(ProblemKind::Unavailable)
            .detail(format!("{AT_ONCE} exports are being written already. Ask again in a moment."))
            .header(header::RETRY_AFTER, HeaderValue::from(RETRY_SECONDS))
    })?;
    let (to, from) = mpsc::channel(WAITING);
    let span = tracing::Span::current();
    tokio::task::spawn_blocking(move || {
        let _place = place;
        span.in_scope(|| {
            let cut = to.clone();
            let sink = Sink { to, piece: Vec::with_capacity(PIECE + PIECE / 4), digest: Sha256::new(), lines: 0 };
            if let Err(error) = write(sink) {
                tracing::warn!(%error, "an export broke off; the connection is cut");
                // Whoever reads must not take the half for the whole. When nobody does, there is nobody to tell.
                let cutting = cut.send(Err(io::Error::other("the export broke off")));
                let _ = Handle::current().block_on(tokio::time::timeout(PATIENCE, cutting));
            }
        });
    });
    let pieces = futures_util::stream::unfold(from, |mut from| async move { Some((from.recv().await?, from)) });
    let name: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '-' }).collect();
    let saved_as = format!("attachment; filename=\"{name}.{}\"", format.extension());
    let mut response = (Cache::Private, Body::from_stream(pieces)).into_response();
    let said = response.headers_mut();
    said.insert(header::CONTENT_TYPE, HeaderValue::from_static(format.media_type()));
    said.extend(HeaderValue::from_str(&saved_as).ok().map(|value| (header::CONTENT_DISPOSITION, value)));
    said.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Ok(response)
}

/// The last line of JSON Lines.
pub(crate) fn jsonl_end(lines: u64, digest: &str) -> String {
    format!("{}\n", serde_json::json!({ "end": { "lines": lines, "sha256": digest } }))
}
