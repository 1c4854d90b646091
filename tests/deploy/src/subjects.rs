//! Every subject that a deployment knows, and some that it does not; and who may use which. Written down a second time here, from
//! the plan (DESIGN section 7), so that a slip in nats.conf does not go unnoticed.

use crate::SERVICES;

/// What is asked of everybody.
const ASKED_OF_ALL: [&str; 3] = ["replay", "checkpoint", "keys"];

/// Whether `asker` has a reason to ask `holder` on this topic.
fn is_asked(topic: &str, holder: &str, asker: &str) -> bool {
    let others = holder != asker;
    match topic {
        "people" => others && holder == "moderation",
        "known" => others,
        "digests" => others && asker == "audit",
        // A file goes the way of its key: submission to moderation, moderation to publication.
        "file" => [("submission", "moderation"), ("moderation", "publication")].contains(&(holder, asker)),
        _ => others && ASKED_OF_ALL.contains(&topic),
    }
}

const TOPICS: [&str; 7] = ["replay", "checkpoint", "keys", "people", "known", "digests", "file"];
const OWN_STREAM: [&str; 6] = ["CREATE", "UPDATE", "DELETE", "PURGE", "INFO", "MSG.GET"];
/// What JetStream offers and nobody here needs.
const OTHER_STREAM: [&str; 6] = ["MSG.DELETE", "SNAPSHOT", "RESTORE", "LEADER.STEPDOWN", "PEER.REMOVE", "CANCEL_MOVE"];

/// The name of a service's stream.
#[must_use]
pub fn stream(origin: &str) -> String {
    format!("DOSSIER_{}", origin.to_ascii_uppercase())
}

/// What somebody may try to publish, with whether `me` may.
#[must_use]
pub fn to_publish(me: &str) -> Vec<(String, bool)> {
    let mut all = Vec::new();
    for other in SERVICES {
        all.push((format!("dossier.event.{other}.-"), other == me));
        all.push((format!("dossier.event.{other}.01ARZ3NDEKTSV4RRFFQ69G5FAV"), other == me));
        all.push((format!("dossier.event.{other}"), false));
        all.push((format!("dossier.event.{other}.a.b"), false));
        all.push((format!("dossier.presence.{other}"), other == me));
        all.push((format!("_INBOX_{other}.anything"), other == me));
        for topic in TOPICS {
            for asker in SERVICES {
                all.push((format!("dossier.{topic}.{other}.{asker}"), asker == me && is_asked(topic, other, asker)));
            }
            all.push((format!("dossier.{topic}.{other}"), false));
        }
        let stream = stream(other);
        for verb in OWN_STREAM {
            all.push((format!("$JS.API.STREAM.{verb}.{stream}"), other == me));
        }
        for verb in OTHER_STREAM {
            all.push((format!("$JS.API.STREAM.{verb}.{stream}"), false));
        }
        all.push((format!("$JS.API.DIRECT.GET.{stream}"), true));
        all.push((format!("$JS.API.DIRECT.GET.{stream}.dossier.event.{other}.-"), false));
        all.push((format!("$JS.API.CONSUMER.CREATE.{stream}"), false));
        all.push((format!("$JS.API.CONSUMER.LIST.{stream}"), false));
    }
    let nobodys = [
        "dossier",
        "dossier.event.nobody.-",
        "dossier.replay.submission.nobody",
        "anything",
        "_INBOX.anything",
        "$JS.API.INFO",
        "$JS.API.STREAM.NAMES",
        "$JS.API.STREAM.LIST",
        "$JS.API.STREAM.CREATE.OTHER",
        "$JS.API.ACCOUNT.PURGE.SUBMISSION",
        "$JS.ACK.DOSSIER_SUBMISSION.c.1.1.1.1.0",
        "$SYS.REQ.SERVER.PING",
        "$SYS.REQ.SERVER.RELOAD",
        "$SYS.REQ.USER.INFO",
        "$SYS.REQ.ACCOUNT.SUBMISSION.CONNZ",
        "$SYS.ACCOUNT.SUBMISSION.CONNECT",
        "$KV.bucket.key",
        "$O.bucket.M.x",
    ];
    all.extend(nobodys.map(|subject| (subject.to_owned(), false)));
    all
}

/// What somebody may try to listen to, with whether `me` may.
#[must_use]
pub fn to_subscribe(me: &str) -> Vec<(String, bool)> {
    let mut all = Vec::new();
    for other in SERVICES {
        all.push((format!("dossier.event.{other}.>"), other != me));
        all.push((format!("dossier.presence.{other}"), other == me));
        all.push((format!("_INBOX_{other}.>"), other == me));
        for topic in TOPICS {
            let asked = other == me && SERVICES.iter().any(|asker| is_asked(topic, other, asker));
            // Digests are audit's alone to ask and files one service's, so nobody needs to hear anybody else.
            let has_one_asker = ["digests", "file"].contains(&topic);
            all.push((format!("dossier.{topic}.{other}.*"), asked && !has_one_asker));
            for asker in SERVICES {
                let hears = if has_one_asker { is_asked(topic, other, asker) } else { asked };
                all.push((format!("dossier.{topic}.{other}.{asker}"), other == me && hears));
            }
        }
    }
    let nobodys = [
        ">",
        "*",
        "*.>",
        "dossier.>",
        "dossier.event.>",
        "dossier.keys.>",
        "dossier.*.submission.*",
        "_INBOX.>",
        "_INBOX_>",
        "_R_.>",
        "$SYS.>",
        "$SYS.ACCOUNT.>",
        "$JS.>",
        "$JS.API.>",
        "$JS.EVENT.ADVISORY.>",
        "$JSC.>",
        "$NRG.>",
        "anything",
    ];
    all.extend(nobodys.map(|subject| (subject.to_owned(), false)));
    all
}
