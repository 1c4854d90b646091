//! Words as they are compared: small letters, no accents, one form for letters that people mix up.
//!
//! Scripts without blanks between words (Chinese, Japanese, Thai) are cut into characters and pairs of characters, so that any part of a
//! text is found and a pair weighs as a word.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// A longer word is cut: nobody searches by the end of it.
const CHARACTERS_MAX: usize = 40;

/// The words of a text. May hold a word several times.
pub(crate) fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut length = 0;
    let mut before: Option<char> = None;
    for character in text.nfkd().filter(|c| !is_passed_over(*c)).flat_map(char::to_lowercase).map(same_letter) {
        let spaceless = is_spaceless(character);
        if spaceless || !character.is_alphanumeric() {
            take(&mut words, &mut word, &mut length);
        }
        if spaceless {
            words.push(character.to_string());
            if let Some(before) = before {
                words.push([before, character].iter().collect());
            }
        } else if character.is_alphanumeric() && length < CHARACTERS_MAX {
            word.push(character);
            length += 1;
        }
        before = spaceless.then_some(character);
    }
    take(&mut words, &mut word, &mut length);
    words
}

/// The words of a search: as [`words`], without the single characters that the pairs hold already.
pub(crate) fn searched(text: &str) -> Vec<String> {
    let words = words(text);
    let pairs: Vec<String> = words.iter().filter(|word| is_pair(word)).cloned().collect();
    let mut kept: Vec<String> = words
        .into_iter()
        .filter(|word| is_pair(word) || !pairs.iter().any(|pair| pair.contains(word.as_str())))
        .collect();
    kept.sort_unstable();
    kept.dedup();
    kept
}

/// Whether a word may also be the beginning of one: in scripts with blanks, from two characters on.
pub(crate) fn may_be_a_beginning(word: &str) -> bool {
    word.chars().count() >= 2 && !word.chars().any(is_spaceless)
}

fn is_pair(word: &str) -> bool {
    word.chars().count() == 2 && word.chars().all(is_spaceless)
}

fn take(words: &mut Vec<String>, word: &mut String, length: &mut usize) {
    *length = 0;
    if !word.is_empty() {
        words.push(std::mem::take(word));
    }
}

/// Accents, vowel signs, the Arabic stroke that only lengthens, soft hyphens and joiners.
fn is_passed_over(c: char) -> bool {
    is_combining_mark(c) || matches!(c, '\u{640}' | '\u{AD}' | '\u{200C}' | '\u{200D}' | '\u{2060}' | '\u{FEFF}')
}

/// Letters that are typed one for the other.
const fn same_letter(c: char) -> char {
    match c {
        'ى' => 'ي',
        'ة' => 'ه',
        'ٱ' => 'ا',
        'ı' => 'i',
        other => other,
    }
}

const fn is_spaceless(c: char) -> bool {
    matches!(c,
        '\u{2E80}'..='\u{2FDF}' | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{4DBF}'
        | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}' | '\u{E00}'..='\u{E7F}'
        | '\u{E80}'..='\u{EFF}' | '\u{1780}'..='\u{17FF}' | '\u{1000}'..='\u{109F}')
}
