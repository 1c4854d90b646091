//! A file goes from who wrote it to who reads it, over the broker, whatever is down meanwhile; and to nobody else.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on fails; seeds and figures are for who looks"
)]

use dossier_nats::{
    Installation, Plan,
    asking::{Said, get, send},
    healing::PATIENCE,
    impostor::Impostor,
    installation::told,
    until,
};
use dossier_proto::{
    Digest, EntryId,
    Origin::{Audit, Moderation, Publication, Submission},
};
use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_dossier-under-fault");
/// More than two questions bring.
const BYTES: usize = 700_000;

/// What people do in this story.
struct Story<'a> {
    installation: &'a Installation,
}

impl Story<'_> {
    fn ask(&self, who: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Said {
        let token = self.installation.people().of(who).token.clone();
        send(method, &format!("{}{path}", self.installation.url()), Some(&token), headers, body).unwrap()
    }

    #[track_caller]
    fn told(&self, who: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &Value) -> Value {
        let headers = [headers, &[("content-type", "application/json")]].concat();
        let said = self.ask(who, method, path, &headers, body.to_string().as_bytes());
        assert!((200..300).contains(&said.status), "{method} {path}: {} {}", said.status, said.text);
        said.json()
    }

    /// A draft with a file.
    fn attach(&self, bytes: &[u8]) -> (String, String) {
        let content = content();
        let begun = json!({"type": "event", "language": "en", "content": content});
        let begun = self.told("contributor-kz", "POST", "/contribute/api/v1/entries", &[], &begun);
        let (id, etag) = (begun["id"].as_str().unwrap().to_owned(), begun["etag"].as_str().unwrap().to_owned());
        let path = format!("/contribute/api/v1/entries/{id}/files?field=attachments&name=annex.pdf");
        let file = self.ask("contributor-kz", "POST", &path, &[("content-type", "application/pdf")], bytes);
        assert_eq!(file.status, 201, "{}", file.text);
        let file = file.json();
        let mut content = content;
        content["attachments"] = json!([file]);
        let path = format!("/contribute/api/v1/entries/{id}/draft");
        self.told("contributor-kz", "PUT", &path, &[("if-match", &etag)], &json!({"content": content}));
        (id, file["digest"].as_str().unwrap().to_owned())
    }

    fn submit(&self, id: &str) {
        let body = json!({"what_changed": "A file was attached.", "certify": true});
        self.told("contributor-kz", "POST", &format!("/contribute/api/v1/entries/{id}/submit"), &[], &body);
    }

    fn in_review(&self, id: &str) -> Value {
        let look = || {
            let said = self.ask("moderator-a", "GET", &format!("/review/api/v1/reviews/{id}"), &[], b"");
            if said.status == 200 { Ok(said.json()) } else { Err(said.text) }
        };
        until("it is in review", PATIENCE, look).0
    }

    /// Downloads until it is there.
    fn download(&self, what: &str, look: impl Fn() -> Result<Said, String>) -> String {
        let (text, took) = until(what, PATIENCE, || match look()? {
            said if said.status == 200 => Ok(said.text),
            said => Err(format!("{} {}", said.status, said.text)),
        });
        told(what, took);
        text
    }
}

fn content() -> Value {
    json!({
        "title": {"en": "A forum with an annex"},
        "description": {"en": "What happened there, in a few plain sentences."},
        "event_type": "conference",
        "organizers": ["iom"],
        "languages": ["en"],
        "geographic_scope": "global",
        "workstream_output": false,
        "regional_review": false,
    })
}

fn annex() -> String {
    let mut text = "%PDF-1.7 The words of an annex.\n".to_owned();
    for line in 0.. {
        if text.len() > BYTES {
            break;
        }
        text.push_str(&format!("{line} lines of it\n"));
    }
    text
}

#[test]
fn a_file_goes_to_the_moderator_and_to_the_public_whatever_is_down() {
    let seed = 1201;
    println!("seed {seed}");
    let mut installation = Installation::start(&Plan::of(seed, PROGRAM));
    let annex = annex();
    let (id, digest) = Story { installation: &installation }.attach(annex.as_bytes());
    let reviewed = format!("/review/api/v1/reviews/{id}/files/{digest}");

    // Who has the file goes away as soon as it is submitted, and comes back.
    Story { installation: &installation }.submit(&id);
    installation.service_mut(Submission).kill();
    installation.service_mut(Submission).start();
    let story = Story { installation: &installation };
    let digest_of_content = story.in_review(&id)["digest"].clone();
    let read =
        story.download("the moderator has the file", || Ok(story.ask("moderator-a", "GET", &reviewed, &[], b"")));
    assert_eq!(read, annex);

    // Who fetched it is robbed of its files: they are fetched again.
    installation.service_mut(Moderation).end();
    std::fs::remove_dir_all(installation.deployment.data(Moderation).join("moderation/attachments")).unwrap();
    installation.service_mut(Moderation).start();
    let story = Story { installation: &installation };
    let look = || Ok(story.ask("moderator-a", "GET", &reviewed, &[], b""));
    assert_eq!(story.download("the moderator has the file again", look), annex);

    // It is approved while publication is away.
    installation.service_mut(Publication).kill();
    let story = Story { installation: &installation };
    let body = json!({"digest": digest_of_content});
    story.told("moderator-a", "POST", &format!("/review/api/v1/reviews/{id}/approve"), &[], &body);
    installation.service_mut(Publication).start();
    let story = Story { installation: &installation };
    let public = format!("{}/api/v1/entries/{id}/editions/1/files/{digest}", installation.url());
    assert_eq!(story.download("the public has the file", || get(&public, None)), annex);
}

/// P13: what is not submitted is given to nobody, and what is to moderation alone. Each asks with a real service's credentials.
#[test]
fn no_file_goes_to_whom_it_is_not_for() {
    let seed = 1202;
    println!("seed {seed}");
    let installation = Installation::start(&Plan::of(seed, PROGRAM));
    let story = Story { installation: &installation };
    let annex = annex();
    let (draft, drafted) = story.attach(annex.as_bytes());
    let (submitted, said) = story.attach(annex.as_bytes());
    story.submit(&submitted);
    let digest = story.in_review(&submitted)["digest"].clone();
    let parsed = |id: &str, digest: &str| -> (EntryId, Digest) { (id.parse().unwrap(), digest.parse().unwrap()) };
    let ((draft, drafted), (entry, said)) = (parsed(&draft, &drafted), parsed(&submitted, &said));
    let [moderation, publication, audit] =
        [Moderation, Publication, Audit].map(|origin| Impostor::of(&installation, origin));

    let refused = moderation.ask_file(Submission, draft, drafted).unwrap_err();
    assert!(refused.contains("there is no file"), "{refused}");
    assert_eq!(moderation.ask_file(Submission, entry, said), Ok(1000));
    moderation.ask_file(Submission, draft, said).unwrap_err();
    for (asker, holder) in
        [(&publication, Submission), (&audit, Submission), (&audit, Moderation), (&audit, Publication)]
    {
        let refused = asker.ask_file(holder, entry, said).unwrap_err();
        assert!(refused.contains("never asks"), "{refused}");
    }
    let refused = publication.ask_file(Moderation, entry, said).unwrap_err();
    assert!(refused.contains("there is no file"), "it is not approved: {refused}");

    let arrived = format!("/review/api/v1/reviews/{submitted}/files/{said}");
    story.download("the moderator has the file", || Ok(story.ask("moderator-a", "GET", &arrived, &[], b"")));
    story.told(
        "moderator-a",
        "POST",
        &format!("/review/api/v1/reviews/{submitted}/approve"),
        &[],
        &json!({"digest": digest}),
    );
    let given = until("it is given once it is approved", PATIENCE, || publication.ask_file(Moderation, entry, said)).0;
    assert_eq!(given, 1000);
}
