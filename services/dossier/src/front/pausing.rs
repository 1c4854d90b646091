//! The body of an answer on its way through: the next piece comes within its time, or the answer is cut.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

/// A body that does not pause for longer than this.
pub(super) struct Pausing<B> {
    body: B,
    pause: Duration,
    /// Set while nothing comes.
    waiting: Option<Pin<Box<Sleep>>>,
}

/// Why an answer was cut.
#[derive(Debug, thiserror::Error)]
pub(super) enum PausingError<E> {
    /// Nothing came for too long.
    #[error("the service sent nothing for {0:?} in the middle of an answer")]
    Paused(Duration),
    /// The connection broke.
    #[error(transparent)]
    Broken(E),
}

impl<B> Pausing<B> {
    pub(super) fn new(body: B, pause: Duration) -> Self {
        Self { body, pause, waiting: None }
    }
}

impl<B> Body for Pausing<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: std::error::Error + 'static,
{
    type Data = Bytes;
    type Error = PausingError<B::Error>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            self.waiting = None;
            return Poll::Ready(frame.map(|frame| frame.map_err(PausingError::Broken)));
        }
        let pause = self.pause;
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(sleep(pause)));
        ready!(waiting.as_mut().poll(context));
        Poll::Ready(Some(Err(PausingError::Paused(pause))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
