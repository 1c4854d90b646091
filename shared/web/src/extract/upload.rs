//! A body that is too large to be held whole: it is handed on as it comes.

use axum::{body::Body, extract::FromRequest};
use bytes::Bytes;
use http::{HeaderMap, Request};
use http_body_util::BodyExt;
use tokio::sync::mpsc;

use super::body::{announced, broken, too_large};
use crate::{Answer, Problem, off_thread};

/// Pieces that wait for the disk while the next one comes: of at most 16 KiB each, as hyper reads them.
const WAITING: usize = 8;

/// A file on its way in. What its name or its kind is, the bytes say; the headers count for nothing.
#[derive(Debug)]
pub struct Upload {
    headers: HeaderMap,
    body: Body,
}

/// The bytes as they come, for work off the async threads.
#[derive(Debug)]
pub struct Arriving(mpsc::Receiver<Answer<Bytes>>);

impl Arriving {
    /// The next bytes; none after the last. Blocks.
    ///
    /// # Errors
    /// The body was too long, too slow, or broke off.
    pub fn piece(&mut self) -> Answer<Option<Bytes>> {
        match self.0.blocking_recv() {
            Some(piece) => piece.map(Some),
            None => Ok(None),
        }
    }
}

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = Problem;

    async fn from_request(request: Request<Body>, _state: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        Ok(Self { headers: parts.headers, body })
    }
}

impl Upload {
    /// Hands at most `max` bytes to `taker`, which works off the async threads, and answers what it answers.
    ///
    /// # Errors
    /// 413 when there are more, before anything is read if the caller says so; 408 when they come too slowly; what `taker` answers.
    pub async fn take<T: Send + 'static>(
        self,
        max: u64,
        taker: impl FnOnce(Arriving) -> Answer<T> + Send + 'static,
    ) -> Answer<T> {
        if announced(&self.headers).is_some_and(|length| length > max) {
            return Err(too_large(max));
        }
        let (sender, receiver) = mpsc::channel(WAITING);
        let taking = off_thread(move || taker(Arriving(receiver)));
        let (taken, ()) = tokio::join!(taking, send(self.body, max, sender));
        taken
    }
}

/// Ends when all is sent, or nobody takes it any more.
async fn send(mut body: Body, max: u64, to: mpsc::Sender<Answer<Bytes>>) {
    let mut left = max;
    while let Some(frame) = body.frame().await {
        let piece = match frame {
            Ok(frame) => match frame.into_data() {
                Ok(data) => within(&mut left, data).ok_or_else(|| too_large(max)),
                // Trailers carry nothing for us.
                Err(_) => continue,
            },
            Err(error) => Err(broken(&error)),
        };
        let is_over = piece.is_err();
        if to.send(piece).await.is_err() || is_over {
            return;
        }
    }
}

fn within(left: &mut u64, data: Bytes) -> Option<Bytes> {
    *left = left.checked_sub(data.len() as u64)?;
    Some(data)
}
