use axum::body::Body;
use http::Request;

use super::house::{ENTRY, House};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_asked_is_answered_below_500() {
    let house = House::with_an_entry().await;
    let long = "x".repeat(5_000);
    let paths = [
        "/entries//trail".to_owned(),
        "/entries/%ff/trail".to_owned(),
        "/entries/../trail".to_owned(),
        format!("/entries/{long}/trail"),
        format!("/entries/{ENTRY}/trail?contents=perhaps"),
        format!("/entries/{ENTRY}/trail?contents=true&contents=true"),
        format!("/entries/{ENTRY}/trail?cursor=AAAA"),
        format!("/entries/{ENTRY}/trail?cursor={}", dossier_web::Cursor::at_number("findings", 1)),
        format!("/entries/{ENTRY}/trail?as_of=now"),
        // Cursors were numbers once: whoever kept one begins again.
        format!("/entries/{ENTRY}/trail?cursor={}", dossier_web::Cursor::at_number("trail", u64::MAX)),
        format!("/entries/{ENTRY}/trail?cursor={}", dossier_web::Cursor::new("trail", &[0xff; 61])),
        format!("/entries/{ENTRY}/trail?kind=received&kind=nothing"),
        format!("/entries/{ENTRY}/trail?by=everybody"),
        format!("/entries/{ENTRY}/trail?only=mine"),
        format!("/entries/{ENTRY}/trail?from=yesterday"),
        format!("/entries/{ENTRY}/trail?limit=1001"),
        format!("/entries/{ENTRY}/trail?format=xml"),
        format!("/entries/{ENTRY}/trail?format=csv&limit=5"),
        "/trails?digest=12".to_owned(),
        "/trails?actor=%F0%9F%92%A9".to_owned(),
        "/trails?designation=1".to_owned(),
        "/trails?body=kaz".to_owned(),
        "/trails?number=EVT-2026-99999".to_owned(),
        "/trails?limit=0".to_owned(),
        format!("/trails?type={}", "x".repeat(65)),
        format!("/trails?cursor={}", dossier_web::Cursor::new("trails", &[0xff; 3])),
        "/trails?format=jsonl&cursor=AAAA".to_owned(),
        format!("/entries/{ENTRY}/certificate"),
        format!("/entries/{ENTRY}/certificate?edition=0"),
        format!("/entries/{ENTRY}/certificate?edition=4294967296"),
        "/readings?reader=me".to_owned(),
        "/readings?entry=EVT-2026-99999".to_owned(),
        "/events?origin=submission&from=-1".to_owned(),
        "/events?origin=submission&from=18446744073709551616".to_owned(),
        "/events?origin=submission&epoch=4294967296".to_owned(),
        "/events?origin=%00".to_owned(),
        "/findings?cursor=%F0%9F%92%A9".to_owned(),
        "/readings?limit=1000000".to_owned(),
        "/checkpoints/submission?format=xml".to_owned(),
        "/nothing".to_owned(),
    ];
    for path in paths {
        let told = house.get(&path, Some("auditor")).await;
        assert!(told.status.is_client_error(), "{path}: {} {}", told.status, told.text);
    }
    for accepted in [
        "/events?origin=submission&from=18446744073709551615",
        "/events?origin=submission&epoch=4294967295",
        "/trails?from=2999-01-01T00:00:00Z",
        &format!("/entries/{ENTRY}/trail?to=1970-01-01T00:00:00Z"),
        &format!("/trails?cursor={}", dossier_web::Cursor::new("trails", &[0xff; 48])),
    ] {
        let told = house.get(accepted, Some("auditor")).await.expect(200);
        let list = told.body.get("items").or(told.body.get("steps")).unwrap();
        assert_eq!(list.as_array().unwrap().len(), 0, "{accepted}");
    }
    for method in ["POST", "PUT", "DELETE", "PATCH"] {
        let request = Request::builder().method(method).uri("/audit/api/v1/findings").body(Body::from("{}")).unwrap();
        assert_eq!(house.send(request).await.status.as_u16(), 405, "{method}");
    }
    let request = Request::builder().uri("/audit/api/v1/findings").header("authorization", "Bearer nonsense");
    assert_eq!(house.send(request.body(Body::empty()).unwrap()).await.status.as_u16(), 401);
    house.get(&format!("/entries/{ENTRY}/trail"), Some("auditor")).await.expect(200);
}
