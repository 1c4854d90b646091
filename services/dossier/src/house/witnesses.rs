//! What others know of the journal of a service that is stopped, asked of them in its name: for a tool that is about to write into it.

use std::time::Duration;

use dossier_exchange::nats::{newest_signed, signed_by_any};
use dossier_journal::MirrorHead;
use dossier_proto::Origin;

use super::{OutpostSettings, answers, line::Line, plot::Plot};
use crate::{Exit, Failure};

/// How long the broker may take: as long as a start waits for it, and a data directory that may be a copy listens for twelve seconds.
const BROKER_PATIENCE: Duration = Duration::from_secs(20);
/// So often whoever does not answer is asked again, and how long after: five seconds for all of them.
const ATTEMPTS: u32 = 20;
const AGAIN_AFTER: Duration = Duration::from_millis(250);

/// Connects as the service, makes sure that no other instance of it is at work, and asks its stream and the other services what they have of its journal:
/// what a start compares before its first write.
///
/// # Errors
/// [`Failure`]: the broker does not answer, another instance is at work, or nobody at all knows anything that could be compared.
pub(crate) fn what_others_know(settings: OutpostSettings) -> Result<Vec<MirrorHead>, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
    let OutpostSettings { origin, house, verifiers, broker } = settings;
    let plot = Plot::single(origin, house, &verifiers)?;
    runtime.block_on(async {
        let line = Line::open(&plot, origin, &broker).await?;
        line.connected(BROKER_PATIENCE).await?;
        line.within(BROKER_PATIENCE, line.look_for_others()).await?;
        // The journal may be an older one, which does not know all of its keys.
        let (log, keys) = (plot.secrets.log(origin), plot.secrets.recognised(origin));
        let newest = newest_signed(line.connection(), |note| signed_by_any(note, &log, &keys)).await;
        let newest = newest.map_err(|error| Failure::new(Exit::Unreachable, error.to_string()))?;
        let mut known: Vec<_> = newest.map(|(witness, _)| witness.head).into_iter().collect();
        let mut answered = 0;
        for holder in Origin::ALL.into_iter().filter(|holder| *holder != origin) {
            if let Some(heads) = heads_of(&line, holder).await {
                answered += 1;
                known.extend(heads);
            }
        }
        if known.is_empty() && answered == 0 {
            return Err(Failure::new(
                Exit::Unreachable,
                format!(
                    "nobody says what they know of the journal of {origin}: its stream at the broker has nothing that it signed, and no other service \
                     answers. Start one of them, audit at best, then run this again. Nothing was written"
                ),
            ));
        }
        Ok(known)
    })
}

async fn heads_of(line: &Line, holder: Origin) -> Option<Vec<MirrorHead>> {
    for _ in 0..ATTEMPTS {
        if let Ok(heads) = answers::known(&*line.transport(), holder).await {
            return Some(heads);
        }
        tokio::time::sleep(AGAIN_AFTER).await;
    }
    None
}
