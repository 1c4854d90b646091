//! Mail is handed to a real server, which has faults.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{fs, os::unix::fs::PermissionsExt, time::Duration};

use dossier_post::{
    Mail, MailError, MailServer, MailSettings, MailTls,
    testing::{Fault, Sink},
};

fn settings(sink: &Sink) -> MailSettings {
    MailSettings {
        server: sink.address().ip().to_string(),
        port: Some(sink.address().port()),
        tls: MailTls::None,
        user: None,
        password_file: None,
        ca: None,
        retry_seconds: 1,
        from: "Реестр <registry@registry.example>".to_owned(),
    }
}

fn mail() -> Mail {
    Mail {
        to: "aspen@mission.example".to_owned(),
        name: "Aspen Ольха".to_owned(),
        language: "ru",
        subject: "Запись EVT-2026-00042: ваш ход\r\nBcc: everybody@example".to_owned(),
        text: "Здравствуйте!\n\n.\n. Точка\nfrom here\n".to_owned(),
        id: [7; 16],
        date_micros: 1_767_225_600_000_000,
    }
}

async fn sent(sink: &Sink, fault: Fault) -> Result<(), MailError> {
    sink.fail([fault]);
    MailServer::of(&settings(sink)).unwrap().send(&mail()).await.map(drop)
}

#[tokio::test]
async fn a_mail_arrives_as_it_was_written() {
    let sink = Sink::open();
    let accepted = MailServer::of(&settings(&sink)).unwrap().send(&mail()).await.unwrap();
    assert_eq!(accepted.said, "2.0.0 taken");
    let [received] = &sink.accepted()[..] else { panic!("not one mail") };
    assert_eq!(received.from, "registry@registry.example");
    assert_eq!(received.to, ["aspen@mission.example"]);
    assert_eq!(received.subject(), "Запись EVT-2026-00042: ваш ход  Bcc: everybody@example", "no header of its own");
    assert_eq!(received.header("Bcc"), "");
    assert_eq!(received.text.trim_end(), mail().text.trim_end());
    assert_eq!(received.message_id(), format!("<{}@registry.example>", "07".repeat(16)));
    assert_eq!(received.header("Date"), "Thu, 01 Jan 2026 00:00:00 +0000");
    assert_eq!(received.header("Content-Language"), "ru");
    assert_eq!(received.header("Auto-Submitted"), "auto-generated");
    assert!(received.header("From").starts_with("Реестр <") || received.header("From").starts_with("\"Реестр\" <"));
}

#[tokio::test]
async fn what_goes_wrong_is_told_apart() {
    let sink = Sink::open();
    for (fault, is_final, is_of_the_server) in [
        (Fault::HangUp, false, true),
        (Fault::Greeting(421), false, true),
        (Fault::Greeting(554), false, true),
        (Fault::Sender(530), false, true),
        (Fault::Sender(451), false, false),
        (Fault::Recipient(450), false, false),
        (Fault::Recipient(421), false, true),
        (Fault::Recipient(550), true, false),
        (Fault::Recipient(554), false, false),
        (Fault::Recipient(530), false, true),
        (Fault::Message(451), false, false),
        (Fault::Message(554), false, false),
        (Fault::AcceptedInSilence, false, true),
    ] {
        let error = sent(&sink, fault.clone()).await.unwrap_err();
        let found = (error.is_final(), error.is_of_the_server());
        assert_eq!(found, (is_final, is_of_the_server), "{fault:?}: {error}");
    }
    assert_eq!(sink.accepted().len(), 1, "the one it did not tell of");
}

#[tokio::test]
async fn no_error_repeats_the_address_that_the_server_repeats() {
    let sink = Sink::open();
    for code in [421, 450, 451, 530, 550, 552, 554] {
        for fault in [Fault::Recipient(code), Fault::Message(code)] {
            let error = sent(&sink, fault.clone()).await.unwrap_err();
            let words = format!("{error} {error:?}");
            assert!(words.contains(&code.to_string()), "{fault:?}: {words}");
            assert!(!words.contains("aspen") && !words.contains("mission"), "{fault:?}: {words}");
        }
    }
    let error = sent(&sink, Fault::Sender(530)).await.unwrap_err();
    assert!(error.to_string().contains("not from you"), "before anybody is named it says what was said: {error}");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_tried_again() {
    let sink = Sink::open();
    let server = MailServer::of(&settings(&sink)).unwrap();
    let address = sink.address();
    drop(sink);
    let error = server.send(&mail()).await.unwrap_err();
    assert!(matches!(&error, MailError::Unreachable { .. }), "{error}");
    assert!(error.to_string().contains(&address.to_string()), "{error}");
    let sink = Sink::open_at(address);
    server.send(&mail()).await.unwrap();
    assert_eq!(sink.accepted().len(), 1);
}

#[tokio::test]
async fn a_repetition_is_byte_for_byte_the_same() {
    let sink = Sink::open();
    sent(&sink, Fault::AcceptedInSilence).await.unwrap_err();
    sent(&sink, Fault::Slow(Duration::from_millis(300))).await.unwrap();
    let [first, second] = &sink.accepted()[..] else { panic!("not two") };
    assert_eq!(first.raw, second.raw);
}

#[tokio::test]
async fn a_wrong_password_is_not_held_against_the_mail() {
    let (sink, directory) = (Sink::open(), tempfile::tempdir().unwrap());
    sink.ask_for("dossier", "right one");
    let file = directory.path().join("password");
    let with = MailSettings { user: Some("dossier".to_owned()), password_file: Some(file.clone()), ..settings(&sink) };
    fs::write(&file, "wrong\n").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    let error = MailServer::of(&with).unwrap().send(&mail()).await.unwrap_err();
    assert!(matches!(&error, MailError::Unwelcome { said, .. } if said.contains("535")), "{error}");
    assert!(!error.to_string().contains("wrong\n"));
    let error = MailServer::of(&settings(&sink)).unwrap().send(&mail()).await.unwrap_err();
    assert!(matches!(&error, MailError::Unwelcome { .. }), "nobody signs in: {error}");
    fs::write(&file, "right one\n").unwrap();
    MailServer::of(&with).unwrap().send(&mail()).await.unwrap();
}

#[tokio::test]
async fn a_line_that_has_to_be_encrypted_is_never_clear() {
    let sink = Sink::open();
    let settings = MailSettings { tls: MailTls::Starttls, ..settings(&sink) };
    let error = MailServer::of(&settings).unwrap().send(&mail()).await.unwrap_err();
    assert!(matches!(&error, MailError::Unwelcome { said, .. } if said.contains("STARTTLS")), "{error}");
    assert!(sink.accepted().is_empty());
}

#[tokio::test]
async fn what_is_no_address_is_nothing_for_a_server() {
    let sink = Sink::open();
    for to in ["", "aspen", "a@b\r\nRCPT TO:<c@d.example>", "a b@c.example"] {
        let error = MailServer::of(&settings(&sink)).unwrap().send(&Mail { to: to.to_owned(), ..mail() }).await;
        assert!(matches!(error, Err(MailError::Unsendable(_))), "{to:?}");
    }
    assert_eq!(sink.tries(), 0);
}

#[test]
fn settings_say_what_is_wrong_with_them() {
    let sink = Sink::open();
    let good = settings(&sink);
    good.check().unwrap();
    let elsewhere = "mail.example".to_owned();
    let file = Some("password".into());
    for (key, settings) in [
        ("mail.server", MailSettings { server: "smtp://mail.example".to_owned(), ..good.clone() }),
        ("mail.port", MailSettings { port: Some(0), ..good.clone() }),
        ("mail.user", MailSettings { user: Some("me".to_owned()), ..good.clone() }),
        ("mail.user", MailSettings { password_file: file.clone(), ..good.clone() }),
        (
            "mail.tls",
            MailSettings { server: elsewhere, user: Some("me".to_owned()), password_file: file, ..good.clone() },
        ),
        ("mail.ca", MailSettings { ca: Some("ca.pem".into()), ..good.clone() }),
        ("mail.from", MailSettings { from: "nobody".to_owned(), ..good.clone() }),
        ("mail.from", MailSettings { from: "a@b.example\r\nBcc: c@d.example".to_owned(), ..good }),
    ] {
        let refused = MailServer::of(&settings).unwrap_err().to_string();
        assert!(refused.starts_with(key), "{key}: {refused}");
    }
}

/// A server that greeted with a line without an end filled the machine's memory within a minute.
#[tokio::test]
async fn a_greeting_without_an_end_is_not_read_to_its_end() {
    let sink = Sink::open();
    let failed = sent(&sink, Fault::Endless).await.unwrap_err();
    assert!(!failed.is_final() && failed.is_of_the_server(), "{failed:?}");
    assert!(failed.to_string().contains("bytes"), "{failed}");
}
