//! Passwords: which are taken, how they are kept, and how much of the machine they may take.

use std::{sync::Arc, time::Duration};

use dossier_vault::MasterKey;

use super::{
    AT_ONCE, Crowded, Hashing, HashingError, MEMORY_KIB, PASSES, PasswordFault, StoredPassword, Typed, WAITING_MAX,
};

fn hashing() -> Hashing {
    let directory = tempfile::tempdir().unwrap();
    Hashing::new(&MasterKey::create_or_read(directory.path().join("master")).unwrap())
}

fn typed(text: &str) -> Typed {
    Typed::of(text).unwrap_or_else(|| panic!("{text:?} is too long"))
}

#[test]
fn passwords_are_taken_by_length_and_not_by_kinds_of_characters() {
    let judge = |text: &str| typed(text).judge(Some("Wanjiru Kamau"), Some("w.kamau@mfa.go.ke"));
    for good in [
        "four plain words here",
        "пароль из многих слов",
        "一二三四五六七八九十百千",
        "🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🐔🐧",
        "  spaces count  ",
        "Wanjiru Kamau likes tea",
    ] {
        assert_eq!(judge(good), Ok(()), "{good:?}");
    }
    let bad = [
        ("", PasswordFault::TooShort),
        ("elevenchars", PasswordFault::TooShort),
        ("aaaaaaaaaaaaaaaaaaaa", PasswordFault::Known),
        ("abababababababab", PasswordFault::Known),
        ("password1234", PasswordFault::Known),
        ("P.a.s.s.w.o.r.d 1234", PasswordFault::Known),
        ("ｐａｓｓｗｏｒｄ１２３４", PasswordFault::Known),
        ("Wanjiru Kamau", PasswordFault::OneOfYours),
        ("wanjiru.kamau", PasswordFault::OneOfYours),
        ("W.KAMAU@mfa.go.ke", PasswordFault::OneOfYours),
        ("w.kamauw.kamau", PasswordFault::OneOfYours),
    ];
    for (text, fault) in bad {
        assert_eq!(judge(text), Err(fault), "{text:?}");
    }
}

#[test]
fn a_password_beyond_the_limit_is_nobodys_and_costs_nothing() {
    assert!(Typed::of(&"x".repeat(128)).is_some());
    assert!(Typed::of(&"x".repeat(129)).is_none());
    assert!(Typed::of(&"x".repeat(50 * 1024 * 1024)).is_none());
    // One character that becomes eighteen.
    assert!(Typed::of(&"\u{fdfa}".repeat(7)).is_some());
    assert!(Typed::of(&"\u{fdfa}".repeat(8)).is_none());
}

#[tokio::test]
async fn a_kept_password_is_known_again_from_any_keyboard_and_no_other_is() {
    let hashing = hashing();
    let kept = hashing.keep(typed("un cafe\u{301} très serré")).await.unwrap();
    assert!(hashing.is(Some(kept.clone()), typed("un caf\u{e9} très serré")).await.unwrap());
    assert!(!hashing.is(Some(kept.clone()), typed("un cafe très serré")).await.unwrap());
    let again = hashing.keep(typed("un caf\u{e9} très serré")).await.unwrap();
    assert_ne!(again, kept, "each has a salt of its own");
    let elsewhere = super::tests::hashing();
    assert!(!elsewhere.is(Some(kept), typed("un caf\u{e9} très serré")).await.unwrap(), "another master key");
}

/// Whoever has no password takes as long as whoever has one: the same parameters, the same work, and then no.
#[tokio::test]
async fn nobody_has_a_password_of_the_same_price_and_nobody_knows_it() {
    let hashing = hashing();
    let kept = hashing.keep(typed("four plain words here")).await.unwrap();
    let nobody = StoredPassword::nobody();
    assert_eq!((nobody.memory_kib, nobody.passes), (kept.memory_kib, kept.passes));
    assert!(!hashing.is(None, typed("four plain words here")).await.unwrap());
    // Not even whoever found what hashes to zeros.
    assert_eq!((MEMORY_KIB, PASSES), (19 * 1024, 2));
}

#[test]
fn what_a_file_says_of_a_hash_is_within_limits() {
    assert!(StoredPassword::nobody().check().is_ok());
    for (memory_kib, passes) in [(u32::MAX, 2), (0, 2), (19 * 1024, 0), (19 * 1024, u32::MAX)] {
        assert!(StoredPassword { memory_kib, passes, ..StoredPassword::nobody() }.check().is_err());
    }
}

/// However many come at once, one hash is made at a time, so many wait, and the others are asked to come back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_gets_one_hash_at_a_time_and_so_many_places() {
    let hashing = Arc::new(hashing());
    // Nobody's turn comes while this one is held.
    let held = Arc::clone(&hashing.turns).acquire_owned().await.unwrap();
    assert_eq!(hashing.turns.available_permits(), AT_ONCE - 1);
    let crowd: Vec<_> = (0..WAITING_MAX + 100)
        .map(|_| {
            let hashing = Arc::clone(&hashing);
            tokio::spawn(async move { hashing.is(None, typed("four plain words here")).await })
        })
        .collect();
    let (mut crowded, mut waiting) = (0, Vec::new());
    for one in crowd {
        // Those without a place are told at once; those who wait do so until the turn is given back.
        let mut one = one;
        match tokio::time::timeout(Duration::from_millis(20), &mut one).await {
            Ok(told) => {
                assert!(matches!(told.unwrap(), Err(HashingError::Crowded(Crowded))));
                crowded += 1;
            }
            Err(_) => waiting.push(one),
        }
    }
    assert_eq!((waiting.len(), crowded), (WAITING_MAX, 100));
    // Who hangs up gives the place back.
    for one in waiting {
        one.abort();
        assert!(one.await.unwrap_err().is_cancelled());
    }
    drop(held);
    assert!(!hashing.is(None, typed("four plain words here")).await.unwrap());
    assert_eq!(hashing.turns.available_permits(), AT_ONCE);
}
