//! From submit to public through four processes, as they are deployed.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use dossier::client::Client;
use dossier_nats::{Installation, Plan};
use dossier_proto::Origin;

use crate::{
    arguments::Size,
    failure::Failure,
    pipeline::{People, alone},
    report::Figure,
};

const ENTRIES_MIN: u64 = 200;
const WARM_UP: u64 = 20;
const LOOK: Duration = Duration::from_micros(200);
/// A deployment that was just started is usable within this.
const PATIENCE: Duration = Duration::from_secs(60);

/// One entry at a time.
pub(super) fn measure(size: Size, seconds: u64, directory: &Path, due: f64) -> Result<Vec<Figure>, Failure> {
    std::fs::create_dir_all(directory).map_err(Failure::disk(directory))?;
    let plan = Plan { directory: Some(directory.to_owned()), ..Plan::of(0, program()?) };
    let installation = Installation::begin(&plan);
    let known = installation.people();
    let client = |origin: Origin, key: Option<&str>| {
        Client::to(&installation.service(origin).url(), key.map(|key| known.of(key).token.clone()))
    };
    let people = People {
        contributor: client(Origin::Submission, Some("contributor-kz")),
        moderator: client(Origin::Moderation, Some("moderator-a")),
        reader: client(Origin::Publication, None),
    };
    let known_to_submission = || {
        let answer = people.contributor.get("/contribute/api/v1/entries").map_err(|error| error.to_string())?;
        if answer.status == 200 { Ok(()) } else { Err(format!("{}", answer.status)) }
    };
    dossier_nats::until("submission has heard who may file", PATIENCE, known_to_submission);
    let mut ways = Vec::new();
    let until = Instant::now() + Duration::from_secs(seconds);
    let mut n = 0;
    while n < ENTRIES_MIN + WARM_UP || Instant::now() < until {
        let way = people.publish(n, size, LOOK)?;
        if n >= WARM_UP {
            ways.push(way);
        }
        n += 1;
    }
    let mut figures = alone(&ways, due);
    figures.iter_mut().for_each(|figure| figure.name = format!("over NATS: {}", figure.name.trim_start()));
    Ok(figures)
}

/// The program beside this one, built with the same flags, or the one that `DOSSIER_BIN` names.
fn program() -> Result<PathBuf, Failure> {
    if let Some(named) = std::env::var_os("DOSSIER_BIN") {
        return Ok(named.into());
    }
    let own = std::env::current_exe().map_err(Failure::disk("(this program)"))?;
    let beside = own.with_file_name("dossier");
    if beside.is_file() {
        return Ok(beside);
    }
    Err(Failure::wrong(format!(
        "{} is not there: run `cargo build --release -p dossier` first, or name it in DOSSIER_BIN",
        beside.display()
    )))
}
