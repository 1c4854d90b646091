//! Findings on their way into our journal.

use dossier_engine::{Engine, ExecuteError, Request, command_id, fresh_id};
use dossier_proto::{Actor, Digest, Origin};
use prost::Message as _;
use sha2::{Digest as _, Sha256};
use tokio::{
    sync::mpsc,
    time::{Duration, sleep},
};

use crate::{
    domain::{Audit, Command, Finding},
    views::AuditView,
};

/// So many findings wait at most. More than that are dropped here and found again by the sweep at the next start; the
/// journal holds no more than ten times as many anyway.
const WAITING_MAX: usize = 1_024;
/// When the engine is busy, or another instance may be at work.
const RETRY_AFTER: Duration = Duration::from_millis(100);

/// Takes findings from anywhere, without waiting.
#[derive(Clone)]
pub struct Reporter {
    findings: mpsc::Sender<Finding>,
}

/// Writes them down.
pub struct Reports {
    findings: mpsc::Receiver<Finding>,
}

impl Reporter {
    /// A reporter and its other end.
    pub fn new() -> (Self, Reports) {
        let (findings, waiting) = mpsc::channel(WAITING_MAX);
        (Self { findings }, Reports { findings: waiting })
    }

    /// Reports a finding, soon.
    pub fn report(&self, finding: Finding) {
        tracing::error!(kind = finding.kind.key(), at = %finding.at, "{}", finding.kind.meaning());
        metrics::counter!("dossier_findings_total", "kind" => finding.kind.key()).increment(1);
        if self.findings.try_send(finding).is_err() {
            tracing::error!("too many findings are waiting; this one is found again at the next start");
        }
    }
}

impl Reports {
    /// Writes findings down until the service stops. Drop the future to stop.
    pub async fn run(mut self, engine: Engine<Audit, AuditView>) {
        while let Some(finding) = self.findings.recv().await {
            if !record(&engine, &finding).await {
                return;
            }
        }
    }
}

/// Records a finding; answers "no" when the service has stopped.
async fn record(engine: &Engine<Audit, AuditView>, finding: &Finding) -> bool {
    let command = finding.command();
    let bytes = command.encode_to_vec();
    let request = Request {
        command: Command::Report(command),
        entry: finding.entry,
        actor: Actor::System(Origin::Audit),
        on_behalf_of: None,
        fresh: fresh_id(),
        expected_version: None,
        command_id: command_id(b"audit finds", &bytes),
        request_digest: Digest(Sha256::digest(&bytes).into()),
        correlation: None,
    };
    loop {
        match engine.execute(request.clone()).await {
            Ok(_) => return true,
            Err(ExecuteError::Busy | ExecuteError::AuthorityNotHeard) => sleep(RETRY_AFTER).await,
            Err(ExecuteError::Stopped) => return false,
            Err(error) => {
                tracing::error!(%error, "a finding could not be recorded");
                return true;
            }
        }
    }
}
