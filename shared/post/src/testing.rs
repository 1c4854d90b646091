//! A mail server for tests: a real one on a real port, that keeps what it accepts and has the faults that real ones have.

mod conversation;
mod received;

use std::{
    collections::VecDeque,
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

pub use received::Received;

/// What goes wrong with the next mail that is tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The line is cut before a word.
    HangUp,
    /// A greeting that does not end, without an end of line, until the other hangs up.
    Endless,
    /// This code instead of the greeting, such as 421.
    Greeting(u16),
    /// This code to whom the mail is from, such as 530.
    Sender(u16),
    /// This code to whom the mail is for, such as 450 or 550.
    Recipient(u16),
    /// This code after the last byte, such as 451 or 554. Nothing was accepted.
    Message(u16),
    /// The mail is accepted, and the line is cut before that is said.
    AcceptedInSilence,
    /// The mail is accepted, and that is said only after this time.
    Slow(Duration),
}

/// A mail server.
pub struct Sink {
    address: SocketAddr,
    shared: Arc<Shared>,
    ending: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    inside: Mutex<Inside>,
    changed: Condvar,
}

#[derive(Default)]
struct Inside {
    accepted: Vec<Received>,
    faults: VecDeque<Fault>,
    password: Option<(String, String)>,
    tries: usize,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut Inside)) {
        change(&mut self.lock());
        self.changed.notify_all();
    }
}

impl Sink {
    /// A server on a free port of this machine.
    ///
    /// # Panics
    /// When this machine has no port left.
    pub fn open() -> Self {
        Self::open_at(SocketAddr::from(([127, 0, 0, 1], 0)))
    }

    /// A server at this address: one that was down and comes back.
    ///
    /// # Panics
    /// When somebody else has the address.
    pub fn open_at(address: SocketAddr) -> Self {
        let listener = TcpListener::bind(address).expect("a test's own port");
        let address = listener.local_addr().expect("a listener has an address");
        let (shared, ending) = (Arc::<Shared>::default(), Arc::<AtomicBool>::default());
        let thread = std::thread::spawn({
            let (shared, ending) = (Arc::clone(&shared), Arc::clone(&ending));
            move || serve(&listener, &shared, &ending)
        });
        Self { address, shared, ending, thread: Some(thread) }
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Asks for a name and a password from now on.
    pub fn ask_for(&self, user: &str, password: &str) {
        self.shared.change(|inside| inside.password = Some((user.to_owned(), password.to_owned())));
    }

    /// What goes wrong with the next tries, one after the other.
    pub fn fail(&self, faults: impl IntoIterator<Item = Fault>) {
        self.shared.change(|inside| inside.faults.extend(faults));
    }

    /// What was accepted so far, oldest first.
    pub fn accepted(&self) -> Vec<Received> {
        self.shared.lock().accepted.clone()
    }

    /// How often somebody has come.
    pub fn tries(&self) -> usize {
        self.shared.lock().tries
    }

    /// Waits until what was accepted is enough.
    ///
    /// # Panics
    /// After a minute, with what is there.
    pub fn wait_until(&self, what: &str, enough: impl Fn(&[Received]) -> bool) -> Vec<Received> {
        let deadline = Instant::now() + Duration::from_secs(60);
        let mut inside = self.shared.lock();
        while !enough(&inside.accepted) {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "{what}: not within a minute; there is {:#?}", inside.accepted);
            inside = self.shared.changed.wait_timeout(inside, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        inside.accepted.clone()
    }

    /// Waits until somebody has come so often, whatever came of it.
    ///
    /// # Panics
    /// After a minute.
    pub fn wait_for_tries(&self, count: usize) {
        let deadline = Instant::now() + Duration::from_secs(60);
        let mut inside = self.shared.lock();
        while inside.tries < count {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "{count} tries: only {} within a minute", inside.tries);
            inside = self.shared.changed.wait_timeout(inside, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.ending.store(true, Ordering::SeqCst);
        // The thread waits in `accept`.
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn serve(listener: &TcpListener, shared: &Arc<Shared>, ending: &AtomicBool) {
    for stream in listener.incoming() {
        if ending.load(Ordering::SeqCst) {
            return;
        }
        let Ok(stream) = stream else { continue };
        let shared = Arc::clone(shared);
        std::thread::spawn(move || conversation::hold(stream, &shared));
    }
}
