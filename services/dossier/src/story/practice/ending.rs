//! The body's next edition takes the same way; then the practice is taken back.

use serde_json::json;

use super::{super::text, Troupe, judging::opinion};
use crate::{Exit, Failure};

/// Edition 3.
pub(super) fn revised(troupe: &mut Troupe<'_>) -> Result<(), Failure> {
    troupe.chapter("A revision, while the public edition stays");
    let what = "opens a revision of the corrected edition";
    let begun = troupe.does("contributor-ke", what, &troupe.at_body("/revise"), &json!({}))?;
    let mut content = begun["content"].clone();
    let survey = "People advised in 2022 were surveyed again in 2025: seven in ten hold a contract.";
    content["impact"]["en"] = json!(format!("{} {survey}", text(&content["impact"], "en")));
    troupe.saves("contributor-ke", "adds the survey of 2025", &content)?;
    let submit = json!({"certify": true, "what_changed": "The survey of 2025."});
    troupe.does("contributor-ke", "submits it", &troupe.at_body("/submit"), &submit)?;
    let digest = troupe.draft("authority-ke")?["digest"].clone();
    troupe.does("authority-ke", "clears it", &troupe.at_body("/clear"), &json!({"digest": digest}))?;
    troupe.in_stage("desk", 4)?;
    opinion(troupe, "moderator-b", "approves for the desk")?;
    for peer in ["reviewer-internal", "reviewer-b", "reviewer-c"] {
        troupe.in_stage("peer", 4)?;
        opinion(troupe, peer, "approves as a peer")?;
    }
    troupe.in_stage("publisher", 4)?;
    opinion(troupe, "publisher", "approves; edition 3 takes the place of edition 2")?;
    troupe.hears("contributor-ke", &troupe.at_body(""), &|now| now["edition"] == 3)?;
    Ok(())
}

/// Number and address stay. How many editions there were.
pub(super) fn taken_back(troupe: &mut Troupe<'_>, number: &str) -> Result<u64, Failure> {
    troupe.chapter("Taken back; nothing vanishes");
    let reason = json!({"reason": "The figures were counted twice in two counties."});
    let what = "asks to have it retracted: figures were counted twice";
    let proposed = troupe.does("contributor-ke", what, &troupe.at_body("/ask-retraction"), &reason)?;
    let clear = json!({"proposed": proposed["retraction"]["place"]});
    let path = troupe.at_body("/clear-retraction");
    troupe.may_not("contributor-ke", "wants to clear that alone", &path, &clear, "no-designation")?;
    troupe.does("authority-ke", "clears the request for the state", &path, &clear)?;
    troupe.hears("publisher", "/api/v1/retraction-requests", &|list| list.to_string().contains(&troupe.entry))?;
    let explanation = "Kenya has asked to take this practice back: the figures are being counted anew.";
    let body = json!({"reason": "at_request_of_body", "explanation": explanation});
    let retract = troupe.in_public("/retract");
    troupe.may_not("moderator-a", "wants to retract it, without the right to", &retract, &body, "no-designation")?;
    let tombstone = troupe.does("publisher", "retracts it, with an explanation for the public", &retract, &body)?;
    troupe.stands("retracted")?;
    let editions = tombstone["editions"].as_array().map_or(0, Vec::len) as u64;
    for edition in 1..=editions {
        let address = format!("/api/v1/entries/{number}/editions/{edition}");
        let answer = troupe.looks(None, &address)?;
        if answer.status != 410 || answer.text("explanation") != explanation {
            let words = format!("{address} does not say that it was retracted; it answers {}", answer.status);
            return Err(Failure::new(Exit::Failed, words));
        }
    }
    troupe.sees(&format!(
        "{number} and the addresses of its {editions} editions stay, and each says why there is nothing more to read."
    ));
    Ok(editions)
}
