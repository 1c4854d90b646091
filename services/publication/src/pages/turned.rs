//! What publishers decided on an entry since it was published, as its pages say it.

use dossier_proto::Micros;
use dossier_registry::Shown;
use dossier_web::Problem;

use super::{Pages, frame::Paper, said::Said};
use crate::{
    reading::Known,
    texts::fill,
    views::{EditionFacts, Turn, TurnKind},
};

/// A decision as a page says it.
pub(super) struct Turned {
    /// When, to stand in order with other things.
    pub(super) moment: Micros,
    /// When, for machines and for people.
    pub(super) at: (String, String),
    /// What, in a word.
    pub(super) word: String,
    /// What, in a sentence.
    pub(super) said: String,
    /// The public explanation, in paragraphs; `None` when it was erased.
    pub(super) explanation: Option<Vec<String>>,
}

/// All of them, in order.
pub(super) fn turned(pages: &Pages, paper: &Paper<'_>, known: &Known) -> Result<Vec<Turned>, Problem> {
    known.published.turns.iter().map(|turn| one(pages, paper, known, turn)).collect()
}

impl Turned {
    /// A decision that nobody has taken yet, as pages would say it.
    pub(super) fn foreseen(pages: &Pages, paper: &Paper<'_>, turn: &Turn, explanation: &str) -> Result<Self, Problem> {
        worded(pages, paper, turn, Some(explanation.to_owned()))
    }
}

fn one(pages: &Pages, paper: &Paper<'_>, known: &Known, turn: &Turn) -> Result<Turned, Problem> {
    let explanation = pages.reading.explanation(known.id, turn.place).map_err(|error| Problem::internal(&error))?;
    worded(pages, paper, turn, explanation)
}

fn worded(pages: &Pages, paper: &Paper<'_>, turn: &Turn, explanation: Option<String>) -> Result<Turned, Problem> {
    let (w, t) = (paper.words, paper.texts);
    let reason = reason(pages, paper, turn)?.text;
    let (word, said) = match &turn.kind {
        TurnKind::Suspended => (w.text("record.state_suspended"), fill(&t.turn_suspended, &[("reason", &reason)])),
        TurnKind::Reinstated => (t.reinstated.as_str(), t.turn_reinstated.clone()),
        TurnKind::Superseded { number, .. } => {
            let values = [("number", number.as_str()), ("reason", reason.as_str())];
            (w.text("record.state_superseded"), fill(&t.turn_superseded, &values))
        }
        TurnKind::Retracted => (w.text("record.state_retracted"), w.text("record.step_retracted").to_owned()),
    };
    Ok(Turned {
        moment: turn.at,
        at: paper.day(turn.at),
        word: word.to_owned(),
        said,
        explanation: explanation.map(|text| paragraphs(&text)),
    })
}

/// The name of a decision's reason; its code where the registry does not know it any more.
pub(super) fn reason(pages: &Pages, paper: &Paper<'_>, turn: &Turn) -> Result<Said, Problem> {
    let registry = pages.reading.registry().map_err(|error| Problem::internal(&error))?;
    let code = turn.reason.as_deref().unwrap_or_default();
    let known = registry.retraction(code);
    let shown = known.map_or_else(|| Shown::plain(code), |one| one.labels.show(paper.tongue, &one.key));
    Ok(Said::new(shown, paper.tongue))
}

/// When and why words of an edition were erased, in a sentence; nothing as long as they are kept.
pub(super) fn erased(
    pages: &Pages,
    paper: &Paper<'_>,
    known: &Known,
    facts: &EditionFacts,
) -> Result<Option<String>, Problem> {
    let Some(order) = pages.reading.erasure_of(known.id, facts) else { return Ok(None) };
    let registry = pages.reading.registry().map_err(|error| Problem::internal(&error))?;
    let reason = registry.erasure(&order.reason);
    let reason = reason.map_or_else(|| order.reason.clone(), |one| one.labels.show(paper.tongue, &one.key).text);
    Ok(Some(fill(&paper.texts.erased_on, &[("date", &paper.day(order.at).1), ("reason", &reason)])))
}

/// An explanation is plain text: blank lines part its paragraphs.
fn paragraphs(text: &str) -> Vec<String> {
    let mut paragraphs: Vec<String> = Vec::new();
    let mut open = false;
    for line in text.lines().map(str::trim) {
        match (line.is_empty(), open, paragraphs.last_mut()) {
            (true, _, _) => open = false,
            (false, true, Some(last)) => {
                last.push(' ');
                last.push_str(line);
            }
            (false, _, _) => {
                paragraphs.push(line.to_owned());
                open = true;
            }
        }
    }
    paragraphs
}

#[cfg(test)]
mod tests {
    #[test]
    fn blank_lines_part_paragraphs() {
        assert_eq!(super::paragraphs(" a\nb\n\n\n c \r\n\r\nd"), ["a b", "c", "d"]);
        assert_eq!(super::paragraphs("  \n "), Vec::<String>::new());
    }
}
