use std::{
    io::{Read, Write},
    net::{Ipv4Addr, TcpListener},
};

use super::*;

/// Answers each request with the next of these statuses, and gives what it was asked.
pub(crate) fn answering(statuses: &'static [u16]) -> (String, thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let served = thread::spawn(move || {
        let mut asked = Vec::new();
        for status in statuses {
            let mut line = listener.accept().unwrap().0;
            let mut bytes = [0; 8192];
            let length = line.read(&mut bytes).unwrap();
            asked.push(String::from_utf8_lossy(&bytes[..length]).to_lowercase());
            write!(line, "HTTP/1.1 {status} x\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}").unwrap();
        }
        asked
    });
    (base, served)
}

fn keys(asked: &[String]) -> Vec<&str> {
    asked.iter().filter_map(|text| text.lines().find_map(|line| line.strip_prefix("idempotency-key: "))).collect()
}

#[test]
fn a_write_is_repeated_under_one_key_until_it_is_answered() {
    let (base, served) = answering(&[502, 503, 504, 200, 200]);
    let patient = Patient::new(Client::to(&base, None), Duration::from_secs(30));
    assert_eq!(patient.post("/x", &Value::Null).unwrap().status, 200);
    assert_eq!(patient.post("/x", &Value::Null).unwrap().status, 200);
    let asked = served.join().unwrap();
    let keys = keys(&asked);
    assert_eq!(keys.len(), 5);
    assert!(keys[..4].iter().all(|key| *key == keys[0]), "{keys:?}");
    assert_ne!(keys[4], keys[0], "another wish has another key");
}

#[test]
fn a_refusal_is_an_answer() {
    let (base, served) = answering(&[409]);
    let patient = Patient::new(Client::to(&base, None), Duration::from_secs(30));
    assert_eq!(patient.put("/x", "\"d1\"", &Value::Null).unwrap().status, 409);
    assert!(served.join().unwrap()[0].contains("if-match: \"d1\""));
}
