//! The server on a real socket, against callers that do not play by the rules.

use std::{net::SocketAddr, time::Duration};

use axum::{
    Router,
    extract::ConnectInfo,
    routing::{get, post},
};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
    time::{Instant, timeout},
};

use super::{Limits, Stopped, serve};
use crate::{
    Answer, Problem, ProblemKind,
    extract::{StrictJson, Upload},
};

/// Nothing here takes so long unless it hangs.
const PATIENCE: Duration = Duration::from_secs(30);

struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<Stopped>,
}

/// Time limits short enough to wait for.
fn hasty() -> Limits {
    Limits {
        connections: 8,
        head: Duration::from_millis(300),
        body_pause: Duration::from_millis(300),
        body: Duration::from_millis(900),
        body_rate: 1024,
        write_pause: Duration::from_millis(300),
        stop: Duration::from_millis(500),
        ..Limits::default()
    }
}

/// Counts what comes, and holds a piece at a time.
async fn upload(upload: Upload) -> Answer<String> {
    let counted = upload.take(100_000, |mut arriving| {
        let (mut bytes, mut longest) = (0, 0);
        while let Some(piece) = arriving.piece()? {
            bytes += piece.len();
            longest = longest.max(piece.len());
        }
        Ok((bytes, longest))
    });
    let (bytes, longest) = counted.await?;
    assert!(longest < 70_000, "{longest} bytes at once");
    Ok(format!("{bytes} bytes"))
}

async fn start(limits: Limits) -> Running {
    let json = async |StrictJson(value): StrictJson<Value>| value.to_string();
    let refuse = async || Problem::new(ProblemKind::Unauthenticated);
    let hang = async || std::future::pending::<()>().await;
    let panic = async || {
        if std::hint::black_box(true) {
            panic!("a mistake of ours")
        }
    };
    let router = Router::new()
        .route("/", get(async |ConnectInfo(source): ConnectInfo<SocketAddr>| source.ip().to_string()))
        .route("/json", post(json))
        .route("/refuse", post(refuse))
        .route("/upload", post(upload))
        .route("/hang", get(hang))
        .route("/panic", get(panic))
        .route("/large", get(async || "x".repeat(64 * 1024 * 1024)));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let ended = tokio::spawn(serve(listener, router, limits, async { drop(stopped.await) }));
    Running { address, stop, ended }
}

impl Running {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends text on a connection of its own and reads until the server closes it.
    async fn converse(&self, text: impl AsRef<[u8]>) -> String {
        let mut stream = self.connect().await;
        stream.write_all(text.as_ref()).await.unwrap();
        read_to_end(&mut stream).await
    }

    async fn is_sound(&self) {
        let answer = self.converse("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
        assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("127.0.0.1"), "{answer}");
    }

    async fn stop(self) -> Stopped {
        self.stop.send(()).unwrap();
        timeout(PATIENCE, self.ended).await.expect("the server stops in time").unwrap()
    }
}

async fn read_to_end(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    // A reset after the answer is an end too.
    let _ = timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("the server closes the connection in time");
    String::from_utf8_lossy(&answer).into_owned()
}

/// Sends a body in steps with a pause before each, and reads the first line of the answer.
async fn send_slowly(running: &Running, head: &str, steps: &[&[u8]], pause: Duration) -> String {
    let mut stream = running.connect().await;
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut beat = tokio::time::interval(pause);
    for step in steps {
        beat.tick().await;
        // Who was answered already reads no more.
        let _ = stream.write_all(step).await;
    }
    read_to_end(&mut stream).await
}

#[tokio::test]
async fn a_body_that_comes_at_a_fair_rate_has_its_time() {
    // Two seconds in all, where 900 ms are given to a body of nothing; 8 KiB at 1 KiB/s are given eight more.
    let running = start(hasty()).await;
    let step = vec![b'x'; 820];
    let head = "POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 8200\r\nConnection: close\r\n\r\n";
    let answer = send_slowly(&running, head, &[step.as_slice(); 10], Duration::from_millis(200)).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("8200 bytes"), "{answer}");
}

#[tokio::test]
async fn an_upload_is_handed_on_as_it_comes() {
    let running = start(Limits::default()).await;
    for length in [0, 1, 70_000, 100_000] {
        let head = format!("POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
        let answer = running.converse([head.into_bytes(), vec![0; length]].concat()).await;
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with(&format!("{length} bytes")), "{answer}");
    }
    let announced = "POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 100001\r\nExpect: 100-continue\r\n\r\n";
    let answer = send_slowly(&running, announced, &[], Duration::from_millis(1)).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "before a byte of it is sent: {answer}");
    let unannounced = "POST /upload HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
    let chunk = [b"186a1\r\n".as_slice(), &[0; 100_001], b"\r\n0\r\n\r\n"].concat();
    let answer = running.converse([unannounced.as_bytes(), &chunk].concat()).await;
    assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("limit_bytes"), "{answer}");
    let half = "POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\nConnection: close\r\n\r\nhalf of it";
    let answer = start(hasty()).await.converse(half).await;
    assert!(answer.starts_with("HTTP/1.1 408"), "a file that broke off is no file: {answer}");
    running.is_sound().await;
}

#[tokio::test]
async fn a_head_that_never_ends_is_cut() {
    let running = start(hasty()).await;
    let began = Instant::now();
    let answer = running.converse("GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ").await;
    assert!(began.elapsed() >= Duration::from_millis(300) && !answer.contains("200 OK"), "{answer}");
    running.converse("").await;
    running.is_sound().await;
    assert_eq!(running.stop().await, Stopped::Clean);
}

#[tokio::test]
async fn a_body_that_drips_or_stops_is_answered_408() {
    let running = start(hasty()).await;
    let head = "POST /json HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n";
    let answer = running.converse(format!("{head}[1,")).await;
    assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("/problems/too-slow"), "{answer}");

    let mut stream = running.connect().await;
    stream.write_all(head.as_bytes()).await.unwrap();
    let (mut reader, mut writer) = stream.split();
    let drip = async {
        // One byte at a time keeps each pause short; the whole still has its limit.
        let mut beat = tokio::time::interval(Duration::from_millis(100));
        while writer.write_all(b" ").await.is_ok() {
            beat.tick().await;
        }
    };
    let mut answer = [0; 12];
    tokio::select! {
        () = drip => panic!("the connection broke before the answer"),
        read = timeout(PATIENCE, reader.read_exact(&mut answer)) => { read.unwrap().unwrap(); }
    }
    assert_eq!(&answer, b"HTTP/1.1 408");
    running.is_sound().await;
}

#[tokio::test]
async fn who_sends_ten_megabytes_still_reads_why_it_was_refused() {
    let running = start(Limits::default()).await;
    let length = 10 * 1024 * 1024;
    for (address, status) in [("/json", "413"), ("/refuse", "401")] {
        let mut stream = running.connect().await;
        let head = format!(
            "POST {address} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        // A caller of the simple kind: sends everything, then reads.
        stream.write_all(&vec![b'x'; length]).await.expect("the server takes what it does not want");
        let mut answer = [0; 12];
        timeout(PATIENCE, stream.read_exact(&mut answer)).await.unwrap().unwrap();
        assert_eq!(answer, format!("HTTP/1.1 {status}").as_bytes());
    }
    running.is_sound().await;
}

#[tokio::test]
async fn broken_heads_are_refused_below_500() {
    let running = start(hasty()).await;
    let long_head = format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "a".repeat(20_000));
    let many_headers = format!("GET / HTTP/1.1\r\nHost: a\r\n{}\r\n", "X: y\r\n".repeat(200));
    let cases = [
        "\0\0\0\0\r\n\r\n",
        "GET\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "GET / HTTP/1.1\r\nHost a\r\n\r\n",
        "POST /json HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n[1]",
        "POST /json HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        "POST /json HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\nzz\r\n",
        "GET http://[:: HTTP/1.1\r\nHost: a\r\n\r\n",
        long_head.as_str(),
        many_headers.as_str(),
    ];
    for text in cases {
        let answer = running.converse(text).await;
        let status = answer.strip_prefix("HTTP/1.1 ").map(|rest| &rest[..1]);
        assert!(matches!(status, None | Some("4")), "{text:.40}: {answer}");
    }
    running.is_sound().await;
}

#[tokio::test]
async fn who_does_not_read_is_let_go() {
    let running = start(Limits { connections: 1, ..hasty() }).await;
    let mut stream = running.connect().await;
    stream.write_all(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    // With room for one connection, the next one gets its turn only when this one is gone.
    running.is_sound().await;
}

#[tokio::test]
async fn idle_connections_make_room() {
    let running = start(Limits { connections: 2, ..hasty() }).await;
    let idle = [running.connect().await, running.connect().await];
    running.is_sound().await;
    drop(idle);
}

#[tokio::test]
async fn a_panic_is_no_answer_and_takes_nobody_else_with_it() {
    let running = start(hasty()).await;
    let answer = running.converse("GET /panic HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert_eq!(answer, "", "it is neither caught nor relabelled");
    running.is_sound().await;
    assert_eq!(running.stop().await, Stopped::Clean);
}

#[tokio::test]
async fn stopping_lets_running_requests_end_and_cuts_the_rest() {
    let running = start(hasty()).await;
    let mut hanging = running.connect().await;
    hanging.write_all(b"GET /hang HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    // Known to be in the handler once a later connection was answered and this one has been read.
    running.is_sound().await;
    let mut slow = running.connect().await;
    let head = b"POST /json HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 3\r\n\r\n";
    slow.write_all(head).await.unwrap();
    running.is_sound().await;
    let address = running.address;
    let stopping = tokio::spawn(running.stop());
    let refused = async {
        while TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, refused).await.expect("no new connection is taken");
    slow.write_all(b"[1]").await.unwrap();
    assert!(read_to_end(&mut slow).await.ends_with("[1]"), "a request under way is answered");
    assert_eq!(stopping.await.unwrap(), Stopped::Cut { connections: 1 });
}
