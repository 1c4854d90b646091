//! Ports that stay ours while nobody listens on them.

use std::{
    fs::{self, File},
    net::{Ipv4Addr, TcpListener},
};

/// Below the range that Linux gives to outgoing connections (32768 and up): a server that was killed finds its port free
/// when it comes back.
const FIRST: u16 = 20_000;
const COUNT: u16 = 12_000;
const TRIES: usize = 200;

/// A loopback port, reserved among all tests on this machine until dropped.
#[derive(Debug)]
pub struct Port {
    number: u16,
    /// Locked while the port is ours.
    _lock: File,
}

impl Port {
    /// Reserves a free one.
    ///
    /// # Panics
    /// When none can be had.
    #[must_use]
    pub fn reserve() -> Self {
        let folder = std::env::temp_dir().join("dossier-test-ports");
        fs::create_dir_all(&folder).unwrap_or_else(|error| panic!("{} cannot be made: {error}", folder.display()));
        for _ in 0..TRIES {
            let number = FIRST + random() % COUNT;
            let path = folder.join(number.to_string());
            let lock = File::create(&path).unwrap_or_else(|error| panic!("{} cannot be made: {error}", path.display()));
            if lock.try_lock().is_ok() && TcpListener::bind((Ipv4Addr::LOCALHOST, number)).is_ok() {
                return Self { number, _lock: lock };
            }
        }
        panic!("no free port between {FIRST} and {} after {TRIES} tries", FIRST + COUNT)
    }

    /// Its number.
    #[must_use]
    pub const fn number(&self) -> u16 {
        self.number
    }
}

fn random() -> u16 {
    let mut bytes = [0; 2];
    getrandom::fill(&mut bytes).unwrap_or_else(|error| panic!("the system gives no random numbers: {error}"));
    u16::from_le_bytes(bytes)
}
