//! Verification in one click.

use dossier_identity::Role;
use dossier_proto::Origin;

use crate::tests::house::House;

/// What a field of the form holds.
fn hidden(html: &str, name: &str) -> String {
    let field = html.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap_or_else(|| panic!("{name}: {html}"));
    field.split('"').next().unwrap().to_owned()
}

async fn fields(house: &House, rest: &str) -> String {
    let page = house.visit("/audit/verify", Some("auditor")).await.expect(200).text;
    format!("form={}&run={}&{rest}", hidden(&page, "form"), hidden(&page, "run"))
}

/// The page once nothing is under way.
async fn ended(house: &House) -> String {
    house.until("the verification has ended", || house.service.office().verifying().all()[0].ended.is_some()).await;
    house.visit("/audit/verify", Some("auditor")).await.expect(200).text
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_journal_is_verified_once_however_often_the_form_is_sent() {
    let house = House::open_to_auditors().await;
    let compared = || house.service.copies().seen().newest(Origin::Submission).is_some();
    house.until("a checkpoint was compared", compared).await;
    let sent = fields(&house, "what=journal&origin=submission").await;
    let told = house.send_form("/audit/verify", "auditor", &sent).await.expect(303);
    assert_eq!(told.headers["location"], "/audit/verify");
    let page = ended(&house).await;
    assert!(page.contains("The journal of Submission"), "{page}");
    assert!(page.contains("Signatures") && page.contains("It holds. Looked at: 1."), "{page}");
    // Only our own decider is at hand in this test: what was not checked is not said to hold.
    assert!(page.contains("It could not be checked here.") && page.contains("not everything could be"), "{page}");
    house.send_form("/audit/verify", "auditor", &sent).await.expect(303);
    assert_eq!(house.service.office().verifying().all().len(), 1, "the same form begins nothing twice");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn our_own_journal_is_verified_as_a_whole() {
    let house = House::open_to_auditors().await;
    let sent = fields(&house, "what=journal&origin=audit").await;
    house.send_form("/audit/verify", "auditor", &sent).await.expect(303);
    let page = ended(&house).await;
    assert!(page.contains("Everything holds.") && page.contains("<bdi class=\"num\">0</bdi>"), "{page}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_hold_is_named_with_its_place_and_exit_code() {
    let house = House::open_to_auditors().await;
    // An approval that rests on nothing: somebody wrote it there.
    let (_, content) = house.world.content(9, r#"{"title":{"en":"Planted"}}"#);
    let nowhere = dossier_proto::Place { origin: Origin::Submission, epoch: 0, sequence: 1 };
    let planted = house.world.edition(2, content, nowhere);
    house.level().await;
    let sent = fields(&house, "what=journal&origin=publication").await;
    house.send_form("/audit/verify", "auditor", &sent).await.expect(303);
    let page = ended(&house).await;
    assert!(page.contains("Something does not hold.") && page.contains("<bdi class=\"num\">30</bdi>"), "{page}");
    assert!(page.contains(&format!("publication/{}", planted.sequence)), "{page}");
    // It was found by itself too, and leads the first page.
    house.judged().await;
    let home = house.visit("/audit", Some("auditor")).await.expect(200).text;
    assert!(home.contains("1 finding is open") && home.contains("without an approval of that content"), "{home}");
    let trail = house.visit("/audit/entries/EVT-2026-00001", Some("auditor")).await.expect(200).text;
    assert!(trail.contains("class=\"verdict broken\""), "{trail}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fault_in_the_form_is_told_and_what_was_typed_stays() {
    let house = House::open_to_auditors().await;
    let sent = fields(&house, "what=receipt&number=EVT-2026-00001&edition=two").await;
    let told = house.send_form("/audit/verify", "auditor", &sent).await.expect(422);
    assert!(
        told.text.contains("Give the number of the edition") && told.text.contains("value=\"two\""),
        "{}",
        told.text
    );
    assert!(house.service.office().verifying().all().is_empty());
    let sent = fields(&house, "what=receipt&number=EVT-2026-77777&edition=1").await;
    house.send_form("/audit/verify", "auditor", &sent).await.expect(303);
    let page = ended(&house).await;
    assert!(page.contains("The receipt of EVT-2026-77777") && page.contains("no edition with this number"), "{page}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_else_and_no_foreign_page_begins_one() {
    let house = House::open_to_auditors().await;
    // Without what only a page of this session holds, nothing is begun: the form comes back to be sent once more.
    let told = house.send_form("/audit/verify", "auditor", "run=1&what=journal&origin=audit").await;
    assert!(!told.status.is_redirection() || !told.headers["location"].to_str().unwrap().ends_with("/audit/verify"));
    house.world.designate("auditor-of-all", Role::Auditor, "");
    house.level().await;
    let sent = fields(&house, "what=journal&origin=audit").await;
    house.send_form("/audit/verify", "auditor-of-all", &sent).await;
    house.send_form("/audit/verify", "writer", &sent).await;
    assert!(house.service.office().verifying().all().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_auditors_follow_what_moves_and_only_what_is_theirs() {
    let house = House::open_to_auditors().await;
    let page = house.visit("/audit/verify", Some("auditor")).await.expect(200).text;
    assert!(page.contains("data-live=\"verify\"") && page.contains("/audit/live"), "{page}");
    house.visit("/audit/live?topic=verify", Some("writer")).await.expect(403);
    house.visit("/audit/live?topic=queue", Some("auditor")).await.expect(404);
}
