//! A running Dossier, over HTTP: as a stranger, who sees hashes and signatures; or as an auditor, who sees the events too.

use std::{collections::BTreeMap, path::Path};

use dossier_audit::verify::EpochSeen;
use dossier_proof::{Hash, KeyFile, entry_hash};
use dossier_proto::{Origin, Place};
use serde_json::Value;

use crate::{
    Exit, Failure,
    cli::Verify,
    client::Reader,
    commands::entering::token_of,
    progress::Progress,
    verification::{
        Class, Doubt, DoubtKind, KeptCheckpoint, Reading, Sources, Travelled,
        served::{Followed, ServedLog, Spool, Stood, document, fetched, followed, page},
    },
};

use super::{Report, read_all};

/// A file of keys has at most so many bytes.
const KEYS_BYTES_MAX: usize = dossier_proof::keyfile::MAX_KEY_FILE_BYTES;
/// The list of four logs, each with its newest checkpoint.
const LIST_BYTES_MAX: usize = 1024 * 1024;
const LIST: &str = "/audit/api/v1/checkpoints";

/// The logs that a server names, each with its epochs.
type Logs = BTreeMap<Origin, Vec<u32>>;

/// Who looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Eyes {
    Stranger,
    Auditor,
}

pub(super) fn verify(verify: &Verify, kept: Vec<KeptCheckpoint>, progress: &Progress) -> Result<Report, Failure> {
    let server = verify.server.clone().unwrap_or_default();
    let token = verify.token.clone().or_else(|| token_of(&server));
    let client = Reader::new(&server, verify.ca.as_deref())?.with_token(token);
    let (mut keys, whose) = trusted(&client, verify.keys.as_deref(), &server)?;
    let mut report = Report::new(format!("server {server}"), whose);
    if verify.keys.is_some() {
        follow_turns(&client, &mut keys, &mut report)?;
    }
    let logs = logs(&client)?;
    for origin in Origin::ALL.into_iter().filter(|origin| !logs.contains_key(origin)) {
        report.doubts.push(Doubt::about(origin, DoubtKind::NotThere, "the server names no log of it"));
    }
    report.take_kept(kept, &keys);
    let spools = tempfile::tempdir().map_err(|error| Failure::disk(&std::env::temp_dir(), &error))?;
    let mut eyes = if client.has_token() { Eyes::Auditor } else { Eyes::Stranger };
    let (mut sources, mut readings) = (Sources::default(), Vec::new());
    for (origin, epochs) in &logs {
        let folder = spools.path().join(origin.name());
        std::fs::create_dir(&folder).map_err(|error| Failure::disk(&folder, &error))?;
        let mut visit = Visit { client: &client, origin: *origin, keys: &keys, eyes, spool: Spool::new(&folder) };
        let (reading, whole) = visit.read(epochs, &mut report, progress)?;
        eyes = visit.eyes;
        readings.push(reading);
        if eyes == Eyes::Auditor && whole {
            let journal = visit.spool.finish()?;
            match origin {
                // Of its own journal the audit service gives what lies beside, too.
                Origin::Audit => sources.put(*origin, journal),
                _ => sources.put(*origin, Travelled(journal)),
            }
        }
    }
    match eyes {
        Eyes::Auditor => read_all(&sources, &mut report, progress),
        Eyes::Stranger => report.not_verified.push(
            "what the events say, what they name in each other, and whether they could have been decided so: that needs an auditor's token \
             (DOSSIER_TOKEN); hashes and signatures are for everybody"
                .to_owned(),
        ),
    }
    // Of those whose events were read the reading tells more.
    for reading in readings {
        if !report.readings.iter().any(|read| read.origin == reading.origin) {
            report.take(reading);
        }
    }
    report.readings.sort_by_key(|reading| reading.origin);
    report.sort();
    Ok(report)
}

/// The keys, and in one sentence what they are worth.
fn trusted(client: &Reader, given: Option<&Path>, server: &str) -> Result<(KeyFile, String), Failure> {
    let read = |text: &str, from: &str| {
        text.parse::<KeyFile>().map_err(|error| Failure::damaged(format!("{from} is no file of keys: {error}")))
    };
    if let Some(file) = given {
        let length = std::fs::metadata(file).map_err(|error| Failure::disk(file, &error))?.len();
        if length > KEYS_BYTES_MAX as u64 {
            return Err(Failure::damaged(format!("{} is too long for a file of keys", file.display())));
        }
        let text = std::fs::read_to_string(file).map_err(|error| Failure::disk(file, &error))?;
        let from = file.display().to_string();
        return Ok((read(&text, &from)?, format!("The signatures are compared with the keys in {from}.")));
    }
    let path = "/audit/api/v1/verifier-keys.txt";
    let received = fetched(client, path, KEYS_BYTES_MAX)?;
    if received.status != 200 {
        return Err(Failure::new(
            Exit::NotThere,
            format!("{server}{path} answers {}; name the keys with --keys FILE", received.status),
        ));
    }
    let text = String::from_utf8(received.body).map_err(|_| Failure::damaged(format!("{server}{path} is no text")))?;
    let mut keys = read(&text, path)?;
    add_named(client, &mut keys)?;
    let whose = format!(
        "The signatures are compared with the keys that {server} itself publishes: that shows that it agrees with itself, and not whose it is. Get \
         the keys by another way and name them with --keys; --against checkpoints that you kept."
    );
    Ok((keys, whose))
}

/// Keys that the list of logs names and the published file does not: the file is of what receipts need.
fn add_named(client: &Reader, keys: &mut KeyFile) -> Result<(), Failure> {
    let listed = document(client, LIST, LIST_BYTES_MAX)?;
    for log in listed.as_array().into_iter().flatten() {
        let (Some(name), Some(verifier)) = (log["log"].as_str(), log["verifier"].as_str()) else { continue };
        if keys.log(name).is_none()
            && let Ok(key) = dossier_proof::VerifierKey::parse(verifier)
        {
            keys.logs.push(key.into());
        }
    }
    Ok(())
}

/// What the logs took after the keys that somebody has: each is believed because the one before has signed it.
fn follow_turns(client: &Reader, keys: &mut KeyFile, report: &mut Report) -> Result<(), Failure> {
    for origin in Origin::ALL {
        let Some(known) = keys.log_of(origin.name()).cloned() else { continue };
        match followed(client, origin, &known)? {
            Err(doubt) => report.doubts.push(doubt),
            Ok(Followed { keys: found, heads }) => {
                report.heads.extend(heads.into_iter().map(|head| (origin, head)));
                keys.logs.iter_mut().filter(|log| log.log() == found.log()).for_each(|log| *log = found.clone());
            }
        }
    }
    Ok(())
}

fn logs(client: &Reader) -> Result<Logs, Failure> {
    let listed = document(client, LIST, LIST_BYTES_MAX)?;
    let mut logs = Logs::new();
    for log in listed.as_array().into_iter().flatten() {
        let Some(origin) = log["origin"].as_str().and_then(|origin| origin.parse().ok()) else { continue };
        let listed = log["epochs"].as_array().into_iter().flatten().filter_map(Value::as_u64);
        let newest = log["checkpoint"]["epoch"].as_u64();
        let mut epochs: Vec<_> = listed.chain(newest).filter_map(|epoch| u32::try_from(epoch).ok()).collect();
        epochs.sort_unstable();
        epochs.dedup();
        logs.insert(origin, epochs);
    }
    Ok(logs)
}

/// One journal, all its epochs.
struct Visit<'a> {
    client: &'a Reader,
    origin: Origin,
    keys: &'a KeyFile,
    eyes: Eyes,
    spool: Spool,
}

impl Visit<'_> {
    /// What its hashes and signatures are, and whether all its events were fetched.
    fn read(&mut self, epochs: &[u32], report: &mut Report, progress: &Progress) -> Result<(Reading, bool), Failure> {
        let origin = self.origin;
        let (mut seen, mut compared, mut doubts, mut whole) = (Vec::<EpochSeen>::new(), 0, Vec::new(), true);
        for epoch in epochs {
            progress.begin(&format!("{origin}, epoch {epoch}: fetching hashes"));
            let log = ServedLog { server: self.client, origin, epoch: *epoch };
            let stood = match log.checkpoint(self.keys)? {
                Some(Ok(stood)) => stood,
                Some(Err(doubt)) => {
                    (doubts, whole) = ([doubts, vec![doubt]].concat(), false);
                    continue;
                }
                None => {
                    let place = Place { origin, epoch: *epoch, sequence: 0 };
                    doubts.push(Doubt::at(place, DoubtKind::NotThere, "no checkpoint of it is served"));
                    whole = false;
                    continue;
                }
            };
            let Stood { head, cosigned } = &stood;
            if *cosigned == Some(false) {
                report
                    .not_verified
                    .push(format!("epoch {epoch} of {origin}: its newest checkpoint is not cosigned yet"));
            }
            let heads: Vec<_> =
                report.heads.iter().filter(|(of, _)| *of == origin).map(|(_, head)| head.clone()).collect();
            let mut wrong = None;
            let read = log.read(head, &heads, &mut |first, entries| {
                progress.at(first, head.size);
                self.fetch(*epoch, first, entries, &mut wrong)
            })?;
            if read.is_as_signed {
                report.sign(origin);
            }
            whole &= wrong.is_none() && read.doubts.is_empty();
            doubts.extend(read.doubts);
            doubts.extend(wrong);
            compared += read.compared;
            seen.push(read.seen);
            report.heads.push((origin, head.clone()));
        }
        doubts.extend(self.not_shown(epochs, report));
        let events = seen.iter().map(|epoch| epoch.size).sum();
        let (named, adopted) = (BTreeMap::new(), Vec::new());
        Ok((Reading { origin, events, epochs: seen, compared, doubts, more: 0, named, adopted }, whole))
    }

    /// Kept checkpoints of epochs that the server does not speak of.
    fn not_shown(&self, epochs: &[u32], report: &Report) -> Vec<Doubt> {
        let of_others = report.heads.iter().filter(|(of, head)| *of == self.origin && !epochs.contains(&head.epoch));
        let doubt = |head: &dossier_audit::verify::KnownHead| {
            let place = Place { origin: self.origin, epoch: head.epoch, sequence: 0 };
            let found =
                format!("{} knows {} events of epoch {}, which is not served", head.witness, head.size, head.epoch);
            Doubt::at(place, DoubtKind::NotThere, found)
        };
        of_others.map(|(_, head)| doubt(head)).collect()
    }

    /// The events of a bundle, each held against its hash.
    fn fetch(&mut self, epoch: u32, first: u64, entries: &[Hash], wrong: &mut Option<Doubt>) -> Result<(), Failure> {
        let mut at = 0;
        while self.eyes == Eyes::Auditor && wrong.is_none() && at < entries.len() {
            let next = first + at as u64;
            let Some(page) = page(self.client, self.origin, epoch, next)? else {
                self.eyes = Eyes::Stranger;
                return Ok(());
            };
            let before = at;
            for (place, event, beside) in page.items {
                let Some(entry) = entries.get(at) else { break };
                let wanted = Place { origin: self.origin, epoch, sequence: first + at as u64 };
                if place != wanted {
                    break;
                }
                if entry_hash(&event) != *entry {
                    let found = "the bytes that are given for it do not have the hash that the log has";
                    *wrong = Some(Doubt::at(wanted, DoubtKind::NotRead, found).of(Class::Edited));
                    return Ok(());
                }
                self.spool.put(epoch, &event, beside.as_ref())?;
                at += 1;
            }
            if at == before {
                let place = Place { origin: self.origin, epoch, sequence: next };
                *wrong =
                    Some(Doubt::at(place, DoubtKind::NotThere, "its bytes are not given, and the log has its hash"));
            }
        }
        Ok(())
    }
}
