//! `dossier verify`: whether journals hold, in a data directory or an export; or a receipt. See [`crate::verification`].

mod data;
mod exports;
pub(super) mod receipt;
mod report;

use crate::{
    Failure, Layout,
    cli::Verify,
    output::Audience,
    progress::Progress,
    verification::{KeptCheckpoint, Sources, read_through},
};

use report::Report;

pub(super) fn run(verify: &Verify, audience: Audience) -> Result<(), Failure> {
    if let Some(path) = verify.path.as_deref().filter(|path| !path.exists()) {
        return Err(Failure::not_there(format!("{} does not exist", path.display())));
    }
    if let Some(path) = verify.path.as_deref().filter(|path| path.is_file()) {
        return receipt::verify(path, verify.keys.as_deref(), audience);
    }
    let kept = verify.against.iter().map(|path| KeptCheckpoint::read(path)).collect::<Result<Vec<_>, _>>()?;
    let progress = Progress::on_terminal();
    let report = match &verify.path {
        // Whoever names the data directory as the path means the data directory.
        Some(path) if Layout::of(path).installation().exists() => data::verify(path, kept, &progress),
        Some(path) => exports::verify(path, verify.keys.as_deref(), kept, &progress),
        None => data::verify(&verify.data.data, kept, &progress),
    };
    drop(progress);
    let report = report?;
    audience.show(&report.document(), |_| report.words());
    report.verdict()
}

/// Reads every journal through and holds the kept checkpoints against them.
fn read_all(sources: &Sources, report: &mut Report, progress: &Progress) {
    for (origin, source) in sources.origins() {
        let total = source.epochs().iter().map(|(_, size)| size).sum();
        let heads: Vec<_> = report.heads.iter().filter(|(of, _)| *of == origin).map(|(_, head)| head.clone()).collect();
        progress.begin(&format!("{origin}: deciding every command again"));
        let reading = read_through(origin, sources, heads, &mut |done| progress.at(done, total));
        report.take(reading);
    }
    report.sort();
}
