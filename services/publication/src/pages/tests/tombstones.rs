//! What stands where an entry was.

use dossier_proto::Micros;

use super::facts::words;
use crate::tests::{House, corrected, entry, sample};

#[tokio::test]
async fn a_retracted_entry_answers_410_with_its_whole_tombstone_and_without_its_words() {
    let house = House::open().await;
    house.publish(entry(1), "KAZ", None, &sample()).await;
    house.wait(Micros::DAY);
    let key = house.publish(entry(1), "KAZ", Some(1), &corrected()).await;
    house.ask_retraction(entry(1), key, 2, "wrong").await;
    house.wait(2 * Micros::DAY);
    house.retract("EVT-2026-00001").await.expect(200);
    for path in ["/entries/EVT-2026-00001", "/entries/EVT-2026-00001/editions/1", "/entries/EVT-2026-00001/editions/2"]
    {
        let page = house.page(path, "en").await.expect(410);
        super::form::check(&page.text).unwrap();
        let shown = words(&page.text);
        for fact in [
            "EVT-2026-00001",
            "2 editions",
            "Retracted",
            "Was put on record by Kazakhstan",
            "Public from 12 January 2026 to 15 January 2026",
            "This entry was retracted on 15 January 2026",
            "It did not happen.",
            "We are sorry for the error.",
            "Asked for by The body that submitted it",
            "Decided by A publisher of the registry",
            "Reason Error of fact (factual_error)",
            "The number and this address are never given to another entry. The text of its 2 editions is no longer shown.",
            "Editions 2 · text not shown",
            "Edition 2 13 January 2026",
            "Edition 1 12 January 2026",
            "The retraction and every edition stand in the log signed below.",
            "publication, event",
        ] {
            assert!(shown.contains(fact), "{fact:?} is not in {shown}");
        }
        for gone in ["delegation", "In 2018", "Nur-Sultan", "New York", "Put in order"] {
            assert!(!page.text.contains(gone), "{gone:?} is still on {path}");
        }
        assert!(page.headers["content-type"].to_str().unwrap().starts_with("text/html"));
    }
}

#[tokio::test]
async fn nobody_asked_is_not_said() {
    let house = House::open().await;
    house.publish(entry(1), "KAZ", None, &sample()).await;
    house.retract("EVT-2026-00001").await.expect(200);
    let shown = words(&house.page("/entries/EVT-2026-00001", "en").await.expect(410).text);
    assert!(!shown.contains("Asked for by"));
}
