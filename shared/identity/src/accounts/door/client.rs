//! The operator's side.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read, Write},
    os::unix::net::UnixStream,
    path::Path,
    time::Duration,
};

use super::{REPLY_BYTES_MAX, Reply, Request, SOCKET, address};

/// How long an answer may take: the visitors before this one, five seconds each at worst, and a sync of a slow disk.
const PATIENCE: Duration = Duration::from_secs(30);

/// The process that has the accounts open, as a visitor asks it.
#[derive(Debug)]
pub struct Visit {
    directory: File,
}

/// Looks whether a process has the accounts in this directory open and answers. `None` when nobody does.
///
/// # Errors
/// The directory or the socket cannot be used.
pub fn knock(directory: &Path) -> io::Result<Option<Visit>> {
    let directory = match File::open(directory) {
        Ok(directory) => directory,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    match UnixStream::connect(address(&directory, SOCKET)) {
        Ok(_stream) => Ok(Some(Visit { directory })),
        // No socket, or one that a crash left.
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) => Ok(None),
        Err(error) => Err(error),
    }
}

impl Visit {
    /// Asks for one thing, and waits for the answer.
    ///
    /// # Errors
    /// No whole answer came: what was asked for may or may not have been done.
    pub fn ask(&self, request: &Request) -> io::Result<Reply> {
        let stream = UnixStream::connect(address(&self.directory, SOCKET))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let mut line = serde_json::to_vec(request)?;
        line.push(b'\n');
        (&stream).write_all(&line)?;
        let mut answer = Vec::new();
        BufReader::new((&stream).take(REPLY_BYTES_MAX)).read_until(b'\n', &mut answer)?;
        if !answer.ends_with(b"\n") {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(serde_json::from_slice(&answer)?)
    }
}
