//! Whether a text says anything: whether anybody who looks at it sees a sign.

/// Whether at least one sign of the text can be seen. A title made only of blanks, zero-width spaces, marks of direction or
/// variation selectors is as good as none.
pub fn says_something(text: &str) -> bool {
    text.chars().any(is_seen)
}

/// Whether a sign leaves ink where it stands.
fn is_seen(sign: char) -> bool {
    !(sign.is_whitespace() || sign.is_control() || is_ignorable(sign) || is_blank_by_design(sign))
}

/// `Default_Ignorable_Code_Point` of Unicode 16, with the places kept free for more of them:
/// <https://www.unicode.org/Public/16.0.0/ucd/DerivedCoreProperties.txt>.
const fn is_ignorable(sign: char) -> bool {
    matches!(
        sign,
        '\u{AD}'
            | '\u{34F}'
            | '\u{61C}'
            | '\u{115F}'..='\u{1160}'
            | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{3164}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
            | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFF8}'
            | '\u{1BCA0}'..='\u{1BCA3}'
            | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E0FFF}'
    )
}

/// Letters and symbols that are drawn as nothing and are in no property of Unicode: the Braille cell without dots, the anchors
/// of annotations, the blanks of Egyptian hieroglyphs, the filler of Khitan, the note without a head.
const fn is_blank_by_design(sign: char) -> bool {
    matches!(
        sign,
        '\u{2800}' | '\u{FFF9}'..='\u{FFFB}' | '\u{13441}'..='\u{13442}' | '\u{16FE4}' | '\u{1D159}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_every_language_and_signs_are_seen() {
        for text in ["هجرة", "迁移", "Migration", "Миграция", "ไทย", "१", "3", "—", "?", "👍", "\u{200F}ا", "e\u{301}"]
        {
            assert!(says_something(text), "{text:?}");
        }
    }

    #[test]
    fn blanks_and_signs_without_ink_are_not() {
        for text in
            ["", " \t\n", "\u{A0}", "\u{3000}", "\u{200B}\u{200E}\u{2067}", "\u{FE0F}", "\u{3164}", "\u{2800}", "\u{7}"]
        {
            assert!(!says_something(text), "{text:?}");
        }
    }
}
