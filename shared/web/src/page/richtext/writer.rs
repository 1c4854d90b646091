//! Writes HTML that is well-formed whatever comes in: elements are closed in the order they were opened, paragraphs and
//! lists never stand inside a paragraph, and text is escaped in one place.

/// The elements there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Element {
    Paragraph,
    Unordered,
    Ordered(u64),
    Item,
    Emphasis,
    Strong,
    Link(String),
}

impl Element {
    const fn name(&self) -> &'static str {
        match self {
            Self::Paragraph => "p",
            Self::Unordered => "ul",
            Self::Ordered(_) => "ol",
            Self::Item => "li",
            Self::Emphasis => "em",
            Self::Strong => "strong",
            Self::Link(_) => "a",
        }
    }

    const fn is_list(&self) -> bool {
        matches!(self, Self::Unordered | Self::Ordered(_))
    }
}

/// HTML in the making.
pub(super) struct Writer {
    html: String,
    /// One for each thing that was started and not ended; `None` for what is passed over.
    open: Vec<Option<Element>>,
}

impl Writer {
    pub(super) fn with_room_for(bytes: usize) -> Self {
        // Tags and escapes of a usual text take less than a quarter of it.
        Self { html: String::with_capacity(bytes + bytes / 4 + 16), open: Vec::new() }
    }

    /// How many lists are open.
    pub(super) fn depth_of_lists(&self) -> usize {
        self.written().filter(|element| element.is_list()).count()
    }

    /// Starts an element; where it may not stand, its inside is written without it.
    pub(super) fn open(&mut self, element: Element) {
        if !self.may_stand(&element) {
            return self.pass_over();
        }
        self.html.push('<');
        self.html.push_str(element.name());
        match &element {
            Element::Ordered(start) if *start != 1 => {
                self.html.push_str(" start=\"");
                // HTML readers keep 32 bits with a sign.
                self.html.push_str(&(*start).min(2_147_483_647).to_string());
                self.html.push('"');
            }
            Element::Link(address) => {
                self.html.push_str(" href=\"");
                escape(&mut self.html, address);
                self.html.push('"');
            }
            _ => {}
        }
        self.html.push('>');
        self.open.push(Some(element));
    }

    /// Starts something that has no element of its own; its inside is written.
    pub(super) fn pass_over(&mut self) {
        self.open.push(None);
    }

    /// Ends what was started last.
    pub(super) fn close(&mut self) {
        match self.open.pop() {
            Some(Some(element)) => {
                self.html.push_str("</");
                self.html.push_str(element.name());
                self.html.push('>');
            }
            // Words on both sides of what is not shown stay two words.
            Some(None) => self.html.push('\n'),
            None => {}
        }
    }

    pub(super) fn text(&mut self, text: &str) {
        // The reader gives text inside paragraphs and items only; should it ever not, the text gets a home of its own.
        let home = match self.written().next_back() {
            None => Some(Element::Paragraph),
            Some(parent) if parent.is_list() => Some(Element::Item),
            Some(_) => None,
        };
        let homeless = home.is_some();
        if let Some(home) = home {
            self.open(home);
        }
        escape(&mut self.html, text);
        if homeless {
            self.close();
        }
    }

    pub(super) fn line_break(&mut self) {
        if self.written().next_back().is_some_and(|parent| !parent.is_list()) {
            self.html.push_str("<br>");
        }
    }

    /// Closes everything.
    pub(super) fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.html
    }

    fn written(&self) -> impl DoubleEndedIterator<Item = &Element> {
        self.open.iter().flatten()
    }

    fn may_stand(&self, element: &Element) -> bool {
        let parent = self.written().next_back();
        match element {
            Element::Paragraph => matches!(parent, None | Some(Element::Item)),
            Element::Unordered | Element::Ordered(_) => matches!(parent, None | Some(Element::Item)),
            Element::Item => parent.is_some_and(Element::is_list),
            _ if parent.is_none_or(Element::is_list) => false,
            Element::Link(_) => !self.written().any(|open| matches!(open, Element::Link(_))),
            Element::Emphasis | Element::Strong => !self.written().any(|open| open == element),
        }
    }
}

/// Escapes text for HTML, inside elements and inside quoted attributes. Control characters, which HTML does not know, become
/// U+FFFD; line feeds and tabs stay.
fn escape(html: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            '\n' | '\t' => html.push(character),
            control if control.is_control() => html.push('\u{FFFD}'),
            other => html.push(other),
        }
    }
}
