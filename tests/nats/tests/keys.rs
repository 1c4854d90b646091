//! With one service's credentials a real service is asked for keys that this one is not entitled to: it refuses, and says so. What the
//! service is entitled to it gives, so that the refusals are none by accident (P13).

#![allow(clippy::print_stdout, reason = "seeds and figures are for who looks")]

use std::collections::BTreeSet;

use dossier_exchange::KeyRefusal;
use dossier_nats::{Installation, Plan, healing::PATIENCE, impostor::Impostor, until};
use dossier_proto::{
    Event, KeyId,
    Origin::{self, Audit, Moderation, Publication, Submission},
    Payload, v1,
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_dossier-under-fault");

#[test]
fn a_service_gives_no_key_to_whom_it_is_not_for() {
    let seed = 901;
    println!("seed {seed}");
    let mut installation = Installation::start(&Plan::of(seed, PROGRAM));
    installation.tell().join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    let [moderation, publication, audit, submission] =
        [Moderation, Publication, Audit, Submission].map(|origin| Impostor::of(&installation, origin));
    let keys = Keys::of(&audit.journal_of(Submission), &audit.journal_of(Moderation));

    // A draft is its body's alone.
    for (asker, who) in [(&moderation, Moderation), (&audit, Audit), (&publication, Publication)] {
        refused(asker, who, Submission, keys.draft);
    }
    // What was submitted is moderation's and audit's; publication gets nothing of submission, not even what was approved.
    assert_eq!(moderation.ask_keys(Submission, &[keys.submitted]), Ok(1));
    assert_eq!(audit.ask_keys(Submission, &[keys.submitted]), Ok(1));
    refused(&publication, Publication, Submission, keys.submitted);
    refused(&publication, Publication, Submission, keys.approved);
    // What was approved is publication's; what was refused, and what moderators tell each other, is not.
    assert_eq!(publication.ask_keys(Moderation, &[keys.approved]), Ok(1));
    refused(&publication, Publication, Moderation, keys.submitted);
    refused(&publication, Publication, Moderation, keys.internal);
    // What is said to contributors is submission's; what moderators tell each other is not.
    assert_eq!(submission.ask_keys(Moderation, &[keys.message]), Ok(1));
    refused(&submission, Submission, Moderation, keys.internal);
    assert_eq!(audit.ask_keys(Moderation, &[keys.internal]), Ok(1));
    // All or none: one among others is not given by mistake.
    let both = publication.ask_keys(Moderation, &[keys.approved, keys.internal]);
    assert_eq!(both, Err(KeyRefusal::NotEntitled { asker: Publication, key: keys.internal }));

    for (holder, key) in [(Submission, keys.draft), (Moderation, keys.internal)] {
        until("the log says it", PATIENCE, || {
            let log = installation.service(holder).log();
            let told = |line: &str| line.contains("a key was refused") && line.contains(&key.to_string());
            if log.lines().any(told) { Ok(()) } else { Err(log) }
        });
    }
    installation.close();
}

#[track_caller]
fn refused(asker: &Impostor, who: Origin, holder: Origin, key: KeyId) {
    let answer = asker.ask_keys(holder, &[key]);
    assert_eq!(answer, Err(KeyRefusal::NotEntitled { asker: who, key }), "{who} asks {holder}");
}

/// A real key of each kind.
#[derive(Debug)]
struct Keys {
    /// Of a content that was saved and never submitted.
    draft: KeyId,
    /// Of a content that was submitted and not approved.
    submitted: KeyId,
    /// Of a content that was approved.
    approved: KeyId,
    /// Of what moderators tell each other.
    internal: KeyId,
    /// Of what a moderator said to the contributor.
    message: KeyId,
}

impl Keys {
    fn of(submission: &[Event], moderation: &[Event]) -> Self {
        let drafts = all(submission, |payload| match payload {
            Payload::DraftStarted(started) => of_content(started.command.as_ref()?.content.as_ref()),
            Payload::DraftSaved(saved) => of_content(saved.command.as_ref()?.content.as_ref()),
            _ => None,
        });
        let submitted = all(submission, |payload| match payload {
            Payload::Submitted(submitted) => of_content(submitted.content.as_ref()),
            _ => None,
        });
        let approved = all(moderation, |payload| match payload {
            Payload::Approved(approved) => of_content(approved.content.as_ref()),
            _ => None,
        });
        let internal = all(moderation, |payload| match payload {
            Payload::Approved(approved) => of(approved.command.as_ref()?.note.as_ref()),
            _ => None,
        });
        let message = all(moderation, |payload| match payload {
            Payload::ChangesRequested(requested) => of(requested.command.as_ref()?.items.first()?.text.as_ref()),
            _ => None,
        });
        let first = |keys: &BTreeSet<KeyId>, what: &str| *keys.first().unwrap_or_else(|| panic!("{what}: none"));
        Self {
            draft: first(&(&drafts - &submitted), "drafts that were never submitted"),
            submitted: first(&(&submitted - &approved), "submissions that were not approved"),
            approved: first(&approved, "approvals"),
            internal: first(&internal, "notes"),
            message: first(&message, "requested changes"),
        }
    }
}

fn all(events: &[Event], key: impl Fn(&Payload) -> Option<KeyId>) -> BTreeSet<KeyId> {
    events.iter().filter_map(|event| key(event.payload.as_ref()?)).collect()
}

fn of_content(content: Option<&v1::Content>) -> Option<KeyId> {
    of(content?.sealed.as_ref())
}

fn of(sealed: Option<&v1::Sealed>) -> Option<KeyId> {
    KeyId::try_from(sealed?.key_id.as_slice()).ok()
}
