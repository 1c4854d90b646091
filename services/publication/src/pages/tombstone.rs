//! The tombstone: what stands where an entry was.
//!
//! It names neither the title nor any other word of the entry. They are content, which the public does not see once it is
//! withheld (DOMAIN section 5), and a title may hold the very words that the entry was taken back for.

use askama::Template;
use dossier_proto::Micros;
use dossier_registry::Shown;
use dossier_web::{
    Problem,
    page::{Html, Words},
};

use super::{
    Pages,
    frame::{Paper, flipped},
    proof::{self, Checked, Text},
    said::Said,
    turned::{Turned, erased, reason, turned},
};
use crate::{
    api::document::certificate_address,
    reading::Known,
    registries::body_name,
    texts::{Texts, fill},
    views::{Turn, TurnKind},
};

#[derive(Template)]
#[template(path = "tombstone.html")]
struct Tombstone<'a> {
    w: &'static Words,
    t: &'static Texts,
    chev: String,
    number: String,
    record_type: &'a str,
    kind: Said,
    kinds: Said,
    edition_count: String,
    by: &'a str,
    body: Said,
    public: String,
    state: &'a str,
    since: String,
    explanation: Option<Vec<String>>,
    erased: Option<String>,
    is_requested: bool,
    reason: Said,
    reason_code: &'a str,
    instead: Option<&'a str>,
    /// Said where it is shown as it stood.
    as_of: Option<String>,
    edition_total: usize,
    rows: Vec<Row>,
    kept: String,
    receipt: String,
}

/// An edition or a decision, as it stands among the others.
struct Row {
    mark: &'static str,
    word: String,
    at: (String, String),
    moment: Micros,
}

/// What a tombstone says of the decision that made it, and what is proved of that.
struct Decided {
    turns: Vec<Turned>,
    receipt: String,
}

/// Draws the tombstone of an entry.
pub(super) fn draw(pages: &Pages, paper: &Paper<'_>, known: &Known, turn: &Turn) -> Result<Html, Problem> {
    let decided = Decided { turns: turned(pages, paper, known)?, receipt: receipt(pages, paper, known, turn)? };
    let (tab, template) = tombstone(pages, paper, known, turn, decided)?;
    paper.page(&tab, &template)
}

/// The tombstone as it would stand after a decision that nobody has taken yet: all of it but the receipt, which is made with the decision.
pub(super) fn preview(
    pages: &Pages,
    paper: &Paper<'_>,
    known: &Known,
    turn: &Turn,
    explanation: &str,
) -> Result<String, Problem> {
    let mut turns = turned(pages, paper, known)?;
    turns.push(Turned::foreseen(pages, paper, turn, explanation)?);
    let (_, template) = tombstone(pages, paper, known, turn, Decided { turns, receipt: String::new() })?;
    let html = template.render().map_err(|error| Problem::internal(&error))?;
    // The way to it belongs to its page; the page of the preview has its own.
    Ok(html.find("<article>").map_or_else(|| html.clone(), |from| html[from..].to_owned()))
}

fn tombstone<'a>(
    pages: &Pages,
    paper: &Paper<'_>,
    known: &'a Known,
    turn: &'a Turn,
    decided: Decided,
) -> Result<(String, Tombstone<'a>), Problem> {
    let Decided { turns, receipt } = decided;
    let registry = pages.reading.registry().map_err(|error| Problem::internal(&error))?;
    let (w, t, page) = (paper.words, paper.texts, paper.tongue);
    let key = &known.entry.record_type;
    let record_type = registry.record_type(key);
    let label = |labels: Option<&dossier_registry::Labels>| {
        Said::new(labels.map_or_else(|| Shown::plain(key), |labels| labels.show(page, key)), page)
    };
    let first = known.published.editions.first().map_or(turn.at, |edition| edition.at);
    let number = known.entry.number.to_string();
    let count = known.published.editions.len();
    let n = count.to_string();
    let day = paper.day(turn.at).1;
    let is_suspended = turn.kind == TurnKind::Suspended;
    let (state, since, kept, tab) = if is_suspended {
        let kept = fill(t.suspended_kept.form(paper.language, count as u64), &[("n", &n)]);
        let tab = fill(&t.suspended_title, &[("number", &number)]);
        (w.text("record.state_suspended"), w.with("tombstone.suspended_on", "date", &day), kept, tab)
    } else {
        let (kept, tab) =
            (w.count("tombstone.editions_kept", count as u64), w.with("tombstone.title", "number", &number));
        (w.text("record.state_retracted"), w.with("tombstone.retracted_on", "date", &day), kept, tab)
    };
    let instead = known.published.supersession().and_then(|turn| match &turn.kind {
        TurnKind::Superseded { number, .. } => Some(number.as_str()),
        _ => None,
    });
    let template = Tombstone {
        w,
        t,
        chev: flipped("chev"),
        record_type: key,
        kind: label(record_type.map(|one| &one.labels)),
        kinds: label(record_type.map(|one| &one.plural)),
        edition_count: fill(t.edition_count.form(paper.language, count as u64), &[("n", &n)]),
        by: w.text("tombstone.was_put_on_record_by"),
        body: Said::new(body_name(&registry, &known.entry.body, page, turn.at), page),
        public: w.fill("tombstone.was_public", &[("from", &paper.day(first).1), ("to", &day)]),
        state,
        since,
        erased: match known.published.current() {
            Some(current) => erased(pages, paper, known, current)?,
            None => None,
        },
        explanation: turns.last().and_then(|last| last.explanation.clone()),
        is_requested: turn.requested.is_some(),
        reason: reason(pages, paper, turn)?,
        reason_code: turn.reason.as_deref().unwrap_or_default(),
        instead,
        as_of: paper.as_of.map(|moment| w.with("publisher.history.as_of", "moment", paper.minute(moment).1)),
        edition_total: count,
        rows: rows(known, paper, turns),
        kept,
        receipt,
        number,
    };
    Ok((tab, template))
}

/// Editions and decisions, the newest first.
fn rows(known: &Known, paper: &Paper<'_>, turns: Vec<Turned>) -> Vec<Row> {
    let editions = known.published.editions.iter().map(|edition| Row {
        mark: "mark",
        word: paper.words.with("record.edition", "number", edition.edition),
        at: paper.day(edition.at),
        moment: edition.at,
    });
    let turns = turns.into_iter().map(|turn| Row { mark: "square", word: turn.word, at: turn.at, moment: turn.moment });
    let mut rows: Vec<Row> = editions.chain(turns).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.moment));
    rows
}

fn receipt(pages: &Pages, paper: &Paper<'_>, known: &Known, turn: &Turn) -> Result<String, Problem> {
    let editions = known.published.editions.iter().map(|edition| edition.place);
    let turns = known.published.turns.iter().map(|turn| turn.place).filter(|place| *place != turn.place);
    let checked = Checked {
        edition: known.entry.edition,
        digest: known.entry.digest,
        base: None,
        at: turn.place,
        others: editions.chain(turns).collect(),
        text: if turn.kind == TurnKind::Suspended { Text::Suspended } else { Text::NotShown },
        file: None,
        certificate: certificate_address(known, known.entry.edition),
    };
    proof::draw(pages, paper, &checked)
}
