//! `dossier doctor`: looks at a data directory, sound or not, and says what is wrong with it and what to do.
//!
//! What can be looked at without opening anything comes first, so that a directory which cannot be opened is described too.

mod finding;
mod findings;
mod history;
mod journals;
mod layout;
mod people;
mod running;
mod vaults;

use serde_json::json;

use crate::{
    Failure, Layout, Secrets,
    cli::{Data, Doctor},
    offline::Offline,
    output::Audience,
    progress::Progress,
};

use finding::{Finding, Findings, Gravity};

pub(super) fn run(asked: &Doctor, audience: Audience) -> Result<(), Failure> {
    match &asked.server {
        Some(server) => running::examine(server, audience),
        None => examine(&asked.data, audience),
    }
}

fn examine(data: &Data, audience: Audience) -> Result<(), Failure> {
    let layout = Layout::of(&data.data);
    if !layout.root().is_dir() {
        return Err(Failure::not_there(format!(
            "{} is not a directory. Name the data directory with --data",
            layout.root().display()
        )));
    }
    let progress = Progress::on_terminal();
    let mut findings = Findings::default();
    layout::look(&layout, &mut findings);
    match Secrets::read(&layout) {
        Ok(secrets) => {
            vaults::look(&layout, &secrets.master, &mut findings);
            journals::look(&Offline::with(layout.clone(), secrets), &mut findings, &progress);
        }
        Err(failure) => {
            let found = format!(
                "{failure}. Vaults and journals were not looked at: without it nobody can say whether they are this installation's"
            );
            findings.add(Finding::fault(failure.exit_code(), "keys", layout.keys().display(), found));
        }
    }
    drop(progress);
    findings.fold_busy(layout.root());
    findings.sort();
    for one in findings.all() {
        audience.show(&one.document(), |_| one.words());
    }
    let summary = json!({
        "data": layout.root().display().to_string(), "sound": findings.gravest().is_none(),
        "faults": findings.count(Gravity::Fault), "warnings": findings.count(Gravity::Warning),
        "notes": findings.count(Gravity::Note),
    });
    audience.show(&summary, |_| findings.summary(layout.root()));
    findings.gravest().map_or(Ok(()), |gravest| Err(gravest.failure()))
}
