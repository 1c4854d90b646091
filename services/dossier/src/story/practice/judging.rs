//! The desk asks for two changes, opens one of them again, and lets it pass; the peers are divided.

use serde_json::{Value, json};

use super::{super::text, Troupe};
use crate::Failure;

const PRE_DEPARTURE: &str = "pre-departure officer";

/// Two rounds at the desk.
pub(super) fn returned_twice(troupe: &mut Troupe<'_>) -> Result<(), Failure> {
    troupe.chapter("The desk asks for two changes");
    let review = troupe.in_stage("desk", 1)?;
    troupe.does("moderator-a", "claims it, for a while", &troupe.at_review("/claim"), &json!({}))?;
    let items = json!([
        {"field": "summary", "language": "en", "quote": "The PDO", "text": "Spell out what a PDO is."},
        {"field": "impact", "text": "Say of which years these figures are, and where they can be read."},
    ]);
    let request = json!({"digest": review["digest"], "items": items});
    let what = "requests two changes: an acronym, and figures without years or a source";
    troupe.does("moderator-a", what, &troupe.at_review("/request-changes"), &request)?;
    answer_both(troupe)?;
    open_one_again(troupe)?;
    answer_again(troupe)?;
    let review = troupe.in_stage("desk", 3)?;
    settle(troupe, &review, 2, "accepted", "", "accepts the second answer too")?;
    let approve = json!({"digest": review["digest"], "note": "Fit for peers."});
    troupe.does("moderator-a", "approves for the desk", &troupe.at_review("/approve"), &approve)?;
    Ok(())
}

fn answer_both(troupe: &mut Troupe<'_>) -> Result<(), Failure> {
    let mut content = troupe.stands("changes-requested")?["content"].clone();
    content["summary"]["en"] = json!(text(&content["summary"], "en").replace("PDO", PRE_DEPARTURE));
    let impact = text(&content["impact"], "en").replacen("The desks", "From March 2021 to June 2024 the desks", 1);
    content["impact"]["en"] = json!(impact);
    troupe.saves("contributor-ke", "spells it out and gives the years", &content)?;
    let answers = json!([{"item": 1, "text": "A pre-departure officer."}, {"item": 2, "text": "The years are given."}]);
    let submit = json!({"certify": true, "what_changed": "An acronym is spelled out; figures have their years.", "answers": answers});
    let what = "answers both; what a state says has changed, so it is cleared again";
    troupe.does("contributor-ke", what, &troupe.at_body("/submit"), &submit)?;
    let digest = troupe.draft("authority-ke")?["digest"].clone();
    let clear = json!({"digest": digest});
    troupe.does("authority-ke", "clears the new text", &troupe.at_body("/clear"), &clear)?;
    Ok(())
}

fn open_one_again(troupe: &mut Troupe<'_>) -> Result<(), Failure> {
    let review = troupe.in_stage("desk", 2)?;
    settle(troupe, &review, 1, "accepted", "", "accepts the first answer")?;
    let why = "Where can the figures be read?";
    settle(troupe, &review, 2, "reopened", why, "opens the second change again: the source is still missing")?;
    let approve = json!({"digest": review["digest"]});
    let what = "wants to approve while a requested change is open";
    troupe.may_not("moderator-a", what, &troupe.at_review("/approve"), &approve, "change-open")?;
    let back = json!({"digest": review["digest"], "items": []});
    troupe.does("moderator-a", "returns it for that", &troupe.at_review("/request-changes"), &back)?;
    Ok(())
}

fn answer_again(troupe: &mut Troupe<'_>) -> Result<(), Failure> {
    let mut content = troupe.stands("changes-requested")?["content"].clone();
    content["links"] =
        json!([{"url": "https://labour-mobility.example/evaluation-2024", "title": {"en": "Evaluation of 2024"}}]);
    troupe.saves("expert-ke", "links the evaluation", &content)?;
    let answers = json!([{"item": 2, "round": 1, "text": "The evaluation is linked."}]);
    let submit = json!({"certify": true, "what_changed": "A link to the evaluation.", "answers": answers});
    let what = "answers; a link is nothing that a state clears, so it goes to moderation at once";
    troupe.does("expert-ke", what, &troupe.at_body("/submit"), &submit)?;
    Ok(())
}

fn settle(
    troupe: &mut Troupe<'_>,
    review: &Value,
    item: u32,
    outcome: &str,
    why: &str,
    what: &str,
) -> Result<(), Failure> {
    let why = Some(why).filter(|why| !why.is_empty());
    let body = json!({"digest": review["digest"], "round": 1, "item": item, "outcome": outcome, "text": why});
    troupe.does("moderator-a", what, &troupe.at_review("/settle-change"), &body).map(drop)
}

/// Three opinions are asked for; five people come, and a sixth is asked.
pub(super) fn divided(troupe: &mut Troupe<'_>) -> Result<(), Failure> {
    troupe.chapter("Peers, from inside and outside");
    let review = troupe.in_stage("peer", 3)?;
    let approve = json!({"digest": review["digest"]});
    let own = "reviews for others too, and wants to approve what they wrote a part of";
    troupe.may_not("expert-ke", own, &troupe.at_review("/approve"), &approve, "own-words")?;
    let conflict = json!({"reason": "I advised the department in 2022."});
    let what = "declares a conflict of interest and is out, for ever";
    troupe.does("reviewer-a", what, &troupe.at_review("/declare-conflict"), &conflict)?;
    troupe.may_not(
        "reviewer-a",
        "wants to approve after all",
        &troupe.at_review("/approve"),
        &approve,
        "conflict-declared",
    )?;
    opinion(troupe, "reviewer-internal", "approves: well evidenced")?;
    opinion(troupe, "reviewer-b", "approves: it can be repeated elsewhere")?;
    let object = json!({"digest": review["digest"], "reason": "The fall in complaints may have other causes."});
    let what = "objects: the fall in complaints may have other causes";
    troupe.does("reviewer-c", what, &troupe.at_review("/object"), &object)?;
    troupe.sees("Two are for it and one is against it: the opinions are split, and one more is asked.");
    opinion(troupe, "reviewer-d", "has read both sides and approves; the stage is passed")?;
    troupe.in_stage("publisher", 3)?;
    Ok(())
}

/// Somebody reads it and approves.
pub(super) fn opinion(troupe: &mut Troupe<'_>, who: &str, what: &str) -> Result<(), Failure> {
    let digest = troupe.reads(who)?;
    troupe.does(who, what, &troupe.at_review("/approve"), &json!({"digest": digest, "note": "Read."})).map(drop)
}
