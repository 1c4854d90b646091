//! The facts in the margin of a record.

use dossier_registry::{Fact, FactKind, FactValue, Language};

use crate::{
    pages::said::{Said, escaped, tags},
    richtext,
};

/// A fact in the margin.
pub(super) struct ShownFact {
    pub(super) label: Said,
    /// Each as HTML.
    pub(super) values: Vec<String>,
}

/// A fact as it is shown. `files` tells where a file is given out, by its digest.
pub(super) fn in_margin(fact: &Fact, page: Language, files: impl Fn(&str) -> String) -> ShownFact {
    let values = fact.values.iter().map(|value| in_html(value, page, &files)).collect();
    ShownFact { label: Said::new(fact.label.clone(), page), values }
}

/// A value in the margin. People's own words stand apart from the page's by their direction at least.
fn in_html(value: &FactValue, page: Language, files: impl Fn(&str) -> String) -> String {
    let text = escaped(&value.shown.text);
    let tags = tags(value.shown.language, page);
    match &value.is {
        FactKind::Term { vocabulary, key } if vocabulary == "gcm_objectives" => {
            format!("<a href=\"/?gcm_objectives={}\"{tags}>{text}</a>", escaped(key))
        }
        FactKind::Link { url: Some(url) } => format!("<a href=\"{}\"{tags} rel=\"nofollow\">{text}</a>", escaped(url)),
        FactKind::Reference { entry, edition } => {
            format!("<a href=\"/entries/{0}/editions/{edition}\"{tags}>{text}</a>", escaped(entry))
        }
        FactKind::Attachment { digest, name, size, .. } => {
            // A title says what it is; the name tells the kind of file then.
            let name =
                if *name == value.shown.text { String::new() } else { format!("<bdi>{}</bdi>, ", escaped(name)) };
            let size = escaped(&size.text);
            let address = escaped(&files(digest));
            // It is always saved and never shown; `download` says so to who has not clicked yet.
            let link = format!("<a href=\"{address}\"{tags} download>{text}</a>");
            format!("<bdi>{link}</bdi> <span class=\"mute\">({name}<bdi>{size}</bdi>)</span>")
        }
        FactKind::Richtext => format!("<div{tags}>{}</div>", richtext::html(&value.shown.text)),
        FactKind::Range { start: Some(start), end: None, .. } => {
            format!("<time datetime=\"{}\"{tags}>{text}</time>", escaped(start))
        }
        FactKind::Text | FactKind::Plain => format!("<bdi{tags}>{text}</bdi>"),
        _ if tags.is_empty() => text,
        _ => format!("<span{tags}>{text}</span>"),
    }
}
