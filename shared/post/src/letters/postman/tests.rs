//! What becomes of letters on the way, without a server.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use dossier_proto::{EntryId, Place};
use futures_util::FutureExt as _;

use super::*;
use crate::{
    Answer, MailSettings, MailTls,
    letters::{Call, Inboxes, Mover, News, Notice, Onward, Step},
};

/// Letters that are due, and how often somebody asked for some of them.
struct Case {
    inboxes: Inboxes,
    looks: AtomicUsize,
}

impl Letterbox for Case {
    fn origin(&self) -> Origin {
        Origin::Submission
    }

    fn now(&self) -> Micros {
        Micros(0)
    }

    fn may_send(&self) -> bool {
        true
    }

    fn mailed_since(&self) -> Option<Micros> {
        self.inboxes.mailed_since()
    }

    fn due(&self) -> usize {
        self.inboxes.waiting().0
    }

    fn some(&self, after: Option<DueAt>, most: usize) -> Vec<(DueAt, Due)> {
        self.looks.fetch_add(1, Ordering::SeqCst);
        self.inboxes.due_after(after, most)
    }

    fn compose(&self, _: &Due) -> Composed {
        Composed::None
    }

    fn record(&self, _: Vec<v1::LetterEnd>) -> BoxFuture<'_, bool> {
        async { true }.boxed()
    }
}

fn person(number: u16) -> SubjectId {
    let [high, low] = number.to_be_bytes();
    SubjectId([high, low, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
}

/// A postman with a letter for each of so many people.
fn postman(people: u16) -> Postman<Case> {
    let settings = MailSettings {
        server: "127.0.0.1".to_owned(),
        port: Some(9),
        tls: MailTls::None,
        user: None,
        password_file: None,
        ca: None,
        retry_seconds: 60,
        from: "registry@registry.example".to_owned(),
    };
    let mut inboxes = Inboxes::since(Micros(0));
    for number in 0..people {
        let place = Place { origin: Origin::Submission, epoch: 0, sequence: u64::from(number) + 1 };
        let onward = Onward { who: Mover::Moderator, what: Step::Decide, by: None };
        let at = Micros(i64::from(number));
        let notice = Notice { place, at, entry: EntryId([1; 16]), news: News::Submitted, onward };
        inboxes.tell([person(number)], notice, Call::Told, at);
    }
    let case = Case { inboxes, looks: AtomicUsize::new(0) };
    let server = MailServer::of(&settings).expect("settings of a test are right");
    Postman::new(Arc::new(case), server, MailTrouble::default())
}

fn first(postman: &Postman<Case>) -> Due {
    postman.letterbox.some(None, 1)[0].1
}

async fn come_back(postman: &mut Postman<Case>) {
    let done = postman.bag.join_next_with_id().await.expect("one is under way");
    postman.came_back(done);
}

#[tokio::test]
async fn a_panic_on_the_way_takes_neither_the_person_s_mail_nor_the_letter_with_it() {
    let mut postman = postman(1);
    let due = postman.pick().await[0];
    assert!(postman.busy.contains(&due.subject));
    postman.send_off(due, async { panic!("a fault of ours") });
    come_back(&mut postman).await;
    assert!(postman.busy.is_empty() && postman.errands.is_empty(), "the person gets mail as before");
    let letter = due.letter.id;
    let later = Instant::now() + Duration::from_secs(61);
    assert!(!postman.round.is_ready(letter, Instant::now()) && postman.round.is_ready(letter, later), "tried again");
    assert!(postman.ended.is_empty());
}

#[tokio::test]
async fn a_trouble_is_over_when_a_mail_was_accepted_and_by_nothing_else() {
    let mut postman = postman(1);
    let due = first(&postman);
    let server = "mail.example:25".to_owned();
    let refused = |code, said| MailError::Refused { server: server.clone(), answer: Answer::read(code, said) };
    let away = MailError::TurnedAway { server: server.clone(), answer: Answer::read(554, "5.7.1 relaying denied") };
    postman.send_off(due, async { Answered::Sent(Err(away)) });
    come_back(&mut postman).await;
    let words = postman.trouble.words_after(Duration::ZERO).expect("an operator has to hear of it");
    assert!(words.contains("554 5.7.1"), "{words}");
    assert!(postman.ended.is_empty(), "the letter is not lost");
    for error in [refused(550, "5.1.1 nobody"), MailError::Unsendable("the address is none".to_owned())] {
        postman.send_off(due, async { Answered::Sent(Err(error)) });
        come_back(&mut postman).await;
        assert!(postman.trouble.words_after(Duration::ZERO).is_some(), "no mail has gone out yet");
    }
    assert_eq!(postman.ended.len(), 2);
    postman.send_off(due, async { Answered::Sent(Ok(Accepted { said: String::new() })) });
    come_back(&mut postman).await;
    assert_eq!(postman.trouble.words_after(Duration::ZERO), None);
}

#[tokio::test]
async fn what_is_not_to_be_sent_is_walked_past_in_parts_and_counted_without_a_walk() {
    let people = 3 * SOME as u16 + 7;
    let mut postman = postman(people);
    let all: Vec<Due> = postman.letterbox.some(None, usize::from(people)).into_iter().map(|(_, due)| due).collect();
    let (last, others) = all.split_last().expect("there are some");
    others.iter().for_each(|due| postman.round.set_aside(due.letter.id, Instant::now()));
    assert_eq!(postman.round.aside(), others.len());
    let looks = |postman: &Postman<Case>| postman.letterbox.looks.load(Ordering::SeqCst);
    let before = looks(&postman);
    assert_eq!(postman.pick().await, [*last]);
    assert_eq!(looks(&postman) - before, 4, "in parts, and each only once");
    assert_eq!(postman.look_through().await, Some(last.letter.at), "the oldest that waits for anything");
    let before = looks(&postman);
    postman.measured = Some(Instant::now());
    postman.measure().await;
    assert_eq!(looks(&postman), before, "the count is kept");
}

#[tokio::test]
async fn what_is_not_due_any_more_is_forgotten() {
    let mut postman = postman(2);
    let gone = LetterId([9; 16]);
    postman.round.set_aside(gone, Instant::now());
    postman.round.set_aside(first(&postman).letter.id, Instant::now());
    postman.look_through().await;
    assert_eq!((postman.round.knows(gone), postman.round.aside()), (false, 1));
}
