//! A server that lies, to this reader alone.

use std::{
    path::Path,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    middleware::{Next, from_fn_with_state},
    response::Response,
};
use dossier_journal::Stored;
use dossier_proof::{Hash, entry_hash, leaf_of_event};
use dossier_proto::Origin;
use http_body_util::BodyExt;
use serde_json::{Value, json};

use super::{Log, World};
use crate::fixture::{Said, dossier, open, until};

/// What is done to an answer whose path has these words in it.
type Lie = Arc<dyn Fn(&str, Vec<u8>) -> Option<Vec<u8>> + Send + Sync>;

#[derive(Clone)]
struct Liar(Arc<Mutex<Lie>>);

async fn lie(State(liar): State<Liar>, request: Request, next: Next) -> Response {
    let path = request.uri().to_string();
    let response = next.run(request).await;
    let (mut parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes().to_vec();
    let lie = Arc::clone(&liar.0.lock().unwrap());
    parts.headers.remove("content-length");
    match lie(&path, bytes) {
        Some(bytes) => Response::from_parts(parts, Body::from(bytes)),
        None => Response::builder().status(404).body(Body::from("{}")).unwrap(),
    }
}

/// A house, served through a liar.
struct Served {
    url: String,
    liar: Liar,
    token: String,
}

impl Served {
    async fn at(data: &Path) -> (Self, dossier::house::House) {
        let house = open(data).await;
        let liar = Liar(Arc::new(Mutex::new(Arc::new(|_, bytes| Some(bytes)))));
        let router: Router = house.audit.router().layer(from_fn_with_state(liar.clone(), lie));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        (Self { url, liar, token: house.tokens["auditor"].clone() }, house)
    }

    async fn verified(&self, lie: Lie, token: bool, against: &Path) -> Said {
        *self.liar.0.lock().unwrap() = lie;
        let mut arguments: Vec<String> = ["--json", "verify", "--server", &self.url].map(ToOwned::to_owned).to_vec();
        arguments.extend(["--against".to_owned(), against.to_str().unwrap().to_owned()]);
        if token {
            arguments.extend(["--token".to_owned(), self.token.clone()]);
        }
        tokio::task::spawn_blocking(move || dossier(arguments)).await.unwrap()
    }
}

/// Does this to answers whose path has all of these words in it.
fn to(words: &[&str], change: impl Fn(Vec<u8>) -> Option<Vec<u8>> + Send + Sync + 'static) -> Lie {
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    Arc::new(
        move |path, bytes| {
            if words.iter().all(|word| path.contains(word.as_str())) { change(bytes) } else { Some(bytes) }
        },
    )
}

fn flipped(at: usize) -> impl Fn(Vec<u8>) -> Option<Vec<u8>> {
    move |mut bytes| {
        bytes[at] ^= 0x01;
        Some(bytes)
    }
}

/// The bytes of the third event on the first page are those of the second.
fn other_events(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut page: Value = serde_json::from_slice(bytes).unwrap();
    page["items"][2]["bytes"] = page["items"][1]["bytes"].clone();
    Some(page.to_string().into_bytes())
}

fn without_submission(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut logs: Value = serde_json::from_slice(bytes).unwrap();
    logs.as_array_mut().unwrap().retain(|log| log["origin"] != "submission");
    Some(logs.to_string().into_bytes())
}

/// Another history of a log, in everything that is served of it.
fn fork(world: &World, log: Log, mut events: Vec<Stored>) -> Lie {
    let middle = events.len() / 2;
    events[middle] = events[middle + 1].clone();
    let checkpoint = std::fs::read(world.fork_of(log, &events)).unwrap();
    let entry = |stored: &Stored| [&[0, 32][..], entry_hash(&stored.event).as_bytes()].concat();
    let entries: Vec<u8> = events.iter().flat_map(entry).collect();
    let leaves: Vec<Hash> = events.iter().map(|stored| leaf_of_event(&stored.event)).collect();
    let tile: Vec<u8> = leaves.iter().flat_map(|leaf| *leaf.as_bytes()).collect();
    let folder = format!("/audit/log/{}/0/", log.origin());
    Arc::new(move |path, bytes| {
        let Some(part) = path.strip_prefix(&folder) else { return Some(bytes) };
        Some(match part {
            "checkpoint" => checkpoint.clone(),
            _ if part.starts_with("tile/entries/") => entries.clone(),
            _ => tile.clone(),
        })
    })
}

#[test]
fn p9_a_server_that_shows_this_reader_something_else_is_found() {
    let world = World::made();
    let log = Log::Journal(Origin::Submission);
    let events = log.read(&world.pristine).events;
    let nothing = world.installation.path("nothing-kept");
    std::fs::create_dir(&nothing).unwrap();
    std::fs::copy(world.kept.join(format!("submission-{}.txt", events.len())), nothing.join("end.txt")).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let (served, house) = Served::at(&world.pristine).await;
        until("everything was seen", async || {
            let seen = |origin| house.audit.copies().seen().newest(origin).map(|seen| seen.size());
            let journals = house.journals();
            let mut all = journals.iter().filter(|(origin, _)| *origin != Origin::Audit);
            all.all(|(origin, journal)| seen(*origin) == Some(journal.head().size)).then_some(())
        })
        .await;
        let honest: Lie = Arc::new(|_, bytes| Some(bytes));
        let stranger = served.verified(Arc::clone(&honest), false, &world.kept).await.exits(0).document();
        assert_eq!(stranger["sound"], true, "{stranger:#}");
        assert!(stranger["not_verified"].to_string().contains("auditor's token"), "{stranger:#}");
        let auditor = served.verified(honest, true, &world.kept).await.exits(0).document();
        assert_eq!((&auditor["sound"], &auditor["not_verified"]), (&json!(true), &json!([])), "{auditor:#}");
        let count = |report: &Value| report["journals"].as_array().unwrap().len();
        assert_eq!((count(&stranger), count(&auditor)), (4, 4));

        let checkpoint = "/log/submission/0/checkpoint";
        let older = || {
            let name = format!("submission-{}.txt", events.len() * 3 / 4);
            let note = std::fs::read(world.kept.join(name)).unwrap();
            to(&[checkpoint], move |_| Some(note.clone()))
        };
        let last = |offset: usize| {
            move |mut bytes: Vec<u8>| {
                let at = bytes.len() - offset;
                bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
                Some(bytes)
            }
        };
        let cases: Vec<(&str, Lie, bool, &[i64])> = vec![
            ("a signature that was changed", to(&[checkpoint], last(20)), false, &[29]),
            ("no checkpoint", to(&[checkpoint], |_| None), false, &[33]),
            ("an older checkpoint", older(), false, &[26]),
            ("a hash that was changed", to(&["/submission/", "tile/entries"], flipped(40)), false, &[20]),
            ("a tile that was changed", to(&["/submission/", "tile/0/"], flipped(40)), false, &[20]),
            ("a tile that is not served", to(&["/submission/", "tile/0/"], |_| None), false, &[33]),
            ("hashes that are not served", to(&["/submission/", "tile/entries"], |_| None), false, &[33]),
            ("a log that is not named", to(&["/api/v1/checkpoints"], |bytes| without_submission(&bytes)), false, &[33]),
            ("another history, whole", fork(&world, log, events.clone()), false, &[27]),
            (
                "another event",
                to(&["/api/v1/events", "origin=submission", "from=0"], |bytes| other_events(&bytes)),
                true,
                &[21],
            ),
            (
                "events that are withheld",
                to(&["/api/v1/events", "origin=submission"], |_| Some(b"{\"items\":[]}".to_vec())),
                true,
                &[33],
            ),
        ];
        for (what, lie, token, codes) in cases {
            let said = served.verified(lie, token, &nothing).await;
            assert!(codes.contains(&i64::from(said.code)), "{what} ends with {}: {} {}", said.code, said.out, said.err);
            let report = said.document();
            assert_eq!(report["first"]["origin"], "submission", "{what}: {report:#}");
            println!("{what:<32} found as {}", super::in_short(&report));
        }
        house.close().await;
    });
}
