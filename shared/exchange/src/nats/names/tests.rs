use std::{fs, path::Path};

use super::*;

#[test]
fn who_asks_is_read_from_the_subject() {
    for holder in Origin::ALL {
        for asker in Origin::ALL {
            for topic in Topic::ALL {
                let subject = topic.subject(holder, asker);
                assert_eq!(Topic::of_subject(&subject), Some((topic, asker)), "{subject}");
            }
        }
    }
    for strange in
        ["", "dossier", "dossier.replay.audit", "dossier.replay.audit.x", "dossier.replay.audit.audit.audit", "x.y"]
    {
        assert_eq!(Topic::of_subject(strange), None, "{strange}");
    }
}

#[test]
fn some_questions_are_asked_of_one_service_only() {
    let asked = |origin| {
        Topic::all_asked_of(origin).into_iter().map(|subject| subject.replace("dossier.", "")).collect::<Vec<_>>()
    };
    let moderations: Vec<_> = ["replay", "checkpoint", "keys", "people"]
        .iter()
        .flat_map(|topic| ["submission", "publication", "audit"].map(|asker| format!("{topic}.moderation.{asker}")))
        .chain(["digests.moderation.audit".to_owned()])
        .chain(["submission", "publication", "audit"].map(|asker| format!("known.moderation.{asker}")))
        .chain(["file.moderation.publication".to_owned()])
        .collect();
    assert_eq!(asked(Origin::Moderation), moderations);
    assert!(asked(Origin::Submission).contains(&"file.submission.moderation".to_owned()));
    assert!(asked(Origin::Audit).contains(&"known.audit.submission".to_owned()));
    assert!(
        !asked(Origin::Audit).iter().any(|subject| subject.starts_with("people") || subject.starts_with("digests"))
    );
}

/// What a service says and hears is what `deploy/nats.conf` permits to it.
#[test]
fn the_brokers_configuration_permits_these_names() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/nats.conf");
    let text = fs::read_to_string(&path).expect("deploy/nats.conf");
    let is_named = |name: &str| text.contains(&format!("\"{name}\""));
    assert!(is_named(&format!("{LED_BACK}>")), "answers are led back");
    for origin in Origin::ALL {
        assert!(is_named(&format!("dossier.event.{origin}.*")), "{origin} publishes its events");
        assert!(is_named(&events_of(origin)), "others hear them");
        assert!(is_named(&presence(origin)), "{origin}'s presence");
        assert!(is_named(&format!("{}.>", inbox(origin))), "{origin}'s inbox");
        for verb in ["CREATE", "UPDATE", "DELETE", "MSG.GET", "INFO"] {
            assert!(is_named(&stream_api(verb, origin)), "{verb} of {origin}'s stream");
        }
        assert!(is_named(&direct_get(origin)), "reading {origin}'s stream");
        for subject in Topic::all_asked_of(origin) {
            let all_askers = subject.rsplit_once('.').map(|(asked, _)| format!("{asked}.*")).unwrap_or_default();
            assert!(is_named(&subject), "somebody may ask {subject}");
            let has_one_asker = subject.contains("digests") || subject.contains("file");
            assert!(is_named(&all_askers) || has_one_asker, "{origin} may listen to {all_askers}");
        }
    }
}

#[test]
fn an_event_stands_under_its_entry() {
    assert_eq!(event_subject(Origin::Audit, None), "dossier.event.audit.-");
    let subject = event_subject(Origin::Submission, Some(EntryId([1; 16])));
    assert_eq!(subject, format!("dossier.event.submission.{}", EntryId([1; 16])));
    assert_eq!(subject.split('.').count(), 4, "an entry's name has no dots");
}
