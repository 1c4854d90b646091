//! Written, read, and read by who knows nothing of histories.

use super::*;
use crate::{CosigningKey, SigningKey};

fn log_key(name: &str, seed: u8) -> VerifierKey {
    SigningKey::from_seed(name, &[seed; 32]).unwrap().verifier()
}

fn cosigner(name: &str, seed: u8) -> CosignerKey {
    CosigningKey::from_seed(name, &[seed; 32]).unwrap().verifier()
}

fn file() -> KeyFile {
    let mut moderation = KeyHistory::from(log_key("x/moderation", 1));
    for (size, former, new) in [(12, 1, 2), (13, 2, 3)] {
        let (former, new) = (log_key("x/moderation", former).to_string(), log_key("x/moderation", new).to_string());
        moderation.turn(Stand { epoch: 0, size }, &former, &new).unwrap();
    }
    KeyFile {
        logs: vec![log_key("x/submission", 4).into(), moderation],
        cosigners: vec![
            CosignerReign { key: cosigner("x/audit/cosigner", 5), after: None, until: Some(70) },
            CosignerReign { key: cosigner("x/audit/cosigner", 6), after: Some(70), until: None },
        ],
        witnesses: vec![Witness { key: cosigner("w.example/node", 7), words: "a library in Geneva".to_owned() }],
    }
}

#[test]
fn what_is_written_is_read() {
    let text = file().to_string();
    assert_eq!(text.parse::<KeyFile>().unwrap(), file(), "{text}");
    assert_eq!(format!("# For people: log, cosigner.\n\n{text}").parse::<KeyFile>().unwrap(), file());
    assert!(text.contains("# log x/moderation after 0/12 up to 0/13\n"), "{text}");
    assert_eq!(file().log_of("moderation").unwrap().turns().len(), 2);
    assert!(file().log_of("audit").is_none());
}

#[test]
fn who_reads_lines_of_keys_alone_finds_them() {
    let text = file().to_string();
    let keys: Vec<_> = text.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(keys.len(), 7);
    assert!(keys.iter().all(|key| VerifierKey::parse(key).is_ok() || CosignerKey::parse(key).is_ok()));
}

#[test]
fn a_file_of_before_is_read() {
    let (log, cosigner) = (log_key("x/submission", 4), cosigner("x/audit/cosigner", 5));
    let read: KeyFile = format!("# What this installation signs with.\n{log}\n{cosigner}\n").parse().unwrap();
    assert_eq!(read.logs, [log.into()]);
    assert_eq!(read.cosigners, [cosigner.into()]);
}

#[test]
fn a_file_that_contradicts_itself_is_refused() {
    let text = file().to_string();
    let wrong = [
        text.replace(" up to 0/13", " up to 0/14"),
        text.replace("after 0/13", "after 0/12"),
        text.replace("# log x/moderation after 0/13\n", ""),
        text.replace("# log x/submission\n", "# log x/moderation\n"),
        text.replace("# log x/submission\n", "# log x/submission from 0/1\n"),
        text.replace("# cosigner from 70\n", "# cosigner from 71\n"),
        text.replace("# cosigner from 70\n", ""),
        text.replace("# witness a library in Geneva\n", "# log w.example/node\n"),
        text.replace("x/submission+", "x/submissiom+"),
        format!("{text}nothing\n"),
    ];
    for wrong in wrong {
        assert_ne!(wrong, text);
        assert!(wrong.parse::<KeyFile>().is_err(), "{wrong}");
    }
    assert!(matches!("#".repeat(MAX_KEY_FILE_BYTES + 1).parse::<KeyFile>(), Err(KeyFileError::TooLong(_))));
}

#[test]
fn a_cosigner_signs_in_its_time() {
    let [former, present] = &file().cosigners[..] else { panic!("two") };
    assert!(former.covers(0) && former.covers(70) && !former.covers(71));
    assert!(!present.covers(69) && present.covers(70) && present.covers(u64::MAX), "both in the second between them");
}
