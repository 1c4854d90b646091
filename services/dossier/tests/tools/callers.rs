//! Who is calling, when a proxy stands in between: failed attempts are counted for each caller, and nobody makes others pay.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use crate::{fixture::Installation, running::Running};

/// More than one caller may fail in a row.
const TOO_MANY: usize = 70;

struct House {
    running: Running,
    _place: Installation,
}

impl House {
    /// All four services, behind these proxies.
    fn behind(proxies: &[&str]) -> Self {
        let place = Installation::empty();
        let data = place.data();
        let mut arguments =
            vec!["up".into(), "--listen".into(), "127.0.0.1:0".into(), "--data".into(), data.into_os_string()];
        arguments.extend(proxies.iter().flat_map(|proxy| ["--behind".into(), (*proxy).into()]));
        Self { running: Running::start::<std::ffi::OsString>(arguments), _place: place }
    }

    fn address(&self) -> String {
        self.running.url.trim_start_matches("http://").to_owned()
    }
}

/// The status of an attempt with a wrong token, by whoever the header says.
fn attempt(address: &str, forwarded_for: &str) -> u16 {
    let mut line = TcpStream::connect(address).unwrap();
    write!(
        line,
        "GET /contribute/api/v1/entries HTTP/1.1\r\nHost: registry.example\r\nAuthorization: Bearer dsr_wrong\r\n\
         X-Forwarded-For: {forwarded_for}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut said = String::new();
    line.read_to_string(&mut said).unwrap();
    said.split_whitespace()
        .nth(1)
        .and_then(|status| status.parse().ok())
        .unwrap_or_else(|| panic!("no answer: {said:?}"))
}

/// The last of many attempts.
fn after_many(address: &str, forwarded_for: &str) -> u16 {
    for _ in 1..TOO_MANY {
        attempt(address, forwarded_for);
    }
    attempt(address, forwarded_for)
}

#[test]
fn callers_behind_a_proxy_that_we_were_told_of_are_counted_apart() {
    let house = House::behind(&["127.0.0.1"]);
    assert_eq!(after_many(&house.address(), "203.0.113.1"), 429);
    assert_eq!(attempt(&house.address(), "203.0.113.2"), 401, "somebody else");
    // What a caller writes in front of what the proxy adds makes it nobody else.
    assert_eq!(attempt(&house.address(), "203.0.113.2, 203.0.113.1"), 429);
    assert_eq!(house.running.end(), Some(0));
}

#[test]
fn a_stranger_is_one_caller_whatever_it_pretends() {
    let house = House::behind(&["10.0.0.7"]);
    let statuses: Vec<_> = (0..TOO_MANY).map(|k| attempt(&house.address(), &format!("203.0.113.{k}"))).collect();
    assert_eq!(statuses.last(), Some(&429), "{statuses:?}");
    assert_eq!(house.running.end(), Some(0));
}

/// The whole way: callers, a proxy, the front, a service. The front is told of the proxy, and the service of both.
#[test]
fn the_front_passes_on_who_is_calling() {
    let house = House::behind(&["127.0.0.0/8"]);
    let front = |more: &[&str]| {
        let at = house.running.url.as_str();
        let to = ["--submission", at, "--moderation", at, "--publication", at, "--audit", at];
        Running::start(["front", "--listen", "127.0.0.1:0"].into_iter().chain(to).chain(more.iter().copied()))
    };
    let behind_a_proxy = front(&["--behind", "127.0.0.1"]);
    let address = behind_a_proxy.url.trim_start_matches("http://");
    assert_eq!(after_many(address, "203.0.113.1"), 429);
    assert_eq!(attempt(address, "203.0.113.2"), 401);
    // One that was told of no proxy says what it sees: one caller, this machine.
    let open = front(&[]);
    let address = open.url.trim_start_matches("http://");
    let statuses: Vec<_> = (0..TOO_MANY).map(|k| attempt(address, &format!("203.0.113.{}", 100 + k))).collect();
    assert_eq!(statuses.last(), Some(&429), "{statuses:?}");
    for running in [behind_a_proxy, open] {
        assert_eq!(running.end(), Some(0));
    }
    assert_eq!(house.running.end(), Some(0));
}
