//! Queries and addresses.

use super::*;

#[tokio::test]
async fn queries_are_read_strictly() {
    let house = house();
    let cases = [
        ("/list", "None [] 50 None None None"),
        ("/list?", "None [] 50 None None None"),
        ("/list?text=review+forum%20%C3%A9&lang=ar", "Some(\"review forum é\") [] 50 None None None"),
        ("/list?country=KAZ&country=KEN&limit=200", "None [\"KAZ\", \"KEN\"] 200 None None None"),
        ("/list?country=KAZ&min_sequence=17", "None [\"KAZ\"] 50 None None Some(17)"),
        ("/list?limit=&page=&cursor=&country=&min_sequence=", "None [] 50 None None None"),
        ("/list?cursor=AQAAAAAAABJnlce2nA&page=2", "None [] 50 Some(4711) Some(2) None"),
        ("/list?text=a%3Db%26c%2500", "Some(\"a=b&c%00\") [] 50 None None None"),
        ("/list?text=a=b", "Some(\"a=b\") [] 50 None None None"),
    ];
    for (address, expected) in cases {
        assert_eq!(house.get(address).await, (200, expected.to_owned()), "{address}");
    }
    let long = format!("/list?text={}", "a".repeat(5_000));
    let many = format!("/list?{}", "country=A&".repeat(200));
    let refused = [
        ("/list?unknown=1", 400, "unknown"),
        ("/list?Text=1", 400, "Text"),
        ("/list?text=%ff", 400, "UTF-8"),
        ("/list?text=%c3%28", 400, "UTF-8"),
        ("/list?text=%zz", 400, "percent"),
        ("/list?text=%", 400, "percent"),
        ("/list?text=%4", 400, "percent"),
        ("/list?text=%+1", 400, "percent"),
        ("/list?text=a&text=b", 422, "/text"),
        ("/list?limit=0", 422, "1 to 200"),
        ("/list?limit=201", 422, "1 to 200"),
        ("/list?limit=-1", 422, "/limit"),
        ("/list?limit=1e2", 422, "/limit"),
        ("/list?limit=5&limit=6", 422, "/limit"),
        ("/list?page=4294967296", 422, "/page"),
        ("/list?cursor=AAAA", 400, "cursor"),
        ("/list?cursor=%20", 422, "/cursor"),
        ("/list?min_sequence=-1", 400, "min_sequence"),
        ("/list?min_sequence=+1", 400, "min_sequence"),
        ("/list?min_sequence=1&min_sequence=2", 400, "more than once"),
        ("/list?min_sequence=18446744073709551616", 400, "min_sequence"),
        (long.as_str(), 414, "at most"),
        (many.as_str(), 400, "parameters"),
    ];
    for (address, status, words) in refused {
        let (found, text) = house.get(address).await;
        assert_eq!(found, status, "{address}: {text}");
        assert!(text.contains(words), "{address}: {text}");
    }
    assert_eq!(house.get("/list").await.0, 200);
}

/// It was told as missing in "the body".
#[test]
fn a_parameter_that_is_missing_is_missing_in_the_query() {
    let problem = crate::extract::query::read::<Item>("page=1").unwrap_err();
    assert_eq!(problem.detail_text(), Some("The query: missing field `field`"));
}

#[tokio::test]
async fn an_address_that_is_no_id_leads_nowhere() {
    let house = house();
    assert_eq!(house.get("/entries/01K9ZV3Q0M5T7N8R2W4X6Y8Z0A").await.0, 200);
    for id in ["x", "01K9ZV3Q0M5T7N8R2W4X6Y8Z0", "EVT-2026-00042", "..", "%00", "%2e%2e%2f"] {
        assert_eq!(house.get(&format!("/entries/{id}")).await.0, 404, "{id}");
    }
    assert_eq!(house.get("/entries/%ff").await.0, 400);
}
