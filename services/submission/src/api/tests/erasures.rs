//! What was ordered to be destroyed: when, in which order, and what it does to whoever writes on.

use std::time::Duration;

use dossier_engine::erasure::Scope;
use dossier_proto::{EntryId, Event, KeyId, Origin, Payload, v1};
use dossier_vault::Holding;
use serde_json::json;

use super::{
    house::{House, content, content_with, start},
    pages::Browser,
};
use crate::Service;

const PDF: &[u8] = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\nThe words of an annex.";

async fn ordered(house: &House, id: EntryId, scope: Scope) -> Event {
    let command = v1::OrderErasure { scope: scope.number(), reason: "court-order".to_owned(), ..Default::default() };
    let ordered = v1::ErasureOrdered { command: Some(command), ..Default::default() };
    house.hear(Origin::Moderation, Some(id), Payload::ErasureOrdered(ordered)).await
}

/// Works until the service has confirmed everything; answers how many keys it says there were.
async fn carried_out(service: &Service) -> u32 {
    let working = tokio::spawn(service.erase());
    let confirmed = async {
        loop {
            let size = service.engine().journal().head().size;
            let confirmed = {
                let view = service.engine().view();
                let orders = &view.state().erasures;
                let is_done = orders.pending(Origin::Submission).next().is_none();
                let last = orders.all().last().and_then(|order| order.confirmed.get(&Origin::Submission)).copied();
                last.filter(|_| is_done)
            };
            match confirmed {
                Some(confirmed) => return confirmed.destroyed,
                None => service.engine().reached(size + 1, Duration::from_secs(5)).await,
            };
        }
    };
    let destroyed = tokio::time::timeout(Duration::from_secs(20), confirmed).await.expect("it is confirmed in time");
    working.abort();
    destroyed
}

fn holding(house: &House, id: EntryId, revision: u32) -> (KeyId, Holding) {
    let key = house.key_of_revision(id, revision);
    (key, house.vault.holding(key))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p11_drafts_files_and_uploads_are_destroyed_and_then_it_is_confirmed() {
    let house = House::open().await;
    let from_a_file = json!({
        "type": "event", "content": content(), "language": "en", "source": {"name": "page.txt", "text": "The page."},
    });
    let id = house.post("/entries").by("aigerim").json(&from_a_file).send().await.expect(201).id();
    let path = format!("/entries/{id}/files?field=attachments&name=A.pdf");
    let upload = |bytes: &[u8]| {
        house.post(&path).by("aigerim").bytes(bytes.to_vec()).header("content-type", "application/pdf").send()
    };
    let (named, loose) = (upload(PDF).await.expect(201).body, upload(&PDF[..30]).await.expect(201).body);
    assert_ne!(named["digest"], loose["digest"]);
    let body = json!({"content": content_with("attachments", json!([named]))});
    house.put(&format!("/entries/{id}/draft")).by("aigerim").json(&body).if_match("\"d1\"").send().await.expect(200);
    let other = house.started("aigerim").await.id();
    // Files know by the machine's clock when they came, and the house has a clock of its own.
    house.wait(1_000_000_000 * dossier_proto::Micros::SECOND);

    ordered(&house, id, Scope::Words).await;
    assert_eq!(holding(&house, id, 1).1, Holding::Live, "heard of, and not carried out");
    let destroyed = carried_out(&house.service).await;
    assert_eq!(destroyed, 4, "two revisions, a file, an upload");
    for revision in [1, 2] {
        assert_eq!(holding(&house, id, revision).1, Holding::Erased);
    }
    assert!(house.kept_files(id).is_empty(), "{:?}", house.kept_files(id));
    let left: Vec<_> = house.attachments().iter().map(|path| path.file_name().unwrap().display().to_string()).collect();
    assert!(!left.iter().any(|name| name.starts_with(&format!("{id}-"))), "{left:?}");
    assert_eq!(holding(&house, other, 1).1, Holding::Live, "another entry is none of it");
    let shown = house.get(&format!("/entries/{id}")).by("aigerim").send().await.expect(200);
    assert!(shown.body["content"].is_null(), "{:#}", shown.body);
    for address in ["/history", "/source"] {
        let told = house.get(&format!("/entries/{id}{address}")).by("aigerim").send().await;
        assert!(!told.status.is_server_error(), "{address}");
    }
}

/// The machine stops between hearing of the order and carrying it out: nobody is served before it is made up for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p11_after_a_crash_it_is_destroyed_before_anybody_is_served_and_confirmed_after() {
    let house = House::open().await;
    let id = house.started("aigerim").await.id();
    ordered(&house, id, Scope::Words).await;
    let again = house.start_again();
    assert_eq!(holding(&house, id, 1).1, Holding::Erased, "before anything was asked");
    let confirmed = |service: &Service| {
        let of_entry = service.engine().of_entry(id).unwrap();
        of_entry.iter().filter(|one| matches!(one.event.payload, Some(Payload::ErasureConfirmed(_)))).count()
    };
    assert_eq!(confirmed(&again), 0, "destroyed before it is confirmed");
    assert_eq!(carried_out(&again).await, 1, "it is still known how many there were");
    assert_eq!(confirmed(&again), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_erased_is_not_submitted_and_what_is_written_later_stays() {
    let house = House::open().await;
    let id = house.started("aigerim").await.id();
    let order = ordered(&house, id, Scope::Words).await;
    carried_out(&house.service).await;
    let body = json!({"what_changed": "nothing", "certify": true});
    let told = house.post(&format!("/entries/{id}/submit")).by("aigerim").json(&body).send().await;
    assert!(told.status.is_client_error(), "{:#}", told.body);
    let body = json!({"content": content_with("title", json!({"en": "Written anew"}))});
    house.put(&format!("/entries/{id}/draft")).by("aigerim").json(&body).if_match("\"d1\"").send().await.expect(200);
    house.submitted("aigerim", id).await;
    assert_eq!((holding(&house, id, 1).1, holding(&house, id, 2).1), (Holding::Erased, Holding::Live));
    // The order is carried out again at the next start, and still takes nothing that came later.
    let again = house.start_again();
    assert_eq!(holding(&house, id, 2).1, Holding::Live);
    let view = again.engine().view();
    assert_eq!(view.state().erasures.get(order.head.place).unwrap().confirmed.len(), 1);
    assert!(start(&content()).is_object());
}

/// A key that was granted when the order was on its way: it does not stay.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p11_a_key_that_comes_late_is_destroyed_when_it_comes() {
    let house = House::open().await;
    let id = house.started("aigerim").await.id();
    house.submitted("aigerim", id).await;
    ordered(&house, id, Scope::Words).await;
    carried_out(&house.service).await;
    // What publication said before it carried the order out, and this service hears of after.
    let key = house.vault.fresh(dossier_vault::Kind::Review).unwrap();
    let reason = Some(v1::Sealed { key_id: key.to_vec(), nonce: vec![0; 24], ciphertext: vec![0; 80] });
    let command = Some(v1::DeclineRetraction { asked: None, reason });
    let declined = Payload::RetractionDeclined(v1::RetractionDeclined { command, edition: 1 });
    house.hear(Origin::Publication, Some(id), declined).await;
    assert_eq!(house.vault.holding(key), Holding::Erased);
}

/// What they typed and did not save was under the key of the entry, which stays, and could be read as long as that.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p11_what_a_forgotten_person_typed_and_did_not_save_is_destroyed() {
    let house = House::open().await;
    let id = house.started("aigerim").await.id();
    let entry = format!("/contribute/entries/{id}");
    for name in ["aigerim", "bolat"] {
        let browser = Browser::of(&house, name);
        let form = browser.get(&entry).await.expect(200);
        let typed = browser.form(&form, &entry).set("/title/en", &format!("Typed by {name}"));
        browser.post(&format!("{entry}/kept"), &typed.fields).await.expect(204);
    }
    let kept = || house.attachments().iter().filter(|path| path.is_file()).count();
    assert_eq!(kept(), 2);
    let subject = house.person("aigerim").subject;
    let command = v1::OrderErasure {
        scope: Scope::Person.number(),
        subject: subject.to_vec(),
        reason: "court-order".to_owned(),
        ..Default::default()
    };
    let ordered = v1::ErasureOrdered { command: Some(command), ..Default::default() };
    house.hear(Origin::Moderation, None, Payload::ErasureOrdered(ordered)).await;
    house.accounts.erase_person(subject, dossier_proto::Micros(1)).unwrap();
    carried_out(&house.service).await;
    assert_eq!(kept(), 1, "hers is gone");
    Browser::of(&house, "bolat").get(&entry).await.expect(200).says("Typed by bolat");
    assert_eq!(holding(&house, id, 1).1, Holding::Live, "the entry is none of it");
}
