//! Streams over a real server, as a browser reads them.

use std::{net::SocketAddr, time::Duration};

use axum::{Router, extract::State, routing::get};
use dossier_proto::SubjectId;
use futures_util::stream;
use http::{Request, StatusCode};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
    time::timeout,
};
use tower::ServiceExt;

use super::{Asked, Live, STREAMS_OF_ONE_MAX, TOPICS_MAX};
use crate::{Answer, Limits, Stopped, serve};

const SOON: Duration = Duration::from_secs(10);

async fn follow(State(live): State<Live>, asked: Asked) -> Answer<axum::response::Response> {
    live.follow(SubjectId([7; 16]), asked)
}

fn router(live: &Live) -> Router {
    Router::new().route("/live", get(follow)).with_state(live.clone())
}

struct Server {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<Stopped>,
}

impl Server {
    async fn over(live: &Live) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopping) = oneshot::channel::<()>();
        let limits = Limits { stop: Duration::from_secs(30), ..Limits::default() };
        let ended = tokio::spawn(serve(listener, router(live), limits, async {
            let _ = stopping.await;
        }));
        Self { address, stop, ended }
    }

    async fn listen(&self, query: &str) -> Stream {
        let mut line = TcpStream::connect(self.address).await.unwrap();
        line.write_all(format!("GET /live?{query} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes()).await.unwrap();
        Stream(BufReader::new(line))
    }
}

struct Stream(BufReader<TcpStream>);

impl Stream {
    /// The next line that begins so; `None` when the stream ends before.
    async fn line(&mut self, beginning: &str) -> Option<String> {
        let found = async {
            loop {
                let mut line = String::new();
                if self.0.read_line(&mut line).await.unwrap_or(0) == 0 {
                    return None;
                }
                if line.starts_with(beginning) {
                    return Some(line.trim_end().to_owned());
                }
            }
        };
        timeout(SOON, found).await.expect("a stream says something soon, or ends")
    }
}

#[tokio::test]
async fn whoever_follows_a_topic_is_told_of_it_and_of_no_other() {
    let live = Live::default();
    let server = Server::over(&live).await;
    let (mut one, mut other) =
        (server.listen("topic=entry/01A&topic=queue").await, server.listen("topic=entry/01B").await);
    assert_eq!(one.line("HTTP").await.unwrap(), "HTTP/1.1 200 OK");
    assert_eq!(one.line("content-type").await.unwrap(), "content-type: text/event-stream");
    for stream in [&mut one, &mut other] {
        assert!(stream.line("retry:").await.is_some(), "the stream says at once that it listens");
    }
    live.tell(["entry/01A", "queue", "entry/01A", "people"]);
    assert_eq!(one.line("data:").await.unwrap(), "data: entry/01A queue", "in one message, each once");
    live.tell(["entry/01B"]);
    assert_eq!(other.line("data:").await.unwrap(), "data: entry/01B", "and nothing of the others before it");
    live.tell_everybody();
    assert_eq!(one.line("data:").await.unwrap(), "data: entry/01A queue");
}

#[tokio::test]
async fn who_has_missed_something_is_told_to_look_at_everything() {
    let live = Live::default();
    let server = Server::over(&live).await;
    let mut stream = server.listen("topic=mine").await;
    stream.line("retry:").await.unwrap();
    // One thread: the stream does not run before all of it was told.
    live.tell((0..10_000).map(|number| format!("entry/{number}")));
    assert_eq!(stream.line("data:").await.unwrap(), "data: mine");
}

/// Nobody could stop the server while a page stood open.
#[tokio::test]
async fn streams_end_when_the_server_stops() {
    let live = Live::default();
    let server = Server::over(&live).await;
    let mut stream = server.listen("topic=queue").await;
    stream.line("retry:").await.unwrap();
    server.stop.send(()).unwrap();
    assert_eq!(stream.line("data:").await, None, "the stream ends");
    assert_eq!(timeout(SOON, server.ended).await.unwrap().unwrap(), Stopped::Clean);
}

#[tokio::test]
async fn a_person_has_so_many_streams_and_a_closed_one_makes_room() {
    let live = Live::default();
    let server = Server::over(&live).await;
    let mut streams = Vec::new();
    for _ in 0..STREAMS_OF_ONE_MAX {
        let mut stream = server.listen("topic=queue").await;
        stream.line("retry:").await.unwrap();
        streams.push(stream);
    }
    assert_eq!(live.listeners(), STREAMS_OF_ONE_MAX);
    let mut refused = server.listen("topic=queue").await;
    assert_eq!(refused.line("HTTP").await.unwrap(), "HTTP/1.1 503 Service Unavailable");
    assert_eq!(refused.line("retry-after").await.unwrap(), "retry-after: 30");
    streams.pop();
    let freed = async {
        // The server finds out that a line is gone when it writes on it.
        while live.listeners() == STREAMS_OF_ONE_MAX {
            live.tell(["queue"]);
            tokio::task::yield_now().await;
        }
    };
    timeout(SOON, freed).await.expect("a stream that is closed gives its place back");
}

#[tokio::test]
async fn a_feed_begins_with_the_first_listener() {
    let live = Live::fed_by(stream::iter([vec!["entry/01A".to_owned()], Vec::new()]));
    let server = Server::over(&live).await;
    let mut stream = server.listen("topic=queue&topic=entry/01A").await;
    let first = stream.line("data:").await.unwrap();
    assert!(first == "data: entry/01A queue" || first == "data: entry/01A", "{first}");
}

#[tokio::test]
async fn what_is_asked_for_has_a_limit() {
    let live = Live::default();
    let ask = async |query: String| {
        let request = Request::get(format!("/live?{query}")).body(axum::body::Body::empty()).unwrap();
        router(&live).oneshot(request).await.unwrap().status()
    };
    let many = |count: usize| (0..count).map(|number| format!("topic=t{number}")).collect::<Vec<_>>().join("&");
    assert_eq!(ask(many(TOPICS_MAX)).await, StatusCode::OK);
    let long = format!("topic={}", "x".repeat(65));
    for query in [String::new(), many(TOPICS_MAX + 1), "topic=".into(), "other=x".into(), "topic=a%0Ab".into(), long] {
        assert_eq!(ask(query.clone()).await, StatusCode::BAD_REQUEST, "{query}");
    }
}
