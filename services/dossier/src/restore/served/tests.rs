//! Servers that show what was signed, and servers that do not.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use dossier_exchange::{Position, ReadLimits, Source as _, conformance::Shelf};
use dossier_proof::{MemoryTree, SigningKey, leaf_of_event};
use serde_json::json;

use super::*;
use crate::witness::tests::{
    bytes_of,
    server::{Answer, Server},
};

const ORIGIN: Origin = Origin::Submission;
const LOG: &str = "test-1/submission";
const SIZE: usize = 20;

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed(LOG, &[seed; 32]).unwrap()
}

fn events(shelf: &Shelf) -> Vec<Bytes> {
    shelf.read(Position::default(), ReadLimits::default()).unwrap()
}

/// A server of a log, which shows these as its events.
fn server(shelf: &Shelf, shown: Vec<Bytes>) -> Server {
    let (signed, real) = (shelf.checkpoint().unwrap().text().to_owned(), events(shelf));
    let tree: MemoryTree = real.iter().map(|event| leaf_of_event(event)).collect();
    let entries: Vec<u8> =
        real.iter().flat_map(|event| [&[0, 32], &entry_hash(event).to_bytes()[..]].concat()).collect();
    Server::new(move |path, _| -> Answer {
        let good = |body: Vec<u8>| Some((200, String::new(), body));
        if path == "/audit/log/submission/0/checkpoint" {
            return good(signed.clone().into_bytes());
        }
        if path.starts_with("/audit/log/submission/0/tile/entries/") {
            return good(entries.clone());
        }
        if let Some(query) = path.strip_prefix("/audit/api/v1/events?origin=submission&epoch=0&from=") {
            let from: usize = query.split('&').next().unwrap().parse().unwrap();
            // Seven at a time, so that there are several pages.
            let item = |(sequence, event): (usize, &Bytes)| {
                let place = Place { origin: ORIGIN, epoch: 0, sequence: sequence as u64 };
                json!({ "place": place, "bytes": STANDARD.encode(event) })
            };
            let items: Vec<_> = shown.iter().enumerate().skip(from).take(7).map(item).collect();
            return good(json!({ "items": items }).to_string().into_bytes());
        }
        match path.strip_prefix("/audit/log/submission/0/").and_then(|tile| tile.parse().ok()) {
            Some(tile) => good(bytes_of(&tree, tile)),
            None => Some((404, String::new(), Vec::new())),
        }
    })
}

fn fetched(server: &Server, trusted: u8) -> Result<Fetched, Failure> {
    let (folder, reader) = (tempfile::tempdir().unwrap(), Reader::new(&server.url(), None).unwrap());
    let keys = KeyHistory::from(key(trusted).verifier());
    fetch(&reader, (ORIGIN, &[0]), &keys, folder.path(), &Progress::on_terminal())
}

#[test]
fn p9_what_a_server_shows_is_held_against_what_was_signed() {
    let shelf = Shelf::of_log(ORIGIN, key(1));
    shelf.fill(SIZE);
    let real = events(&shelf);
    let found = fetched(&server(&shelf, real.clone()), 1).unwrap();
    assert_eq!(found.ends.len(), 1);
    assert_eq!(found.ends[0].root, shelf.checkpoint().unwrap().unverified().root);
    // Signed with a key that is not the log's.
    let refused = |server: &Server, trusted| fetched(server, trusted).map(drop).unwrap_err();
    assert_eq!(refused(&server(&shelf, real.clone()), 9).exit_code(), Exit::Damaged as u8);
    // Another event in the place of one, two that changed places, one that is left out, and the last ones missing.
    let changed = |change: &dyn Fn(&mut Vec<Bytes>)| {
        let mut shown = real.clone();
        change(&mut shown);
        refused(&server(&shelf, shown), 1)
    };
    for change in [
        &(|shown: &mut Vec<Bytes>| shown[8] = Bytes::from_static(b"another")) as &dyn Fn(&mut Vec<Bytes>),
        &|shown| shown.swap(3, 4),
        &|shown| drop(shown.remove(12)),
        &|shown| shown.truncate(SIZE - 1),
    ] {
        let said = changed(change);
        assert_eq!(said.exit_code(), Exit::Damaged as u8, "{said}");
        assert!(said.to_string().contains("Nothing was written"), "{said}");
    }
}
