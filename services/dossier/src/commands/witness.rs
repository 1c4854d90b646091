//! `dossier witness`: a foreign audit node.

use std::{fs, path::Path, sync::Arc, time::Duration};

use dossier_web::{Limits, serve};
use dossier_witness::{KEYS_BYTES_MAX, KnownLogs};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::running::{Running, asked_to_end, keep_up, listen_at, reachable, until_dropped};
use crate::{
    Failure,
    cli::Witness,
    client::Reader,
    output::{Audience, aside, line},
    witness::{Identity, Looked, Looking, Node, Shelf, Taken, Trouble, Troubles, router},
};

pub(super) fn run(witness: &Witness, audience: Audience) -> Result<(), Failure> {
    let looking = witness.server.as_deref().map(|server| Reader::new(server, witness.ca.as_deref()).map(Looking::at));
    let looking = looking.transpose()?;
    let logs = known(&witness.keys)?;
    let shelf = Shelf::open(&witness.data)?;
    let identity = Identity::open(&witness.data, witness.name.as_deref())?;
    let node = Node::open(identity, logs, shelf)?;
    match looking {
        Some(looking) if witness.once => look_once(&node, &looking, audience),
        looking => stay(witness, node, looking),
    }
}

fn known(path: &Path) -> Result<KnownLogs, Failure> {
    let length = fs::metadata(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Failure::not_there(format!(
            "{} does not exist: it holds the verifier keys of the logs to watch, got from the installation by a way that you trust",
            path.display()
        )),
        _ => Failure::disk(path, &error),
    })?;
    if length.len() > KEYS_BYTES_MAX as u64 {
        return Err(Failure::damaged(format!("{} is too long for a file of keys", path.display())));
    }
    let bytes = fs::read(path).map_err(|error| Failure::disk(path, &error))?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Failure::damaged(format!("{} is no file of keys: it is not text", path.display())))?;
    KnownLogs::parse(&text).map_err(|error| Failure::damaged(format!("{}: {error}", path.display())))
}

fn look_once(node: &Node, looking: &Looking, audience: Audience) -> Result<(), Failure> {
    let mut looked = looking.look(node, &Troubles::default());
    let document = |(log, found): &(String, Result<Looked, Trouble>)| match found {
        Ok(Looked::Nothing) => json!({ "log": log, "size": 0 }),
        Ok(Looked::Cosigned { origin, size, taken }) => {
            let refused = match taken {
                Taken::Yes => None,
                Taken::No(why) => Some(why),
            };
            json!({ "log": log, "origin": origin, "size": size, "taken": refused.is_none(), "not_taken_because": refused })
        }
        Err(trouble) => json!({ "log": log, "trouble": trouble.key(), "found": trouble.to_string() }),
    };
    let logs: Vec<Value> = looked.iter().map(document).collect();
    let shown = json!({ "witness": node.verifier().to_string(), "logs": logs });
    audience.show(&shown, |_| words(node, &looked));
    looked.sort_by_key(|(_, found)| std::cmp::Reverse(found.as_ref().err().map_or(0, Trouble::weight)));
    match looked.into_iter().next() {
        Some((_, Err(worst))) => Err(Failure::new(worst.exit(), worst.to_string())),
        _ => Ok(()),
    }
}

fn words(node: &Node, looked: &[(String, Result<Looked, Trouble>)]) -> String {
    let mut words = format!("{}\n\n", node.verifier());
    for (log, found) in looked {
        words.push_str(&match found {
            Ok(Looked::Nothing) => format!("{log}: nothing is signed yet\n"),
            Ok(Looked::Cosigned { size, taken: Taken::Yes, .. }) => {
                format!("{log}: {size} entries cosigned; the installation has the cosignature\n")
            }
            Ok(Looked::Cosigned { size, taken: Taken::No(why), .. }) => {
                format!("{log}: {size} entries cosigned; the installation has not taken the cosignature: {why}\n")
            }
            Err(trouble) => format!("{log}: REFUSED: {trouble}\n"),
        });
    }
    words
}

fn stay(witness: &Witness, node: Node, looking: Option<Looking>) -> Result<(), Failure> {
    let Running { runtime, metrics } = Running::prepare(&witness.log)?;
    let every = Duration::from_secs(witness.every);
    runtime.block_on(async {
        let listener = listen_at(witness.listen).await?;
        let asked = asked_to_end()?;
        line(&format!("Dossier is up at http://{} (witness {}).", reachable(&listener)?, node.verifier()));
        let (node, troubles) = (Arc::new(node), Arc::new(Troubles::default()));
        let (stop, stopping) = watch::channel(());
        let upkeep = keep_up(metrics.clone());
        let routes = router(Arc::clone(&node), Arc::clone(&troubles), metrics);
        let serving = tokio::spawn(serve(listener, routes, Limits::default(), until_dropped(stopping)));
        let looks = tokio::spawn(look_again_and_again(node, looking, troubles, every));
        asked.await;
        looks.abort();
        drop(stop);
        if serving.await.is_err() {
            aside("dossier: the server ended with a fault; see the log");
        }
        upkeep.abort();
        line("Ended cleanly.");
        Ok(())
    })
}

async fn look_again_and_again(node: Arc<Node>, looking: Option<Looking>, troubles: Arc<Troubles>, every: Duration) {
    let Some(looking) = looking.map(Arc::new) else { return };
    let mut tick = tokio::time::interval(every);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        let (node, looking, troubles) = (Arc::clone(&node), Arc::clone(&looking), Arc::clone(&troubles));
        let looked = tokio::task::spawn_blocking(move || looking.look(&node, &troubles)).await;
        for (log, found) in looked.into_iter().flatten() {
            if let Ok(Looked::Cosigned { taken: Taken::No(why), .. }) = found {
                tracing::warn!(log, why, "the installation does not take the cosignature");
            }
        }
    }
}
