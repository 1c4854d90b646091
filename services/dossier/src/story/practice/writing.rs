//! Written by two people, submitted by a third, cleared by a fourth.

use serde_json::{Value, json};

use super::{super::text, Troupe};
use crate::Failure;

/// A draft in English, with a first translation.
pub(super) fn written(troupe: &mut Troupe<'_>, mut practice: Value) -> Result<(), Failure> {
    troupe.chapter("Kenya writes");
    again(troupe)?;
    let french = practice["summary"].as_object_mut().and_then(|summary| summary.remove("fr"));
    let begin = json!({"type": "practice", "content": practice, "language": "en"});
    let begun = troupe.does("contributor-ke", "begins a practice in English", "/contribute/api/v1/entries", &begin)?;
    troupe.entry = text(&begun, "id").to_owned();
    practice["summary"]["fr"] = french.unwrap_or_default();
    troupe.saves("expert-ke", "puts the summary into French; the rest is to follow", &practice)?;
    Ok(())
}

/// What was told before has ended; this is another one.
fn again(troupe: &mut Troupe<'_>) -> Result<(), Failure> {
    let list = troupe.looks(Some("contributor-ke"), "/contribute/api/v1/entries?limit=200")?.document()?;
    let before = list["items"].as_array().into_iter().flatten().filter(|one| one["type"] == "practice");
    if let Some(before) = before.map(|one| one["number"].as_str().unwrap_or("one without a number").to_owned()).next() {
        troupe.sees(&format!(
            "This was told here before (of {before}); what is filed now is another practice, with a number of its own."
        ));
    }
    Ok(())
}

/// Cleared by the publishing authority of the state, and by nobody else.
pub(super) fn cleared(troupe: &mut Troupe<'_>) -> Result<(), Failure> {
    troupe.chapter("The state clears");
    let submit = json!({"certify": true, "what_changed": "First submission."});
    troupe.does(
        "focal-point-ke",
        "submits it; a practice of a state is cleared first",
        &troupe.at_body("/submit"),
        &submit,
    )?;
    let digest = troupe.draft("authority-ke")?["digest"].clone();
    let (clear, body) = (troupe.at_body("/clear"), json!({"digest": digest}));
    let hidden = troupe.looks(Some("moderator-a"), &troupe.at_review(""))?;
    troupe.sees(&format!("Moderation looks for it and is answered {}: it has not left its body.", hidden.status));
    let own = "wants to clear their own submission";
    troupe.may_not("focal-point-ke", own, &clear, &body, "own-submission")?;
    troupe.may_not("contributor-ke", "wants to clear it, without the right to", &clear, &body, "no-designation")?;
    let body = json!({"digest": digest, "note": "Read in the capital."});
    troupe.does("authority-ke", "clears exactly what was read, and it goes to moderation", &clear, &body)?;
    Ok(())
}
