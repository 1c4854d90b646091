//! `dossier replay`: folds the journals again from their first event, says what they amount to, and decides every command again.

mod entry;

use std::str::FromStr;

use dossier_engine::{Deviation, Until};
use dossier_journal::Journal;
use dossier_proto::{Micros, Origin};
use serde_json::{Value, json};

use crate::{
    Exit, Failure,
    cli::Replay,
    deciders::{Amount, again, fold},
    offline::Offline,
    output::{Audience, text},
    progress::Progress,
};

/// So many deviations are told of each service; the first is what matters.
const DEVIATIONS_TOLD: usize = 20;

/// What one journal amounts to.
struct Replayed {
    origin: Origin,
    whole: Amount,
    as_of: Option<Amount>,
    deviations: Vec<Deviation>,
}

pub(super) fn run(replay: &Replay, audience: Audience) -> Result<(), Failure> {
    if let Some(entry) = &replay.entry {
        return entry::run(replay, entry, audience);
    }
    let until = replay.as_of.as_deref().map(|text| moment(text, replay.service)).transpose()?;
    let offline = Offline::open(&replay.data.data)?;
    let progress = Progress::on_terminal();
    let mut replayed = Vec::new();
    for origin in offline.services(replay.service)? {
        progress.begin(&format!("{origin}: comparing every event with the Merkle tree"));
        let journal = offline.journal(origin)?;
        replayed.push(replay_one(origin, &journal, until, &progress)?);
    }
    drop(progress);
    let services: Vec<_> = replayed.iter().map(Replayed::document).collect();
    audience.show(&json!({"as_of": replay.as_of, "services": services}), words);
    verdict(&replayed)
}

fn replay_one(
    origin: Origin,
    journal: &Journal,
    until: Option<Until>,
    progress: &Progress,
) -> Result<Replayed, Failure> {
    progress.begin(&format!("{origin}: folding"));
    let whole = fold(origin, journal, Until::End)?;
    let as_of = until.map(|until| fold(origin, journal, until)).transpose()?;
    progress.begin(&format!("{origin}: deciding every command again"));
    let (mut again, mut done) = (again(origin), 0);
    // What is no event was refused by the folding.
    let read = journal.replay(dossier_journal::Place { epoch: 0, sequence: 0 }, |stored| {
        again.take(&stored);
        done += 1;
        progress.at(done, whole.events);
    });
    read.map_err(|error| Failure::damaged(format!("{origin}: {error}")))?;
    Ok(Replayed { origin, whole, as_of, deviations: again.finish() })
}

/// A moment, or a sequence of the one service that was named.
fn moment(text: &str, service: Option<Origin>) -> Result<Until, Failure> {
    if let Ok(sequence) = text.parse() {
        return match service {
            Some(_) => Ok(Until::Sequence(sequence)),
            None => Err(Failure::new(
                Exit::Usage,
                format!("--as-of {text} is a sequence, and each journal counts for itself: say whose with --service"),
            )),
        };
    }
    let moment = jiff::Timestamp::from_str(text).map_err(|error| {
        Failure::new(
            Exit::Usage,
            format!("--as-of {text} is neither a sequence nor a moment such as 2026-03-09T12:00:00Z: {error}"),
        )
    })?;
    Ok(Until::Moment(Micros(moment.as_microsecond())))
}

impl Replayed {
    fn document(&self) -> Value {
        let deviations = self.deviations.iter().take(DEVIATIONS_TOLD);
        let deviations: Vec<_> =
            deviations.map(|one| json!({"at": one.at, "place": one.at.to_string(), "found": one.found})).collect();
        let mut document = described(self.origin, &self.whole);
        document["deviations"] = json!(deviations);
        document["more_deviations"] = json!(self.deviations.len().saturating_sub(DEVIATIONS_TOLD));
        if let Some(as_of) = &self.as_of {
            document["as_of"] = described(self.origin, as_of);
            document["differs"] = json!({
                "events_since": self.whole.events - as_of.events,
                "state": as_of.digests.state != self.whole.digests.state,
                "view": as_of.digests.view != self.whole.digests.view,
            });
        }
        document
    }
}

fn described(origin: Origin, amount: &Amount) -> Value {
    let digests = &amount.digests;
    json!({
        "service": origin, "events": amount.events, "next": {"epoch": digests.next.epoch, "sequence": digests.next.sequence},
        "state": digests.state.to_string(), "view": digests.view.to_string(),
    })
}

fn words(document: &Value) -> String {
    let mut words = String::new();
    for service in document["services"].as_array().into_iter().flatten() {
        words.push_str(&amount_in_words(text(service, "service"), service));
        if let Some(as_of) = service.get("as_of") {
            words.push_str(&amount_in_words(&format!("  as of {}", text(document, "as_of")), as_of));
            words.push_str(&format!("    {}\n", difference(&service["differs"])));
        }
        let deviations = service["deviations"].as_array().map(Vec::as_slice).unwrap_or_default();
        if deviations.is_empty() {
            words.push_str("    every command decided again, with the same outcome\n");
        }
        for deviation in deviations {
            words.push_str(&format!("    {}: {}\n", text(deviation, "place"), text(deviation, "found")));
        }
        if let Some(more) = service["more_deviations"].as_u64().filter(|more| *more > 0) {
            words.push_str(&format!("    and {more} more\n"));
        }
    }
    words
}

fn amount_in_words(what: &str, amount: &Value) -> String {
    format!(
        "{what}: {} events, the next is {} of epoch {}\n    state {}\n    view  {}\n",
        amount["events"],
        amount["next"]["sequence"],
        amount["next"]["epoch"],
        text(amount, "state"),
        text(amount, "view"),
    )
}

fn difference(differs: &Value) -> String {
    let changed = |name: &str| if differs[name] == true { "has changed" } else { "is the same" };
    format!(
        "since then: {} events; the state {}, the view {}",
        differs["events_since"],
        changed("state"),
        changed("view")
    )
}

fn verdict(replayed: &[Replayed]) -> Result<(), Failure> {
    let count: usize = replayed.iter().map(|one| one.deviations.len()).sum();
    let Some(first) = replayed.iter().find_map(|one| one.deviations.first()) else { return Ok(()) };
    let found = format!(
        "{count} recorded commands could not have been decided so, the first at {}: {}. Look at who acted there and whether the program or \
         the journal was altered; `dossier verify` looks at the journals themselves",
        first.at, first.found
    );
    Err(Failure::new(Exit::NotProved, found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_or_a_sequence_of_one_service() {
        assert_eq!(moment("17", Some(Origin::Audit)).unwrap(), Until::Sequence(17));
        assert_eq!(moment("1970-01-01T00:00:01Z", None).unwrap(), Until::Moment(Micros(1_000_000)));
        assert_eq!(moment("1970-01-01T02:00:01+02:00", None).unwrap(), Until::Moment(Micros(1_000_000)));
    }

    #[test]
    fn a_sequence_needs_to_know_whose() {
        let failure = moment("17", None).unwrap_err();
        assert_eq!(failure.exit_code(), Exit::Usage as u8);
        assert!(failure.to_string().contains("--service"), "{failure}");
        assert!(moment("yesterday", None).unwrap_err().to_string().contains("2026-03-09T12:00:00Z"));
    }
}
