//! Files that people attached, given out as they are read.
//!
//! What somebody uploaded is never shown in this origin: it is always saved, under a name we give it, as the kind its bytes were found to be.
//! A browser that opened it nevertheless would run nothing (`sandbox`).

use std::{
    fmt, io,
    pin::Pin,
    task::{Context, Poll},
};

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use http_body::{Body as HttpBody, Frame, SizeHint};
use serde::Serialize;
use tokio::sync::mpsc;

use crate::{Cache, Tag, conditional};

/// Pieces that wait for the caller while the next one is read.
const WAITING: usize = 2;
/// What the page of such a file might do, if it were one: nothing.
const SANDBOX: &str = "default-src 'none'; sandbox";

/// What is said of a file that is given out.
#[derive(Debug, Clone)]
pub struct FileHead {
    /// Its media type, as found from its bytes.
    pub media_type: String,
    /// How many bytes it has.
    pub bytes: u64,
    /// The name it is saved under: letters, digits, dashes and dots of ASCII, ours and not the uploader's.
    pub name: String,
    /// Of its bytes.
    pub tag: Tag,
    /// Who may keep it.
    pub cache: Cache,
}

/// A file that a content names, as a document shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct AttachedShown {
    /// Its digest: `SHA-256(salt ‖ bytes)`, 64 hexadecimal digits.
    pub digest: String,
    /// What people call it: a label, and the name of no file here; null when no field of the content names it any more.
    pub name: Option<String>,
    /// Its kind, as found from its bytes.
    #[schema(example = "application/pdf")]
    pub media_type: String,
    /// How many bytes it has.
    pub bytes: u64,
    /// Whether it can be downloaded here now. Files come after the text that names them, within moments mostly.
    pub arrived: bool,
    /// Whether it was erased: then it never arrives.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub erased: bool,
    /// Where it can be downloaded.
    pub address: String,
}

/// Answers with a file: `pieces` gives the next bytes, off the async threads, and none at the end. An error cuts the connection, so that
/// nobody takes the half for the whole.
pub fn send<E: fmt::Display>(
    headers: &HeaderMap,
    head: &FileHead,
    mut pieces: impl FnMut() -> Result<Option<Bytes>, E> + Send + 'static,
) -> Response {
    let make = || {
        let (sender, receiver) = mpsc::channel(WAITING);
        let span = tracing::Span::current();
        tokio::task::spawn_blocking(move || span.in_scope(|| read(&mut pieces, &sender)));
        Body::new(Leaving { pieces: receiver, left: head.bytes }).into_response()
    };
    let mut response = conditional::answer(headers, &head.tag, head.cache, make);
    if response.status().is_success() {
        let said = response.headers_mut();
        let name = head.name.replace(|sign: char| !(sign.is_ascii_alphanumeric() || "-.".contains(sign)), "-");
        let media_type = HeaderValue::from_str(&head.media_type);
        let media_type = media_type.unwrap_or(HeaderValue::from_static("application/octet-stream"));
        said.insert(header::CONTENT_TYPE, media_type);
        said.extend(
            HeaderValue::from_str(&format!("attachment; filename=\"{name}\""))
                .ok()
                .map(|value| (header::CONTENT_DISPOSITION, value)),
        );
        said.insert(header::CONTENT_LENGTH, head.bytes.into());
        said.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(SANDBOX));
        said.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    }
    response
}

/// Reads until the end, or until nobody takes it any more.
fn read<E: fmt::Display>(pieces: &mut impl FnMut() -> Result<Option<Bytes>, E>, to: &mpsc::Sender<io::Result<Bytes>>) {
    loop {
        let piece = match pieces() {
            Ok(Some(piece)) => Ok(piece),
            Ok(None) => return,
            Err(error) => {
                tracing::error!(%error, "a file could not be read to its end; the connection is cut");
                Err(io::Error::other("the file could not be read to its end"))
            }
        };
        let is_over = piece.is_err();
        if to.blocking_send(piece).is_err() || is_over {
            return;
        }
    }
}

struct Leaving {
    pieces: mpsc::Receiver<io::Result<Bytes>>,
    left: u64,
}

impl HttpBody for Leaving {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        self.pieces.poll_recv(context).map(|piece| {
            Some(piece?.map(|piece| {
                self.left = self.left.saturating_sub(piece.len() as u64);
                Frame::data(piece)
            }))
        })
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    fn head() -> FileHead {
        FileHead {
            media_type: "application/pdf".to_owned(),
            bytes: 6,
            name: "../PLE 7\"\r\n.pdf".to_owned(),
            tag: Tag::of_bytes(b"abcdef"),
            cache: Cache::Private,
        }
    }

    fn pieces(of: &[&'static str]) -> impl FnMut() -> Result<Option<Bytes>, String> + Send + 'static + use<> {
        let mut left: std::collections::VecDeque<&'static str> = of.iter().copied().collect();
        move || match left.pop_front() {
            Some("broken") => Err("the disk".to_owned()),
            piece => Ok(piece.map(Bytes::from)),
        }
    }

    #[tokio::test]
    async fn a_file_is_saved_and_never_shown() {
        let response = send(&HeaderMap::new(), &head(), pieces(&["abc", "def"]));
        let said = response.headers().clone();
        assert_eq!(said["content-type"], "application/pdf");
        assert_eq!(said["content-disposition"], "attachment; filename=\"..-PLE-7---.pdf\"");
        assert_eq!(said["content-length"], "6");
        assert_eq!(said["content-security-policy"], "default-src 'none'; sandbox");
        assert_eq!(said["x-content-type-options"], "nosniff");
        assert_eq!(said["cache-control"], "no-store");
        assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "abcdef");
    }

    #[tokio::test]
    async fn what_cannot_be_read_to_its_end_is_no_file() {
        let response = send(&HeaderMap::new(), &head(), pieces(&["abc", "broken"]));
        assert!(response.into_body().collect().await.is_err());
    }

    #[tokio::test]
    async fn what_the_caller_has_is_not_read_again() {
        let mut headers = HeaderMap::new();
        headers.insert("if-none-match", head().tag.to_string().parse().unwrap());
        let response = send(&headers, &head(), || -> Result<Option<Bytes>, String> { panic!("it is not needed") });
        assert_eq!(response.status(), 304);
    }
}
