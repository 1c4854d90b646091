//! Requests that no honest program sends: odd headers, addresses and methods.

use std::time::{Duration, Instant};

use dossier_endtoend::{
    Watch,
    people::{AUDITOR, CONTRIBUTOR_KZ, MODERATOR_A, PUBLISHER},
};
use serde_json::json;

/// Everything that can be read, with what it is about filled in.
fn addresses(watch: &Watch) -> Vec<String> {
    let (draft, reviewed, number) = (&watch.draft, &watch.reviewed, &watch.number);
    let mut all: Vec<String> = [
        "/",
        "/contribute/api/v1/entries",
        "/review/api/v1/reviews",
        "/review/api/v1/designations",
        "/review/api/v1/registry",
        "/api/v1/entries",
        "/api/v1/retraction-requests",
        "/api/v1/openapi.json",
        "/audit/api/v1/checkpoints",
        "/audit/api/v1/checkpoints/moderation",
        "/audit/api/v1/events",
        "/audit/api/v1/findings",
        "/audit/api/v1/readings",
        "/audit/api/v1/state",
        "/healthz",
        "/readyz",
        "/metrics",
        "/problems",
        "/problems/gone",
    ]
    .map(ToOwned::to_owned)
    .to_vec();
    all.extend([
        draft.draft(""),
        draft.draft("/history"),
        draft.draft("/source"),
        reviewed.review(""),
        reviewed.trail(),
    ]);
    for rest in ["", "/editions", "/editions/1"] {
        all.push(format!("/api/v1/entries/{number}{rest}"));
    }
    all.extend([format!("/entries/{number}"), format!("/entries/{number}/editions/1")]);
    all
}

#[test]
fn every_address_takes_its_methods_and_refuses_the_others_with_those_it_takes() {
    let watch = Watch::new();
    for address in addresses(&watch) {
        for who in [CONTRIBUTOR_KZ, MODERATOR_A, PUBLISHER, AUDITOR] {
            let caller = watch.house.caller(who);
            for method in ["GET", "HEAD", "OPTIONS", "PATCH", "DELETE", "TRACE", "PROPFIND", "BREW", "get"] {
                let answer = caller.send(method, &address, &[], None);
                watch.check(&answer);
                if !["GET", "HEAD"].contains(&method) {
                    assert_eq!(answer.status, 405, "{answer}");
                    let takes = answer.header("allow").unwrap_or_default();
                    assert!(takes.contains("GET"), "{takes:?}: {answer}");
                }
            }
        }
    }
    let contributor = watch.house.caller(CONTRIBUTOR_KZ);
    for write in [watch.draft.draft("/submit"), watch.reviewed.review("/approve"), watch.published.public("/retract")] {
        for method in ["GET", "PUT", "DELETE"] {
            let answer = contributor.send(method, &write, &[], None);
            watch.refused(&answer);
            assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")), "{answer}");
        }
    }
    watch.end();
}

#[test]
fn strange_addresses_lead_nowhere() {
    let watch = Watch::new();
    let caller = watch.house.caller(MODERATOR_A);
    let (id, number) = (&watch.published.0, &watch.number);
    let long = "a".repeat(3_000);
    let names = [
        "..",
        "%2e%2e",
        "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "..%5c..%5c",
        "%00",
        "a%00b",
        "%ff%fe",
        "%c0%ae",
        "%",
        "%2",
        "%zz",
        "~",
        "*",
        "'",
        "%22",
        "<script>",
        "%0d%0aset-cookie:a=b",
        "%F0%9F%92%A9",
        "null",
        "undefined",
        "-1",
        "0",
        long.as_str(),
        "EVT-2026-00001%00",
        "EVT-2026-99999",
        "EVT-0000-00001",
        "EVT-99999999999-1",
        "evt-2026-1",
        "EVT-2026-",
        "--",
    ];
    for name in names {
        for template in [
            "/entries/{}",
            "/api/v1/entries/{}",
            "/api/v1/entries/{}/editions",
            "/api/v1/entries/{}/editions/1",
            "/contribute/api/v1/entries/{}",
            "/contribute/api/v1/entries/{}/history",
            "/review/api/v1/reviews/{}",
            "/audit/api/v1/entries/{}/trail",
            "/audit/api/v1/checkpoints/{}",
            "/problems/{}",
            "/assets/{}",
            "/{}",
            "/api/{}",
        ] {
            let target = template.replace("{}", name);
            let token = watch.bearer(MODERATOR_A);
            let request = watch.bytes("GET", &target, &[&token], b"");
            if let Some(answer) = watch.ask_raw(&request) {
                assert!(answer.status >= 400, "{target} leads somewhere: {answer}");
            }
        }
    }
    for edition in ["0", "2", "-1", "+1", "01", "1.0", "4294967296", "99999999999999999999", "1%00", "one", ""] {
        watch.refused(&caller.get(&format!("/api/v1/entries/{number}/editions/{edition}")));
    }
    for other in [id.to_lowercase(), format!("{id}0"), id[1..].to_owned(), format!("{}U", &id[..25])] {
        watch.check(&caller.get(&format!("/api/v1/entries/{other}")));
        watch.check(&caller.get(&format!("/review/api/v1/reviews/{other}")));
    }
    for path in [
        "//",
        "/api//v1/entries",
        "/api/v1/entries/",
        "/api/v1/",
        "/API/V1/entries",
        "/review/",
        "/contribute/",
        "/audit/api/v2/state",
    ] {
        watch.refused(&caller.get(path));
    }
    watch.end();
}

#[test]
fn strange_targets_of_requests_are_refused() {
    let watch = Watch::new();
    let far = format!("/{}", "a".repeat(20_000));
    for target in [
        "",
        " ",
        "*",
        "a",
        "http://",
        "http://other.example/api/v1/entries",
        "//",
        "/ a",
        "/\u{0}",
        "/\u{7f}",
        "/ü",
        &far,
        "/a#b",
        "/?\n",
    ] {
        for method in ["GET", "OPTIONS", "CONNECT", ""] {
            watch.ask_raw(&watch.bytes(method, target, &[], b""));
        }
    }
    for version in ["HTTP/0.9", "HTTP/1.0", "HTTP/2.0", "HTTP/9", "", "PRI * HTTP/2.0"] {
        watch.ask_raw(format!("GET / {version}\r\n\r\n").as_bytes());
    }
    watch.ask_raw(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03");
    watch.ask_raw(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    watch.ask_raw(&[0; 4_096]);
    watch.end();
}

#[test]
fn strange_queries_are_refused_or_told_what_fits() {
    let watch = Watch::new();
    let long = format!("text={}", "a".repeat(10_000));
    let many = (0..300).map(|number| format!("country=A{number}")).collect::<Vec<_>>().join("&");
    let queries = [
        "limit=0",
        "limit=201",
        "limit=-1",
        "limit=abc",
        "limit=1&limit=2",
        "size=0",
        "size=99999999999999999999",
        "cursor=x",
        "cursor=",
        "cursor=%00",
        "cursor=AAAA",
        "cursor=eyJhIjoxfQ",
        "page=0",
        "page=-1",
        "page=18446744073709551615",
        "page=1&page=2",
        "min_sequence=-1",
        "min_sequence=x",
        "min_sequence=1&min_sequence=2",
        "unknown=1",
        "state=nonsense",
        "state=",
        "mine=maybe",
        "against=x",
        "origin=nowhere",
        "from=-1",
        "from=18446744073709551616",
        "epoch=x",
        "format=xml",
        "contents=2",
        "lang=xx",
        "%ff=1",
        "text=%ff",
        "text=%",
        "=",
        "&",
        "&&&",
        "a=b=c",
        "text=%00",
        "text=%E2%80%AE",
        "country[]=KAZ",
        "country=ZZZ",
        long.as_str(),
        many.as_str(),
        "text='%20or%20''='",
        "region=%F0%9F%92%A9",
        "content=xx",
    ];
    for address in addresses(&watch) {
        for query in queries {
            for who in [CONTRIBUTOR_KZ, AUDITOR] {
                watch.check(&watch.house.caller(who).get(&format!("{address}?{query}")));
            }
        }
    }
    // A cursor belongs to the list that gave it.
    let contributor = watch.house.caller(CONTRIBUTOR_KZ);
    let page = contributor.get("/contribute/api/v1/entries?limit=1").expect(200);
    let cursor = page["next"].as_str().expect("there is a second page").to_owned();
    contributor.get(&format!("/contribute/api/v1/entries?cursor={cursor}")).expect(200);
    for list in
        ["/review/api/v1/reviews", "/review/api/v1/designations", "/api/v1/entries", "/api/v1/retraction-requests"]
    {
        watch.refused(&watch.house.caller(PUBLISHER).get(&format!("{list}?cursor={cursor}")));
    }
    // What has not been written is waited for, not for ever.
    let began = Instant::now();
    let answer = contributor.get("/contribute/api/v1/entries?min_sequence=18446744073709551615");
    watch.refused(&answer);
    assert_eq!(answer.status, 409, "{answer}");
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
    watch.end();
}

#[test]
fn strange_headers_are_refused_or_passed_over() {
    let watch = Watch::new();
    let token = watch.bearer(CONTRIBUTOR_KZ);
    let zeros = "0".repeat(64);
    let headers = [
        "range: bytes=0-0",
        "range: bytes=9999999999-",
        "range: bytes=-1,0-0,5-2",
        "range: lines=1",
        "if-range: \"x\"",
        "if-none-match: *",
        "if-none-match: \"e1\", W/\"e1\"",
        "if-none-match: nonsense",
        "if-modified-since: yesterday",
        "if-match: \"e1\"",
        "if-match: *",
        "if-unmodified-since: Thu, 01 Jan 1970 00:00:00 GMT",
        "accept: ",
        "accept: x",
        "accept: */*;q=2",
        "accept: text/html;q=nan, application/json;q=-1",
        "accept-language: ",
        "accept-language: xx-yy-zz-, *;q=0, ar;q=9",
        "accept-encoding: gzip, br, nonsense",
        "accept-charset: utf-7",
        "content-type: application/json",
        "expect: 100-continue",
        "expect: the-worst",
        "te: trailers",
        "upgrade: websocket",
        "upgrade: h2c",
        "forwarded: for=evil",
        "x-forwarded-for: 1.2.3.4",
        "x-forwarded-host: evil.example",
        "x-http-method-override: DELETE",
        "cookie: lang=%ff; lang=xx; =; ;;",
        "origin: null",
        "referer: javascript:alert(1)",
        "user-agent: ",
        "traceparent: 00-zz",
        "x-request-id: ../../etc",
        "host: evil.example",
        "host: ",
        "content-length: 0",
        "content-length: -1",
        "content-length: 1, 1",
        "transfer-encoding: gzip",
    ];
    for address in addresses(&watch) {
        for header in headers {
            watch.ask_raw(&watch.bytes("GET", &address, &[&token, header], b""));
        }
        watch.ask_raw(&watch.bytes("GET", &address, &[&token, &token], b""));
        let large = format!("x-large: {}", "a".repeat(40_000));
        watch.ask_raw(&watch.bytes("GET", &address, &[&token, &large], b""));
        let name = "x-many: 1";
        watch.ask_raw(&watch.bytes("GET", &address, &vec![name; 150], b""));
    }
    let approve = watch.reviewed.review("/approve");
    let body = json!({"digest": zeros}).to_string();
    let caller = watch.house.caller(MODERATOR_A);
    for (name, value) in [
        ("if-match", "\"r999\""),
        ("if-match", "\"d1\""),
        ("if-match", "W/\"r1\""),
        ("if-match", "r1"),
        ("if-match", "*, \"r1\""),
        ("if-match", ""),
        ("idempotency-key", ""),
        ("content-length-x", "1"),
    ] {
        watch.refused(&caller.send("POST", &approve, &[(name, value)], Some(body.as_bytes())));
    }
    for twice in ["idempotency-key", "content-type"] {
        let value = if twice == "content-type" { "application/json" } else { "one" };
        let answer = caller.send("POST", &approve, &[(twice, value), (twice, value)], Some(body.as_bytes()));
        watch.refused(&answer);
        assert_eq!(answer.status, 400, "{answer}");
    }
    watch.end();
}

#[test]
fn wrong_tokens_open_nothing() {
    let watch = Watch::new();
    let right = watch.house.token(CONTRIBUTOR_KZ).to_owned();
    let mut other = right.clone();
    other.pop();
    let long = "x".repeat(8_000);
    let tokens = [
        "",
        "x",
        "Bearer",
        "null",
        "dsr_",
        "dsr_demo-contributor-kz-0",
        other.as_str(),
        long.as_str(),
        "e30.e30.",
        "' or ''='",
        "../../etc/passwd",
    ];
    let upper = right.to_uppercase();
    for token in tokens.into_iter().chain([upper.as_str()]) {
        for address in [
            "/contribute/api/v1/entries",
            "/review/api/v1/reviews",
            "/audit/api/v1/state",
            "/api/v1/retraction-requests",
        ] {
            let authorization = format!("Bearer {token}");
            let answer = watch.house.nobody().send("GET", address, &[("authorization", &authorization)], None);
            watch.refused(&answer);
            assert!([400, 401, 429].contains(&answer.status), "{answer}");
        }
    }
    for scheme in ["Basic", "bearer:", "Token", "Negotiate", ""] {
        let authorization = format!("{scheme} {right}");
        let answer =
            watch.house.nobody().send("GET", "/audit/api/v1/state", &[("authorization", &authorization)], None);
        watch.refused(&answer);
        assert_eq!(answer.status, 401, "{answer}");
        assert!(answer.header("www-authenticate").is_some(), "{answer}");
    }
    for beyond_ascii in ["authorization: Bearer \u{e9}\u{e8}", "authorization: Bearer a\tb", "authorization: \u{0}"] {
        let answer = watch.ask_raw(&watch.bytes("GET", "/audit/api/v1/state", &[beyond_ascii], b""));
        assert!(answer.is_none_or(|answer| answer.status >= 400), "{beyond_ascii:?} opens something");
    }
    // A token in the address is none.
    watch.refused(&watch.house.nobody().get(&format!("/contribute/api/v1/entries?access_token={right}")));
    watch.end();
}
