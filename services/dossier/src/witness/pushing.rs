//! The audit service asks witnesses who do not come by themselves: each new checkpoint is pushed to them, with the proof that it continues the one that
//! they cosigned last ([C2SP tlog-witness](https://c2sp.org/tlog-witness)).

use std::{collections::BTreeMap, time::Duration};

use dossier_audit as audit;
use dossier_proof::{CosignerKey, SignedCheckpoint, tree::TreeHead};
use dossier_proto::Origin;
use dossier_witness::AddCheckpoint;
use tokio::task::JoinSet;

use crate::client::{Reader, Received};

/// At most so often a checkpoint is pushed: each costs the witness a sync of its disk.
const EVERY: Duration = Duration::from_secs(1);
/// After a witness did not answer, or refused.
const PAUSE: Duration = Duration::from_secs(15);
/// A few signature lines, or a sentence.
const ANSWER_BYTES_MAX: usize = 16 * 1024;

/// Pushes to every witness that has an address, until the tasks are dropped.
pub fn push(service: &audit::Service, tasks: &mut JoinSet<()>) {
    for witness in service.witnesses().iter() {
        let Some(url) = witness.pushed_to.clone() else { continue };
        let (service, key) = (service.clone(), witness.key.clone());
        match Reader::new(&url, None) {
            Ok(reader) => {
                tasks.spawn(for_ever(Pusher { service, key, reader, known: BTreeMap::new() }));
            }
            Err(error) => tracing::error!(%error, url, "nothing is pushed to this witness"),
        }
    }
}

/// Pushes to one witness.
struct Pusher {
    service: audit::Service,
    key: CosignerKey,
    reader: Reader,
    /// What it has cosigned last, by origin line.
    known: BTreeMap<String, TreeHead>,
}

async fn for_ever(mut pusher: Pusher) {
    loop {
        let round = tokio::task::spawn_blocking(move || {
            let ended = pusher.round();
            (pusher, ended)
        });
        let Ok((back, ended)) = round.await else { return };
        pusher = back;
        let pause = match ended {
            Ok(()) => EVERY,
            Err(why) => {
                metrics::counter!("dossier_witness_push_failures_total").increment(1);
                tracing::warn!(witness = %pusher.key.name(), why, "a checkpoint could not be pushed to a witness");
                PAUSE
            }
        };
        tokio::time::sleep(pause).await;
    }
}

impl Pusher {
    /// Pushes what is new of every log.
    fn round(&mut self) -> Result<(), String> {
        for origin in Origin::ALL {
            let newest = self.service.newest_signed(origin).map_err(|error| error.to_string())?;
            let Some((epoch, signed)) = newest else { continue };
            let said = signed.unverified();
            if self.known.get(&said.origin) != Some(&said.head()) {
                self.push_one(origin, epoch, &signed)?;
            }
        }
        Ok(())
    }

    fn push_one(&mut self, origin: Origin, epoch: u32, signed: &SignedCheckpoint) -> Result<(), String> {
        let (line, new) = (signed.unverified().origin.clone(), signed.unverified().head());
        let mut old = self.known.get(&line).map_or(0, |head| head.size);
        // What it cosigned last it says itself, when we do not know it.
        for _ in 0..2 {
            if old > new.size {
                return Err(format!("{line}: it has cosigned {old} entries, and there are {}", new.size));
            }
            let proof = self.service.continues(origin, epoch, old, new.size).map_err(|error| error.to_string())?;
            let request = AddCheckpoint { old, proof, signed: signed.clone() }.to_string();
            let said =
                self.reader.post("/add-checkpoint", &request, ANSWER_BYTES_MAX).map_err(|error| error.to_string())?;
            match size_in(&said) {
                Some(size) if size != old => old = size,
                _ => {
                    self.take(origin, epoch, signed, &said)?;
                    self.known.insert(line, new);
                    return Ok(());
                }
            }
        }
        Err(format!("{line}: it names another size each time"))
    }

    /// Puts the witness's own signature on the checkpoint, and nothing else that it sends.
    fn take(&self, origin: Origin, epoch: u32, signed: &SignedCheckpoint, said: &Received) -> Result<(), String> {
        let line = &signed.unverified().origin;
        let text = String::from_utf8_lossy(&said.body);
        if said.status != 200 {
            return Err(format!("{line}: it answers {} {}", said.status, text.trim_end()));
        }
        let joined = SignedCheckpoint::parse(&format!("{}{text}", signed.text()));
        let joined = joined.map_err(|error| format!("{line}: what it answers are no signatures: {error}"))?;
        joined.cosigned_at(&self.key).map_err(|error| format!("{line}: {error}"))?;
        self.service.take_cosigned(origin, epoch, &joined).map_err(|why| format!("{line}: {why}"))?;
        Ok(())
    }
}

/// The size that a witness has cosigned last, where it answers with that.
fn size_in(said: &Received) -> Option<u64> {
    let is_size = said.status == 409 && said.content_type.starts_with("text/x.tlog.size");
    is_size.then(|| std::str::from_utf8(&said.body).ok()?.strip_suffix('\n')?.parse().ok()).flatten()
}
