//! Published after an embargo; corrected by two moderators.

use dossier_engine::{Clock, MachineClock};
use dossier_proto::Micros;
use dossier_web::moment;
use serde_json::json;

use super::{super::text, EMBARGO_SECONDS, Troupe};
use crate::Failure;

/// The number it gets when its time has come.
pub(super) fn after_an_embargo(troupe: &mut Troupe<'_>) -> Result<String, Failure> {
    troupe.chapter("Published, but not before its time");
    let digest = troupe.reads("publisher")?;
    // To the second, as people write it.
    let now = Micros(MachineClock.now().0 / Micros::SECOND * Micros::SECOND);
    let at = moment::written(now.plus(EMBARGO_SECONDS * Micros::SECOND));
    let approve = json!({"digest": digest, "publish_at": at, "note": "After the conference."});
    let what = format!("approves, under an embargo until {at}");
    troupe.does("publisher", &what, &troupe.at_review("/approve"), &approve)?;
    troupe.stands("scheduled")?;
    let publish = format!("/api/v1/scheduled/{}/publish", troupe.entry);
    troupe.hears("publisher", "/api/v1/scheduled", &|list| list.to_string().contains(&troupe.entry))?;
    troupe.may_not("publisher", "wants to publish it now", &publish, &json!({}), "embargo")?;
    let hidden = troupe.looks(None, &troupe.in_public(""))?;
    troupe.sees(&format!("The public is answered {}: it has no number yet. Waiting for its time …", hidden.status));
    let published = troupe.stands("published")?;
    let number = text(&published, "number").to_owned();
    troupe.sees(&format!("The clock has published it: {number}, edition 1."));
    Ok(number)
}

/// Edition 2: one proposes, another confirms, the body is told and objects.
pub(super) fn corrected(troupe: &mut Troupe<'_>, number: &str) -> Result<(), Failure> {
    troupe.chapter("An editorial correction");
    let public = format!("/api/v1/entries/{number}");
    let first = troupe.looks(None, &public)?.document()?;
    let mut summary = first["content"]["summary"].clone();
    summary["en"] = json!(text(&summary, "en").replace("whom to call", "whom to telephone"));
    let body =
        json!({"edition": 1, "digest": first["digest"], "fields": {"summary": summary}, "reason": "A clearer word."});
    troupe.hears("moderator-a", &troupe.at_review(""), &|review| review["edition"] == 1)?;
    let what = "proposes a clearer word in the summary";
    troupe.does("moderator-a", what, &troupe.at_review("/propose-correction"), &body)?;
    let proposed = troupe.looks(Some("moderator-b"), &troupe.at_review(""))?.document()?;
    let confirm = json!({"digest": proposed["correction"]["digest"]});
    let path = troupe.at_review("/confirm-correction");
    troupe.may_not("moderator-a", "wants to confirm their own correction", &path, &confirm, "own-words")?;
    troupe.does("moderator-b", "confirms exactly that", &path, &confirm)?;
    troupe.hears("contributor-ke", &public, &|now| now["edition"] == 2)?;
    troupe.sees(&format!("{number}, edition 2, is a correction, and says so."));
    troupe.hears("contributor-ke", &troupe.at_body(""), &|now| now["edition"] == 2)?;
    let reason = json!({"reason": "Our word was the usual one in Kenya."});
    let what = "was told, and objects; the correction stays, and moderation reads why";
    troupe.does("contributor-ke", what, &troupe.at_body("/object"), &reason)?;
    Ok(())
}
