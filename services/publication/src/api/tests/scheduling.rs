//! What waits for its time: for publishers, and for nobody else before it.

use dossier_proto::{EntryId, Micros, Payload};
use serde_json::{Value, json};

use crate::tests::{House, corrected, entry, sample};

const DAY: i64 = Micros::DAY;
const HOUR: i64 = DAY / 24;

fn address(id: EntryId, deed: &str) -> String {
    format!("/api/v1/scheduled/{id}/{deed}")
}

impl House {
    fn in_days(&self, days: i64) -> Micros {
        dossier_engine::Clock::now(&*self.clock).plus(days * DAY)
    }

    async fn scheduled(&self, who: &str) -> Vec<Value> {
        let told = self.get("/api/v1/scheduled").by(who).send().await.expect(200).json();
        told["items"].as_array().unwrap().clone()
    }
}

async fn waiting() -> House {
    let house = House::open().await;
    house.approve_for(entry(1), "KAZ", None, &sample(), house.in_days(10)).await;
    house
}

#[tokio::test]
async fn before_its_time_publishers_alone_read_of_it() {
    let house = waiting().await;
    let items = house.scheduled("publisher").await;
    let [one] = items.as_slice() else { panic!("{items:?}") };
    assert_eq!(one["id"], entry(1).to_string());
    assert!(one.get("number").is_none(), "a number is given on publication");
    assert_eq!((&one["type"], &one["body"]["code"]), (&json!("event"), &json!("KAZ")));
    assert!(one["title"]["en"].as_str().unwrap().contains("Kazakhstan"));
    assert_eq!((&one["at"], &one["not_before"]), (&json!("2026-01-22T12:00:00Z"), &json!("2026-01-22T12:00:00Z")));
    assert_eq!(one["approved"]["origin"], "moderation");
    assert_eq!(house.scheduled("publisher of kenya").await, Vec::<Value>::new());
    for name in ["nobody", "moderator"] {
        house.get("/api/v1/scheduled").by(name).send().await.expect(403);
    }
    house.get("/api/v1/scheduled").send().await.expect(401);
    for path in [format!("/api/v1/entries/{}", entry(1)), "/api/v1/entries/EVT-2026-00001".to_owned()] {
        house.get(&path).send().await.expect(404);
        house.get(&path).by("publisher").send().await.expect(404);
    }
    house.page(&format!("/entries/{}", entry(1)), "en").await.expect(404);
    assert_eq!(house.get("/api/v1/entries").send().await.expect(200).json()["total"], 0);
    house.page("/", "en").await.expect(200);
}

#[tokio::test]
async fn at_its_time_it_is_public() {
    let house = waiting().await;
    house.pass(10 * DAY - HOUR).await;
    house.get("/api/v1/entries/EVT-2026-00001").send().await.expect(404);
    house.pass(HOUR).await;
    let told = house.get("/api/v1/entries/EVT-2026-00001").send().await.expect(200).json();
    assert!(told["published_at"].as_str().unwrap().starts_with("2026-01-22T12:00:00"));
    assert_eq!(told["digest_holds"], true, "the approval is found though it stands far before");
    assert_eq!(house.scheduled("publisher").await, Vec::<Value>::new());
    house.page("/entries/EVT-2026-00001", "en").await.expect(200);
}

#[tokio::test]
async fn it_waits_through_a_restart_and_is_made_up_for_when_the_machine_slept() {
    let mut house = waiting().await;
    house.start_again();
    assert_eq!(house.scheduled("publisher").await.len(), 1);
    house.wait(40 * DAY);
    house.start_again();
    house.do_what_is_due().await;
    let told = house.get("/api/v1/entries/EVT-2026-00001").send().await.expect(200).json();
    assert!(told["published_at"].as_str().unwrap().starts_with("2026-02-21T12:00:00"), "when it became public: {told}");
    house.start_again();
    house.do_what_is_due().await;
    assert_eq!(house.get("/api/v1/entries").send().await.expect(200).json()["total"], 1, "once");
}

/// A clock that jumps back makes it wait; one that jumps ahead and back again takes nothing back.
#[tokio::test]
async fn a_clock_that_jumps_publishes_nothing_twice_and_nothing_early() {
    let house = waiting().await;
    house.pass(-5 * DAY).await;
    house.get("/api/v1/entries/EVT-2026-00001").send().await.expect(404);
    house.pass(14 * DAY).await;
    house.get("/api/v1/entries/EVT-2026-00001").send().await.expect(404);
    house.pass(2 * DAY).await;
    let published = house.get("/api/v1/entries/EVT-2026-00001").send().await.expect(200);
    let size = house.service.engine().journal().head().size;
    house.pass(-20 * DAY).await;
    house.pass(30 * DAY).await;
    assert_eq!(house.service.engine().journal().head().size, size);
    assert_eq!(house.get("/api/v1/entries/EVT-2026-00001").send().await.expect(200).text, published.text);
}

#[tokio::test]
async fn a_publisher_moves_the_time_never_before_what_was_asked() {
    let house = waiting().await;
    let post = |at: &str, reason: &str| {
        house.post(&address(entry(1), "reschedule")).by("publisher").json(&json!({"at": at, "reason": reason}))
    };
    let told = post("2026-01-30T15:00:00+03:00", "The conference was moved.").send().await.expect(200);
    assert_eq!(told.json()["at"], "2026-01-30T12:00:00Z");
    assert_eq!(told.json()["not_before"], "2026-01-22T12:00:00Z");
    let tag = told.etag();
    let early = post("2026-01-22T11:59:59Z", "Sooner.").send().await.expect(409).json();
    assert_eq!((&early["code"], &early["until"]), (&json!("embargo"), &json!("2026-01-22T12:00:00Z")));
    assert_eq!(early["because"]["origin"], "moderation");
    for (at, reason, pointer) in [
        ("2026-01-02T12:00:00Z", "x", "/at"),
        ("2066-01-02T12:00:00Z", "x", "/at"),
        ("tomorrow", "x", "/at"),
        ("2026-02-01T12:00:00Z", " ", "/reason"),
    ] {
        let told = post(at, reason).send().await.expect(422).json();
        assert_eq!(told["errors"][0]["pointer"], pointer, "{told}");
    }
    post("2026-01-31T12:00:00Z", "Again.").header("if-match", &tag).send().await.expect(200);
    post("2026-02-01T12:00:00Z", "Again.").header("if-match", &tag).send().await.expect(412);
    house.pass(18 * DAY).await;
    house.get("/api/v1/entries/EVT-2026-00001").send().await.expect(404);
    house.pass(DAY).await;
    house.get("/api/v1/entries/EVT-2026-00001").send().await.expect(200);
}

#[tokio::test]
async fn publishing_now_is_once_and_only_where_the_embargo_has_passed() {
    let house = waiting().await;
    let post = || house.post(&address(entry(1), "publish")).by("publisher").json(&json!({}));
    assert_eq!(post().send().await.expect(409).json()["code"], "embargo");
    let later = json!({"at": "2026-03-01T00:00:00Z", "reason": "With the others."});
    house.post(&address(entry(1), "reschedule")).by("publisher").json(&later).send().await.expect(200);
    house.pass(11 * DAY).await;
    let told = post().header("idempotency-key", "k1").send().await.expect(200);
    assert_eq!((&told.json()["number"], told.etag()), (&json!("EVT-2026-00001"), "\"e1\"".to_owned()));
    let size = house.service.engine().journal().head().size;
    let again = post().header("idempotency-key", "k1").send().await.expect(200);
    assert_eq!((again.text, house.service.engine().journal().head().size), (told.text, size));
    assert_eq!(post().send().await.expect(409).json()["code"], "not-scheduled");
    house.pass(60 * DAY).await;
    assert_eq!(house.get("/api/v1/entries").send().await.expect(200).json()["total"], 1);
}

/// The address answers a stranger the same whether something waits or not, and nothing of it is recorded.
#[tokio::test]
async fn strangers_do_not_learn_what_waits() {
    let house = waiting().await;
    let size = house.service.engine().journal().head().size;
    for who in ["nobody", "moderator"] {
        let mut answers = Vec::new();
        for id in [entry(1), entry(9)] {
            let told = house.post(&address(id, "publish")).by(who).json(&json!({})).send().await.expect(403).json();
            answers.push((told["code"].clone(), told["reason"].clone(), told["detail"].clone()));
        }
        assert_eq!(answers[0], answers[1]);
    }
    house.post(&address(entry(1), "publish")).json(&json!({})).send().await.expect(401);
    assert_eq!(house.service.engine().journal().head().size, size);
    let told = house.post(&address(entry(1), "publish")).by("publisher of kenya").json(&json!({})).send().await;
    assert_eq!(told.expect(403).json()["reason"], "designated-for-another-body");
    house.post(&address(entry(9), "publish")).by("publisher").json(&json!({})).send().await.expect(404);
    house.post("/api/v1/scheduled/nothing/publish").by("publisher").json(&json!({})).send().await.expect(404);
}

#[tokio::test]
async fn what_waits_comes_by_date_page_by_page() {
    let house = House::open().await;
    for (number, days) in [(1, 30), (2, 10), (3, 20), (4, 20), (5, 5)] {
        house.approve_for(entry(number), "KAZ", None, &sample(), house.in_days(days)).await;
    }
    let (mut seen, mut query) = (Vec::new(), "?limit=2".to_owned());
    loop {
        let told = house.get(&format!("/api/v1/scheduled{query}")).by("publisher").send().await.expect(200).json();
        let items = told["items"].as_array().unwrap().clone();
        assert!(items.len() <= 2);
        seen.extend(items.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        let Some(next) = told["next"].as_str() else { break };
        query = format!("?limit=2&cursor={next}");
    }
    assert_eq!(seen, [5, 2, 3, 4, 1].map(|number| entry(number).to_string()));
    house.get("/api/v1/scheduled?cursor=x").by("publisher").send().await.expect(422);
}

#[tokio::test]
async fn the_public_edition_stays_until_the_next_ones_time() {
    let house = House::open().await;
    house.publish(entry(1), "KAZ", None, &sample()).await;
    let before = house.get("/api/v1/entries/EVT-2026-00001").send().await.expect(200);
    house.approve_for(entry(1), "KAZ", Some(1), &corrected(), house.in_days(3)).await;
    let meanwhile = house.get("/api/v1/entries/EVT-2026-00001").send().await.expect(200);
    assert_eq!(
        (meanwhile.text, &meanwhile.headers),
        (before.text, &before.headers),
        "nothing tells that something waits"
    );
    house.get("/api/v1/entries/EVT-2026-00001/editions/2").send().await.expect(404);
    assert_eq!(house.scheduled("publisher").await[0]["number"], "EVT-2026-00001");
    house.pass(3 * DAY).await;
    let after = house.get("/api/v1/entries/EVT-2026-00001").send().await.expect(200).json();
    assert_eq!(after["edition"], 2);
}

#[tokio::test]
async fn what_waits_of_a_retracted_entry_is_declined_and_never_comes() {
    let house = House::open().await;
    house.publish(entry(1), "KAZ", None, &sample()).await;
    house.approve_for(entry(1), "KAZ", Some(1), &corrected(), house.in_days(3)).await;
    house.retract("EVT-2026-00001").await.expect(200);
    let last = house.service.engine().journal().head().size - 1;
    let event = house.service.engine().recorded(last).unwrap().event;
    assert!(matches!(event.payload, Some(Payload::PublicationDeclined(_))), "{event:?}");
    house.pass(3 * DAY).await;
    house.get("/api/v1/entries/EVT-2026-00001").send().await.expect(410);
}
