//! A server of one log, which answers as it is told to.

use std::{
    io::{BufRead as _, BufReader, Read, Write},
    net::{SocketAddr, TcpListener},
    sync::{Arc, Mutex},
    thread,
};

use dossier_proof::{MemoryTree, SignedCheckpoint};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use ureq::http::StatusCode;

use super::{bytes_of, signed};

/// What it answers to a path: status, further header lines, body. Nothing: it says no more, and keeps the line open.
pub(crate) type Answer = Option<(u16, String, Vec<u8>)>;
type Answers = Box<dyn Fn(&str, &[u8]) -> Answer + Send>;

/// A server on this machine.
pub(crate) struct Server {
    address: SocketAddr,
    answers: Arc<Mutex<Answers>>,
    /// What was asked for.
    pub(crate) asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(crate) fn new(answers: impl Fn(&str, &[u8]) -> Answer + Send + 'static) -> Self {
        Self::behind(answers, None)
    }

    /// The same behind TLS.
    pub(crate) fn behind(
        answers: impl Fn(&str, &[u8]) -> Answer + Send + 'static,
        tls: Option<Arc<ServerConfig>>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let answers: Arc<Mutex<Answers>> = Arc::new(Mutex::new(Box::new(answers)));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (shared, noted) = (Arc::clone(&answers), Arc::clone(&asked));
        thread::spawn(move || {
            let mut open = Vec::new();
            for stream in listener.incoming().flatten() {
                let answer = match &tls {
                    None => serve(&stream, &shared, &noted),
                    Some(tls) => {
                        let line = ServerConnection::new(Arc::clone(tls)).unwrap();
                        serve(StreamOwned::new(line, stream.try_clone().unwrap()), &shared, &noted)
                    }
                };
                if answer.is_none() {
                    open.push(stream);
                }
            }
        });
        Self { address, answers, asked }
    }

    /// An honest server of a tree, with this checkpoint.
    pub(crate) fn of(tree: MemoryTree) -> Self {
        let note = signed(&tree);
        Self::new(showing(tree, note))
    }

    pub(crate) fn now(&self, answers: impl Fn(&str, &[u8]) -> Answer + Send + 'static) {
        *self.answers.lock().unwrap() = Box::new(answers);
    }

    pub(crate) fn grows_to(&self, tree: MemoryTree) {
        let note = signed(&tree);
        self.now(showing(tree, note));
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

/// A checkpoint, the tiles of a tree, and an open door for what is brought.
pub(crate) fn showing(tree: MemoryTree, note: SignedCheckpoint) -> impl Fn(&str, &[u8]) -> Answer + Send {
    move |path, _body| {
        let good = |body: Vec<u8>| Some((200, String::new(), body));
        if path.ends_with("/cosignatures") || path.ends_with("/forks") {
            return Some((204, String::new(), Vec::new()));
        }
        if path == "/audit/api/v1/checkpoints/submission" || path == "/audit/log/submission/0/checkpoint" {
            return good(note.text().as_bytes().to_vec());
        }
        match path.strip_prefix("/audit/log/submission/0/").and_then(|tile| tile.parse().ok()) {
            Some(tile) => good(bytes_of(&tree, tile)),
            None => Some((404, String::new(), Vec::new())),
        }
    }
}

fn serve(mut stream: impl Read + Write, answers: &Mutex<Answers>, asked: &Mutex<Vec<String>>) -> Option<()> {
    let mut reader = BufReader::new(&mut stream);
    let mut first = String::new();
    reader.read_line(&mut first).ok()?;
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        if let Some(number) = line.to_lowercase().strip_prefix("content-length:") {
            length = number.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    drop(reader);
    let path = first.split(' ').nth(1)?.to_owned();
    asked.lock().unwrap().push(path.clone());
    let (status, headers, body) = answers.lock().unwrap()(&path, &body)?;
    let reason = StatusCode::from_u16(status).unwrap();
    let head = format!("HTTP/1.1 {reason}\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n", body.len());
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body)).and_then(|()| stream.flush());
    Some(())
}
