//! Bytes on a connection, for what no proper client would send.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
};

use crate::{Answer, waiting::PATIENCE};

/// The most that is read of an answer.
const ANSWER_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// A connection.
#[derive(Debug)]
pub struct Raw {
    stream: TcpStream,
}

impl Raw {
    /// Connects.
    ///
    /// # Panics
    /// When nobody is there.
    #[track_caller]
    pub fn connect(address: &str) -> Self {
        let stream = TcpStream::connect(address).unwrap_or_else(|error| panic!("{address}: {error}"));
        stream.set_read_timeout(Some(PATIENCE)).expect("a connection has a timeout");
        stream.set_write_timeout(Some(PATIENCE)).expect("a connection has a timeout");
        Self { stream }
    }

    /// Sends bytes; "no" when the other side does not take them any more.
    pub fn send(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).and_then(|()| self.stream.flush()).is_ok()
    }

    /// Everything that comes until the other side closes.
    pub fn rest(mut self) -> Vec<u8> {
        let mut read = Vec::new();
        // A connection that is cut gives what came before.
        let _ = (&mut self.stream).take(ANSWER_BYTES_MAX).read_to_end(&mut read);
        read
    }
}

/// Sends one request as it is and reads the answer, if there is one. The request should ask to close the connection.
#[track_caller]
pub fn ask(address: &str, request: &[u8]) -> Option<Answer> {
    let mut raw = Raw::connect(address);
    raw.send(request);
    let shown: String = String::from_utf8_lossy(request).chars().take(200).collect();
    read(shown, &raw.rest())
}

/// Takes an answer apart; none when there is no status line.
pub fn read(asked: String, bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let header = |line: &str| line.split_once(':').map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()));
    let headers = lines.filter_map(header).collect();
    Some(Answer { asked, status, headers, body: bytes[end + 4..].to_vec() })
}
