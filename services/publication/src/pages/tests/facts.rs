//! Every fact of the sample is on its page.

use dossier_proto::Micros;

use crate::tests::{CONTRIBUTOR, House, SAMPLE, corrected, entry, sample};

/// The words of a page, without tags, escapes resolved.
pub(super) fn words(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        let (tag, tail) = after.split_once('>').expect("a tag ends");
        // Inline tags do not part words.
        if !["b", "em", "strong", "a", "span", "bdi", "/b", "/em", "/strong", "/a", "/span", "/bdi"]
            .contains(&tag.split(' ').next().unwrap_or_default())
        {
            text.push('\n');
        }
        rest = tail;
    }
    text.push_str(rest);
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'");
    let text = text.replace("&#60;", "<").replace("&#62;", ">").replace("&#34;", "\"").replace("&#38;", "&");
    text.replace("&amp;", "&").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn edition_1_holds_every_fact_of_the_sample() {
    let house = House::open().await;
    house.publish(entry(1), "KAZ", None, &sample()).await;
    let page = house.page("/entries/EVT-2026-00001", "en").await.expect(200);
    let shown = words(&page.text);
    let mut lines = SAMPLE.lines().map(str::trim).filter(|line| !line.is_empty());
    assert_eq!(lines.next(), Some("Skip to main content"));
    for line in lines {
        // An empty date is no date; labels and terms differ from the source in capitals only, and one label in its form.
        let line = match line {
            "Date:" => continue,
            "Main organizer/s" => "Main organizers",
            "Country / Regional Networks" => "Country or regional networks",
            "*References to Kosovo shall be understood to be in the context of United Nations Security Council resolution 1244 (1999)." => {
                "* References to Kosovo shall be understood to be in the context of United Nations Security Council resolution 1244 (1999)."
            }
            other => other.strip_prefix("Location: ").unwrap_or(other),
        };
        // "Status / Published" is a claim of the source; what stands on our page is our own state.
        if line == "Status" {
            continue;
        }
        let wanted = line.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        assert!(shown.to_lowercase().contains(&wanted), "{line:?} is not on the page:\n{shown}");
    }
    assert!(!shown.contains("Date "), "an empty date is not shown");
    assert!(shown.contains("Put on record by Kazakhstan"));
    assert!(page.text.len() <= 30 * 1024, "{} bytes", page.text.len());
}

#[tokio::test]
async fn edition_2_holds_the_corrected_facts_and_edition_1_stays_as_it_was() {
    let house = House::open().await;
    house.publish(entry(1), "KAZ", None, &sample()).await;
    let alone = words(&house.page("/entries/EVT-2026-00001/editions/1", "en").await.expect(200).text);
    house.wait(Micros::DAY);
    let said = "Place and dates taken from the text.";
    house.publish_saying(entry(1), "KAZ", Some(1), &corrected(), said).await;

    let current = words(&house.page("/entries/EVT-2026-00001", "en").await.expect(200).text);
    assert!(current.contains("17 to 20 May 2022 (New York time)"), "{current}");
    assert!(current.contains("New York, United States of America"), "{current}");
    assert!(!current.contains("Location Nur-Sultan"));
    assert!(current.contains(said) && current.contains("First edition."));
    assert!(current.contains("Edition 2") && current.contains("Open edition 1"));

    let first = words(&house.page("/entries/EVT-2026-00001/editions/1", "en").await.expect(200).text);
    assert!(first.contains("Nur-Sultan, Kazakhstan"));
    assert!(first.contains("Not the current edition") && first.contains("Read the current edition"));
    assert!(first.contains("You are reading edition 1. Edition 2 is the current one."));
    let body = |page: &str| page.split("Facts").nth(1).unwrap().split("Editions").next().unwrap().to_owned();
    assert_eq!(body(&first), body(&alone), "the facts of an edition never change");
}

#[tokio::test]
async fn how_it_came_to_be_published_names_steps_and_nobody() {
    let house = House::open().await;
    house.publish(entry(1), "KAZ", None, &sample()).await;
    let page = house.page("/entries/EVT-2026-00001", "en").await.expect(200);
    let shown = words(&page.text);
    for step in [
        "Kazakhstan submitted the text. 9 January 2026",
        "A moderator asked for 3 changes. 10 January 2026",
        "A moderator asked for changes. 10 January 2026",
        "Kazakhstan answered and submitted again. 11 January 2026",
        "A moderator who had written no part of it approved exactly this text. 12 January 2026, 12:00 UTC",
        "Published as edition 1, within the same second. 12 January 2026, 12:00 UTC",
    ] {
        assert!(shown.contains(step), "{step:?} is not in {shown}");
    }
    let subject = house.person(CONTRIBUTOR).subject.to_string();
    assert!(!page.text.contains(CONTRIBUTOR) && !page.text.contains(&subject));
    let cited = "Kazakhstan, EVT-2026-00001, edition 1, Dossier, 12 January 2026. \
                 https://dossier.example/entries/EVT-2026-00001/editions/1";
    assert!(shown.contains(cited), "{shown}");
}

#[tokio::test]
async fn the_receipt_names_digest_place_and_checkpoint_and_says_what_was_checked() {
    let house = House::open().await;
    house.publish(entry(1), "KAZ", None, &sample()).await;
    let page = house.page("/entries/EVT-2026-00001", "en").await.expect(200);
    let shown = words(&page.text);
    assert!(shown.contains("This text has the digest that was approved"), "{shown}");
    let document = house.get("/api/v1/entries/EVT-2026-00001").send().await.expect(200).json();
    let digest = document["digest"].as_str().unwrap();
    assert_eq!(document["digest_holds"], true);
    assert!(shown.replace(' ', "").contains(digest), "{digest} is not in {shown}");
    let head = house.service.engine().journal().head();
    let at = document["place"]["sequence"].as_u64().unwrap() + 1;
    assert!(shown.contains(&format!("publication, event {at} of {}", head.size)));
    assert!(shown.contains(&head.root.to_base64()));
}

#[tokio::test]
async fn a_text_that_is_not_the_approved_one_is_told_and_not_vouched_for() {
    let house = House::open().await;
    let (_, mut approved) = house.approval(entry(1), "KAZ", None, &sample(), "");
    // The event names another digest than the text has.
    approved.content.as_mut().unwrap().digest = vec![1; 32];
    approved.command.as_mut().unwrap().digest = vec![1; 32];
    let payload = dossier_proto::Payload::Approved(approved);
    house.hear(dossier_proto::Origin::Moderation, Some(entry(1)), payload).await;
    let page = house.page("/entries/EVT-2026-00001", "en").await.expect(200);
    assert!(page.text.contains("This text does not have the digest that was approved."));
    assert!(!page.text.contains("class=\"verdict\""));
    let document = house.get("/api/v1/entries/EVT-2026-00001").send().await.expect(200).json();
    assert_eq!(document["digest_holds"], false);
}

#[tokio::test]
async fn a_text_that_was_erased_is_gone_from_memory_too() {
    let house = House::open().await;
    let key = house.publish(entry(1), "KAZ", None, &sample()).await;
    house.page("/entries/EVT-2026-00001", "en").await.expect(200);
    house.vault.erase(key).unwrap();
    let page = house.page("/entries/EVT-2026-00001", "en").await.expect(410);
    let shown = words(&page.text);
    assert!(shown.contains("erased"), "{shown}");
    assert!(!shown.contains("In 2018, Member States"));
    let answer = house.get("/api/v1/entries/EVT-2026-00001").send().await;
    assert!(!answer.text.contains("In 2018, Member States"), "{}", answer.text);
}
