//! Where an operator's command finds the process that has a data directory open, to have a backup made while it works.
//!
//! A socket in the directory of the keys, for the owner of that directory alone: who may use it could as well read the keys. One line of JSON
//! asks ([`Asked`]), one line answers ([`Told`]).

use std::{
    fs::{self, File, Permissions},
    io::{self, BufRead, BufReader, Read, Write},
    os::{
        fd::AsRawFd,
        unix::{
            fs::PermissionsExt,
            net::{UnixListener, UnixStream},
        },
    },
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use super::Made;

const SOCKET: &str = "backup.door";
/// Under this name the socket is made; it gets its own when nobody but the owner may use it.
const DRAFT: &str = "backup.door.new";
/// Two paths of at most 4 096 bytes, escaped.
const LINE_BYTES_MAX: u64 = 64 * 1024;
/// How long a visitor may take to ask.
const ASKING: Duration = Duration::from_secs(5);
/// How long a backup may take: at 50 MB/s that is 180 GB.
const PATIENCE: Duration = Duration::from_secs(3_600);

/// What an operator asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    /// Where to, from the root.
    pub(crate) to: PathBuf,
    /// The file of the backup key, from the root.
    pub(crate) key: PathBuf,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Told {
    /// It was made.
    Made(Made),
    /// It was not; the reason, and the exit code.
    Refused(String, u8),
}

/// The door, open; dropping it shuts it.
#[derive(Debug)]
pub(crate) struct BackupDoor {
    directory: File,
    shut: Arc<AtomicBool>,
    /// A backup is being made.
    busy: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl BackupDoor {
    /// Opens the door in the directory of the keys. `make` does what is asked, on a thread of the door's own.
    ///
    /// # Errors
    /// The socket cannot be made.
    pub(crate) fn open(keys: &Path, make: impl Fn(&Asked) -> Told + Send + 'static) -> io::Result<Self> {
        let directory = File::open(keys)?;
        let draft = address(&directory, DRAFT);
        remove(&draft)?;
        let listener = UnixListener::bind(&draft)?;
        fs::set_permissions(&draft, Permissions::from_mode(0o600))?;
        fs::rename(&draft, address(&directory, SOCKET))?;
        let shut = Arc::new(AtomicBool::new(false));
        let busy = Arc::new(AtomicBool::new(false));
        let (is_shut, is_busy) = (Arc::clone(&shut), Arc::clone(&busy));
        let make = move |asked: &Asked| {
            is_busy.store(true, Ordering::Release);
            let told = make(asked);
            is_busy.store(false, Ordering::Release);
            told
        };
        let serve = move || {
            for visitor in listener.incoming() {
                if is_shut.load(Ordering::Acquire) {
                    return;
                }
                if let Err(error) = visitor.and_then(|visitor| serve(&visitor, &make)) {
                    tracing::debug!(%error, "a visitor at the door for backups left");
                }
            }
        };
        let thread = thread::Builder::new().name("backup-door".to_owned()).spawn(serve)?;
        Ok(Self { directory, shut, busy, thread: Some(thread) })
    }
}

impl Drop for BackupDoor {
    fn drop(&mut self) {
        self.shut.store(true, Ordering::Release);
        let socket = address(&self.directory, SOCKET);
        // Wakes the thread; one that is making a backup is not waited for: the backup is given up with the process, and has no name yet.
        if UnixStream::connect(&socket).is_ok()
            && let Some(thread) = self.thread.take().filter(|_| !self.busy.load(Ordering::Acquire))
        {
            let _ = thread.join();
        }
        let _ = remove(&socket);
    }
}

fn serve(visitor: &UnixStream, make: &impl Fn(&Asked) -> Told) -> io::Result<()> {
    visitor.set_read_timeout(Some(ASKING))?;
    visitor.set_write_timeout(Some(ASKING))?;
    let mut line = Vec::new();
    BufReader::new(visitor.take(LINE_BYTES_MAX)).read_until(b'\n', &mut line)?;
    if line.is_empty() {
        // Somebody looked whether anybody is here.
        return Ok(());
    }
    let told = match serde_json::from_slice::<Asked>(&line) {
        Ok(asked) if line.ends_with(b"\n") => {
            tracing::info!(to = %asked.to.display(), "a backup is made for an operator");
            make(&asked)
        }
        _ => {
            Told::Refused("the running process does not understand this; use the same version of Dossier".to_owned(), 1)
        }
    };
    let mut answer = serde_json::to_vec(&told)?;
    answer.push(b'\n');
    let mut visitor = visitor;
    visitor.write_all(&answer)
}

/// Has a backup made by the process that has a data directory open. `None` when there is none.
///
/// # Errors
/// No whole answer came.
pub(crate) fn knock(keys: &Path, asked: &Asked) -> io::Result<Option<Told>> {
    let directory = match File::open(keys) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    let stream = match UnixStream::connect(address(&directory, SOCKET)) {
        // No socket, or one that a crash left.
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) => {
            return Ok(None);
        }
        connected => connected?,
    };
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(ASKING))?;
    let mut line = serde_json::to_vec(asked)?;
    line.push(b'\n');
    (&stream).write_all(&line)?;
    let mut answer = Vec::new();
    BufReader::new((&stream).take(LINE_BYTES_MAX)).read_until(b'\n', &mut answer)?;
    if !answer.ends_with(b"\n") {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Some(serde_json::from_slice(&answer)?))
}

fn remove(path: &Path) -> io::Result<()> {
    fs::remove_file(path).or_else(|error| if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) })
}

/// The socket by a name that is short enough for one: the operating system takes 107 bytes.
fn address(directory: &File, name: &str) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}/{name}", directory.as_raw_fd()))
}
