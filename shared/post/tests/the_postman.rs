//! The postman and a server with faults: what is logged of it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{
    io,
    sync::{Arc, Mutex},
};

use dossier_post::{
    Mail, MailServer, MailSettings, MailTls,
    letters::{
        Call, Composed, Due, DueAt, Inboxes, Letterbox, MailTrouble, Mover, News, Notice, Onward, Step, deliver,
    },
    testing::{Fault, Sink},
};
use dossier_proto::{
    Actor, EntryId, Event, EventId, Head, Micros, Origin, Payload, Place, SubjectId, must_understand, schema_of, v1,
};
use futures_util::{FutureExt, future::BoxFuture};

/// A letter to each of so many people, by their numbers.
struct Case(Mutex<Inboxes>);

fn event(sequence: u64, command: v1::RecordLetters) -> Event {
    let payload = Payload::LettersEnded(v1::LettersEnded { command: Some(command) });
    let head = Head {
        id: EventId([1; 16]),
        place: Place { origin: Origin::Submission, epoch: 0, sequence },
        schema: schema_of(&payload),
        must_understand: must_understand(&payload),
        entry: None,
        part_version: 0,
        recorded_at: Micros(0),
        wall: Micros(0),
        actor: Actor::System(Origin::Submission),
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

impl Case {
    fn of(people: u8) -> Self {
        let mut inboxes = Inboxes::default();
        inboxes.take(&event(0, v1::RecordLetters::default()));
        for number in 1..=people {
            let place = Place { origin: Origin::Submission, epoch: 0, sequence: u64::from(number) };
            let onward = Onward { who: Mover::Moderator, what: Step::Decide, by: None };
            let notice = Notice { place, at: Micros(0), entry: EntryId([1; 16]), news: News::Submitted, onward };
            inboxes.tell([SubjectId([number; 16])], notice, Call::Told, Micros(i64::from(number)));
        }
        Self(Mutex::new(inboxes))
    }
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
        self.0.lock().unwrap().mailed_since()
    }

    fn due(&self) -> usize {
        self.0.lock().unwrap().waiting().0
    }

    fn some(&self, after: Option<DueAt>, most: usize) -> Vec<(DueAt, Due)> {
        self.0.lock().unwrap().due_after(after, most)
    }

    fn compose(&self, due: &Due) -> Composed {
        Composed::Mail(Box::new(Mail {
            to: format!("aspen-{}@mission.example", due.subject.0[0]),
            name: "Aspen Oak".to_owned(),
            language: "en",
            subject: "KAZ".to_owned(),
            text: "An entry waits".to_owned(),
            id: due.letter.id.0,
            date_micros: 0,
        }))
    }

    fn record(&self, letters: Vec<v1::LetterEnd>) -> BoxFuture<'_, bool> {
        self.0.lock().unwrap().take(&event(1_000, v1::RecordLetters { letters }));
        async { true }.boxed()
    }
}

/// What was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_log_line_holds_an_address_that_the_server_repeats() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::DEBUG).with_writer(move || writer.clone()).finish();
    let _logging = tracing::subscriber::set_default(subscriber);
    let sink = Sink::open();
    let settings = MailSettings {
        server: sink.address().ip().to_string(),
        port: Some(sink.address().port()),
        tls: MailTls::None,
        user: None,
        password_file: None,
        ca: None,
        retry_seconds: 1,
        from: "registry@registry.example".to_owned(),
    };
    let faults = [
        Fault::Recipient(421),
        Fault::Recipient(450),
        Fault::Recipient(550),
        Fault::Recipient(554),
        Fault::Message(451),
        Fault::Message(554),
    ];
    let count = faults.len();
    sink.fail(faults);
    let case = Arc::new(Case::of(3));
    let postman = deliver(Arc::clone(&case), MailServer::of(&settings).unwrap(), MailTrouble::default());
    let done = async {
        let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(60);
        while case.due() > 0 {
            assert!(tokio::time::Instant::now() < deadline, "letters wait still: {}", sink.tries());
            // The postman works meanwhile, on the same thread.
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::select! {
        () = postman => {}
        () = done => {}
    }
    assert!(sink.tries() > count, "every fault was met");
    assert_eq!(sink.accepted().len(), 2, "one was refused for good, what was turned away was tried again");
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for part in ["a letter was refused", "a letter was not taken", "550", "554"] {
        assert!(log.contains(part), "{part:?} is missing: {log}");
    }
    assert!(!log.contains("aspen") && !log.contains("mission.example"), "{log}");
}
