//! What letters say and to whom they go, without a server.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use dossier_identity::accounts::Language;
use dossier_proto::{
    Actor, EntryId, Event, EventId, Head, Micros, Origin, Payload, Place, SubjectId, must_understand, schema_of, v1,
};

use super::{
    About, Call, Inboxes, LETTERS_MAX, LetterId, Mover, News, Notice, Onward, ReadMarks, Step, Tongue, check_record,
    round::Round,
};

const PERSON: SubjectId = SubjectId([7; 16]);
const OTHER: SubjectId = SubjectId([8; 16]);
const DAY: i64 = Micros::DAY;

fn place(sequence: u64) -> Place {
    Place { origin: Origin::Submission, epoch: 0, sequence }
}

fn notice(sequence: u64) -> Notice {
    let onward = Onward { who: Mover::Contributor, what: Step::Answer, by: Some(Micros(83 * DAY)) };
    let news = News::ChangesRequested { count: 2 };
    Notice { place: place(sequence), at: Micros(sequence as i64), entry: EntryId([1; 16]), news, onward }
}

fn event(sequence: u64, at: i64, actor: Actor, payload: Payload) -> Event {
    let head = Head {
        id: EventId([sequence as u8; 16]),
        place: place(sequence),
        schema: schema_of(&payload),
        must_understand: must_understand(&payload),
        entry: None,
        part_version: 0,
        recorded_at: Micros(at),
        wall: Micros(at),
        actor,
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

fn ended(sequence: u64, at: i64, letters: &[LetterId]) -> Event {
    let end = |id: &LetterId| v1::LetterEnd {
        letter: id.0.to_vec(),
        outcome: v1::LetterOutcome::Accepted.into(),
        attempts: 1,
    };
    let command = Some(v1::RecordLetters { letters: letters.iter().map(end).collect() });
    event(sequence, at, Actor::System(Origin::Submission), Payload::LettersEnded(v1::LettersEnded { command }))
}

fn read(sequence: u64, at: i64, through: u64) -> Event {
    let command = Some(v1::ReadInbox { through: Some(place(through).into()) });
    event(sequence, at, Actor::Person(PERSON), Payload::InboxRead(v1::InboxRead { command }))
}

#[test]
fn every_language_says_everything_and_nothing_twice() {
    for language in Language::ALL {
        let tongue = Tongue::of(language);
        let news: BTreeSet<String> = News::ALL.iter().map(|news| tongue.news(*news).into_owned()).collect();
        assert_eq!(news.len(), News::ALL.len(), "{language}: two kinds of news in the same words");
        let steps: BTreeSet<&str> = Step::ALL.iter().map(|step| tongue.step(*step)).collect();
        assert_eq!(steps.len(), Step::ALL.len(), "{language}: two steps in the same words");
        assert!(news.iter().all(|text| !text.trim().is_empty() && !text.contains("  ")), "{language}");
    }
    let english: BTreeSet<String> =
        News::ALL.iter().map(|news| Tongue::of(Language::En).news(*news).into_owned()).collect();
    for language in Language::ALL.into_iter().filter(|language| *language != Language::En) {
        let tongue = Tongue::of(language);
        let same = News::ALL.iter().find(|news| english.contains(tongue.news(**news).as_ref()));
        assert_eq!(same, None, "{language} is not translated");
    }
    let keys: BTreeSet<&str> = News::ALL.iter().map(|news| news.key()).collect();
    assert_eq!(keys.len(), News::ALL.len());
}

#[test]
fn a_mail_says_what_happened_whose_move_it_is_and_by_when() {
    let mut inboxes = Inboxes::default();
    inboxes.tell([PERSON], notice(3), Call::Yours, Micros(3));
    let letter = *inboxes.of(PERSON, None).next().unwrap();
    let about = About {
        name: "EVT-2026-00042".to_owned(),
        record_type: "Event".to_owned(),
        address: "https://registry.example/x".to_owned(),
    };
    let tongue = Tongue::of(Language::En);
    let text = tongue.text(&letter, &about);
    for part in [
        "Changes were requested (2)",
        "EVT-2026-00042",
        "Next move: yours",
        "submit again",
        "By: 1970-03-25",
        "https://registry.example/x",
    ] {
        assert!(text.contains(part), "{part:?} is missing in:\n{text}");
    }
    let subject = tongue.subject(&letter, &about);
    assert_eq!(subject, "EVT-2026-00042 · Event · Changes were requested (2)");
}

#[test]
fn an_inbox_has_the_newest_letters_and_knows_which_were_read() {
    let mut inboxes = Inboxes::default();
    for sequence in 0..600 {
        inboxes.tell([PERSON, OTHER], notice(sequence), Call::Told, Micros(sequence as i64));
    }
    inboxes.tell([PERSON], notice(599), Call::Yours, Micros(599));
    assert_eq!(inboxes.of(PERSON, None).count(), LETTERS_MAX, "one for each event, and not more than that");
    let newest: Vec<u64> = inboxes.of(PERSON, Some(place(500))).take(2).map(|letter| letter.place.sequence).collect();
    assert_eq!(newest, [499, 498]);
    inboxes.take(&read(600, 600, 300));
    inboxes.take(&read(601, 601, 200));
    let unread = |subject| inboxes.of(subject, None).filter(|letter| !inboxes.is_read(subject, letter)).count();
    assert_eq!(unread(PERSON), 299, "nobody unreads");
    assert_eq!(unread(OTHER), LETTERS_MAX);
}

#[test]
fn only_what_is_told_after_mail_began_goes_out_and_once_it_ended_never_again() {
    let mut inboxes = Inboxes::default();
    inboxes.tell([PERSON], notice(1), Call::Told, Micros(1));
    assert_eq!(inboxes.due().count(), 0, "nobody has a mail server yet");
    inboxes.take(&ended(2, 2, &[]));
    inboxes.tell([PERSON, OTHER], notice(3), Call::Told, Micros(3));
    let ids: Vec<_> = inboxes.due().map(|due| due.letter.id).collect();
    assert_eq!(ids.len(), 2);
    inboxes.take(&ended(4, 4, &ids[..1]));
    inboxes.take(&ended(5, 5, &ids[..1]));
    assert_eq!(inboxes.due().map(|due| due.letter.id).collect::<Vec<_>>(), ids[1..]);
    assert_eq!(inboxes.waiting(), (1, Some(Micros(3))));
    // Much later nobody wants to hear of it.
    inboxes.take(&ended(6, 7 * DAY, &[]));
    assert_eq!(inboxes.waiting(), (0, None));
    assert_eq!(inboxes.mailed_since(), Some(Micros(2)));
}

#[test]
fn a_bell_rings_once_until_somebody_looks_or_a_day_went_by() {
    let mut inboxes = Inboxes::default();
    inboxes.take(&ended(0, 0, &[]));
    let due = |inboxes: &Inboxes| inboxes.due().filter(|due| due.subject == PERSON).count();
    for sequence in 1..=40 {
        inboxes.tell([PERSON], notice(sequence), Call::AnyOfYou, Micros(sequence as i64));
    }
    assert_eq!((due(&inboxes), inboxes.of(PERSON, None).count()), (1, 40));
    inboxes.take(&read(41, 41, 40));
    inboxes.tell([PERSON], notice(42), Call::AnyOfYou, Micros(42));
    inboxes.tell([PERSON], notice(43), Call::AnyOfYou, Micros(43));
    assert_eq!(due(&inboxes), 2, "they have looked");
    inboxes.tell([PERSON], notice(44), Call::Yours, Micros(44));
    assert_eq!(due(&inboxes), 3, "what is theirs alone always rings");
    inboxes.tell([PERSON], notice(45), Call::AnyOfYou, Micros(42 + DAY));
    assert_eq!(due(&inboxes), 4, "a day went by");
}

#[test]
fn a_letter_has_one_name_and_no_two_have_the_same() {
    let mut names = BTreeSet::new();
    for sequence in 0..50 {
        for subject in [PERSON, OTHER] {
            for news in News::ALL {
                assert!(names.insert(LetterId::of(place(sequence), subject, news.key())));
            }
        }
    }
    let first = LetterId::of(place(0), PERSON, "published");
    assert_eq!(first.to_string(), "2fa6f4d4208008716846ae2e262a2777", "names are for ever");
}

#[test]
fn a_mark_names_an_event_of_this_journal_that_has_happened() {
    let mut marks = ReadMarks::default();
    let through = |place: Place| v1::ReadInbox { through: Some(place.into()) };
    let moves = |marks: &ReadMarks, place: Place| marks.moves(PERSON, &through(place), self::place(10));
    assert_eq!(moves(&marks, place(9)), Ok(true));
    marks.read(PERSON, &through(place(9)));
    assert_eq!(moves(&marks, place(9)), Ok(false));
    assert_eq!(moves(&marks, place(3)), Ok(false));
    assert!(moves(&marks, place(10)).is_err(), "still to come");
    assert!(moves(&marks, Place { origin: Origin::Audit, ..place(9) }).is_err());
    assert!(marks.moves(PERSON, &v1::ReadInbox { through: None }, place(10)).is_err());
}

#[test]
fn only_the_postman_says_how_letters_ended() {
    let end = v1::LetterEnd { letter: vec![1; 16], outcome: v1::LetterOutcome::Refused.into(), attempts: 1 };
    let record = |letters| v1::RecordLetters { letters };
    let check =
        |record: &v1::RecordLetters| check_record(record, Actor::System(Origin::Submission), Origin::Submission);
    assert_eq!(check(&record(vec![end.clone(); 64])), Ok(()));
    assert_eq!(check(&record(Vec::new())), Ok(()), "mail begins");
    assert!(check(&record(vec![end.clone(); 65])).is_err());
    assert!(check(&record(vec![v1::LetterEnd { letter: vec![1; 15], attempts: 1, outcome: end.outcome }])).is_err());
    assert!(check(&record(vec![v1::LetterEnd { outcome: 0, ..end.clone() }])).is_err());
    assert!(check(&record(vec![v1::LetterEnd { attempts: 0, ..end.clone() }])).is_err());
    for actor in [Actor::Person(PERSON), Actor::System(Origin::Moderation)] {
        assert!(check_record(&record(vec![end.clone()]), actor, Origin::Submission).is_err());
    }
}

#[test]
fn what_was_not_taken_is_tried_again_after_twice_as_long_each_time() {
    let (mut round, start) = (Round::new(Duration::from_secs(60)), Instant::now());
    let letter = LetterId([1; 16]);
    let mut now = start;
    for minutes in [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360] {
        assert!(round.is_ready(letter, now));
        round.begin(letter);
        assert!(!round.is_ready(letter, now + Duration::from_secs(1_000_000)), "it is under way");
        round.postpone(letter, now);
        let wait = Duration::from_secs(minutes * 60);
        assert!(!round.is_ready(letter, now + wait - Duration::from_secs(1)), "{minutes} minutes");
        now += wait;
    }
    assert_eq!(round.give_up(letter), Some(11));
    assert_eq!(round.give_up(letter), None, "once");
}

#[test]
fn a_server_that_is_away_is_not_held_against_letters() {
    let (mut round, now) = (Round::new(Duration::from_secs(60)), Instant::now());
    let letters = [LetterId([1; 16]), LetterId([2; 16])];
    let minute = Duration::from_secs(60);
    for letter in letters {
        round.begin(letter);
        round.server_is_away(letter, now);
    }
    assert!(!round.may_ask(now + minute - Duration::from_secs(1)));
    assert!(round.may_ask(now + minute), "two failures of one moment are one");
    assert!(letters.iter().all(|letter| round.is_ready(*letter, now)));
    round.server_is_away(letters[0], now + minute);
    assert!(!round.may_ask(now + 2 * minute) && round.may_ask(now + 3 * minute));
    round.server_is_there();
    assert!(round.may_ask(now));
}
