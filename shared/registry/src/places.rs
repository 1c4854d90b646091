//! Finding a city, a platform or a country by a name somebody wrote.

use std::collections::HashMap;

use crate::{
    Labels,
    model::{City, Places, Platform, Vocabulary},
};

/// A name as it is compared: lower case, signs of all kinds and runs of blanks as one blank.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut gap = false;
    for c in text.chars().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() || is_mark(c) {
            if gap && !folded.is_empty() {
                folded.push(' ');
            }
            gap = false;
            folded.push(c);
        } else {
            gap = true;
        }
    }
    folded
}

/// Marks that belong to the letter before them.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}')
}

/// Whether a name is one of these.
pub(crate) fn is_name(labels: &Labels, aliases: &[String], name: &str) -> bool {
    let wanted = fold(name);
    let names = labels.iter().map(|(_, text)| text).chain(aliases.iter().map(String::as_str));
    !wanted.is_empty() && names.into_iter().any(|one| fold(one) == wanted)
}

/// The city with this name, now or formerly.
pub(crate) fn city<'a>(places: &'a Places, name: &str) -> Option<&'a City> {
    places.cities.iter().find(|city| {
        is_name(&city.labels, &city.aliases, name) || city.former.iter().any(|one| is_name(&one.labels, &[], name))
    })
}

/// The platform with this name.
pub(crate) fn platform<'a>(places: &'a Places, name: &str) -> Option<&'a Platform> {
    places.platforms.iter().find(|one| {
        is_name(&Labels::default(), std::slice::from_ref(&one.name), name)
            || is_name(&Labels::default(), &one.aliases, name)
    })
}

/// The terms of a vocabulary by every name they are known by: key and code, the name in any language, now or formerly, an
/// alias, and the name in the vocabulary's pattern. Built once for a page, so that a hostile page of the greatest size costs no
/// more than its lines.
pub(crate) struct NameIndex<'a>(HashMap<String, &'a str>);

impl<'a> NameIndex<'a> {
    pub(crate) fn new(vocabulary: &'a Vocabulary) -> Self {
        let mut index = HashMap::new();
        for term in &vocabulary.terms {
            let code = term.code.as_deref().unwrap_or(&term.key);
            let former = term.former.iter().flat_map(|one| one.labels.iter());
            let names = term.labels.iter().chain(former).map(|(_, text)| fold(text));
            let others = term.aliases.iter().chain([&term.key]).map(|text| fold(text));
            let patterned = patterned(vocabulary, code, &term.labels).map(|text| fold(&text));
            for name in names.chain(others).chain(patterned) {
                // Where two terms share a name the first one has it.
                index.entry(name).or_insert(term.key.as_str());
            }
        }
        Self(index)
    }

    /// The key of the term with this name.
    pub(crate) fn key(&self, name: &str) -> Option<&'a str> {
        self.0.get(&fold(name)).copied()
    }
}

fn patterned<'a>(list: &'a Vocabulary, code: &'a str, labels: &'a Labels) -> impl Iterator<Item = String> + 'a {
    list.shown_as.iter().flat_map(move |(_, pattern)| {
        labels.iter().map(move |(_, label)| pattern.replace("{code}", code).replace("{label}", label))
    })
}
