//! Coming in by links and passwords: each works once, for one person, as long as it should, and tells nobody who is known here.

use std::{
    net::{IpAddr, Ipv4Addr},
    path::Path,
    sync::Arc,
};

use dossier_proto::{Micros, SubjectId};
use tempfile::TempDir;

use super::{NOW, bytes_below, fresh, holds, open};
use crate::accounts::{
    Accounts, AccountsError, AuthenticationFailure, Entered, EnteringFailure, Language, LinkKind, Made, PasswordFault,
    Posting, SESSION_LASTS, TokenText, Wanted, Wishes,
};

const GOOD: &str = "four plain words here";
const OTHER: &str = "five other plain words here";

fn house() -> (TempDir, Arc<Accounts>) {
    let (data, accounts) = fresh();
    (data, Arc::new(accounts))
}

fn later(micros: i64) -> Micros {
    Micros(NOW.0 + micros)
}

fn source(number: u8) -> Option<IpAddr> {
    Some(Ipv4Addr::new(192, 0, 2, number).into())
}

fn fresh_id() -> SubjectId {
    SubjectId::from(ulid::Ulid::generate())
}

fn invited(accounts: &Accounts, mail: &str) -> SubjectId {
    let found = accounts.find_or_make(fresh_id(), "Wanjiru Kamau", mail, Language::En, NOW).unwrap();
    accounts.invite(found.subject, NOW).unwrap();
    found.subject
}

/// What the mail of a person holds who is to be written to.
fn posted(accounts: &Accounts, subject: SubjectId, kind: LinkKind, now: Micros) -> Posting {
    assert!(accounts.to_be_sent(now).contains(&(subject, kind)));
    accounts.prepare(subject, kind, now).unwrap().unwrap()
}

async fn welcome(accounts: &Arc<Accounts>, secret: &str, now: Micros) -> Result<Entered, EnteringFailure> {
    accounts.enter_by_link(LinkKind::Invitation, secret, GOOD, source(1), now).await
}

/// Somebody who has a password.
async fn settled(accounts: &Arc<Accounts>, mail: &str) -> SubjectId {
    let subject = invited(accounts, mail);
    let posting = posted(accounts, subject, LinkKind::Invitation, NOW);
    accounts.was_sent(&posting, NOW).unwrap();
    welcome(accounts, posting.secret.unwrap().expose(), NOW).await.unwrap();
    subject
}

#[tokio::test]
async fn an_invitation_lets_somebody_in_once() {
    let (data, accounts) = house();
    let subject = invited(&accounts, "w.kamau@mfa.go.ke");
    let posting = posted(&accounts, subject, LinkKind::Invitation, NOW);
    assert_eq!((posting.contact.mail.as_str(), posting.contact.language), ("w.kamau@mfa.go.ke", Language::En));
    accounts.was_sent(&posting, later(5)).unwrap();
    assert!(accounts.to_be_sent(later(5)).is_empty(), "a mail that was taken over is never sent again");
    let secret = posting.secret.unwrap();
    let entered = welcome(&accounts, secret.expose(), later(9)).await.unwrap();
    assert_eq!((entered.subject, entered.expires), (subject, later(9 + SESSION_LASTS)));
    let token = entered.token.expose().to_owned();
    assert_eq!(accounts.authenticate(&token, None, later(10)).unwrap().subject, subject);
    let over = accounts.authenticate(&token, None, entered.expires);
    assert_eq!(over, Err(AuthenticationFailure::Expired));
    let again = welcome(&accounts, secret.expose(), later(11)).await.unwrap_err();
    assert!(matches!(again, EnteringFailure::UsedLink), "{again}");
    assert!(again.to_string().contains("works once"));
    let state = accounts.invitation_of(subject).unwrap();
    assert_eq!((state.sent, state.entered), (Some(later(5)), Some(later(9))));
    drop(accounts);

    // All of it is there after a restart, and no secret is on the disk.
    let accounts = Arc::new(open(data.path()).unwrap());
    assert_eq!(accounts.authenticate(&token, None, later(12)).unwrap().subject, subject);
    let again = welcome(&accounts, secret.expose(), later(13)).await.unwrap_err();
    assert!(matches!(again, EnteringFailure::UsedLink));
    accounts.sign_in("W.Kamau@MFA.go.ke", GOOD, source(1), later(14)).await.unwrap();
    let written = bytes_below(data.path());
    for hidden in [secret.expose(), &secret.expose()[4..], GOOD, "w.kamau", "Kamau", &token] {
        assert!(!holds(&written, hidden.as_bytes()), "{hidden} is on disk");
    }
    let random = hex::decode(&secret.expose()[4..]).unwrap();
    assert!(!holds(&written, &random));
    assert!(!format!("{secret:?} {accounts:?} {entered:?}").contains(&secret.expose()[4..]));
}

#[tokio::test]
async fn of_two_who_use_a_link_at_once_one_comes_in() {
    let (_data, accounts) = house();
    let subject = invited(&accounts, "oak@example.org");
    let secret = posted(&accounts, subject, LinkKind::Invitation, NOW).secret.unwrap();
    let tries = (0..8).map(|_| {
        let (accounts, secret) = (Arc::clone(&accounts), secret.clone());
        tokio::spawn(async move { welcome(&accounts, secret.expose(), NOW).await })
    });
    let (mut inside, mut outside) = (0, 0);
    for one in tries.collect::<Vec<_>>() {
        match one.await.unwrap() {
            Ok(_) => inside += 1,
            Err(EnteringFailure::UsedLink) => outside += 1,
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!((inside, outside), (1, 7));
    assert_eq!(accounts.tokens_of(subject).unwrap().len(), 1);
}

/// A mail that was perhaps sent is sent again after a crash: with a link that works, and the former one is dead.
#[tokio::test]
async fn each_attempt_to_send_makes_a_link_of_its_own_and_the_newest_works() {
    let (data, accounts) = house();
    let subject = invited(&accounts, "oak@example.org");
    let first = posted(&accounts, subject, LinkKind::Invitation, NOW);
    drop(accounts);
    let accounts = Arc::new(open(data.path()).unwrap());
    let second = posted(&accounts, subject, LinkKind::Invitation, later(1));
    // The word of the first attempt comes late: it is about a link that is not in force.
    accounts.was_sent(&first, later(2)).unwrap();
    assert_eq!(accounts.to_be_sent(later(2)), [(subject, LinkKind::Invitation)]);
    let dead = welcome(&accounts, first.secret.unwrap().expose(), later(3)).await.unwrap_err();
    assert!(matches!(dead, EnteringFailure::UnknownLink));
    accounts.was_sent(&second, later(3)).unwrap();
    welcome(&accounts, second.secret.unwrap().expose(), later(4)).await.unwrap();
}

#[tokio::test]
async fn links_end() {
    let (_data, accounts) = house();
    let subject = invited(&accounts, "oak@example.org");
    let end = LinkKind::Invitation.lasts();
    let posting = posted(&accounts, subject, LinkKind::Invitation, later(7));
    assert_eq!(posting.expires, later(7 + end), "from when it is sent");
    let secret = posting.secret.unwrap();
    let late = later(7 + end);
    let over = accounts.enter_by_link(LinkKind::Invitation, secret.expose(), GOOD, source(5), late).await.unwrap_err();
    assert!(matches!(over, EnteringFailure::ExpiredLink));
    assert!(accounts.to_be_sent(later(end)).is_empty(), "and it is not sent for ever");
    // Asked for anew, taken back, shut.
    accounts.invite(subject, later(8)).unwrap();
    let dead = welcome(&accounts, secret.expose(), later(9)).await.unwrap_err();
    assert!(matches!(dead, EnteringFailure::UnknownLink));
    let newest = posted(&accounts, subject, LinkKind::Invitation, later(9)).secret.unwrap();
    accounts.disable(subject, later(9)).unwrap();
    let shut = welcome(&accounts, newest.expose(), later(9)).await.unwrap_err();
    assert!(matches!(shut, EnteringFailure::Shut));
    accounts.enable(subject).unwrap();
    accounts.take_back_invitation(subject).unwrap();
    let gone = welcome(&accounts, newest.expose(), later(9)).await.unwrap_err();
    assert!(matches!(gone, EnteringFailure::UnknownLink));
    assert!(accounts.to_be_sent(later(9)).is_empty());
}

#[tokio::test]
async fn a_password_that_is_not_taken_leaves_the_link_as_it_is() {
    let (_data, accounts) = house();
    let subject = invited(&accounts, "w.kamau@mfa.go.ke");
    let secret = posted(&accounts, subject, LinkKind::Invitation, NOW).secret.unwrap();
    for (text, fault) in [
        ("short", PasswordFault::TooShort),
        ("Wanjiru Kamau", PasswordFault::OneOfYours),
        ("password1234", PasswordFault::Known),
        (&"x".repeat(20 * 1024 * 1024), PasswordFault::TooLong),
    ] {
        let refused = accounts.enter_by_link(LinkKind::Invitation, secret.expose(), text, None, NOW).await.unwrap_err();
        assert!(matches!(refused, EnteringFailure::Password(found) if found == fault), "{refused}");
    }
    welcome(&accounts, secret.expose(), NOW).await.unwrap();
}

#[tokio::test]
async fn what_is_no_link_opens_nothing_and_costs_no_hash() {
    let (_data, accounts) = house();
    let subject = invited(&accounts, "oak@example.org");
    let secret = posted(&accounts, subject, LinkKind::Invitation, NOW).secret.unwrap();
    let good = secret.expose();
    let as_reset = accounts.enter_by_link(LinkKind::Reset, good, GOOD, source(3), NOW).await.unwrap_err();
    assert!(matches!(as_reset, EnteringFailure::UnknownLink), "an invitation is no forgotten password");
    let wrong = [
        String::new(),
        "dsi_".to_owned(),
        good.to_uppercase(),
        format!("{good} "),
        format!("{good}0"),
        good.replace("dsi_", "dsp_"),
        format!("dsi_{}", "0".repeat(64)),
        format!("dsi_{}", "é".repeat(32)),
        "dsi_".repeat(1_000_000),
    ];
    for text in &wrong {
        assert!(matches!(welcome(&accounts, text, NOW).await, Err(EnteringFailure::UnknownLink)), "{}", text.len());
    }
    let mut answers = Vec::new();
    for _ in 0..100 {
        answers.push(welcome(&accounts, "dsi_", NOW).await.unwrap_err());
    }
    assert!(matches!(answers[99], EnteringFailure::TooMany { seconds: 2 }));
    welcome(&accounts, good, NOW).await.unwrap();
}

#[tokio::test]
async fn an_unknown_address_a_wrong_password_and_no_password_get_one_answer() {
    let (_data, accounts) = house();
    settled(&accounts, "oak@example.org").await;
    let without = accounts.create("Elm", Some("elm@example.org"), NOW).unwrap();
    let shut = settled(&accounts, "fir@example.org").await;
    accounts.disable(shut, NOW).unwrap();
    assert!(accounts.invitation_of(without).unwrap().entered.is_none());
    for (mail, password) in [
        ("oak@example.org", OTHER),
        ("elm@example.org", GOOD),
        ("fir@example.org", GOOD),
        ("nobody@example.org", GOOD),
        ("", GOOD),
        ("oak@example.org\u{0}", GOOD),
        ("oak@example.org", ""),
        ("oak@example.org", &GOOD.to_uppercase()),
    ] {
        let answer = accounts.sign_in(mail, password, source(1), NOW).await.unwrap_err();
        assert!(matches!(answer, EnteringFailure::Wrong), "{mail} {password}: {answer}");
    }
    let huge = "x".repeat(30 * 1024 * 1024);
    assert!(matches!(accounts.sign_in(&huge, GOOD, source(1), NOW).await, Err(EnteringFailure::Wrong)));
    assert!(matches!(accounts.sign_in("oak@example.org", &huge, source(1), NOW).await, Err(EnteringFailure::Wrong)));
}

#[tokio::test]
async fn guessing_is_held_back_for_known_and_unknown_addresses_alike() {
    let (_data, accounts) = house();
    settled(&accounts, "oak@example.org").await;
    let mut waits = Vec::new();
    for mail in ["oak@example.org", "nobody@example.org"] {
        let mut answers = Vec::new();
        for _ in 0..12 {
            answers.push(accounts.sign_in(mail, OTHER, source(7), NOW).await.unwrap_err());
        }
        assert_eq!(answers.iter().filter(|answer| matches!(answer, EnteringFailure::Wrong)).count(), 10, "{mail}");
        waits.push(format!("{:?}", answers[11]));
    }
    assert_eq!(waits[0], waits[1]);
    assert!(waits[0].contains("TooMany"), "{waits:?}");
    // However it is spelt, it is the same account; and from elsewhere she gets in.
    let spelt = accounts.sign_in("OAK@example.org", GOOD, source(7), NOW).await.unwrap_err();
    assert!(matches!(spelt, EnteringFailure::TooMany { .. }));
    accounts.sign_in("oak@example.org", GOOD, source(8), NOW).await.unwrap();
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_and_all_sessions_end() {
    let (_data, accounts) = house();
    let subject = settled(&accounts, "oak@example.org").await;
    let issued = accounts.issue_token(subject, "a program", None, None, NOW).unwrap();
    let session = accounts.sign_in("oak@example.org", GOOD, source(1), NOW).await.unwrap().token;
    for mail in ["nobody@example.org", "ＯAK@example.org", &"x".repeat(2_000)] {
        accounts.ask_reset(mail, source(1), NOW).unwrap();
    }
    assert!(accounts.to_be_sent(NOW).is_empty(), "nothing is looked up while somebody waits for the answer");
    accounts.look_up_resets(NOW).unwrap();
    let posting = posted(&accounts, subject, LinkKind::Reset, NOW);
    assert_eq!(posting.contact.mail, "oak@example.org", "it goes to the address that was given, not to the typed one");
    accounts.was_sent(&posting, NOW).unwrap();
    let secret = posting.secret.unwrap();
    let late = Micros(NOW.0 + LinkKind::Reset.lasts());
    let over = accounts.enter_by_link(LinkKind::Reset, secret.expose(), OTHER, source(5), late).await.unwrap_err();
    assert!(matches!(over, EnteringFailure::ExpiredLink));
    let entered = accounts.enter_by_link(LinkKind::Reset, secret.expose(), OTHER, None, later(1)).await.unwrap();
    let who = |token: &TokenText| accounts.authenticate(token.expose(), None, later(2));
    assert_eq!(who(&session), Err(AuthenticationFailure::Revoked));
    assert_eq!(who(&entered.token).unwrap().subject, subject);
    assert_eq!(who(&issued).unwrap().subject, subject, "tokens of programs are an operator's to revoke");
    let used = accounts.enter_by_link(LinkKind::Reset, secret.expose(), GOOD, None, later(3)).await.unwrap_err();
    assert!(matches!(used, EnteringFailure::UsedLink));
    assert!(matches!(accounts.sign_in("oak@example.org", GOOD, source(1), NOW).await, Err(EnteringFailure::Wrong)));
    accounts.sign_in("oak@example.org", OTHER, source(1), NOW).await.unwrap();
}

#[tokio::test]
async fn a_changed_password_ends_the_link_that_was_sent_for_a_forgotten_one() {
    let (_data, accounts) = house();
    let subject = settled(&accounts, "oak@example.org").await;
    let token = accounts.sign_in("oak@example.org", GOOD, source(1), NOW).await.unwrap().token;
    let caller = accounts.authenticate(token.expose(), None, NOW).unwrap();
    accounts.ask_reset("oak@example.org", source(1), NOW).unwrap();
    accounts.look_up_resets(NOW).unwrap();
    let posting = posted(&accounts, subject, LinkKind::Reset, NOW);
    accounts.was_sent(&posting, NOW).unwrap();
    // Whoever is invited meanwhile is told so all the same: that mail holds no link.
    accounts.invite(subject, NOW).unwrap();
    accounts.change_password(&caller, GOOD, OTHER, source(1), later(1)).await.unwrap();
    let secret = posting.secret.unwrap();
    let dead = accounts.enter_by_link(LinkKind::Reset, secret.expose(), GOOD, None, later(2)).await.unwrap_err();
    assert!(matches!(dead, EnteringFailure::UsedLink), "{dead}");
    assert_eq!(accounts.to_be_sent(later(2)), [(subject, LinkKind::Invitation)]);
    accounts.sign_in("oak@example.org", OTHER, source(1), later(3)).await.unwrap();
}

#[tokio::test]
async fn nobodys_mailbox_is_filled_and_what_waits_is_bounded() {
    let (_data, accounts) = house();
    let subject = settled(&accounts, "oak@example.org").await;
    let mut sent = 0;
    for number in 0..10 {
        accounts.ask_reset("oak@example.org", source(number), NOW).unwrap();
        accounts.look_up_resets(NOW).unwrap();
        if accounts.to_be_sent(NOW).contains(&(subject, LinkKind::Reset)) {
            let posting = posted(&accounts, subject, LinkKind::Reset, NOW);
            accounts.was_sent(&posting, NOW).unwrap();
            sent += 1;
        }
    }
    assert_eq!(sent, 3);
    let mut crowded = 0;
    for number in 0..=u8::MAX {
        for _ in 0..2 {
            let asked = accounts.ask_reset("nobody@example.org", source(number), NOW);
            crowded += usize::from(matches!(asked, Err(EnteringFailure::Crowded(_))));
        }
    }
    assert_eq!(crowded, 512 - 256);
    let often = (0..30).filter(|_| accounts.ask_reset("oak@example.org", source(9), NOW).is_err());
    assert!(often.count() >= 10);
}

#[tokio::test]
async fn a_password_is_changed_by_who_knows_it_and_other_sessions_end() {
    let (_data, accounts) = house();
    settled(&accounts, "oak@example.org").await;
    let sign_in = async || accounts.sign_in("oak@example.org", GOOD, source(1), NOW).await.unwrap().token;
    let (mine, another) = (sign_in().await, sign_in().await);
    let caller = accounts.authenticate(mine.expose(), None, NOW).unwrap();
    let wrong = accounts.change_password(&caller, OTHER, OTHER, source(1), NOW).await.unwrap_err();
    assert!(matches!(wrong, EnteringFailure::Wrong));
    let short = accounts.change_password(&caller, GOOD, "short", source(1), NOW).await.unwrap_err();
    assert!(matches!(short, EnteringFailure::Password(PasswordFault::TooShort)));
    accounts.change_password(&caller, GOOD, OTHER, source(1), NOW).await.unwrap();
    assert!(accounts.authenticate(mine.expose(), None, NOW).is_ok());
    let ended = accounts.authenticate(another.expose(), None, NOW);
    assert_eq!(ended, Err(AuthenticationFailure::Revoked));
    accounts.sign_in("oak@example.org", OTHER, source(1), NOW).await.unwrap();
    for _ in 0..20 {
        let _ = accounts.change_password(&caller, GOOD, GOOD, source(1), NOW).await;
    }
    let held = accounts.change_password(&caller, OTHER, GOOD, source(1), NOW).await.unwrap_err();
    assert!(matches!(held, EnteringFailure::TooMany { .. }), "a stolen session is no way to guess");
}

#[tokio::test]
async fn signing_out_ends_one_session_or_all_and_no_other_token() {
    let (_data, accounts) = house();
    let subject = settled(&accounts, "oak@example.org").await;
    let issued = accounts.issue_token(subject, "a program", None, None, NOW).unwrap();
    let sign_in = async || accounts.sign_in("oak@example.org", GOOD, source(1), NOW).await.unwrap().token;
    let sessions = [sign_in().await, sign_in().await, sign_in().await];
    let who = |token: &TokenText| accounts.authenticate(token.expose(), None, NOW);
    let first = who(&sessions[0]).unwrap().token;
    accounts.sign_out(subject, Some(first), NOW).unwrap();
    assert_eq!(who(&sessions[0]), Err(AuthenticationFailure::Revoked));
    assert!(who(&sessions[1]).is_ok());
    accounts.sign_out(subject, None, NOW).unwrap();
    accounts.sign_out(subject, None, NOW).unwrap();
    assert_eq!(who(&sessions[1]), Err(AuthenticationFailure::Revoked));
    assert_eq!(who(&sessions[2]), Err(AuthenticationFailure::Revoked));
    assert!(who(&issued).is_ok());
}

#[tokio::test]
async fn who_is_invited_twice_keeps_one_account_and_its_password() {
    let (_data, accounts) = house();
    let subject = settled(&accounts, "oak@example.org").await;
    let again = accounts.find_or_make(fresh_id(), "Another Name", "OAK@example.org", Language::Fr, NOW).unwrap();
    assert_eq!((again.subject, again.made), (subject, Made::Before));
    assert_eq!(accounts.name_of(subject).as_deref(), Some("Wanjiru Kamau"), "the name is its owner's");
    accounts.give_up(again).unwrap();
    assert!(accounts.name_of(subject).is_some(), "it is used");
    accounts.invite(subject, NOW).unwrap();
    let posting = posted(&accounts, subject, LinkKind::Invitation, NOW);
    assert!(posting.secret.is_none(), "no link to a new password for who has one");
    accounts.was_sent(&posting, NOW).unwrap();
    assert!(accounts.to_be_sent(NOW).is_empty());
    accounts.disable(subject, NOW).unwrap();
    let shut = accounts.find_or_make(fresh_id(), "Oak", "oak@example.org", Language::En, NOW);
    assert!(matches!(shut, Err(AccountsError::Ended(_))));
}

#[test]
fn an_account_that_was_made_for_nothing_is_removed_without_a_trace() {
    let (data, accounts) = fresh();
    let made = accounts.find_or_make(fresh_id(), "Wanjiru Kamau", "w.kamau@mfa.go.ke", Language::En, NOW).unwrap();
    assert_eq!(made.made, Made::Now);
    let key = accounts.holder().unwrap().account(made.subject).unwrap().key;
    let subject = made.subject;
    accounts.give_up(made).unwrap();
    accounts.remove_unused(subject).unwrap();
    assert!(accounts.people().is_empty() && accounts.name_of(subject).is_none());
    assert!(!accounts.holder().unwrap().vault.holds(key));
    assert!(!exists(data.path(), subject));
    let again = accounts.find_or_make(fresh_id(), "Wanjiru Kamau", "w.kamau@mfa.go.ke", Language::En, NOW).unwrap();
    assert_eq!(again.made, Made::Now);
    drop(accounts);
    assert_eq!(open(data.path()).unwrap().people().len(), 1);
}

fn exists(data: &Path, subject: SubjectId) -> bool {
    data.join(format!("accounts/{subject}.json")).exists()
}

#[tokio::test]
async fn an_erased_person_has_no_links_no_password_and_no_address() {
    let (data, accounts) = house();
    let subject = settled(&accounts, "oak@example.org").await;
    accounts.ask_reset("oak@example.org", None, NOW).unwrap();
    accounts.look_up_resets(NOW).unwrap();
    let secret = posted(&accounts, subject, LinkKind::Reset, NOW).secret.unwrap();
    accounts.erase_person(subject, NOW).unwrap();
    assert!(accounts.to_be_sent(NOW).is_empty() && accounts.contact_of(subject).is_none());
    let failure = accounts.enter_by_link(LinkKind::Reset, secret.expose(), OTHER, None, NOW).await.unwrap_err();
    assert!(matches!(failure, EnteringFailure::UnknownLink));
    assert!(matches!(accounts.sign_in("oak@example.org", GOOD, None, NOW).await, Err(EnteringFailure::Wrong)));
    let text = std::fs::read_to_string(data.path().join(format!("accounts/{subject}.json"))).unwrap();
    assert!(text.contains("\"password\": null") && text.contains("\"reset\": null"), "{text}");
    let found = accounts.find_or_make(fresh_id(), "Oak", "oak@example.org", Language::En, NOW).unwrap();
    assert_eq!(found.made, Made::Now, "who comes back is somebody new");
}

#[test]
fn an_operator_hands_a_link_over_and_none_is_mailed_for_it() {
    let (_data, accounts) = fresh();
    let subject = accounts.create("Oak", None, NOW).unwrap();
    assert!(matches!(accounts.invite(subject, NOW), Err(AccountsError::NoAddress(_))));
    let (secret, expires) = accounts.hand_out_link(subject, LinkKind::Invitation, NOW).unwrap();
    assert_eq!(expires, later(LinkKind::Invitation.lasts()));
    assert!(accounts.to_be_sent(NOW).is_empty());
    let accounts = Arc::new(accounts);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(welcome(&accounts, secret.expose(), NOW)).unwrap();
}

#[test]
fn wishes_change_what_they_name_and_nothing_else() {
    let (_data, accounts) = fresh();
    let subject = accounts.create("Oak", Some("oak@example.org"), NOW).unwrap();
    let wishes = Wishes { language: Some(Language::Ar), wanted: Some(Wanted::None), ..Wishes::default() };
    accounts.wish(subject, &wishes).unwrap();
    accounts.wish(subject, &Wishes { name: Some("Aiman Oak".to_owned()), ..Wishes::default() }).unwrap();
    let contact = accounts.contact_of(subject).unwrap();
    assert_eq!((contact.language, contact.wanted, contact.name.as_str()), (Language::Ar, Wanted::None, "Aiman Oak"));
    let bad = Wishes { name: Some("Oak\r\nBcc: all".to_owned()), ..Wishes::default() };
    assert!(matches!(accounts.wish(subject, &bad), Err(AccountsError::Text { .. })));
}

/// What stood in the cookie of a session was a token as any other: whoever read it in a browser called the JSON interfaces with it.
#[tokio::test]
async fn the_secret_in_a_cookie_is_no_token_that_a_program_calls_with() {
    let (_data, accounts) = house();
    settled(&accounts, "oak@example.org").await;
    let session = accounts.sign_in_on_a_page("oak@example.org", GOOD, source(1), NOW).await.unwrap();
    let secret = session.token.expose();
    let shown = TokenText::in_cookie(secret).unwrap();
    let visit = accounts.authenticate_visit(&shown, None, NOW).await.unwrap();
    assert_eq!(visit.subject, session.subject);
    let random = secret.split_once('_').unwrap().1;
    for text in [secret.to_owned(), format!("dsr_{random}"), random.to_owned()] {
        accounts.authenticate(&text, None, NOW).unwrap_err();
        accounts.authenticate_asking(&text, None, NOW).await.unwrap_err();
    }
    // It ends as every session does, and a program's session is no worse than before.
    accounts.sign_out(session.subject, Some(visit.token), NOW).unwrap();
    accounts.authenticate_visit(&shown, None, NOW).await.unwrap_err();
    let program = accounts.sign_in("oak@example.org", GOOD, source(1), NOW).await.unwrap();
    accounts.authenticate(program.token.expose(), None, NOW).unwrap();
}
