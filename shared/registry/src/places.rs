//! Finding a city, a platform or a country by a name somebody wrote.

use crate::{
    Labels, Registry,
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

/// The key of the term with this name: its key or code, its name in any language, now or formerly, an alias, or the
/// name in the vocabulary's pattern.
pub(crate) fn term_key<'a>(registry: &'a Registry, vocabulary: &str, name: &str) -> Option<&'a str> {
    let list = registry.vocabulary(vocabulary)?;
    let wanted = fold(name);
    if wanted.is_empty() {
        return None;
    }
    let found = list.terms.iter().find(|term| {
        let names = term.labels.iter().chain(term.former.iter().flat_map(|one| one.labels.iter()));
        names.map(|(_, text)| text).chain(term.aliases.iter().map(String::as_str)).any(|one| fold(one) == wanted)
            || patterned(list, term.code.as_deref().unwrap_or(&term.key), &term.labels).any(|one| fold(&one) == wanted)
            || fold(&term.key) == wanted
    });
    found.map(|term| term.key.as_str())
}

fn patterned<'a>(list: &'a Vocabulary, code: &'a str, labels: &'a Labels) -> impl Iterator<Item = String> + 'a {
    list.shown_as.iter().flat_map(move |(_, pattern)| {
        labels.iter().map(move |(_, label)| pattern.replace("{code}", code).replace("{label}", label))
    })
}
