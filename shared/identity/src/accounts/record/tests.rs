//! The forms of an account's file.

use dossier_proto::{KeyId, Micros, SubjectId};
use dossier_vault::Sealed;

use super::{Account, SESSIONS_MAX, StoredToken, TokenKind};
use crate::accounts::{
    Language, TOKENS_MAX, TokenText, Wanted,
    link::{Keyed, Link, LinkKind},
    token::Pepper,
};

/// As Dossier wrote it before anybody could sign in: it is read for ever.
const FORM_1: &str = r#"{
  "version": 1,
  "subject": "01ARZ3NDEKTSV4RRFFQ69G5FAV",
  "key": "KEY",
  "name": { "nonce": "000102030405060708090a0b0c0d0e0f1011121314151617", "ciphertext": "aabbcc" },
  "mail": null,
  "created": 1772323200000000,
  "disabled": null,
  "erased": null,
  "tokens": [
    {
      "hash": "1111111111111111111111111111111111111111111111111111111111111111",
      "label": null, "body": "KAZ", "issued": 1772323200000001, "expires": null, "revoked": 1772323200000002
    }
  ]
}"#;

fn form_1() -> String {
    FORM_1.replace("KEY", &KeyId([7; 16]).to_string())
}

fn token(number: u8, kind: TokenKind, expires: Option<Micros>) -> StoredToken {
    let text: TokenText = format!("dsr_0123456789abcdef{number:03}").parse().unwrap();
    let hash = Pepper::from_bytes(&[1; 32]).hash(&text);
    StoredToken { hash, kind, label: None, body: None, issued: Micros(i64::from(number)), expires, revoked: None }
}

fn account() -> Account {
    Account::new(SubjectId([3; 16]), KeyId([7; 16]), Micros(5))
}

#[test]
fn the_first_form_is_read_and_written_again_as_the_second() {
    let read = Account::from_text(form_1().as_bytes()).unwrap();
    assert_eq!(read.created, Micros(1_772_323_200_000_000));
    assert_eq!(read.tokens.len(), 1);
    assert_eq!(read.tokens[0].kind, TokenKind::Issued);
    assert_eq!((read.language, read.wanted, read.entered), (Language::En, Wanted::EveryLetter, None));
    assert!(read.password.is_none() && read.invitation.is_none() && read.reset.is_none());
    let written = read.to_text();
    assert!(String::from_utf8(written.clone()).unwrap().contains("\"version\": 2"));
    assert_eq!(Account::from_text(&written).unwrap(), read);
}

#[test]
fn the_second_form_holds_everything() {
    let keyed = Keyed::for_links(
        &dossier_vault::MasterKey::create_or_read(tempfile::tempdir().unwrap().path().join("master")).unwrap(),
    );
    let mut full = account();
    let sealed = Sealed { key_id: full.key, nonce: [9; 24], ciphertext: vec![1, 2, 3] };
    full.name = Some(sealed.clone());
    full.mail = Some(sealed);
    full.language = Language::Ru;
    full.wanted = Wanted::WhenItIsMyTurn;
    full.entered = Some(Micros(8));
    full.invitation = Some(Link { digest: Some(keyed.digest("a")), ..Link::asked(LinkKind::Invitation, Micros(6)) });
    full.reset = Some(Link { used: Some(Micros(9)), ..Link::asked(LinkKind::Reset, Micros(7)) });
    full.tokens = vec![token(1, TokenKind::Issued, None), token(2, TokenKind::Session, Some(Micros(20)))];
    assert_eq!(Account::from_text(&full.to_text()), Ok(full));
}

#[test]
fn a_form_that_is_not_what_it_says_is_refused() {
    let second = String::from_utf8(account().to_text()).unwrap();
    let wrong = [
        second.replace("\"version\": 2", "\"version\": 1"),
        second.replace("\"version\": 2", "\"version\": 3"),
        second.replace("\"version\": 2", "\"version\": 0"),
        form_1().replace("\"version\": 1", "\"version\": 2"),
        form_1().replace("\"label\": null", "\"kind\": \"session\", \"label\": null"),
        second.replace("\"language\": \"en\"", "\"language\": \"de\""),
        second.replace("\"every-letter\"", "\"some\""),
        second.replace("\"entered\"", "\"entred\""),
        second.replace(
            "\"password\": null",
            "\"password\": {\"memory_kib\": 4294967295, \"passes\": 2, \"salt\": \"00000000000000000000000000000000\", \
             \"hash\": \"0000000000000000000000000000000000000000000000000000000000000000\"}",
        ),
    ];
    for text in wrong {
        assert!(text != second && text != form_1(), "the replacement changed nothing");
        assert!(Account::from_text(text.as_bytes()).is_err(), "{text}");
    }
}

#[test]
fn an_erased_account_holds_nothing_that_leads_to_a_person_or_lets_one_in() {
    let mut full = account();
    full.entered = Some(Micros(8));
    full.language = Language::Ar;
    full.invitation = Some(Link::asked(LinkKind::Invitation, Micros(6)));
    full.reset = Some(Link::asked(LinkKind::Reset, Micros(6)));
    full.tokens.push(token(1, TokenKind::Session, None));
    let erased = full.erase(Micros(30));
    assert_eq!(erased, Account { erased: Some(Micros(30)), ..account() });
    assert!(!erased.is_open());
}

#[test]
fn sessions_make_room_for_themselves_and_never_take_a_tokens_place() {
    let mut account = account();
    for number in 0..u8::try_from(TOKENS_MAX - SESSIONS_MAX).unwrap() {
        account.tokens.push(token(number, TokenKind::Issued, None));
    }
    for number in 100..200 {
        account.make_room_for_a_session(Micros(0)).unwrap();
        account.tokens.push(token(number, TokenKind::Session, Some(Micros(50))));
    }
    let sessions: Vec<_> = account.tokens.iter().filter(|token| token.kind == TokenKind::Session).collect();
    assert_eq!(sessions.len(), SESSIONS_MAX);
    assert_eq!(sessions[0].issued, Micros(180), "the oldest went");
    assert_eq!(account.tokens.len(), TOKENS_MAX);
    account.make_room_for_a_session(Micros(50)).unwrap();
    assert_eq!(account.tokens.len(), TOKENS_MAX - SESSIONS_MAX, "those that are over went too");
    let kept = token(201, TokenKind::Session, None);
    account.tokens.push(kept.clone());
    account.tokens.push(token(202, TokenKind::Session, None));
    account.end_sessions(Some(kept.hash.id()), Micros(60));
    let ended: Vec<_> = account.tokens.iter().filter(|token| token.revoked.is_some()).collect();
    assert_eq!(ended.len(), 1, "neither tokens nor the session that is named");
    assert_eq!(ended[0].issued, Micros(202));
}
