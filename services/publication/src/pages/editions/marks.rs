//! Marks of what was removed and added: never by colour alone, and said to whoever hears the page.

use dossier_registry::{Mark, Segment, Shown};
use dossier_web::page::Words;

use crate::pages::said::{escaped, tags};

/// Characters of a stretch that did not change before its middle is folded away.
const STRETCH: usize = 600;
/// Characters that stay at either end of such a stretch.
const ENDS: usize = 160;

/// The pieces of a text as HTML.
pub(super) fn marked(segments: &[Segment], w: &Words) -> String {
    let mut html = String::from("<p>");
    for segment in segments {
        match segment.mark {
            Mark::Same => html.push_str(&same(&segment.text, w)),
            Mark::Removed => html.push_str(&mark("del", w.text("publisher.history.removed"), &lines(&segment.text))),
            Mark::Added => html.push_str(&mark("ins", w.text("publisher.history.added"), &lines(&segment.text))),
        }
    }
    html.push_str("</p>");
    html
}

fn mark(element: &str, said: &str, html: &str) -> String {
    format!("<{element}><span class=\"vh\">{} </span>{html}</{element}>", escaped(said))
}

fn lines(text: &str) -> String {
    escaped(text).replace('\n', "<br>")
}

/// A stretch that did not change: the middle of a long one can be opened, and its ends are cut at blanks.
fn same(text: &str, w: &Words) -> String {
    if text.chars().count() <= STRETCH {
        return lines(text);
    }
    let first = text.char_indices().nth(ENDS).map_or(text.len(), |(at, _)| at);
    let last = text.char_indices().rev().nth(ENDS).map_or(0, |(at, _)| at);
    let first = text[first..].find(char::is_whitespace).map_or(first, |more| first + more);
    let last = text[..last].rfind(char::is_whitespace).unwrap_or(last);
    if first >= last {
        return lines(text);
    }
    let folded = lines(&text[first..last]);
    let summary = escaped(w.text("publisher.history.folded"));
    // A paragraph cannot hold what opens and closes, so it ends before and begins again after.
    format!(
        "{}</p><details class=\"fold\"><summary>{summary}</summary><p class=\"words\">{folded}</p></details><p>{}",
        lines(&text[..first]),
        lines(&text[last..])
    )
}

/// Values before and after. Those on both sides stand without a mark.
pub(super) fn pair(before: &[Shown], after: &[Shown], w: &Words) -> String {
    let said = |shown: &Shown| match tags(shown.language, w_language(w)) {
        tags if tags.is_empty() => format!("<bdi>{}</bdi>", lines(&shown.text)),
        tags => format!("<bdi{tags}>{}</bdi>", lines(&shown.text)),
    };
    let mut items = Vec::new();
    for value in before.iter().filter(|value| !after.contains(value)) {
        items.push(mark("del", w.text("publisher.history.removed"), &said(value)));
    }
    for value in after {
        let html = said(value);
        items.push(if before.contains(value) { html } else { mark("ins", w.text("publisher.history.added"), &html) });
    }
    let items: String = items.into_iter().map(|item| format!("<li>{item}</li>")).collect();
    format!("<ul class=\"flow-s\">{items}</ul>")
}

fn w_language(w: &Words) -> dossier_registry::Language {
    crate::pages::frame::tongue(w.language())
}

#[cfg(test)]
mod tests {
    use dossier_registry::words;
    use dossier_web::{Language, page::Words};

    use super::marked;

    fn shown(before: &str, after: &str) -> String {
        marked(&words(before, after), Words::of(Language::En))
    }

    #[test]
    fn what_went_and_what_came_is_marked_and_said() {
        let html = shown("held in <b>May</b>", "held in June & July");
        assert!(html.contains("<del><span class=\"vh\">removed: </span>"), "{html}");
        assert!(html.contains("<ins><span class=\"vh\">added: </span>"), "{html}");
        assert!(!html.contains("<b>") && html.contains("&amp;"), "{html}");
    }

    #[test]
    fn the_middle_of_what_stayed_is_folded_and_nothing_is_lost() {
        let long = (0..300).map(|n| format!("слово{n} ")).collect::<String>();
        let html = shown(&format!("{long}old"), &format!("{long}new"));
        assert!(html.contains("<details class=\"fold\">"), "{html}");
        for n in 0..300 {
            assert_eq!(
                html.matches(&format!("слово{n} ")).count() + html.matches(&format!("слово{n}<")).count(),
                1,
                "{n}"
            );
        }
        assert!(!shown("short old", "short new").contains("<details"));
    }
}
