//! Which answers have left the process: they lie in the kernel and reach the caller even when the process
//! ends now.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    extract::{ConnectInfo, Request, State, connect_info::Connected},
    middleware::Next,
    response::Response,
    serve::{IncomingStream, Listener},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
};

/// Counts requests that lead to an event, and their answers: those that write, and readings of trails.
#[derive(Default)]
pub struct Answers {
    counts: Mutex<Counts>,
    moved: Condvar,
}

#[derive(Default)]
struct Counts {
    asked: u64,
    left: u64,
}

impl Answers {
    /// How many such requests have come.
    pub fn asked(&self) -> u64 {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).asked
    }

    /// How many answers have left.
    pub fn left(&self) -> u64 {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).left
    }

    /// Waits until so many answers have left, or for so long.
    pub fn wait_for(&self, answers: u64, patience: Duration) {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.moved.wait_timeout_while(counts, patience, |counts| counts.left < answers);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }

    fn note(&self, change: impl FnOnce(&mut Counts)) {
        change(&mut self.counts.lock().unwrap_or_else(PoisonError::into_inner));
        self.moved.notify_all();
    }
}

/// A connection, as its requests know it.
#[derive(Clone)]
pub struct Line {
    /// An answer that counts is on its way out.
    is_answering: Arc<AtomicBool>,
}

/// Notes a request that counts when it comes and when its answer is ready.
pub async fn note_answers(
    State(answers): State<Arc<Answers>>,
    ConnectInfo(line): ConnectInfo<Line>,
    request: Request,
    next: Next,
) -> Response {
    let counts = !request.method().is_safe() || request.uri().path().starts_with("/audit/api/v1/entries/");
    if counts {
        answers.note(|counts| counts.asked += 1);
    }
    let response = next.run(request).await;
    if counts {
        line.is_answering.store(true, Ordering::SeqCst);
    }
    response
}

/// Listens, and notes when answers have left.
pub struct NotingListener {
    listener: TcpListener,
    answers: Arc<Answers>,
}

impl NotingListener {
    /// On a socket that is bound.
    pub fn new(listener: TcpListener, answers: Arc<Answers>) -> Self {
        Self { listener, answers }
    }
}

impl Listener for NotingListener {
    type Io = NotingStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (NotingStream, SocketAddr) {
        let (stream, source) = Listener::accept(&mut self.listener).await;
        let line = Line { is_answering: Arc::new(AtomicBool::new(false)) };
        (NotingStream { stream, line, answers: Arc::clone(&self.answers) }, source)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

impl Connected<IncomingStream<'_, NotingListener>> for Line {
    fn connect_info(stream: IncomingStream<'_, NotingListener>) -> Self {
        stream.io().line.clone()
    }
}

/// A connection that notes when an answer was written to the end.
pub struct NotingStream {
    stream: TcpStream,
    line: Line,
    answers: Arc<Answers>,
}

impl AsyncRead for NotingStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for NotingStream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    /// hyper writes all it has before it flushes, and an answer that lies in memory as a whole is all it has.
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        if flushed.is_ready() && self.line.is_answering.swap(false, Ordering::SeqCst) {
            self.answers.note(|counts| counts.left += 1);
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
