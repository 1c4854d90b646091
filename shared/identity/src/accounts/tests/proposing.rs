//! Accounts that are made for an invitation stay while somebody decides on them, and leave nothing behind when nobody does any more.

use dossier_proto::{Micros, SubjectId};

use super::{NOW, fresh, open};
use crate::accounts::{Accounts, Invited, Language, LinkKind, Made, Wishes};

const MAIL: &str = "w.kamau@mfa.go.ke";

fn find_or_make(accounts: &Accounts) -> Invited {
    let id = SubjectId::from(ulid::Ulid::generate());
    accounts.find_or_make(id, "Wanjiru Kamau", MAIL, Language::En, NOW).unwrap()
}

#[test]
fn of_two_who_invite_the_same_person_at_once_one_is_refused_and_the_other_keeps_the_account() {
    let (_data, accounts) = fresh();
    let (first, second) = (find_or_make(&accounts), find_or_make(&accounts));
    let subject = first.subject;
    assert_eq!((first.made, second.made, second.subject), (Made::Now, Made::Before, subject));
    accounts.give_up(first).unwrap();
    assert!(accounts.name_of(subject).is_some(), "somebody else is deciding on it");
    accounts.invite(subject, NOW).unwrap();
    drop(second);
    accounts.remove_unused(subject).unwrap();
    assert!(accounts.name_of(subject).is_some(), "it has a link now");
    assert!(accounts.prepare(subject, LinkKind::Invitation, NOW).unwrap().is_some());
}

#[test]
fn of_two_who_are_refused_the_second_one_removes_the_account() {
    let (_data, accounts) = fresh();
    let (first, second) = (find_or_make(&accounts), find_or_make(&accounts));
    accounts.give_up(first).unwrap();
    assert_eq!(accounts.people().len(), 1);
    accounts.give_up(second).unwrap();
    assert!(accounts.people().is_empty());
}

#[test]
fn an_account_that_a_crash_left_is_found_and_one_that_an_operator_made_is_not() {
    let (data, accounts) = fresh();
    let by_hand = accounts.create("Oak", Some("oak@example.org"), NOW).unwrap();
    let left = find_or_make(&accounts).subject;
    let later = Micros(NOW.0 + 1);
    // As after a crash: nobody is deciding any more, and no link was ever asked for.
    drop(accounts);
    let accounts = open(data.path()).unwrap();
    let stands = accounts.invitation_of(left).unwrap();
    assert_eq!((stands.asked, stands.expires, stands.sent), (None, None, None), "that is no invitation yet");
    assert!(accounts.to_be_sent(NOW).is_empty());
    assert!(accounts.only_proposed(NOW).is_empty(), "not one of this moment");
    assert_eq!(accounts.only_proposed(later), [left]);
    for subject in [left, by_hand] {
        accounts.remove_unused(subject).unwrap();
    }
    assert_eq!((accounts.name_of(left), accounts.name_of(by_hand).as_deref()), (None, Some("Oak")));
    // And what was asked for is none of them.
    let asked = find_or_make(&accounts).subject;
    accounts.invite(asked, NOW).unwrap();
    assert!(accounts.only_proposed(later).is_empty());
}

#[test]
fn what_somebody_wishes_is_written_without_their_name() {
    let wishes = Wishes { name: Some("Wanjiru Kamau".to_owned()), language: Some(Language::Fr), wanted: None };
    let written = format!("{wishes:?}");
    assert!(!written.contains("Kamau") && written.contains("Fr"), "{written}");
}
