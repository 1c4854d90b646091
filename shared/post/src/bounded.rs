//! A line of which only so much is read: whoever answers it is not known yet, and must not fill the memory with a line that does not end.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll, ready},
};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

/// What a server says while one mail is handed over: a greeting, what it can do, five answers, and the bytes of TLS around them. A certificate
/// chain has 4 to 16 KiB, all else a few; a hundred times that is no conversation.
pub(crate) const READ_BYTES_MAX: usize = 1024 * 1024;

/// A connection that ends when too much was said on it.
#[derive(Debug)]
pub(crate) struct Bounded {
    inner: TcpStream,
    left: usize,
}

impl Bounded {
    pub(crate) const fn new(inner: TcpStream) -> Self {
        Self { inner, left: READ_BYTES_MAX }
    }
}

impl AsyncTokioStream for Bounded {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.inner.peer_addr()
    }
}

impl AsyncRead for Bounded {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.left == 0 {
            let said = format!("it said more than {READ_BYTES_MAX} bytes; a mail server says a few thousand");
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, said)));
        }
        let before = into.filled().len();
        ready!(Pin::new(&mut self.inner).poll_read(cx, into))?;
        // The last read may be longer than what was left, by the reader's buffer of some KiB.
        self.left = self.left.saturating_sub(into.filled().len() - before);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Bounded {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
