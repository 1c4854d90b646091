//! Rich text: what people wrote with light marks, as HTML in which nothing can act.
//!
//! The marks are a small part of [CommonMark](https://spec.commonmark.org/0.31.2/): paragraphs, emphasis, links, lists,
//! line breaks. Everything else keeps its words and loses its form: a heading is a paragraph in bold, code and quotations are
//! paragraphs, an image is its description, and HTML is shown as it was typed. So nobody's words vanish, and nothing but
//! the elements written in this file can come out.

mod writer;

#[cfg(test)]
mod tests;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use writer::{Element, Writer};

/// Lists in lists, at most; deeper ones go on as members of the last. Six is an outline nobody reads any more.
const LISTS_MAX: usize = 6;

/// The text as HTML: a sequence of `p`, `ul` and `ol`.
pub fn html(text: &str) -> String {
    let mut writer = Writer::with_room_for(text.len());
    for event in Parser::new_ext(text, Options::empty()) {
        take(&mut writer, event);
    }
    writer.finish()
}

/// The text without its marks, for lists and for searching: one line.
pub fn plain(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for event in Parser::new_ext(text, Options::empty()) {
        match event {
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => line.push_str(&text),
            Event::SoftBreak | Event::HardBreak | Event::End(TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::Item) => {
                line.push(' ');
            }
            _ => {}
        }
    }
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn take(writer: &mut Writer, event: Event<'_>) {
    match event {
        Event::Start(tag) => start(writer, &tag),
        Event::End(tag) => end(writer, tag),
        Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => writer.text(&text),
        Event::SoftBreak => writer.text("\n"),
        Event::HardBreak => writer.line_break(),
        // No other event comes without its option.
        _ => {}
    }
}

fn start(writer: &mut Writer, tag: &Tag<'_>) {
    match tag {
        Tag::Paragraph | Tag::HtmlBlock | Tag::CodeBlock(_) => writer.open(Element::Paragraph),
        Tag::Heading { .. } => {
            writer.open(Element::Paragraph);
            writer.open(Element::Strong);
        }
        Tag::List(start) => {
            if writer.depth_of_lists() < LISTS_MAX {
                writer.open(start.map_or(Element::Unordered, Element::Ordered));
            } else {
                writer.pass_over();
            }
        }
        Tag::Item => writer.open(Element::Item),
        Tag::Emphasis => writer.open(Element::Emphasis),
        Tag::Strong => writer.open(Element::Strong),
        Tag::Link { dest_url, .. } => match safe_address(dest_url) {
            Some(address) => writer.open(Element::Link(address.to_owned())),
            None => writer.pass_over(),
        },
        // Its text comes as events of its own.
        _ => writer.pass_over(),
    }
}

fn end(writer: &mut Writer, tag: TagEnd) {
    if matches!(tag, TagEnd::Heading(_)) {
        writer.close();
    }
    writer.close();
}

/// The address of a link, when it leads to a page of the web or to a mailbox. Everything else (`javascript:`, `data:`,
/// addresses within this site, which would change their meaning with the page) stays text.
fn safe_address(address: &str) -> Option<&str> {
    /// Every program takes as much.
    const BYTES_MAX: usize = 2_048;
    let fits = address.len() <= BYTES_MAX && !address.chars().any(|c| c.is_whitespace() || c.is_control());
    let scheme = |scheme: &str| {
        let start = address.get(..scheme.len())?;
        (start.eq_ignore_ascii_case(scheme) && address.len() > scheme.len()).then_some(address)
    };
    ["https://", "http://", "mailto:"].into_iter().find_map(scheme).filter(|_| fits)
}
