//! What a look finds.

use dossier_witness::Fork;

use super::{
    super::{Looked, Looking, Node, Taken, Trouble, Troubles},
    server::{Server, showing},
    *,
};
use crate::{Exit, client::Reader};

pub(super) fn look(node: &Node, server: &Server) -> Result<Looked, Trouble> {
    let looking = Looking::at(Reader::new(&server.url(), None).unwrap());
    let mut looked = looking.look(node, &Troubles::default());
    assert_eq!(looked.len(), 1);
    looked.remove(0).1
}

fn cosigned(size: u64) -> Looked {
    Looked::Cosigned { origin: ORIGIN.to_owned(), size, taken: Taken::Yes }
}

/// A witness that has cosigned a log of so many entries, and the server of that.
pub(super) fn followed(directory: &TempDir, size: u64) -> (Node, Server) {
    let (node, server) = (node_in(directory), Server::of(honest(size)));
    assert_eq!(look(&node, &server).unwrap(), cosigned(size));
    (node, server)
}

#[test]
fn a_log_that_grows_is_cosigned_as_it_grows_and_with_few_questions() {
    let directory = tempfile::tempdir().unwrap();
    let (node, server) = followed(&directory, 1);
    for size in [2, 3, 256, 257, 1_000, 70_000] {
        server.grows_to(honest(size));
        server.asked.lock().unwrap().clear();
        assert_eq!(look(&node, &server).unwrap(), cosigned(size));
        assert!(server.asked.lock().unwrap().len() < 16, "{:?}", server.asked.lock().unwrap());
        assert_eq!(node.kept(ORIGIN).unwrap().head(), honest(size).head());
    }
    let before = node.kept(ORIGIN).unwrap();
    assert_eq!(look(&node, &server).unwrap(), cosigned(70_000));
    assert_eq!(node.kept(ORIGIN).unwrap(), before, "the same tree is not signed twice");
}

/// P9: what was cosigned once cannot be taken back.
#[test]
fn p9_a_history_that_was_changed_is_refused_and_proven() {
    for (other, evidence_at) in [(log(20, 7), 20), (log(31, 7), 20), (log(700, 19), 20)] {
        let directory = tempfile::tempdir().unwrap();
        let (node, server) = followed(&directory, 20);
        server.grows_to(other);
        let found = look(&node, &server).unwrap_err();
        assert_eq!(found.exit(), Exit::Forked, "{found}");
        let (path, fork) = node.shelf().forks().unwrap().remove(0);
        assert!(path.to_string_lossy().contains("/evidence/fork-"), "{path:?}");
        assert_eq!(proven(&fork), evidence_at);
        assert_eq!(node.kept(ORIGIN).unwrap().head(), honest(20).head(), "what was cosigned stays");
        assert!(server.asked.lock().unwrap().iter().any(|path| path.ends_with("/forks")), "the installation was told");
        // It stays refused, also when the log comes back to what it was, and after a start.
        server.grows_to(honest(40));
        assert!(matches!(look(&node, &server), Err(Trouble::ForkedBefore(_))));
        drop(node);
        assert!(matches!(look(&node_in(&directory), &server), Err(Trouble::ForkedBefore(_))));
    }
}

/// P9: the log is put back to an older copy and grows again, otherwise and longer, while nobody looks. What proves it is on disk, for anybody with the
/// log's public key: the two notes that it signed, and what leads from the one to the other.
#[test]
fn p9_a_log_put_back_and_grown_otherwise_between_two_looks_leaves_evidence_for_strangers() {
    let directory = tempfile::tempdir().unwrap();
    let (node, server) = followed(&directory, 20);
    let regrown = log(300, 12);
    server.grows_to(regrown.clone());
    let found = look(&node, &server).unwrap_err();
    assert!(matches!(&found, Trouble::Forked { evidence, .. } if evidence.exists()), "{found}");
    assert!(found.to_string().contains("has signed two histories; the proof is in "), "{found}");
    let names = node.shelf().evidence_names().unwrap();
    let read = |end: &str| {
        let name = names.iter().find(|name| name.ends_with(end)).unwrap();
        node.shelf().evidence_named(name).unwrap().unwrap()
    };
    let stranger = |text: &str| {
        let note = SignedCheckpoint::parse(text).unwrap();
        let said = note.verify(&signer().verifier()).unwrap();
        (said.origin.clone(), said.head())
    };
    let (first, second) = (stranger(&read(".first.note")), stranger(&read(".second.note")));
    assert_eq!(first, (ORIGIN.to_owned(), honest(20).head()));
    assert_eq!(second, (ORIGIN.to_owned(), regrown.head()));
    assert_eq!(proven(&Fork::parse(read(".txt").as_bytes()).unwrap()), 20);
    // Without the network, the witness's directory and its key: the file and the log's key are enough.
    let (file, keys) = (directory.path().join("given-away.txt"), directory.path().join("keys.txt"));
    std::fs::write(&file, read(".txt")).unwrap();
    std::fs::write(&keys, format!("{}\n", signer().verifier())).unwrap();
    let told = crate::commands::proven_fork(&file, &keys).unwrap();
    assert_eq!((told.origin.as_str(), told.at), (ORIGIN, 20));
    let thief = SigningKey::from_seed(LOG, &[9; 32]).unwrap();
    std::fs::write(&keys, format!("{}\n", thief.verifier())).unwrap();
    assert_eq!(crate::commands::proven_fork(&file, &keys).unwrap_err().exit_code(), Exit::NotProved as u8);
}

fn proven(fork: &Fork) -> u64 {
    let key = signer().verifier();
    fork.verify(|signed| signed.verify(&key).map(drop).map_err(|error| error.to_string())).unwrap().at
}

#[test]
fn a_history_that_was_cut_short_is_refused_until_it_is_whole_again() {
    let directory = tempfile::tempdir().unwrap();
    let (node, server) = followed(&directory, 20);
    server.grows_to(honest(19));
    let found = look(&node, &server).unwrap_err();
    assert_eq!(found.exit(), Exit::LessThanBefore, "{found}");
    let kept: Vec<_> = node.shelf().evidence_names().unwrap();
    assert!(kept.iter().any(|name| name.starts_with("less-") && name.ends_with(".txt")), "{kept:?}");
    let before = kept.iter().find(|name| name.ends_with(".before.note")).unwrap();
    let before = SignedCheckpoint::parse(&node.shelf().evidence_named(before).unwrap().unwrap()).unwrap();
    assert_eq!(before.verify(&signer().verifier()).unwrap().head(), honest(20).head());
    assert!(before.cosigned_at(&node.verifier()).is_ok(), "it says when it was cosigned");
    server.now(|_, _| Some((404, String::new(), Vec::new())));
    assert_eq!(look(&node, &server).unwrap_err().exit(), Exit::LessThanBefore, "nothing at all is less too");
    server.grows_to(honest(25));
    assert_eq!(look(&node, &server).unwrap(), cosigned(25));
    // Cut, and grown again to as much as before with something else.
    server.grows_to(log(25, 19));
    assert_eq!(look(&node, &server).unwrap_err().exit(), Exit::Forked);
}

#[test]
fn a_history_that_another_key_has_signed_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let (node, server) = followed(&directory, 20);
    let thief = SigningKey::from_seed(LOG, &[9; 32]).unwrap();
    server.now(showing(honest(31), signed_as(ORIGIN, &thief, &honest(31))));
    let found = look(&node, &server).unwrap_err();
    assert_eq!(found.exit(), Exit::NotProved, "{found}");
    assert!(found.to_string().contains("not signed by the log"), "{found}");
    assert!(node.shelf().forks().unwrap().is_empty(), "nobody is accused of what somebody else signed");
    server.grows_to(honest(31));
    look(&node, &server).unwrap();
}

#[test]
fn an_epoch_that_is_older_than_before_is_refused_and_a_new_one_is_a_log_of_its_own() {
    let directory = tempfile::tempdir().unwrap();
    let (node, server) = followed(&directory, 20);
    let second = "test-1/submission/500";
    let new = signed_as(second, &signer(), &log(3, 0));
    let shows = showing(honest(25), signed(&honest(25)));
    server.now(move |path, body| match path {
        "/audit/api/v1/checkpoints/submission" => Some((200, String::new(), new.text().as_bytes().to_vec())),
        path => shows(path, body),
    });
    let found = look(&node, &server).unwrap();
    assert_eq!(found, Looked::Cosigned { origin: second.to_owned(), size: 3, taken: Taken::Yes });
    assert_eq!(node.kept(ORIGIN).unwrap().head(), honest(25).head(), "the epoch that ended, to its end");
    server.grows_to(honest(25));
    assert_eq!(look(&node, &server).unwrap_err().exit(), Exit::LessThanBefore);
}

#[test]
fn an_installation_that_does_not_take_cosignatures_is_followed_all_the_same() {
    let directory = tempfile::tempdir().unwrap();
    let node = node_in(&directory);
    let (tree, note) = (honest(20), signed(&honest(20)));
    let shows = showing(tree, note);
    let server = Server::new(move |path, body| match path.ends_with("/cosignatures") {
        true => Some((403, String::new(), br#"{"detail":"nobody knows you"}"#.to_vec())),
        false => shows(path, body),
    });
    let taken = Taken::No("403 nobody knows you".to_owned());
    assert_eq!(look(&node, &server).unwrap(), Looked::Cosigned { origin: ORIGIN.to_owned(), size: 20, taken });
    let shows = showing(honest(20), signed(&honest(20)));
    server.now(move |path, body| match path.ends_with("/cosignatures") {
        true => Some((409, String::new(), Vec::new())),
        false => shows(path, body),
    });
    let found = look(&node, &server).unwrap_err();
    assert_eq!(found.exit(), Exit::Forked, "it holds another history than it shows: {found}");
}
