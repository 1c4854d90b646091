//! The content of a review field by field, what changed marked word by word. Pure.
//!
//! Marks do not rely on colour: `del` is struck through and `ins` underlined twice, and each says aloud what it is. A personal value is
//! never in a difference: a boxed token stands for it.

use dossier_proto::Micros;
use dossier_registry::{Field, Language, RecordType, Registry, Shown};
use dossier_web::page::Words;
use serde_json::Value;

use super::{
    typed::{Typed, part, slug},
    values::Values,
};
use crate::{
    api::{compared::DifferenceShown, messages::CommentShown},
    pages::said::{Spoken, escaped, tags},
};

/// What a block is drawn from.
pub(super) struct Drawing<'a> {
    pub(super) registry: Option<&'a Registry>,
    pub(super) kind: Option<&'a RecordType>,
    pub(super) entry: &'a str,
    pub(super) content: Option<&'a Value>,
    pub(super) difference: Option<&'a DifferenceShown>,
    pub(super) language: Language,
    pub(super) words: &'static Words,
    pub(super) now: Micros,
    /// What the two sides are called.
    pub(super) before: String,
    pub(super) after: String,
}

/// One field, or one language of it.
pub(super) struct Block {
    pub(super) slug: String,
    pub(super) anchor: String,
    pub(super) label: String,
    /// The key of what became of it; none where it stands as it stood, or nothing is compared.
    pub(super) change: Option<&'static str>,
    pub(super) html: String,
    pub(super) comments: Vec<CommentShown>,
}

/// Everything: what changed, and what did not.
#[derive(Default)]
pub(super) struct Blocks {
    pub(super) changed: Vec<Block>,
    pub(super) others: Vec<Block>,
    /// What was said about the whole, or about what is not there any more.
    pub(super) general: Vec<CommentShown>,
}

impl Drawing<'_> {
    pub(super) fn blocks(&self, comments: &[CommentShown], typed: &Typed) -> Blocks {
        let mut blocks = Blocks::default();
        let changes = self.difference.and_then(|difference| difference.changed.as_array());
        let changes: Vec<&Value> = changes.into_iter().flatten().collect();
        for change in &changes {
            blocks.changed.extend(self.changed(change));
        }
        for key in self.keys() {
            let Some(value) = self.content.and_then(|content| content.get(&key)) else { continue };
            for block in self.whole(&key, value) {
                if blocks.changed.iter().any(|one| one.slug == block.slug || one.slug == key) {
                    continue;
                }
                // What somebody is writing about is not folded away.
                let is_open = self.difference.is_none() || typed.is_about(&block.slug);
                if is_open { &mut blocks.changed } else { &mut blocks.others }.push(block);
            }
        }
        // Nor does it go when it is about something that is not drawn: a language that is not compared, a field that is gone.
        for slug in typed.slugs() {
            let is_drawn = blocks.changed.iter().chain(&blocks.others).any(|block| block.slug == slug);
            if !is_drawn {
                let (field, language) = part(&slug);
                let language = Some(language.as_str()).filter(|language| !language.is_empty());
                let html = format!("<p class=\"none\">{}</p>", escaped(self.words.text("review.empty")));
                blocks.changed.push(self.block(&field, language, None, html));
            }
        }
        for comment in comments {
            blocks.take(comment);
        }
        blocks
    }

    fn keys(&self) -> Vec<String> {
        let known: Vec<String> =
            self.kind.iter().flat_map(|kind| &kind.fields).map(|field| field.key.clone()).collect();
        let content = self.content.and_then(Value::as_object);
        let others = content.into_iter().flat_map(|members| members.keys());
        let others = others.filter(|key| !known.contains(key) && *key != "original_language").cloned();
        known.iter().cloned().chain(others.collect::<Vec<_>>()).collect()
    }

    fn field(&self, key: &str) -> Option<&Field> {
        self.kind.and_then(|kind| kind.field(key))
    }

    fn label(&self, key: &str, language: Option<&str>) -> String {
        let label = match self.field(key) {
            Some(field) => field.labels.show(self.language, key).text,
            None if key == "original_language" => self.words.text("review.original_language").to_owned(),
            None => key.to_owned(),
        };
        match language {
            Some(language) => {
                let tongue = self.words.known(&format!("review.language_{language}")).unwrap_or(language);
                self.words.fill("review.in_language", &[("field", &label), ("language", tongue)])
            }
            None => label,
        }
    }

    fn values(&self) -> Values<'_> {
        Values {
            registry: self.registry,
            kind: self.kind,
            entry: self.entry,
            language: self.language,
            words: self.words,
            now: self.now,
        }
    }

    fn changed(&self, change: &Value) -> Option<Block> {
        let field = change["field"].as_str()?;
        let language = change["language"].as_str();
        let is_personal = self.field(field).is_some_and(|field| field.personal);
        let html = match change["words"].as_array() {
            _ if is_personal => self.sealed(change["change"].as_str()),
            Some(pieces) => self.marked(pieces, language),
            None => self.pair(field, &change["values"]),
        };
        let key = match change["change"].as_str()? {
            "added" => "review.change_added",
            "removed" => "review.change_removed",
            _ => "review.change_changed",
        };
        Some(self.block(field, language, Some(key), html))
    }

    /// A field as it stands; a text per language once for each.
    fn whole(&self, key: &str, value: &Value) -> Vec<Block> {
        let texts = value.as_object().filter(|_| self.field(key).is_some_and(|field| field.kind.is_per_language()));
        let Some(texts) = texts else {
            let html = self.values().all(key, value).iter().map(|html| format!("<p>{html}</p>")).collect();
            return vec![self.block(key, None, None, html)];
        };
        let in_order = Language::ALL.into_iter();
        let in_order = in_order.filter_map(|language| Some((language, texts.get(language.tag())?.as_str()?)));
        let block = |(language, text): (Language, &str)| {
            let lines: String = text.split("\n\n").map(|one| format!("<p>{}</p>", lines(one))).collect();
            let html = format!("<div{}>{lines}</div>", tags(Some(language), self.language));
            self.block(key, Some(language.tag()), None, html)
        };
        in_order.map(block).collect()
    }

    fn block(&self, field: &str, language: Option<&str>, change: Option<&'static str>, html: String) -> Block {
        let slug = slug(field, language);
        Block {
            anchor: format!("f-{}", slug.replace('.', "-")),
            label: self.label(field, language),
            slug,
            change,
            html,
            comments: Vec::new(),
        }
    }

    fn sealed(&self, change: Option<&str>) -> String {
        let token = format!("<span class=\"sealed\">{}</span>", escaped(self.words.text("review.sealed")));
        let (gone, new) = (self.mark("removed", &token), self.mark("added", &token));
        match change {
            Some("added") => format!("<p>{new}</p>"),
            Some("removed") => format!("<p>{gone}</p>"),
            _ => format!("<p>{gone} {new}</p>"),
        }
    }

    /// Escaped HTML inside a mark that says what it is.
    fn mark(&self, mark: &str, html: &str) -> String {
        let (tag, key) = if mark == "removed" { ("del", "review.removed") } else { ("ins", "review.added") };
        format!("<{tag}><span class=\"vh\">{} </span>{html}</{tag}>", escaped(self.words.text(key)))
    }

    fn pair(&self, field: &str, values: &Value) -> String {
        let side = |name: &str, side: &str, mark: &str| {
            let none: &[Value] = &[];
            let items = values[side].as_array().map_or(none, Vec::as_slice);
            let html: Vec<String> = items.iter().flat_map(|one| self.values().one(field, one)).collect();
            let html = match html.is_empty() {
                true => format!("<dd class=\"none\">{}</dd>", escaped(self.words.text("review.empty"))),
                false => {
                    format!("<dd>{}</dd>", html.iter().map(|one| self.mark(mark, one)).collect::<Vec<_>>().join("<br>"))
                }
            };
            format!("<dt>{}</dt>{html}", escaped(name))
        };
        format!(
            "<dl class=\"pair\">{}{}</dl>",
            side(&self.before, "before", "removed"),
            side(&self.after, "after", "added")
        )
    }

    /// A text with its marks. Paragraphs without any are folded.
    fn marked(&self, pieces: &[Value], language: Option<&str>) -> String {
        let mut paragraphs = vec![(String::new(), false)];
        for piece in pieces {
            let (mark, text) = (piece["mark"].as_str().unwrap_or("same"), piece["text"].as_str().unwrap_or_default());
            for (number, part) in text.split("\n\n").enumerate() {
                if number > 0 {
                    paragraphs.push((String::new(), false));
                }
                let Some((html, is_marked)) = paragraphs.last_mut().filter(|_| !part.is_empty()) else { continue };
                match mark {
                    "same" => html.push_str(&lines(part)),
                    other => {
                        html.push_str(&self.mark(other, &lines(part)));
                        *is_marked = true;
                    }
                }
            }
        }
        let tongue = language.and_then(|language| language.parse::<Language>().ok());
        let mut html = format!("<div{}>", tags(tongue, self.language));
        let mut same: Vec<String> = Vec::new();
        for (paragraph, is_marked) in paragraphs.into_iter().filter(|(html, _)| !html.is_empty()) {
            if is_marked {
                self.fold(&mut html, &mut same);
                html.push_str(&format!("<p>{paragraph}</p>"));
            } else {
                same.push(paragraph);
            }
        }
        self.fold(&mut html, &mut same);
        html.push_str("</div>");
        html
    }

    fn fold(&self, html: &mut String, same: &mut Vec<String>) {
        if same.is_empty() {
            return;
        }
        let summary = escaped(&self.words.count("review.paragraphs_unchanged", same.len() as u64));
        let (tag, direction) = (self.language.tag(), self.language.direction().as_str());
        html.push_str(&format!(
            "<details class=\"fold\"><summary lang=\"{tag}\" dir=\"{direction}\">{summary}</summary>"
        ));
        for paragraph in same.drain(..) {
            html.push_str(&format!("<p class=\"words\">{paragraph}</p>"));
        }
        html.push_str("</details>");
    }
}

/// Escaped, with the line ends that were typed.
fn lines(text: &str) -> String {
    escaped(text).replace('\n', "<br>")
}

impl Blocks {
    fn take(&mut self, comment: &CommentShown) {
        let key = comment.field.split(['.', '/']).next().unwrap_or_default();
        let fits = |block: &&mut Block| {
            let (field, language) = block.slug.split_once('.').unwrap_or((&block.slug, ""));
            field == key && (comment.language.is_empty() || language.is_empty() || language == comment.language)
        };
        let mut all = self.changed.iter_mut().chain(&mut self.others);
        match all.find(fits) {
            Some(block) if !key.is_empty() => block.comments.push(comment.clone()),
            _ => self.general.push(comment.clone()),
        }
    }
}

impl Block {
    /// The name of the field in which a comment is held; the next two of a requested change, and of who reads the comment.
    pub(super) fn comment_name(&self) -> String {
        format!("c.{}", self.slug)
    }

    pub(super) fn request_name(&self) -> String {
        format!("r.{}", self.slug)
    }

    pub(super) fn audience_name(&self) -> String {
        format!("a.{}", self.slug)
    }
}

/// A label of the registry, for where a field is only named.
pub(super) fn field_label(kind: Option<&RecordType>, field: &str, language: Language) -> Option<Spoken> {
    let key = field.split(['.', '/']).next().unwrap_or_default();
    let shown = match kind.and_then(|kind| kind.field(key)) {
        Some(field) => field.labels.show(language, key),
        None if key.is_empty() => return None,
        None => Shown::plain(key),
    };
    Some(Spoken::of(shown, language))
}
