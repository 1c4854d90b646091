//! Servers that lie, send too much, too slowly, elsewhere, or nothing that makes sense: nothing is cosigned, and nobody is accused.

use std::time::{Duration, Instant};

use super::{
    looking::{followed, look},
    server::{Answer, showing},
    *,
};
use crate::{Exit, client::Reader};

fn good(body: Vec<u8>) -> Answer {
    Some((200, String::new(), body))
}

/// The log has grown honestly, and one kind of answer is spoilt.
fn refuses(spoilt: fn(&str) -> Option<Answer>) -> (Exit, String) {
    let directory = tempfile::tempdir().unwrap();
    let (node, server) = followed(&directory, 300);
    let shows = showing(honest(600), signed(&honest(600)));
    server.now(move |path, body| spoilt(path).unwrap_or_else(|| shows(path, body)));
    let found = look(&node, &server).unwrap_err();
    assert_eq!(node.kept(ORIGIN).unwrap().head(), honest(300).head(), "nothing was cosigned: {found}");
    assert!(node.shelf().forks().unwrap().is_empty(), "nobody is accused: {found}");
    (found.exit(), found.to_string())
}

fn of_tiles(path: &str, answer: impl Fn() -> Answer) -> Option<Answer> {
    path.contains("/tile/").then(answer)
}

fn of_checkpoint(path: &str, answer: impl Fn() -> Answer) -> Option<Answer> {
    path.contains("/checkpoints/").then(answer)
}

#[test]
fn wrong_tiles_are_refused() {
    let (exit, said) = refuses(|path| {
        // Of the right size, and of another tree than the one that was signed.
        let tile = path.strip_prefix("/audit/log/submission/0/")?.parse().ok()?;
        Some(good(bytes_of(&log(600, 0), tile)))
    });
    assert_eq!(exit, Exit::NotProved, "{said}");
    assert!(said.contains("not shown to continue"), "{said}");
    let (exit, _) = refuses(|path| of_tiles(path, || good(vec![7; 33])));
    assert_eq!(exit, Exit::NotProved, "no tile");
    let (exit, _) = refuses(|path| of_tiles(path, || good(vec![7; 32])));
    assert_eq!(exit, Exit::NotProved, "another width");
    let (exit, said) = refuses(|path| of_tiles(path, || Some((404, String::new(), Vec::new()))));
    assert_eq!(exit, Exit::NotProved, "{said}");
}

#[test]
fn answers_that_are_huge_are_not_read() {
    let (exit, said) = refuses(|path| of_checkpoint(path, || good(vec![b'x'; 4 * 1024 * 1024])));
    assert_eq!(exit, Exit::NotProved);
    assert!(said.contains("more than 15360 bytes"), "{said}");
    let (exit, said) = refuses(|path| of_tiles(path, || good(vec![7; 4 * 1024 * 1024])));
    assert_eq!(exit, Exit::NotProved);
    assert!(said.contains("more than"), "{said}");
}

#[test]
fn nobody_is_sent_elsewhere() {
    let (exit, said) =
        refuses(|path| of_checkpoint(path, || Some((302, "location: http://127.0.0.1:1/\r\n".to_owned(), Vec::new()))));
    assert_eq!(exit, Exit::NotProved);
    assert!(said.contains("sends elsewhere (302)"), "{said}");
    let (exit, said) = refuses(|path| of_tiles(path, || Some((307, "location: /other\r\n".to_owned(), Vec::new()))));
    assert_eq!(exit, Exit::NotProved);
    assert!(said.contains("sends elsewhere (307)"), "{said}");
}

#[test]
fn garbage_is_refused() {
    for body in [&b""[..], b"garbage", b"<html>", &[0xff; 40], b"test-1/submission/0\n600\nx\n\n"] {
        let directory = tempfile::tempdir().unwrap();
        let (node, server) = followed(&directory, 20);
        let body = body.to_vec();
        server.now(move |_, _| good(body.clone()));
        assert_eq!(look(&node, &server).unwrap_err().exit(), Exit::NotProved);
        assert_eq!(node.kept(ORIGIN).unwrap().head(), honest(20).head());
    }
    let (exit, said) = refuses(|path| of_checkpoint(path, || Some((500, String::new(), Vec::new()))));
    assert_eq!((exit, said.contains("it answers 500")), (Exit::NotProved, true), "{said}");
    // Another log than the one that was asked for, though we know its key.
    let (_, said) = refuses(|path| {
        let other = signed_as(LOG, &signer(), &honest(600));
        of_checkpoint(path, || good(other.text().as_bytes().to_vec()))
    });
    assert!(said.contains("it is a checkpoint of"), "{said}");
}

#[test]
fn a_server_that_says_nothing_is_left() {
    let directory = tempfile::tempdir().unwrap();
    let (node, server) = followed(&directory, 20);
    server.now(|_, _| None);
    let began = Instant::now();
    assert_eq!(look(&node, &server).unwrap_err().exit(), Exit::Unreachable);
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    let gone = Reader::new("http://127.0.0.1:1", None).unwrap();
    let looked = super::super::Looking::at(gone).look(&node, &super::super::Troubles::default());
    assert_eq!(looked[0].1.as_ref().unwrap_err().exit(), Exit::Unreachable);
}
