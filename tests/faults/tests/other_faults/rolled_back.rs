//! An older copy is put back in the place of a journal.

use dossier_proto::Origin;

use crate::lived::{Lived, WORKING, copy, put_back};

/// What a copy was taken of.
const WITH_ANCHORS: [&str; 2] = ["journal", "anchors"];
const ALONE: [&str; 1] = ["journal"];
/// As a backup of one service would be put back.
const WHOLE: [&str; 4] = ["journal", "anchors", "keys", "snapshots"];

#[test]
fn an_older_journal_is_refused_for_its_own_anchor_knows_more() {
    refused_with(&Origin::ALL, &ALONE, "anchor");
}

/// The audit service's copy knows more, whatever is put back together with the journal.
#[test]
fn an_older_journal_with_its_anchors_is_refused_for_the_copy_knows_more() {
    refused_with(&WORKING, &WITH_ANCHORS, "mirror");
}

#[test]
fn an_older_service_directory_is_refused_for_the_copy_knows_more() {
    refused_with(&WORKING, &WHOLE, "mirror");
}

fn refused_with(origins: &[Origin], parts: &[&str], witness: &str) {
    let lived = Lived::once();
    let older = lived.aside("older");
    copy(&lived.data(), &older);
    lived.live_again();
    let newer = lived.aside("newer");
    copy(&lived.data(), &newer);
    for origin in origins {
        for part in parts {
            put_back(&older.join(origin.name()).join(part), &lived.service(*origin).join(part));
        }
        let journal = lived.service(*origin).join("journal");
        lived.is_refused(&[81], &[&journal.display().to_string(), "rolled back", witness, "Put the newer"]);
        // Refused again: the attempt changed nothing that would let it through.
        lived.is_refused(&[81], &["rolled back"]);
        put_back(&newer, &lived.data());
    }
    lived.is_sound();
}
