//! What happened, as pages that stand open hear of it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod toy;

use std::{collections::BTreeSet, time::Duration};

use dossier_engine::Touched;
use futures_util::{FutureExt as _, StreamExt as _};
use toy::{ToyCommand, open, request};

#[tokio::test]
async fn whoever_listens_hears_which_entries_something_happened_to() {
    let directory = tempfile::tempdir().unwrap();
    let engine = open(directory.path());
    engine.execute(request("before", ToyCommand::Start(3))).await.unwrap();
    let mut touched = Box::pin(engine.touched());
    assert!(touched.next().now_or_never().is_none(), "what happened before is on the page already");
    let outcome = engine.execute(request("one", ToyCommand::Start(3))).await.unwrap();
    let entry = outcome.events[0].head.entry.unwrap();
    let soon = tokio::time::timeout(Duration::from_secs(10), touched.next());
    assert_eq!(soon.await.unwrap().unwrap(), Touched::Entries(BTreeSet::from([entry])));
}
