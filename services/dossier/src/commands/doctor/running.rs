//! A running Dossier, asked how it is: what `/readyz` says, check by check.

use serde_json::{Value, json};

use super::{Finding, Findings, Gravity};
use crate::{
    Exit, Failure,
    client::Client,
    output::{Audience, text},
};

/// Asks, and tells every check that does not hold.
pub(super) fn examine(server: &str, audience: Audience) -> Result<(), Failure> {
    let answer = Client::to(server, None).get("/readyz")?;
    let mut findings = Findings::default();
    if !take(&answer.document, &mut findings) {
        let found = format!("{server}/readyz answers {} and nothing of a Dossier. Is that its address?", answer.status);
        return Err(Failure::new(Exit::Unreachable, found));
    }
    for one in findings.all() {
        audience.show(&one.document(), |_| one.words());
    }
    let summary = json!({
        "server": server, "sound": findings.gravest().is_none(), "faults": findings.count(Gravity::Fault),
        "warnings": findings.count(Gravity::Warning), "notes": findings.count(Gravity::Note),
    });
    audience.show(&summary, |summary| {
        let verdict = if summary["sound"] == true { "is ready" } else { "is not ready" };
        format!(
            "\n{server} {verdict}: {} checks do not hold, {} entries or services wait.",
            summary["faults"], summary["warnings"]
        )
    });
    findings.gravest().map_or(Ok(()), |gravest| Err(gravest.failure()))
}

/// Takes the checks of an answer. Answers "no" when it is none.
fn take(document: &Value, findings: &mut Findings) -> bool {
    let Some(checks) = document["checks"].as_array() else { return false };
    for check in checks {
        let (name, reason) = (text(check, "name"), text(check, "reason"));
        findings.add(match check["ready"] == true {
            true => Finding::note("ready", name, "holds"),
            // It works, and some entries wait for a later version.
            false if is_only_parked(reason) => Finding::warning("parked", name, reason),
            false => Finding::fault(Exit::Failed as u8, "ready", name, reason),
        });
    }
    // Nothing depends on it, and somebody should look.
    for warning in document["warnings"].as_array().into_iter().flatten() {
        findings.add(Finding::warning("warning", text(warning, "name"), text(warning, "reason")));
    }
    findings.sort();
    true
}

fn is_only_parked(reason: &str) -> bool {
    let mut parts = reason.split("; ").peekable();
    parts.peek().is_some() && parts.all(|part| part.contains("entries are parked") && !part.contains(": "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_hold_is_a_fault_and_what_is_parked_a_warning() {
        let parked = "publication reads submission up to 7, 4 entries are parked until a version that understands them is started (01JGZ2Q0000000000000000000 since submission 6 of kind 131, and 3 more)";
        let document = json!({"ready": false, "checks": [
            {"name": "publication", "ready": true},
            {"name": "exchange", "ready": false, "reason": parked},
            {"name": "broker", "ready": false, "reason": "publication: the broker has been lost for 3 s: no answer"},
        ]});
        let mut findings = Findings::default();
        assert!(take(&document, &mut findings));
        assert_eq!(findings.count(Gravity::Note), 1);
        assert_eq!(findings.count(Gravity::Warning), 1);
        assert_eq!(findings.gravest().unwrap().failure().exit_code(), Exit::Failed as u8);
        let silent = format!("{parked}; publication reads moderation up to 3: moderation does not answer: no answer");
        assert!(!is_only_parked(&silent) && !is_only_parked(""), "something else is wrong too");
        assert!(!take(&json!("<html>"), &mut findings), "no Dossier");
    }

    #[test]
    fn mail_that_does_not_go_out_is_a_warning() {
        let reason = "submission: no mail has gone out for 20 minutes: the mail server was not reached";
        let warnings = json!([{"name": "mail", "reason": reason}]);
        let document = json!({"ready": true, "checks": [{"name": "keys", "ready": true}], "warnings": warnings});
        let mut findings = Findings::default();
        assert!(take(&document, &mut findings));
        assert_eq!((findings.count(Gravity::Note), findings.count(Gravity::Warning)), (1, 1));
    }
}
