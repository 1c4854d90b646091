//! What somebody types and does not save: it is not lost, and not in anybody's way.

use dossier_proto::EntryId;

use super::Browser;
use crate::api::tests::house::House;

/// Aigerim types a title that is kept beside the entry; answers the file it is kept in.
async fn typed(house: &House, id: EntryId, title: &str) -> std::path::PathBuf {
    let entry = format!("/contribute/entries/{id}");
    let aigerim = Browser::of(house, "aigerim");
    let form = aigerim.get(&entry).await.expect(200);
    let typed = aigerim.form(&form, &entry).set("/title/en", title);
    aigerim.post(&format!("{entry}/kept"), &typed.fields).await.expect(204);
    let beginning = format!("{id}-");
    let is_it = |path: &std::path::PathBuf| path.file_name().unwrap().to_str().unwrap().starts_with(&beginning);
    house.attachments().into_iter().find(is_it).expect("it is kept")
}

/// A colleague submitted while she wrote, and her words were gone when she saved.
#[tokio::test]
async fn what_was_typed_while_a_colleague_submitted_comes_back_with_the_entry() {
    let house = House::open().await;
    let id = house.started("aigerim").await.id();
    let entry = format!("/contribute/entries/{id}");
    let aigerim = Browser::of(&house, "aigerim");
    let form = aigerim.get(&entry).await.expect(200);
    house.submitted("bolat", id).await;
    let hers = aigerim.form(&form, &entry).set("/title/en", "Typed in vain");
    let told = hers.press("then", "stay").await;
    assert!(told.status.is_client_error(), "{}", told.status);
    told.says("The entry moved on while you were writing. What you typed is kept for you");
    house.changes_requested(id, "Where was it?").await;
    let back = aigerim.get(&entry).await.expect(200);
    assert_eq!(aigerim.form(&back, &entry).value("/title/en"), "Typed in vain");
    Browser::of(&house, "bolat").get(&entry).await.expect(200).says_not("Typed in vain");
}

/// A file that two savings had written at once was half of each, and its writer could not open the entry any more.
#[tokio::test]
async fn typing_that_is_damaged_counts_as_none_and_is_written_over() {
    let house = House::open().await;
    let id = house.started("aigerim").await.id();
    let entry = format!("/contribute/entries/{id}");
    let aigerim = Browser::of(&house, "aigerim");
    let path = typed(&house, id, "Half a title").await;
    let whole = std::fs::read(&path).unwrap();
    let mut altered = whole.clone();
    *altered.last_mut().unwrap() ^= 1;
    for damaged in [whole[..whole.len() / 2].to_vec(), altered, vec![0xFF; 40], Vec::new()] {
        std::fs::write(&path, &damaged).unwrap();
        aigerim.get(&entry).await.expect(200).says_not("Half a title");
    }
    typed(&house, id, "Typed again").await;
    aigerim.get(&entry).await.expect(200).says("Typed again");
}
