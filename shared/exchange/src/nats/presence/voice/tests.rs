use dossier_proof::SigningKey;
use dossier_proto::Micros;
use ulid::Ulid;

use super::*;

const NOON: Moment = Moment::new(Duration::from_secs(1_000), Micros(1_767_268_800_000_000));

fn voice(id: u128, established: bool) -> Voice {
    let signer = SigningKey::from_seed("test/moderation", &[5; 32]).expect("a key");
    Voice::new(signer.into(), Instance { id: Ulid::from(id), established })
}

/// Another number at each call: what is asked is never asked twice.
fn speak(voice: &mut Voice, k: u8, now: Moment) -> Bytes {
    voice.speak(Nonce([k; 16]), now)
}

#[test]
fn two_find_each_other_with_two_words() {
    let (mut first, mut second) = (voice(1, true), voice(2, false));
    let hello = speak(&mut second, 20, NOON);
    assert_eq!(first.hear(&hello, NOON), Ok(Heard::Perhaps), "it may have been said a year ago");
    assert!(first.has_to_answer());
    let answer = speak(&mut first, 10, NOON);
    assert!(!first.has_to_answer());
    assert_eq!(second.hear(&answer, NOON), Ok(Heard::Other(first.instance)), "it was asked a moment ago");
    let back = speak(&mut second, 21, NOON);
    assert_eq!(first.hear(&back, NOON), Ok(Heard::Other(second.instance)));
}

/// A broker that gives old words again, in whatever order, ends nobody and is not answered twice.
#[test]
fn what_was_said_to_somebody_else_proves_nothing() {
    let (mut gone, mut former) = (voice(1, true), voice(2, false));
    let mut old = vec![speak(&mut former, 20, NOON)];
    assert!(gone.hear(&old[0], NOON).is_ok());
    old.push(speak(&mut gone, 10, NOON));
    assert!(matches!(former.hear(&old[1], NOON), Ok(Heard::Other(_))));
    // A later instance, which would yield to the one that is gone.
    let mut later = voice(3, false);
    speak(&mut later, 30, NOON);
    for word in &old {
        assert_eq!(later.hear(word, NOON), Ok(Heard::Perhaps), "it is answered once, as it may be true");
    }
    speak(&mut later, 31, NOON);
    assert!(!later.has_to_answer());
    for word in &old {
        assert_eq!(later.hear(word, NOON), Ok(Heard::Old));
        assert!(!later.has_to_answer());
    }
}

#[test]
fn an_answer_to_what_was_asked_long_ago_proves_nothing() {
    let (mut first, mut second) = (voice(1, true), voice(2, false));
    let hello = speak(&mut second, 20, NOON);
    assert!(first.hear(&hello, NOON).is_ok());
    let answer = speak(&mut first, 10, NOON);
    let late = NOON.plus(ASKED_LASTS + Duration::from_millis(1));
    assert_eq!(second.hear(&answer, late), Ok(Heard::Perhaps), "whoever said it may be gone by now");
    // What was asked is forgotten one by one, and not what was asked last.
    for k in 0..=u8::try_from(ASKED_MAX).expect("a small number") {
        speak(&mut second, 100 + k, NOON);
    }
    assert_eq!(second.when_asked(Nonce([20; 16]), NOON), None);
    assert_eq!(second.when_asked(Nonce([101; 16]), NOON), Some(NOON));
}

#[test]
fn its_own_words_tell_since_when_they_are_carried() {
    let mut own = voice(1, true);
    let (word, later) = (speak(&mut own, 10, NOON), NOON.plus(Duration::from_secs(3)));
    assert_eq!(own.hear(&word, later), Ok(Heard::Own(NOON)), "the moment at which it was said, not at which it came");
    assert_eq!(own.hear(&word, NOON.plus(Duration::from_secs(11))), Ok(Heard::Old));
    let mut again = voice(1, true);
    assert_eq!(again.hear(&word, later), Ok(Heard::Old), "said before a restart, or never");
    assert!(!again.has_to_answer() && !own.has_to_answer(), "nobody answers himself");
}

#[test]
fn whoever_is_flooded_keeps_little() {
    let mut own = voice(1, true);
    for k in 0..1_000_u32 {
        let mut stranger = voice(u128::from(k) + 2, false);
        let mut nonce = [9; 16];
        nonce[..4].copy_from_slice(&k.to_be_bytes());
        let word = stranger.speak(Nonce(nonce), NOON);
        assert_eq!(own.hear(&word, NOON), Ok(Heard::Perhaps));
        if k % 3 == 0 {
            speak(&mut own, 1, NOON);
        }
    }
    assert!(own.unanswered.len() <= ANSWERS_MAX && own.answered.len() <= ANSWERED_MAX && own.asked.len() <= ASKED_MAX);
}
