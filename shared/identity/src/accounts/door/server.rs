//! The side of the process that has the accounts open.

use std::{
    fs::{self, File, Permissions},
    io::{self, BufRead, BufReader, Read, Write},
    os::unix::{
        fs::PermissionsExt,
        net::{UnixListener, UnixStream},
    },
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use super::{REQUEST_BYTES_MAX, RefusalKind, Reply, Request, SOCKET, address};

/// Under this name the socket is made; it gets its own when nobody but the owner may use it. A crash in between leaves a
/// name that the next start removes.
const DRAFT: &str = "door.new";
/// How long a visitor may take to ask, and to listen. Visitors are served one after the other.
const VISIT_MAX: Duration = Duration::from_secs(5);

/// The door, open; dropping it shuts it.
#[derive(Debug)]
pub struct Door {
    path: PathBuf,
    directory: File,
    shut: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Door {
    /// Opens the door to accounts that this process has open, in their directory. `carry_out` does what is asked, on a thread of the door's
    /// own: one request after the other.
    ///
    /// # Errors
    /// The socket cannot be made.
    pub fn open(directory: &Path, carry_out: impl Fn(Request) -> Reply + Send + 'static) -> io::Result<Self> {
        let path = directory.join(SOCKET);
        let directory = File::open(directory)?;
        let draft = address(&directory, DRAFT);
        remove(&draft)?;
        let listener = UnixListener::bind(&draft)?;
        fs::set_permissions(&draft, Permissions::from_mode(0o600))?;
        fs::rename(&draft, address(&directory, SOCKET))?;
        let shut = Arc::new(AtomicBool::new(false));
        let is_shut = Arc::clone(&shut);
        let serve = move || {
            for visitor in listener.incoming() {
                if is_shut.load(Ordering::Acquire) {
                    return;
                }
                // A visitor who leaves in the middle is nobody's trouble; what was asked for in a whole line is done.
                let served = visitor.and_then(|visitor| serve(&visitor, &carry_out));
                if let Err(error) = served {
                    tracing::debug!(%error, "a visitor at the door of the accounts left");
                }
            }
        };
        let thread = thread::Builder::new().name("accounts-door".to_owned()).spawn(serve)?;
        Ok(Self { path, directory, shut, thread: Some(thread) })
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.shut.store(true, Ordering::Release);
        let socket = address(&self.directory, SOCKET);
        // Wakes the thread. When nobody can be woken, the thread ends with the process.
        if UnixStream::connect(&socket).is_ok()
            && let Some(thread) = self.thread.take()
        {
            // It returns nothing; had it panicked, its message is out already.
            let _ = thread.join();
        }
        if let Err(error) = remove(&socket) {
            tracing::warn!(path = %self.path.display(), %error, "the door of the accounts could not be removed");
        }
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

fn serve(visitor: &UnixStream, carry_out: &impl Fn(Request) -> Reply) -> io::Result<()> {
    visitor.set_read_timeout(Some(VISIT_MAX))?;
    visitor.set_write_timeout(Some(VISIT_MAX))?;
    let mut line = Vec::new();
    BufReader::new(visitor.take(REQUEST_BYTES_MAX)).read_until(b'\n', &mut line)?;
    let reply = match serde_json::from_slice::<Request>(&line) {
        Ok(request) if line.ends_with(b"\n") => {
            tracing::info!(what = what(&request), "an operator's command is carried out");
            carry_out(request)
        }
        // What stands there may be a name: it is not repeated.
        _ => Reply::Refused {
            kind: RefusalKind::Usage,
            reason: "the process that has the accounts open does not understand this; use the same version of Dossier"
                .to_owned(),
        },
    };
    let mut answer = serde_json::to_vec(&reply)?;
    answer.push(b'\n');
    let mut visitor = visitor;
    visitor.write_all(&answer)
}

/// For the log, which names nobody.
const fn what(request: &Request) -> &'static str {
    match request {
        Request::Create { .. } => "create",
        Request::CreateAdministrator { .. } => "create-administrator",
        Request::IssueToken { .. } => "issue-token",
        Request::RevokeToken { .. } => "revoke-token",
        Request::Invite { .. } => "invite",
        Request::HandOutLink { .. } => "hand-out-link",
        Request::Disable { .. } => "disable",
        Request::Enable { .. } => "enable",
        Request::Erase { .. } => "erase",
        Request::People { .. } => "people",
    }
}
