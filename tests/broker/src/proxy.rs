//! A stretch of network that can be cut: bytes go through, or stay where they are.

use std::{
    io::{self, Read, Write},
    net::{Ipv4Addr, Shutdown, TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread,
};

use crate::Port;

/// What is taken from a connection at once.
const CHUNK: usize = 64 * 1024;

/// A way to a loopback port, through a port of its own. While it is cut nothing passes and nobody is told: connections stay
/// open, new ones are not answered, and what was under way arrives when it is mended, as with TCP when a cable is pulled out
/// and put back. (Who gives up meanwhile finds the connection closed at the other end after that.)
#[derive(Debug)]
pub struct Proxy {
    port: Port,
    gate: Arc<Gate>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Open,
    Cut,
    /// The proxy is gone, and all its connections with it.
    Gone,
}

#[derive(Debug)]
struct Gate {
    way: Mutex<Way>,
    changed: Condvar,
}

impl Gate {
    fn set(&self, way: Way) {
        *self.way.lock().unwrap_or_else(PoisonError::into_inner) = way;
        self.changed.notify_all();
    }

    /// Waits until something may pass. Answers whether there still is a way.
    fn pass(&self) -> bool {
        let way = self.way.lock().unwrap_or_else(PoisonError::into_inner);
        let way = self.changed.wait_while(way, |way| *way == Way::Cut).unwrap_or_else(PoisonError::into_inner);
        *way == Way::Open
    }
}

impl Proxy {
    /// Opens a way to a port.
    ///
    /// # Panics
    /// When nobody can listen.
    #[must_use]
    pub fn to(target: u16) -> Self {
        let port = Port::reserve();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port.number()));
        let listener = listener.unwrap_or_else(|error| panic!("nobody can listen at {}: {error}", port.number()));
        let gate = Arc::new(Gate { way: Mutex::new(Way::Open), changed: Condvar::new() });
        let own = Arc::clone(&gate);
        thread::spawn(move || {
            for near in listener.incoming() {
                if *own.way.lock().unwrap_or_else(PoisonError::into_inner) == Way::Gone {
                    return;
                }
                // Who left before the greeting needs no way.
                let Ok(near) = near else { continue };
                let own = Arc::clone(&own);
                thread::spawn(move || join(near, target, &own));
            }
        });
        Self { port, gate }
    }

    /// Where it begins.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port.number()
    }

    /// Nothing passes from now on.
    pub fn cut(&self) {
        self.gate.set(Way::Cut);
    }

    /// Everything passes again.
    pub fn mend(&self) {
        self.gate.set(Way::Open);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.gate.set(Way::Gone);
        // Wakes the listener, which goes. When it does not wake it goes with the process.
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port()));
    }
}

fn join(near: TcpStream, target: u16, gate: &Arc<Gate>) {
    if !gate.pass() {
        return;
    }
    // Nobody there: the near end is closed, as it would be by the far end.
    let Ok(far) = TcpStream::connect((Ipv4Addr::LOCALHOST, target)) else { return };
    // Both ends send small messages that somebody waits for.
    let _ = (near.set_nodelay(true), far.set_nodelay(true));
    let (Ok(back_from), Ok(back_to)) = (far.try_clone(), near.try_clone()) else { return };
    let back = Arc::clone(gate);
    thread::spawn(move || carry(back_from, back_to, &back));
    carry(near, far, gate);
}

/// Carries until one end is closed; then both are.
fn carry(mut from: TcpStream, mut to: TcpStream, gate: &Gate) {
    let mut bytes = vec![0; CHUNK];
    let mut step = || -> io::Result<bool> {
        let count = from.read(&mut bytes)?;
        if !gate.pass() || count == 0 {
            return Ok(false);
        }
        to.write_all(&bytes[..count])?;
        Ok(true)
    };
    // An end that was closed hard is closed as well.
    while step().unwrap_or(false) {}
    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
}
