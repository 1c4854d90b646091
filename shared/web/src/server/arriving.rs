//! A body on its way in: it arrives within its time, or reading it fails; what nobody wants is read and thrown away.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::body::Body;
use bytes::Bytes;
use http::{Request, header};
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::time::{Instant, Sleep, sleep_until};

use super::Limits;
use crate::{extract::BodyTooSlow, limits::DRAIN_BYTES_MAX};

/// For how long what nobody wants is read.
const DRAIN: Duration = Duration::from_secs(10);

/// A body with its deadlines.
pub(super) struct ArrivingBody {
    /// Taken when the body is dropped, to be read to its end.
    incoming: Option<Incoming>,
    pause: Duration,
    deadline: Instant,
    /// Bytes a second that prolong the deadline.
    rate: u32,
    /// Set while nothing arrives.
    waiting: Option<Pin<Box<Sleep>>>,
    /// A caller that waits for `100 Continue` sends nothing until somebody reads: there is nothing to throw away.
    expects_continue: bool,
}

impl ArrivingBody {
    /// The request, its body with deadlines from now on.
    pub(super) fn of(request: Request<Incoming>, limits: &Limits) -> Request<Body> {
        let (pause, rate) = (limits.body_pause, limits.body_rate.max(1));
        let expects_continue = request.headers().contains_key(header::EXPECT);
        request.map(|incoming| {
            if incoming.is_end_stream() {
                return Body::empty();
            }
            let deadline = Instant::now() + limits.body;
            Body::new(Self { incoming: Some(incoming), pause, deadline, rate, waiting: None, expects_continue })
        })
    }
}

/// Why a body could not be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum ArrivingError {
    // Not transparent: whoever looks for the cause of a failed reading has to find it in the chain.
    #[error("reading a body: {0}")]
    TooSlow(#[from] BodyTooSlow),
    #[error(transparent)]
    Broken(#[from] hyper::Error),
}

impl HttpBody for ArrivingBody {
    type Data = Bytes;
    type Error = ArrivingError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ArrivingError>>> {
        let Some(incoming) = self.incoming.as_mut() else { return Poll::Ready(None) };
        if let Poll::Ready(frame) = Pin::new(incoming).poll_frame(context) {
            self.waiting = None;
            if let Some(Ok(data)) = frame.as_ref().map(|frame| frame.as_ref().map(Frame::data_ref)) {
                let come = data.map_or(0, Bytes::len) as f64;
                let longer = Duration::from_secs_f64(come / f64::from(self.rate));
                self.deadline += longer;
            }
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let until = self.deadline.min(Instant::now() + self.pause);
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(sleep_until(until)));
        ready!(waiting.as_mut().poll(context));
        Poll::Ready(Some(Err(BodyTooSlow.into())))
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.as_ref().map(HttpBody::size_hint).unwrap_or_default()
    }
}

impl Drop for ArrivingBody {
    /// A caller that is still sending does not read. If the connection closed on it, it would never learn why its
    /// request was refused, so what is left is read and thrown away, up to 16 MiB or 10 seconds.
    fn drop(&mut self) {
        let Some(incoming) = self.incoming.take() else { return };
        if incoming.is_end_stream() || self.expects_continue || self.waiting.is_some() {
            return;
        }
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(tokio::time::timeout(DRAIN, throw_away(incoming)));
        }
    }
}

async fn throw_away(mut incoming: Incoming) {
    let mut left = DRAIN_BYTES_MAX;
    while let Some(Ok(frame)) = incoming.frame().await {
        let length = frame.data_ref().map_or(0, Bytes::len);
        let Some(rest) = left.checked_sub(length) else { return };
        left = rest;
    }
}
