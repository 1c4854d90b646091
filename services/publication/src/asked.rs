//! What the address of a list asks for. The names of the parameters are those in people's bookmarks.

use std::collections::BTreeSet;

use crate::finding::{Choice, Facet};

/// Terms in one facet. There are about 250 countries; nobody ticks more than a few dozen.
pub(crate) const TERMS_MAX: usize = 64;
/// Characters of a term or of the words searched for.
pub(crate) const CHARACTERS_MAX: usize = 200;
/// The last page of a list that is counted: 10 000 pages of 20 are more than anybody turns.
pub(crate) const PAGE_MAX: usize = 10_000;

/// The filters of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Filters {
    /// The words searched for.
    pub(crate) text: String,
    /// What is chosen in each facet.
    pub(crate) chosen: Choice,
    /// The page, from 1.
    pub(crate) page: usize,
}

impl Default for Filters {
    fn default() -> Self {
        Self { text: String::new(), chosen: Choice::new(), page: 1 }
    }
}

impl Filters {
    /// Reads the pairs of an address as a bookmark of any age may hold them: unknown names and values that make no sense are
    /// passed over, `country[]` and `country[0]` are `country`. For people; programs are told what is wrong.
    pub(crate) fn leniently<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut filters = Self::default();
        for (name, value) in pairs {
            let name = name.split('[').next().unwrap_or_default();
            let value: String = value.trim().chars().take(CHARACTERS_MAX).collect();
            match (name, Facet::ALL.into_iter().find(|facet| facet.name() == name)) {
                ("text", _) => filters.text = value,
                ("page", _) => filters.page = value.parse().unwrap_or(1).clamp(1, PAGE_MAX),
                (_, Some(facet)) => filters.choose(facet, value),
                _ => {}
            }
        }
        filters
    }

    /// Chooses a term; an empty one is none, and beyond the limit nothing is added.
    pub(crate) fn choose(&mut self, facet: Facet, term: String) {
        let terms: &mut BTreeSet<String> = self.chosen.entry(facet).or_default();
        if !term.is_empty() && terms.len() < TERMS_MAX {
            terms.insert(term);
        }
        if terms.is_empty() {
            self.chosen.remove(&facet);
        }
    }

    /// The query of an address that asks for the same on another page; empty when it asks for everything.
    pub(crate) fn query(&self, page: usize) -> String {
        let mut pairs = Vec::new();
        if !self.text.is_empty() {
            pairs.push(("text", self.text.clone()));
        }
        for (facet, terms) in &self.chosen {
            pairs.extend(terms.iter().map(|term| (facet.name(), term.clone())));
        }
        if page > 1 {
            pairs.push(("page", page.to_string()));
        }
        let joined: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        if joined.is_empty() { String::new() } else { format!("?{}", joined.join("&")) }
    }
}

/// A value as it stands in a query.
pub(crate) fn encoded(value: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    value.bytes().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::Filters;
    use crate::finding::Facet;

    fn read(pairs: &[(&str, &str)]) -> Filters {
        Filters::leniently(pairs.iter().copied())
    }

    #[test]
    fn bookmarks_of_any_age_are_understood() {
        let filters = read(&[
            ("text", " forum "),
            ("country[]", "KAZ"),
            ("country[1]", "KEN"),
            ("gcm_objectives", "23"),
            ("gcm_objectives", ""),
            ("page", "3"),
            ("utm_source", "mail"),
        ]);
        assert_eq!(filters.text, "forum");
        assert_eq!(filters.page, 3);
        assert_eq!(filters.chosen[&Facet::Country].iter().collect::<Vec<_>>(), ["KAZ", "KEN"]);
        assert_eq!(filters.chosen[&Facet::GcmObjectives].len(), 1);
        assert_eq!(filters.query(1), "?text=forum&country=KAZ&country=KEN&gcm_objectives=23");
        assert_eq!(filters.query(2), "?text=forum&country=KAZ&country=KEN&gcm_objectives=23&page=2");
    }

    #[test]
    fn what_makes_no_sense_is_passed_over() {
        for page in ["0", "-1", "x", "", "99999999999999999999"] {
            assert_eq!(read(&[("page", page)]).page, 1, "{page:?}");
        }
        assert_eq!(read(&[("page", "20000")]).page, 10_000);
        assert_eq!(read(&[("country", " ")]), Filters::default());
        assert_eq!(Filters::default().query(1), "");
    }

    #[test]
    fn values_are_encoded() {
        assert_eq!(read(&[("text", "a&b=\"é")]).query(1), "?text=a%26b%3D%22%C3%A9");
    }

    #[test]
    fn too_many_terms_are_cut() {
        let pairs: Vec<(String, String)> = (0..200).map(|n| ("country".to_owned(), format!("X{n:03}"))).collect();
        let filters = Filters::leniently(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        assert_eq!(filters.chosen[&Facet::Country].len(), super::TERMS_MAX);
    }
}
