//! `dossier story`: the sample record from draft to published, on a running demonstration, however many processes that is.
//!
//! It can be broken off at any moment and told again: it goes on where it stands. While a service is away it waits, and asks again.

use std::{
    collections::BTreeSet,
    fs,
    io::Read,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use dossier_audit::{Trail, trail::Step};
use dossier_proto::{Origin, Place};
use serde_json::json;

use super::trail;
use crate::{
    Exit, Failure,
    cli::Story,
    client::Client,
    house::Tokens,
    output::Audience,
    story::{self, Moment, Told},
};

/// Sixteen tokens of a hundred bytes.
const TOKENS_BYTES_MAX: u64 = 64 * 1024;
/// How long the audit service may take to have heard of everything; it may have to be started again by somebody.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks at the trail.
const LOOK: Duration = Duration::from_millis(100);

pub(super) fn run(asked: &Story, audience: Audience) -> Result<(), Failure> {
    let tokens = read_tokens(&asked.tokens)?;
    let auditor = tokens.get("auditor").ok_or_else(|| Failure::not_there("nobody plays auditor"))?;
    let auditor = Client::to(&asked.server, Some(auditor.clone()));
    let (started, mut listener) = (Instant::now(), Listener { auditor, told: BTreeSet::new(), audience });
    let pause = Duration::from_millis(asked.pause);
    let mut hear = |entry: &str, moment: Moment| {
        match moment {
            Moment::Begun | Moment::Step => listener.tell(entry),
            // What happened before was told before.
            Moment::Found => listener.skip(entry),
        }
        thread::sleep(pause);
    };
    let told = story::tell(&asked.server, &tokens, &asked.sample, &mut hear)?;
    listener.tell_to_the_end(&told)?;
    let document = json!({"entry": told.entry, "number": told.number, "edition": told.edition, "steps": told.steps});
    audience.show(&document, |_| match told.steps {
        0 => format!("\nEverything is there already: {} was published before. Nothing was filed twice.", told.number),
        steps => format!(
            "\n{} is published as edition {}. {steps} steps in {} ms.",
            told.number,
            told.edition,
            started.elapsed().as_millis()
        ),
    });
    Ok(())
}

pub(super) fn read_tokens(file: &Path) -> Result<Tokens, Failure> {
    let mut text = String::new();
    let read = fs::File::open(file).and_then(|open| open.take(TOKENS_BYTES_MAX).read_to_string(&mut text));
    read.map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Failure::not_there(format!(
            "{} does not exist. A demonstration writes it into moderation's data directory as demo-tokens.json",
            file.display()
        )),
        _ => Failure::disk(file, &error),
    })?;
    serde_json::from_str(&text)
        .map_err(|error| Failure::damaged(format!("{} is no file of tokens: {error}", file.display())))
}

/// Reads the trail again and again, and tells what is new in it.
struct Listener {
    auditor: Client,
    told: BTreeSet<Place>,
    audience: Audience,
}

impl Listener {
    /// Tells what is new. An audit service that is away, or has not heard of it yet, is asked again after the next step.
    fn tell(&mut self, entry: &str) {
        if let Ok(steps) = self.steps(entry) {
            self.tell_new(steps);
        }
    }

    fn tell_new(&mut self, steps: Vec<Step>) {
        for step in steps {
            if self.told.insert(step.place) && is_told(&step) {
                self.audience.show(&json!(step), |_| words(&step));
            }
        }
    }

    /// Takes note of what there is without telling it.
    fn skip(&mut self, entry: &str) {
        self.told.extend(self.steps(entry).unwrap_or_default().into_iter().map(|step| step.place));
    }

    /// Tells until the trail has the edition that the story ended with.
    fn tell_to_the_end(&mut self, told: &Told) -> Result<(), Failure> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let steps = self.steps(&told.entry);
            let is_whole = steps.as_ref().is_ok_and(|steps| editions(steps) >= told.edition);
            if Instant::now() > deadline && !is_whole {
                steps?;
                return Err(Failure::new(Exit::Failed, "the audit service does not hear of what was published"));
            }
            self.tell_new(steps.unwrap_or_default());
            if is_whole {
                return Ok(());
            }
            thread::sleep(LOOK);
        }
    }

    fn steps(&self, entry: &str) -> Result<Vec<Step>, Failure> {
        let mut steps = Vec::new();
        for page in trail::pages(|path| self.auditor.get(path), entry)? {
            let page: Trail = serde_json::from_value(page).map_err(|error| {
                Failure::new(Exit::Failed, format!("the server's trail is not one this version reads: {error}"))
            })?;
            steps.extend(page.steps);
        }
        Ok(steps)
    }
}

fn editions(steps: &[Step]) -> u64 {
    steps.iter().filter(|step| step.kind == "edition-published").count() as u64
}

/// Receptions are the machinery's, and readings of the trail are ours; people hear of the rest.
fn is_told(step: &Step) -> bool {
    step.kind != "received" && step.place.origin != Origin::Audit
}

fn words(step: &Step) -> String {
    let epoch = if step.place.epoch == 0 { String::new() } else { format!(" (epoch {})", step.place.epoch) };
    format!("  {:<11} {:>4}{epoch}  {}", step.place.origin.name(), step.place.sequence, step.sentence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_that_are_not_there_say_where_they_are_made() {
        let failure = read_tokens(Path::new("/not/there.json")).unwrap_err();
        assert_eq!(failure.exit_code(), Exit::NotThere as u8);
        assert!(failure.to_string().contains("moderation's data directory"), "{failure}");
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("tokens.json");
        fs::write(&file, "[]").unwrap();
        assert_eq!(read_tokens(&file).unwrap_err().exit_code(), Exit::Damaged as u8);
    }
}
