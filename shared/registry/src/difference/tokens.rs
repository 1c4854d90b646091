//! Cutting a text into the pieces a difference may not cut further: words, blanks, single signs.
//!
//! A word stays whole so that Arabic letters stay joined. Scripts that put no blanks between words are cut at characters.

/// Cuts a text. The pieces, joined, are the text.
pub(super) fn tokens(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut start, mut last) = (0, None);
    for (at, c) in text.char_indices() {
        let class = class_of(c);
        let joined = match (last, class) {
            (_, Class::Mark) => at > 0,
            (Some(Class::Word), Class::Word) | (Some(Class::Blank), Class::Blank) => true,
            _ => false,
        };
        if joined {
            // A mark takes the class of what it stands on.
            if class != Class::Mark {
                last = Some(class);
            }
            continue;
        }
        pieces.extend(text.get(start..at).filter(|piece| !piece.is_empty()));
        (start, last) = (at, Some(class));
    }
    pieces.extend(text.get(start..).filter(|piece| !piece.is_empty()));
    pieces
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Joins with its like.
    Word,
    /// Joins with its like.
    Blank,
    /// Stands alone.
    Single,
    /// Belongs to what stands before it.
    Mark,
}

fn class_of(c: char) -> Class {
    if is_mark(c) {
        Class::Mark
    } else if is_spaceless(c) {
        Class::Single
    } else if c.is_alphanumeric() || matches!(c, '_' | '\u{2019}' | '\'' | '\u{640}') {
        Class::Word
    } else if c.is_whitespace() {
        Class::Blank
    } else {
        Class::Single
    }
}

/// Combining marks, joiners and variation selectors.
fn is_mark(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36F}' | '\u{483}'..='\u{489}' | '\u{610}'..='\u{61A}' | '\u{64B}'..='\u{65F}' | '\u{670}'
        | '\u{6D6}'..='\u{6ED}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}' | '\u{200C}' | '\u{200D}'
        | '\u{20D0}'..='\u{20FF}' | '\u{FE00}'..='\u{FE0F}' | '\u{FE20}'..='\u{FE2F}' | '\u{1F3FB}'..='\u{1F3FF}'
        | '\u{E0100}'..='\u{E01EF}')
}

/// Letters of scripts without blanks between words: Han, kana, Thai, Lao, Burmese, Khmer.
pub(crate) fn is_spaceless(c: char) -> bool {
    matches!(c,
        '\u{E00}'..='\u{EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' | '\u{2E80}'..='\u{2FFF}'
        | '\u{3005}'..='\u{3007}' | '\u{3021}'..='\u{30FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}
