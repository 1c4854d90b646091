//! Findings on their way into our journal.

use dossier_engine::{Engine, ExecuteError, Request, command_id, fresh_id};
use dossier_proto::{Actor, Digest, EntryId, Origin, v1};
use prost::Message as _;
use sha2::{Digest as _, Sha256};
use tokio::{
    sync::{mpsc, oneshot},
    time::{Duration, sleep},
};

use crate::{
    domain::{Audit, Command, Finding},
    views::AuditView,
};

/// So many findings wait at most. More than that are dropped here, where nobody waits for them, and are found again when they are looked
/// for again; the journal holds no more than ten times as many anyway.
const WAITING_MAX: usize = 1_024;
/// When the engine is busy, or another instance may be at work.
const RETRY_AFTER: Duration = Duration::from_millis(100);

/// Takes findings from anywhere, without waiting.
#[derive(Clone)]
pub struct Reporter {
    findings: mpsc::Sender<Told>,
}

/// Writes them down.
pub struct Reports {
    findings: mpsc::Receiver<Told>,
}

/// What is to be written, and who waits for it.
struct Told {
    finding: Finding,
    what: What,
    written: Option<oneshot::Sender<()>>,
}

#[derive(Clone, Copy)]
enum What {
    Found,
    Settled,
}

impl Reporter {
    /// A reporter and its other end.
    pub fn new() -> (Self, Reports) {
        let (findings, waiting) = mpsc::channel(WAITING_MAX);
        (Self { findings }, Reports { findings: waiting })
    }

    /// Reports a finding, soon.
    pub fn report(&self, finding: Finding) {
        if self.findings.try_send(Told { finding, what: What::Found, written: None }).is_err() {
            tracing::error!("too many findings are waiting; this one is reported when it is found again");
        }
    }

    /// Reports a finding; it is on record when this returns, unless the service has stopped.
    pub async fn report_durably(&self, finding: Finding) {
        self.tell(finding, What::Found).await;
    }

    /// Records that what a finding said lasts no longer.
    pub async fn settle(&self, finding: Finding) {
        self.tell(finding, What::Settled).await;
    }

    async fn tell(&self, finding: Finding, what: What) {
        let (written, done) = oneshot::channel();
        // Whoever wrote them down is gone when the service has stopped.
        if self.findings.send(Told { finding, what, written: Some(written) }).await.is_ok() {
            let _ = done.await;
        }
    }
}

impl Reports {
    /// Writes findings down until the service stops. Drop the future to stop.
    pub async fn run(mut self, engine: Engine<Audit, AuditView>) {
        while let Some(Told { finding, what, written }) = self.findings.recv().await {
            if !record(&engine, &finding, what).await {
                return;
            }
            if let Some(written) = written {
                // Whoever waited may have gone away.
                let _ = written.send(());
            }
        }
    }
}

/// Records a finding, or that it is settled; answers "no" when the service has stopped.
async fn record(engine: &Engine<Audit, AuditView>, finding: &Finding, what: What) -> bool {
    let request = request(finding, what);
    loop {
        match engine.execute(request.clone()).await {
            Ok(outcome) => {
                if !outcome.events.is_empty() {
                    tell(finding, what);
                }
                return true;
            }
            Err(ExecuteError::Busy | ExecuteError::AuthorityNotHeard) => sleep(RETRY_AFTER).await,
            Err(ExecuteError::Stopped) => return false,
            Err(error) => {
                tracing::error!(%error, "a finding could not be recorded");
                return true;
            }
        }
    }
}

fn request(finding: &Finding, what: What) -> Request<Command> {
    let report = finding.command();
    let bytes = report.encode_to_vec();
    let (name, command): (&[u8], _) = match what {
        What::Found => (b"audit finds", Command::Report(report)),
        What::Settled => (b"audit settles", Command::Settle(v1::SettleFinding { finding: Some(report) })),
    };
    let entry: Option<EntryId> = finding.entry;
    Request {
        command,
        entry,
        actor: Actor::System(Origin::Audit),
        on_behalf_of: None,
        fresh: fresh_id(),
        expected_version: None,
        command_id: command_id(name, &bytes),
        request_digest: Digest(Sha256::digest(&bytes).into()),
        correlation: None,
    }
}

/// What is new goes to the operator's log and figures.
fn tell(finding: &Finding, what: What) {
    let (kind, service) = (finding.kind.key(), finding.service.map_or("", Origin::name));
    match what {
        What::Found => {
            tracing::error!(kind, at = %finding.at, service, code = finding.code, "{}", finding.sentence());
            metrics::counter!("dossier_findings_total", "kind" => kind).increment(1);
        }
        What::Settled => tracing::info!(kind, at = %finding.at, service, "a finding is settled: it lasts no longer"),
    }
}
