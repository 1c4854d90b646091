//! Serving HTTP to callers of whom nothing is believed: every wait has an end, every count has a limit.
//!
//! `axum::serve` has no time limits, so this drives hyper itself. HTTP/1.1 only: TLS and HTTP/2 end at the proxy in
//! front (`deploy/`).

mod arriving;
mod stalling;
#[cfg(test)]
mod tests;

use std::{future::Future, io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, extract::ConnectInfo};
use http::Request;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    task::{JoinError, JoinSet},
};
use tower::ServiceExt;

use arriving::ArrivingBody;
use stalling::StallingStream;

use crate::live::Closing;

/// What the server waits for, and how much it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Connections at once; more wait in the kernel's queue. 1024 × about 40 KiB of buffers are 40 MiB.
    pub connections: usize,
    /// For the whole head of a request to arrive; also how long an idle connection is kept.
    pub head: Duration,
    /// Bytes of a head. Cookies and tokens take under 1 KiB, an address up to 4 KiB. (hyper admits 100 headers.)
    pub head_bytes: usize,
    /// Between two pieces of a body.
    pub body_pause: Duration,
    /// For a whole body, and so much longer as what has come takes at [`Limits::body_rate`].
    pub body: Duration,
    /// Bytes a second that prolong the time for a body. 16 KiB/s is a slow line (128 kbit/s): a file of 25 MB may take 26 minutes, JSON
    /// of 1 MiB two minutes. Who sends nothing still has [`Limits::body_pause`] alone.
    pub body_rate: u32,
    /// For a caller to read on when its side is full.
    pub write_pause: Duration,
    /// For running requests to end after the signal to stop.
    pub stop: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 1024,
            head: Duration::from_secs(15),
            head_bytes: 16 * 1024,
            body_pause: Duration::from_secs(10),
            body: Duration::from_secs(60),
            body_rate: 16 * 1024,
            write_pause: Duration::from_secs(30),
            stop: Duration::from_secs(20),
        }
    }
}

/// How the server ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// Every request was answered.
    Clean,
    /// So many connections were still busy when the time was up; they were cut.
    Cut {
        /// How many.
        connections: usize,
    },
}

/// Serves `router` on `listener` until `shutdown` completes; then takes no more connections, lets running requests end
/// within [`Limits::stop`], and cuts the rest.
///
/// A panic in a handler ends its connection without an answer. It is not turned into one: it is logged and counted as
/// `http_handler_panics`, and is a mistake to be mended.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    shutdown: impl Future<Output = ()> + Send,
) -> Stopped {
    let permits = Arc::new(Semaphore::new(limits.connections));
    let mut connections = JoinSet::new();
    let graceful = GracefulShutdown::new();
    let closing = watch::Sender::new(false);
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut shutdown => break,
            Some(ended) = connections.join_next() => {
                report(ended);
                continue;
            }
            accepted = accept(&listener, &permits) => accepted,
        };
        let (stream, source, permit) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                pause_after(&error).await;
                continue;
            }
        };
        let connection =
            graceful.watch(connection(stream, source, router.clone(), &limits, Closing(closing.subscribe())));
        connections.spawn(async move {
            // Whatever ends a connection early is the caller's affair: a line that broke, a head that never came.
            if let Err(error) = connection.await {
                tracing::debug!(%source, %error, "a connection ended early");
            }
            drop(permit);
        });
    }
    drop(listener);
    // Streams of news never end by themselves.
    closing.send_replace(true);
    stop(graceful, connections, limits.stop).await
}

/// The next connection, as soon as there is room for it.
async fn accept(
    listener: &TcpListener,
    permits: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let permit = Arc::clone(permits).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, source) = listener.accept().await?;
    // Answers are small and whole: waiting to fill a packet only delays them.
    stream.set_nodelay(true)?;
    Ok((stream, source, permit))
}

/// A connection that broke before it was taken is nothing; a lack of file handles passes when connections end.
async fn pause_after(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        return;
    }
    tracing::error!(%error, "a connection cannot be taken; trying again in a second");
    tokio::time::sleep(Duration::from_secs(1)).await;
}

type Connection<S> = http1::Connection<TokioIo<StallingStream>, S>;

fn connection(
    stream: TcpStream,
    source: SocketAddr,
    router: Router,
    limits: &Limits,
    closing: Closing,
) -> Connection<
    impl hyper::service::Service<
        Request<Incoming>,
        Response = axum::response::Response,
        Error = std::convert::Infallible,
        Future: Send,
    > + use<>,
> {
    let bodies = limits.clone();
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = ArrivingBody::of(request, &bodies);
        request.extensions_mut().insert(ConnectInfo(source));
        request.extensions_mut().insert(closing.clone());
        router.clone().oneshot(request)
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_header_size(limits.head_bytes)
        .serve_connection(TokioIo::new(StallingStream::new(stream, limits.write_pause)), service)
}

/// What became of a connection's task.
fn report(ended: Result<(), JoinError>) {
    if let Err(error) = ended
        && error.is_panic()
    {
        metrics::counter!("http_handler_panics").increment(1);
        tracing::error!(%error, "a handler panicked; its connection ended without an answer");
    }
}

async fn stop(graceful: GracefulShutdown, mut connections: JoinSet<()>, within: Duration) -> Stopped {
    let all_ended = async {
        graceful.shutdown().await;
        while let Some(ended) = connections.join_next().await {
            report(ended);
        }
    };
    if tokio::time::timeout(within, all_ended).await.is_ok() {
        return Stopped::Clean;
    }
    while let Some(ended) = connections.try_join_next() {
        report(ended);
    }
    let left = connections.len();
    connections.abort_all();
    while let Some(ended) = connections.join_next().await {
        report(ended);
    }
    Stopped::Cut { connections: left }
}
