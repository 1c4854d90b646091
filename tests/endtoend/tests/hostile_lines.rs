//! Lines that no honest program keeps: requests in pieces, broken, slow, and cut off.

use std::{
    thread,
    time::{Duration, Instant},
};

use dossier_endtoend::{
    Answer, Watch,
    people::CONTRIBUTOR_KZ,
    raw::{self, Raw},
    records::{described, event},
};
use serde_json::json;

#[test]
fn bodies_that_come_in_pieces_are_read_and_broken_ones_refused() {
    let watch = Watch::new();
    let token = watch.bearer(CONTRIBUTOR_KZ);
    let body = json!({"type": "event", "content": event("In pieces"), "language": "en"}).to_string();
    let chunked = |pieces: &[&str]| {
        let headers = [token.as_str(), "content-type: application/json", "transfer-encoding: chunked"];
        let text: String = pieces.concat();
        watch.bytes("POST", "/contribute/api/v1/entries", &headers, text.as_bytes())
    };
    let whole: Vec<String> = body
        .as_bytes()
        .chunks(7)
        .map(|piece| format!("{:x}\r\n{}\r\n", piece.len(), String::from_utf8_lossy(piece)))
        .collect();
    let answer = watch.ask_raw(&chunked(&[&whole.concat(), "0\r\n\r\n"])).expect("an answer");
    answer.expect(201);
    for pieces in [
        &["zz\r\n{}\r\n0\r\n\r\n"][..],
        &["-1\r\n{}\r\n"],
        &["ffffffffffffffff\r\n{}"],
        &["2\r\n{}x\r\n0\r\n\r\n"],
        &["2;ext=\"\r\n{}\r\n0\r\n\r\n"],
        &["0\r\n\r\n"],
        &["0\r\ntrailer: x\r\n\r\n"],
        &["fffffffffffffffffffff\r\n"],
    ] {
        watch.ask_raw(&chunked(pieces));
    }
    // Two lengths, or a length and pieces: what one reader takes for the body, another takes for the next request.
    for headers in [
        &["content-length: 2", "content-length: 3"][..],
        &["content-length: 2", "transfer-encoding: chunked"],
        &["transfer-encoding: chunked", "transfer-encoding: identity"],
        &["transfer-encoding: chunked, identity"],
        &["content-length: 0x2"],
        &["content-length: 99999999999999999999"],
        &["content-length:"],
    ] {
        let mut all = vec![token.as_str(), "content-type: application/json"];
        all.extend_from_slice(headers);
        let request =
            watch.bytes("POST", "/contribute/api/v1/entries", &all, b"{}0\r\n\r\nGET /api/v1/entries HTTP/1.1\r\n\r\n");
        let mut raw = Raw::connect(watch.house.address_and_port());
        raw.send(&request);
        let answered = String::from_utf8_lossy(&raw.rest()).matches("HTTP/1.1 200").count();
        assert_eq!(answered, 0, "a second request was smuggled in with {headers:?}");
    }
    watch.end();
}

/// A line that is held open: what has come until the other side lets go.
fn held(watch: &Watch, first: &[u8]) -> (Duration, Option<Answer>) {
    let mut raw = Raw::connect(watch.house.address_and_port());
    let began = Instant::now();
    raw.send(first);
    let read = raw.rest();
    (began.elapsed(), raw::read("a slow request".to_owned(), &read))
}

#[test]
fn who_sends_slowly_or_not_at_all_holds_nobody_up() {
    let watch = Watch::new();
    let token = watch.bearer(CONTRIBUTOR_KZ);
    let announced = ["content-type: application/json", "content-length: 1000", token.as_str()];
    let slow_body = watch.bytes("POST", "/contribute/api/v1/entries", &announced, b"{\"type\":");
    let slow_head = b"GET / HTTP/1.1\r\nhost: x\r\nx-slow: ";
    thread::scope(|scope| {
        let bodies: Vec<_> = (0..20).map(|_| scope.spawn(|| held(&watch, &slow_body))).collect();
        let heads: Vec<_> = (0..20).map(|_| scope.spawn(|| held(&watch, slow_head))).collect();
        let idle: Vec<_> = (0..20).map(|_| scope.spawn(|| held(&watch, b""))).collect();
        // Meanwhile others are served.
        for round in 0..20 {
            let contributor = watch.house.caller(CONTRIBUTOR_KZ);
            contributor.begin(&described("Meanwhile", &format!("Round {round}")));
        }
        for body in bodies {
            let (_, answer) = body.join().expect("it ends");
            let answer = answer.expect("a slow body is answered");
            watch.refused(&answer);
            assert_eq!(answer.status, 408, "{answer}");
        }
        for line in heads.into_iter().chain(idle) {
            let (_, answer) = line.join().expect("it ends");
            assert!(answer.is_none_or(|answer| answer.status == 408), "nothing was asked");
        }
    });
    watch.end();
}

#[test]
fn who_hangs_up_in_the_middle_leaves_nothing_behind() {
    let watch = Watch::new();
    let token = watch.bearer(CONTRIBUTOR_KZ);
    let body = json!({"type": "event", "content": event("Cut off"), "language": "en"}).to_string();
    let length = format!("content-length: {}", body.len());
    let headers = ["content-type: application/json", length.as_str(), token.as_str()];
    let request = watch.bytes("POST", "/contribute/api/v1/entries", &headers, body.as_bytes());
    let contributor = watch.house.caller(CONTRIBUTOR_KZ);
    let before = contributor.get("/contribute/api/v1/entries?limit=200").expect(200)["items"].as_array().map(Vec::len);
    for cut in (0..request.len()).step_by(9) {
        let mut raw = Raw::connect(watch.house.address_and_port());
        raw.send(&request[..cut]);
        drop(raw);
    }
    let after = contributor.get("/contribute/api/v1/entries?limit=200").expect(200)["items"].as_array().map(Vec::len);
    assert_eq!(after, before, "half a request took effect");
    watch.end();
}
