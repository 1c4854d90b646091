//! The receipt on a page. Its words claim what was checked for this very page, and nothing else.

use askama::Template;
use dossier_proto::{Digest, Place};
use dossier_web::{Problem, page::Words};

use super::{Pages, frame::Paper};
use crate::{
    receipt::{Standing, receipt},
    shelf::Edition,
    texts::fill,
    words::Agreement,
};

#[derive(Template)]
#[template(path = "receipt.html")]
struct ReceiptTemplate<'a> {
    w: &'static Words,
    is_good: bool,
    verdict: &'a str,
    digest_of: String,
    digest: Vec<String>,
    base: Option<(String, Vec<String>)>,
    place: String,
    checkpoint: (String, String),
    root: String,
    /// The file of it, where there is one: its address, and what the link says.
    file: Option<(String, &'a str)>,
    /// The page to be printed: its address, and what the link says.
    certificate: (String, &'a str),
}

/// What a receipt is about.
pub(super) struct Checked {
    /// The edition whose digest it shows.
    pub(super) edition: u32,
    /// The digest.
    pub(super) digest: Digest,
    /// The edition that it revises or corrects, and its digest: the digests of an entry's editions form a chain.
    pub(super) base: Option<(u32, Digest)>,
    /// Where the event stands that it is about: the edition's, the suspension's or the retraction's.
    pub(super) at: Place,
    /// Places that are checked besides.
    pub(super) others: Vec<Place>,
    /// What is known of the text.
    pub(super) text: Text,
    /// Where the receipt as a file is, of a text that is shown.
    pub(super) file: Option<String>,
    /// Where the certificate of registration is. There is one of what is withheld too, and it says so.
    pub(super) certificate: String,
}

/// What is known of the text a receipt is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Text {
    /// It was read, its digest was computed again, and it is the one that was approved.
    Approved,
    /// Digest and approval, or digest and text, do not agree.
    NotApproved,
    /// It is not shown.
    NotShown,
    /// It is not shown for now.
    Suspended,
}

/// What is known of an edition's text.
pub(super) fn text_of(edition: &Edition) -> Text {
    match (&edition.words, edition.approval) {
        (_, Agreement::Differs) => Text::NotApproved,
        (None, Agreement::Same) => Text::NotShown,
        (Some(words), Agreement::Same) => match words.agreement {
            Agreement::Same => Text::Approved,
            Agreement::Differs => Text::NotApproved,
        },
    }
}

/// Checks the places in the log and draws the receipt.
pub(super) fn draw(pages: &Pages, paper: &Paper<'_>, checked: &Checked) -> Result<String, Problem> {
    let receipt = receipt(&pages.reading.engine, &pages.key.history(), checked.at, &checked.others);
    let t = paper.texts;
    let (is_good, verdict) = match (checked.text, receipt.standing) {
        (Text::NotApproved, _) => (false, &t.verdict_text),
        (_, Standing::NotProved) => (false, &t.verdict_log),
        (Text::Approved, Standing::Proved) => (true, &t.verdict_good),
        (Text::NotShown, Standing::Proved) => (true, &t.verdict_gone),
        (Text::Suspended, Standing::Proved) => (true, &t.verdict_suspended),
    };
    let size = receipt.size.to_string();
    // People count from one.
    let at = (checked.at.sequence + 1).to_string();
    // The root stands between, in an element of its own: it runs from the left on every page.
    let (before, after) = t.checkpoint_of.split_once("{}").unwrap_or((&t.checkpoint_of, ""));
    let digest_of = |edition: u32| paper.words.with("record.digest_of", "number", edition);
    let template = ReceiptTemplate {
        w: paper.words,
        is_good,
        verdict,
        digest_of: digest_of(checked.edition),
        base: checked.base.map(|(edition, digest)| (digest_of(edition), grouped(&digest))),
        digest: grouped(&checked.digest),
        place: fill(&t.event_of, &[("at", &at), ("size", &size)]),
        checkpoint: (fill(before, &[("size", &size)]), fill(after, &[("size", &size)])),
        root: receipt.root,
        file: checked.file.clone().map(|address| (address, t.receipt_file.as_str())),
        certificate: (checked.certificate.clone(), t.certificate.as_str()),
    };
    template.render().map_err(|error| Problem::internal(&error))
}

/// Eight digits at a time, as people compare them.
fn grouped(digest: &Digest) -> Vec<String> {
    digest.0.chunks(4).map(|bytes| bytes.iter().map(|byte| format!("{byte:02x}")).collect()).collect()
}
