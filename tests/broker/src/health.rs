//! Whether a server is ready: what its monitoring port says.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    time::Duration,
};

const PATIENCE: Duration = Duration::from_millis(500);
/// An answer of the health page is some 200 bytes.
const ANSWER_BYTES_MAX: u64 = 64 * 1024;

/// Whether the server says that it is well, JetStream included (in a cluster: that it knows the leader).
pub(crate) fn is_well(monitoring: u16) -> bool {
    get(monitoring, "/healthz")
        .is_some_and(|answer| answer.starts_with("HTTP/1.0 200") || answer.starts_with("HTTP/1.1 200"))
}

/// A page of the monitoring port, with its head.
pub(crate) fn get(monitoring: u16, path: &str) -> Option<String> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, monitoring));
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.take(ANSWER_BYTES_MAX).read_to_string(&mut answer).ok()?;
    Some(answer)
}
