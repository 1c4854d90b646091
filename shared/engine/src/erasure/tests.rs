//! Which keys an order is about.

use dossier_proto::{
    Actor, Digest, EntryId, Event, EventId, Head, KeyId, Micros, Origin, Payload, Place, SubjectId, must_understand,
    schema_of, v1,
};

use super::{Duty, ErasureError, Holdings, Order, Orders, Scope, destroy, scope};

const ENTRY: EntryId = EntryId([7; 16]);
const OTHER: EntryId = EntryId([8; 16]);

fn sealed(key: u8) -> Option<v1::Sealed> {
    Some(v1::Sealed { key_id: vec![key; 16], nonce: vec![1; 24], ciphertext: vec![2; 32] })
}

fn event(origin: Origin, sequence: u64, at: i64, entry: EntryId, payload: Payload) -> Event {
    let head = Head {
        id: EventId([3; 16]),
        place: Place { origin, epoch: 0, sequence },
        schema: schema_of(&payload),
        must_understand: must_understand(&payload),
        entry: Some(entry),
        part_version: 0,
        recorded_at: Micros(at),
        wall: Micros(at),
        actor: Actor::Person(SubjectId([4; 16])),
        on_behalf_of: None,
        authority: None,
        command: None,
        cause: None,
        rules: 1,
        registry: None,
        correlation: None,
    };
    Event { head, payload: Some(payload) }
}

/// A content under a key, with a personal value and a file under the two keys after.
fn saved(sequence: u64, at: i64, digest: u8, keys: [u8; 3]) -> Event {
    let content = v1::Content {
        revision: 1,
        digest: vec![digest; 32],
        sealed: sealed(keys[0]),
        personal: vec![v1::PersonalValue { sealed: sealed(keys[1]), ..Default::default() }],
        files: vec![v1::AttachedFile {
            digest: vec![keys[2]; 32],
            key_id: vec![keys[2]; 16],
            ..v1::AttachedFile::default()
        }],
    };
    let command = v1::SaveDraft { content: Some(content), fields: Vec::new() };
    let payload = Payload::DraftSaved(v1::DraftSaved { command: Some(command) });
    event(Origin::Submission, sequence, at, ENTRY, payload)
}

fn said(sequence: u64, at: i64, key: u8) -> Event {
    let command = v1::Comment { text: sealed(key), ..v1::Comment::default() };
    let payload = Payload::CommentMade(v1::CommentMade { command: Some(command) });
    event(Origin::Moderation, sequence, at, ENTRY, payload)
}

fn ordered(at: i64, scope: Scope, digests: &[u8], standing: Option<u8>) -> Event {
    let command = v1::OrderErasure {
        scope: scope.number(),
        digests: digests.iter().map(|digest| vec![*digest; 32]).collect(),
        reason: "own-request".to_owned(),
        note: sealed(99),
        ..v1::OrderErasure::default()
    };
    let standing = standing.map(|digest| vec![digest; 32]).unwrap_or_default();
    let payload =
        Payload::ErasureOrdered(v1::ErasureOrdered { command: Some(command), standing, ..Default::default() });
    event(Origin::Moderation, 50, at, ENTRY, payload)
}

fn confirmed(origin: Origin, sequence: u64) -> Event {
    let order = Some(Place { origin: Origin::Moderation, epoch: 0, sequence: 50 }.into());
    let command = v1::ConfirmErasure { order, destroyed: 2, kept: Vec::new() };
    let payload = Payload::ErasureConfirmed(v1::ErasureConfirmed { command: Some(command) });
    event(origin, sequence, 200, ENTRY, payload)
}

/// Two contents that share a file (33), one of them written after the moment of the orders, and a comment.
fn history() -> Vec<Event> {
    vec![
        saved(0, 10, 1, [11, 12, 33]),
        saved(1, 20, 2, [21, 22, 33]),
        said(2, 30, 41),
        ordered(100, Scope::Words, &[], None),
        confirmed(Origin::Submission, 2),
        saved(3, 110, 3, [51, 52, 53]),
        said(51, 120, 61),
    ]
}

fn keys(order: &Event) -> Vec<u8> {
    let mut orders = Orders::default();
    orders.fold(order, None);
    orders.fold(&confirmed(Origin::Submission, 2), None);
    scope::of_order(orders.all().next().unwrap(), &history()).keys.iter().map(|key| key.as_bytes()[0]).collect()
}

#[test]
fn each_scope_takes_its_own_and_nothing_that_came_later() {
    assert_eq!(keys(&ordered(100, Scope::Words, &[], None)), [11, 12, 21, 22, 33, 41]);
    assert_eq!(keys(&ordered(100, Scope::PersonalValues, &[], None)), [12, 22]);
    assert_eq!(keys(&ordered(100, Scope::Content, &[1, 2], None)), [11, 12, 21, 22, 33]);
    assert!(keys(&ordered(100, Scope::Person, &[], None)).is_empty());
    let unconfirmed = Order::of(&ordered(100, Scope::Words, &[], None)).unwrap();
    let all: Vec<u8> = scope::of_order(&unconfirmed, &history()).keys.iter().map(|key| key.as_bytes()[0]).collect();
    assert_eq!(all, [11, 12, 21, 22, 33, 41, 51, 52, 53], "until submission says where its line is, it has none");
}

#[test]
fn a_file_of_two_revisions_was_destroyed_with_the_one_that_was_ordered() {
    let first = ordered(100, Scope::Content, &[1], None);
    assert_eq!(keys(&first), [11, 12], "the file is also that of the second revision, which nobody ordered");
    let first_order = Order::of(&first).unwrap();
    assert!(scope::of_order(&first_order, &history()).files.is_empty());

    let mut second = Order::of(&ordered(150, Scope::Content, &[2], None)).unwrap();
    second.place.sequence = 60;
    let of_second = |events: &[Event]| -> Vec<u8> {
        scope::of_order(&second, events).keys.iter().map(|key| key.as_bytes()[0]).collect()
    };
    let mut events = history();
    assert_eq!(of_second(&events), [21, 22], "the first revision is not ordered here");
    events.push(first);
    assert_eq!(of_second(&events), [21, 22, 33], "ordered one after the other, the file goes with the last of them");
}

/// The edition in public lost its file at the next start: it had been a draft when another content with the file was erased.
#[test]
fn what_was_submitted_after_the_order_keeps_the_file_it_shares() {
    let mut events = vec![saved(0, 10, 1, [11, 12, 33]), ordered(100, Scope::Content, &[1], None)];
    let order = Order::of(&events[1]).unwrap();
    assert!(scope::of_order(&order, &events).keys.contains(&KeyId([33; 16])));
    let Event { head, payload } = saved(0, 110, 2, [21, 22, 33]);
    events.push(Event { head: Head { place: Place { sequence: 51, ..order.place }, ..head }, payload });
    let found = scope::of_order(&order, &events);
    assert_eq!(found.keys.iter().map(|key| key.as_bytes()[0]).collect::<Vec<_>>(), [11, 12]);
    assert_eq!(found.kept.iter().map(|key| key.as_bytes()[0]).collect::<Vec<_>>(), [33]);
    assert!(found.files.is_empty());
}

/// Moderation destroyed the file of a draft that it cannot know of.
#[test]
fn what_a_draft_shares_stays_with_those_who_do_not_know_the_draft() {
    let order = ordered(100, Scope::Content, &[1], None);
    let mut orders = Orders::default();
    orders.fold(&order, None);
    let Event { head, payload: Some(Payload::ErasureConfirmed(mut said)) } = confirmed(Origin::Submission, 2) else {
        panic!("it is a confirmation")
    };
    said.command.as_mut().unwrap().kept = vec![vec![33; 16]];
    orders.fold(&Event { head, payload: Some(Payload::ErasureConfirmed(said)) }, None);
    let known = [saved(0, 10, 1, [11, 12, 33])];
    let found = scope::of_order(orders.all().next().unwrap(), &known);
    assert_eq!(found.keys.iter().map(|key| key.as_bytes()[0]).collect::<Vec<_>>(), [11, 12]);
    assert!(found.files.is_empty());
}

/// Where a service keeps nothing but keys and events.
struct Keys(Vec<Event>, dossier_vault::Vault);

impl Holdings for Keys {
    fn events(&self, _: EntryId) -> Result<Vec<Event>, ErasureError> {
        Ok(self.0.clone())
    }

    fn vault(&self) -> &dossier_vault::Vault {
        &self.1
    }

    fn forget(&self, _: SubjectId) -> Result<u32, ErasureError> {
        Ok(0)
    }
}

/// Keys of the vault in the place of the numbers in the history.
fn shelf(directory: &std::path::Path) -> (Keys, Vec<KeyId>) {
    let master = dossier_vault::MasterKey::create_or_read(directory.join("master.key")).unwrap();
    let vault = dossier_vault::Vault::open(directory.join("keys"), &master).unwrap();
    let keys: Vec<KeyId> = (0..5).map(|_| vault.fresh(dossier_vault::Kind::Revision).unwrap()).collect();
    let content = |sequence, digest: u8, own: usize| {
        let mut event = saved(sequence, 10, digest, [0; 3]);
        let Some(Payload::DraftSaved(v1::DraftSaved { command: Some(save) })) = &mut event.payload else { panic!() };
        let content = save.content.as_mut().unwrap();
        content.sealed.as_mut().unwrap().key_id = keys[own].to_vec();
        content.personal[0].sealed.as_mut().unwrap().key_id = keys[own + 1].to_vec();
        content.files[0].key_id = keys[4].to_vec();
        event
    };
    (Keys(vec![content(0, 1, 0), content(1, 2, 2)], vault), keys)
}

#[test]
fn a_repeated_order_counted_keys_that_were_destroyed_before() {
    let directory = tempfile::tempdir().unwrap();
    let (shelf, _) = shelf(directory.path());
    let mut orders = Orders::default();
    let mut counts = Vec::new();
    for (sequence, scope) in [(50, Scope::PersonalValues), (60, Scope::PersonalValues), (70, Scope::Words)] {
        let mut order = ordered(100, scope, &[], None);
        order.head.place.sequence = sequence;
        orders.fold(&order, None);
        let duty = Duty::of(Origin::Submission, orders.get(order.head.place).unwrap(), &orders);
        let once = destroy(&shelf, &duty).unwrap().count;
        assert_eq!(destroy(&shelf, &duty).unwrap().count, once, "a crash before the confirmation changes no number");
        counts.push(once);
        let order = Some(order.head.place.into());
        let command = v1::ConfirmErasure { order, destroyed: once, kept: Vec::new() };
        let payload = Payload::ErasureConfirmed(v1::ErasureConfirmed { command: Some(command) });
        orders.fold(&event(Origin::Submission, sequence, 200, ENTRY, payload), None);
    }
    assert_eq!(counts, [2, 0, 3], "two values, none again, then two contents and a file");
}

#[test]
fn who_knows_no_drafts_destroys_the_words_at_once_and_waits_with_what_may_be_shared() {
    let directory = tempfile::tempdir().unwrap();
    let (shelf, keys) = shelf(directory.path());
    let order = ordered(100, Scope::Content, &[1, 2], None);
    let mut orders = Orders::default();
    orders.fold(&order, None);
    let duty = |orders: &Orders| Duty::of(Origin::Moderation, orders.get(order.head.place).unwrap(), orders);
    assert!(matches!(destroy(&shelf, &duty(&orders)), Err(ErasureError::Waits(_))));
    let live = || keys.iter().map(|key| shelf.1.holds(*key)).collect::<Vec<_>>();
    assert_eq!(live(), [false, true, false, true, true], "the words of both, and nothing that may be shared");
    let Event { head, payload: Some(Payload::ErasureConfirmed(mut said)) } = confirmed(Origin::Submission, 2) else {
        panic!("it is a confirmation")
    };
    said.command.as_mut().unwrap().kept = vec![keys[4].to_vec()];
    orders.fold(&Event { head, payload: Some(Payload::ErasureConfirmed(said)) }, None);
    assert_eq!(destroy(&shelf, &duty(&orders)).unwrap().count, 4);
    assert_eq!(live(), [false, false, false, false, true], "the file stays with the draft");
}

#[test]
fn personal_values_that_revisions_share_stay_with_the_one_that_is_not_ordered() {
    let events = [saved(0, 10, 1, [11, 12, 13]), saved(1, 20, 2, [21, 12, 23])];
    let order = Order::of(&ordered(100, Scope::Content, &[1], None)).unwrap();
    let found = scope::of_order(&order, &events);
    assert_eq!(found.keys.iter().map(|key| key.as_bytes()[0]).collect::<Vec<_>>(), [11, 13]);
    assert_eq!(found.files.len(), 1, "its own file goes");
}

#[test]
fn what_the_content_in_public_names_stays() {
    let order = ordered(100, Scope::Content, &[1], Some(2));
    assert_eq!(keys(&order), [11, 12], "the file is also that of the content that stands in public");
    let order = Order::of(&order).unwrap();
    assert!(scope::of_order(&order, &history()).files.is_empty());
    let sure = scope::of_event(&order, &history()[0]);
    assert_eq!(sure.into_iter().collect::<Vec<_>>(), [KeyId([11; 16])], "of one event alone nobody can tell");
}

#[test]
fn an_order_is_open_until_everybody_has_confirmed_it() {
    let mut orders = Orders::default();
    orders.fold(&ordered(100, Scope::Words, &[], None), None);
    assert_eq!(orders.pending(Origin::Audit).count(), 1);
    orders.fold(&confirmed(Origin::Submission, 4), None);
    orders.fold(&confirmed(Origin::Submission, 9), None);
    let order = orders.all().next().unwrap();
    assert_eq!(order.confirmed[&Origin::Submission].place.sequence, 4, "the first stands");
    assert_eq!(orders.pending(Origin::Submission).count(), 0);
    assert_eq!(orders.pending(Origin::Audit).count(), 1);
    let covered = |event: &Event| orders.covering(&event.head).count();
    assert_eq!((covered(&said(2, 30, 41)), covered(&said(51, 130, 41))), (1, 0));
    assert_eq!(
        (covered(&saved(3, 300, 1, [1; 3])), covered(&saved(5, 1, 1, [1; 3]))),
        (1, 0),
        "by places, not by clocks"
    );
    let elsewhere = Event { head: Head { entry: Some(OTHER), ..said(2, 30, 41).head }, ..said(2, 30, 41) };
    assert_eq!(covered(&elsewhere), 0);
    assert_eq!(Order::of(&said(1, 1, 1)), None);
    assert_eq!(order.digests, std::collections::BTreeSet::<Digest>::new());
}
