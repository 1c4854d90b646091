//! Whatever is sent, nothing breaks, and the next request is answered.

use http::Method;
use proptest::prelude::*;

use crate::tests::{House, entry, sample};

#[tokio::test]
async fn hostile_requests_get_a_problem_of_the_400s() {
    let house = House::open().await;
    house.publish(entry(1), "KAZ", None, &sample()).await;
    let path = "/api/v1/entries/EVT-2026-00001/retract";
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let bodies: [(&[u8], u16); 9] = [
        (b"", 400),
        (b"{", 400),
        (b"null", 422),
        (b"\xFF\xFE", 400),
        (b"{\"reason\":\"other\",\"reason\":\"other\",\"explanation\":\"x\"}", 400),
        (b"{\"reason\":{},\"explanation\":[]}", 422),
        (b"\"text\"", 422),
        (deep.as_bytes(), 400),
        (&[b' '; 2 * 1024 * 1024], 413),
    ];
    for (body, status) in bodies {
        let asked = house.post(path).by("publisher").header("content-type", "application/json").bytes(body);
        asked.send().await.expect(status);
    }
    house.post(path).by("publisher").bytes(b"{}").send().await.expect(415);
    for (name, value) in [("idempotency-key", ""), ("if-match", "\"e1"), ("authorization", "Basic x")] {
        let status = house.post(path).by("publisher").header(name, value).bytes(b"{}").send().await.status.as_u16();
        assert!((400..500).contains(&status), "{name}: {status}");
    }
    for (method, path) in [
        (Method::POST, "/api/v1/entries"),
        (Method::DELETE, "/api/v1/entries/EVT-2026-00001"),
        (Method::PUT, "/entries/EVT-2026-00001"),
        (Method::GET, "/api/v1/entries/EVT-2026-00001/retract"),
    ] {
        let told = house.ask(method, path).send().await.expect(405);
        assert!(told.headers.contains_key("allow"));
    }
    house.ask(Method::HEAD, "/api/v1/entries/EVT-2026-00001").send().await.expect(200);
    for path in ["/api/v1/entries/%FF", "/api/v1/entries/..%2f..%2fetc", "/api/v1/nothing", "/api/v1/entries/a/b/c/d"] {
        let status = house.get(path).send().await.status.as_u16();
        assert!([400, 404].contains(&status), "{path}: {status}");
    }
    house.get("/api/v1/entries/EVT-2026-00001").send().await.expect(200);
}

#[test]
fn no_address_breaks_the_list() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().worker_threads(2).build().unwrap();
    let house = runtime.block_on(async {
        let house = House::open().await;
        house.publish(entry(1), "KAZ", None, &sample()).await;
        house
    });
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(300));
    let query = "([a-z_]{0,12}|text|country|page|limit|cursor|gcm_objectives|lang|content)(\\[[0-9]?\\])?=[!-~]{0,12}";
    let queries = proptest::collection::vec(proptest::string::string_regex(query).unwrap(), 0..5);
    let ran = runner.run(&queries, |pairs| {
        let query: String = pairs.join("&").chars().filter(|c| !"#<>\"\\^`{|} ".contains(*c)).collect();
        for path in ["/api/v1/entries", "/", "/entries/EVT-2026-00001"] {
            let told = runtime.block_on(house.get(&format!("{path}?{query}")).send());
            prop_assert!(told.status.as_u16() < 500, "{path}?{query}: {}", told.text);
        }
        Ok(())
    });
    ran.unwrap();
}
